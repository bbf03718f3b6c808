package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"golang.org/x/sync/semaphore"

	"dregs/rules"
	"dregs/scanner"
	"dregs/scanner/source"
)

// Working says how a worker works. The zero value of a time means its default.
type Working struct {
	Scan        scanner.Options // how layers are read, with how many side by side; its Store is not used
	JobTimeout  time.Duration   // for one job, beside the time for its size
	RescueAfter time.Duration   // when a job of a worker that died is given to another; more than JobTimeout
	Grace       time.Duration   // for jobs under way when ctx ends, before they are given back
	Observer    Observer        // nil for none
}

// Observer is told what a worker does. Its methods are called from several goroutines.
type Observer interface {
	// LayerRead tells of a layer that was read, and of those that others had read before.
	LayerRead(*scanner.LayerReading)
	// ManifestRead tells of a manifest that was recorded.
	ManifestRead()
	// JobFailed tells of a job that was not done; unreachable, because its registry was not reached.
	JobFailed(unreachable bool)
}

// fetchCooldown is how long a worker waits at least before it asks for jobs again: small layers take no longer.
const fetchCooldown = 10 * time.Millisecond

// defaultGrace is the default of Working.Grace.
const defaultGrace = 5 * time.Minute

// Work takes jobs until ctx ends, finishes those under way within Grace, and gives the rest back. While the server is away it
// waits. It returns why it could not begin, after several attempts.
func (q *Queue) Work(ctx context.Context, w Working) error {
	w = w.withDefaults()
	if w.RescueAfter <= w.JobTimeout {
		return fmt.Errorf("starting to work: jobs would be rescued after %v, before their time of %v is over", w.RescueAfter, w.JobTimeout)
	}
	w.Scan.Store = &patientStore{LayerStore: q.store, warn: q.warn}
	// Layers that are read side by side share what one scan may hold.
	w.Scan.Limits.BytesInFlight = max(least, w.Scan.Limits.BytesInFlight/int64(w.Scan.Jobs))
	reader, err := scanner.NewLayerReader(w.Scan)
	if err != nil {
		return fmt.Errorf("starting to work: %w", err)
	}
	d := &doer{
		queue: q, working: w, reader: reader, fetch: source.NewFetcher(w.Scan.Source), search: w.Scan.Searcher,
		slots: semaphore.NewWeighted(int64(w.Scan.Jobs)),
	}
	workers := river.NewWorkers()
	if err := errors.Join(river.AddWorkerSafely(workers, &layerWorker{doer: d}), river.AddWorkerSafely(workers, &manifestWorker{doer: d})); err != nil {
		return fmt.Errorf("starting to work: %w", err)
	}
	config := &river.Config{
		DiscardedJobRetentionPeriod: -1, // what was given up is told by reports
		CancelledJobRetentionPeriod: -1,
		FetchCooldown:               fetchCooldown,
		ID:                          clientID(),
		JobTimeout:                  w.JobTimeout,
		Logger:                      newLogger(q.warn),
		Queues:                      map[string]river.QueueConfig{queueOf(reader.Examination()): {MaxWorkers: w.Scan.Jobs}},
		RescueStuckJobsAfter:        w.RescueAfter,
		RetryPolicy:                 retries{},
		SoftStopTimeout:             w.Grace,
		Workers:                     workers,
	}
	for attempt := 1; ; attempt++ {
		client, err := river.NewClient(riverpgxv5.New(q.pool), config)
		if err != nil {
			return fmt.Errorf("starting to work: %w", err)
		}
		if err = client.Start(ctx); err == nil {
			<-client.Stopped()
			return nil
		}
		err = fmt.Errorf("starting to work: %w", err)
		if attempt == startAttempts || ctx.Err() != nil {
			return err
		}
		q.warn(err) // the server was there a moment ago, or there would be no queue
		select {
		case <-time.After(time.Duration(attempt) * time.Second):
		case <-ctx.Done():
			return err
		}
	}
}

// startAttempts is how often a worker tries to begin, waiting a second longer each time: three quarters of a minute.
const startAttempts = 10

// clientID names this worker in the database: host, process, and what tells it from any other.
func clientID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s_%d_%s", host, os.Getpid(), rand.Text())
}

// least is what the content of one layer may take in memory for matching, however many are read side by side.
const least = 32 << 20

func (w Working) withDefaults() Working {
	if w.Scan.Jobs <= 0 {
		w.Scan.Jobs = runtime.GOMAXPROCS(0)
	}
	if w.JobTimeout <= 0 {
		w.JobTimeout = DefaultJobTimeout
	}
	if w.RescueAfter <= 0 {
		w.RescueAfter = max(DefaultRescueAfter, w.JobTimeout+w.JobTimeout/3)
	}
	if w.Grace <= 0 {
		w.Grace = defaultGrace
	}
	if w.Observer == nil {
		w.Observer = unobserved{}
	}
	return w
}

// unobserved is the observer that nobody is.
type unobserved struct{}

func (unobserved) LayerRead(*scanner.LayerReading) {}
func (unobserved) ManifestRead()                   {}
func (unobserved) JobFailed(bool)                  {}

// doer is what the workers of both kinds of jobs share.
type doer struct {
	queue   *Queue
	working Working
	reader  *scanner.LayerReader
	fetch   *source.Fetcher
	search  rules.Searcher
	slots   *semaphore.Weighted // of jobs side by side; one that was begun before takes all
	away    atomic.Int64        // jobs in a row whose registry was not reached
}

// retries says when a job that failed is begun again.
type retries struct{}

const (
	firstRetry   = 2 * time.Second
	longestRetry = 10 * time.Minute
)

// NextRetry implements river.ClientRetryPolicy.
func (retries) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(backoff(firstRetry, longestRetry, job.Attempt))
}

// backoff returns how long to wait after a number of tries: first after one, four times as long after each more.
func backoff(first, longest time.Duration, tries int) time.Duration {
	wait := first
	for i := 1; i < tries && wait < longest; i++ {
		wait *= 4
	}
	return min(wait, longest)
}
