package queue

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/store"
)

// Metrics counts what one worker does and tells how the queue is, for Prometheus. It implements Observer.
type Metrics struct {
	registry  *prometheus.Registry
	layers    *prometheus.CounterVec
	bytes     prometheus.Counter
	manifests prometheus.Counter
	findings  *prometheus.CounterVec
	errors    *prometheus.CounterVec
}

// NewMetrics returns metrics of a worker and of the queue beside a store.
func NewMetrics(s *store.Store) *Metrics {
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "dregs", Subsystem: "worker", Name: name, Help: help}
	}
	m := &Metrics{
		registry:  prometheus.NewRegistry(),
		layers:    prometheus.NewCounterVec(counter("layers_total", "Layers that are done: read by this worker, or known since another read them."), []string{"how"}),
		bytes:     prometheus.NewCounter(counter("bytes_total", "Bytes of layers as stored that this worker read.")),
		manifests: prometheus.NewCounter(counter("manifests_total", "Manifests that this worker recorded.")),
		findings:  prometheus.NewCounterVec(counter("findings_total", "Distinct values that rules hit in each layer, by the severity of the rule."), []string{"severity"}),
		errors:    prometheus.NewCounterVec(counter("errors_total", "Jobs that were not done: failed, or given back since their registry was not reached."), []string{"kind"}),
	}
	for _, severity := range report.Severities {
		m.findings.WithLabelValues(severity)
	}
	for _, how := range []string{"read", "known"} {
		m.layers.WithLabelValues(how)
	}
	for _, kind := range []string{"failed", "unreachable"} {
		m.errors.WithLabelValues(kind)
	}
	m.registry.MustRegister(m.layers, m.bytes, m.manifests, m.findings, m.errors, newQueueCollector(s),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// LayerRead implements Observer.
func (m *Metrics) LayerRead(r *scanner.LayerReading) {
	if r.Known {
		m.layers.WithLabelValues("known").Inc()
		return
	}
	m.layers.WithLabelValues("read").Inc()
	m.bytes.Add(float64(r.Bytes))
	for severity, n := range r.Findings {
		m.findings.WithLabelValues(severity).Add(float64(n))
	}
}

// ManifestRead implements Observer.
func (m *Metrics) ManifestRead() { m.manifests.Inc() }

// JobFailed implements Observer.
func (m *Metrics) JobFailed(unreachable bool) {
	kind := "failed"
	if unreachable {
		kind = "unreachable"
	}
	m.errors.WithLabelValues(kind).Inc()
}

const (
	headerTimeout = 10 * time.Second
	queryTimeout  = 5 * time.Second // of the queue, for one scrape
)

// Serve serves /metrics at an address, HOST:PORT or a port of the loopback address, until stop is called, which waits for its
// end. It returns the address it listens at.
func (m *Metrics) Serve(ctx context.Context, address string) (at string, stop func(), err error) {
	if !strings.Contains(address, ":") {
		address = net.JoinHostPort("127.0.0.1", address)
	}
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("serving metrics: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headerTimeout}
	var g errgroup.Group
	g.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	return l.Addr().String(), func() {
		_ = server.Close() // a scrape under way is tried again
		_ = g.Wait()
	}, nil
}

// queueCollector asks the database how the queue is whenever it is scraped.
type queueCollector struct {
	store                             *store.Store
	up, jobs, oldest, leftBytes, dead *prometheus.Desc
}

func newQueueCollector(s *store.Store) *queueCollector {
	describe := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("dregs_queue_"+name, help, labels, nil)
	}
	return &queueCollector{
		store:     s,
		up:        describe("up", "1 where the database answers."),
		jobs:      describe("jobs", "Jobs by state; those done are kept for a day.", "state"),
		oldest:    describe("oldest_seconds", "How long the oldest unfinished job is there."),
		leftBytes: describe("left_bytes", "Bytes as stored of layers that are still to be read."),
		dead:      describe("dead_jobs", "Jobs that were given up."),
	}
}

// Describe implements prometheus.Collector.
func (c *queueCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.up, c.jobs, c.oldest, c.leftBytes, c.dead} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *queueCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	s, err := ReadStatus(ctx, c.store, time.Now())
	if err != nil {
		gauge(c.up, 0)
		return
	}
	gauge(c.up, 1)
	for state, n := range s.States {
		gauge(c.jobs, float64(n), state)
	}
	gauge(c.oldest, float64(s.OldestSeconds))
	gauge(c.leftBytes, float64(s.LeftBytes))
	gauge(c.dead, float64(s.DeadCount))
}
