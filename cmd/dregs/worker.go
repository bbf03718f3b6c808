package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dregs/scanner"
	"dregs/scanner/queue"
	"dregs/scanner/store"
)

// workerCommand takes jobs of a shared queue.
type workerCommand struct {
	Store       string        `required:"" placeholder:"URL" help:"The PostgreSQL database of store and queue: postgres://USER@HOST/DATABASE. A password is better in $$PGPASSWORD or ~/.pgpass." group:"Fleet"`
	Metrics     string        `placeholder:"[HOST:]PORT" help:"Serve metrics for Prometheus at http://HOST:PORT/metrics; without HOST on the loopback address alone." group:"Fleet"`
	JobTimeout  time.Duration `default:"${job_timeout}" placeholder:"TIME" help:"For one job, beside a second for each 2 MiB of its layer (default ${default})." group:"Fleet"`
	RescueAfter time.Duration `default:"${rescue_after}" placeholder:"TIME" help:"When a job of a worker that died is given to another, unless its own time is longer; more than --job-timeout (default ${default})." group:"Fleet"`
	Grace       time.Duration `default:"5m" placeholder:"TIME" help:"For jobs under way when the worker is told to end; what is not done then goes back (default ${default})." group:"Fleet"`

	readFlags
}

// Help implements kong.HelpProvider.
func (workerCommand) Help() string {
	return `Reads the layers that "dregs registry scan --enqueue" has put on the queue, with credentials of its own (docker's
configuration, credential helpers, the providers' variables, or --username and --password-stdin), and keeps what it found in the
store: never a secret. It takes only jobs for scans with the same rules, limits, platform and version as its own. It runs until
SIGTERM or SIGINT, which let it finish what is under way; a second one ends it at once. While the database is away it waits.
A job whose registry it cannot reach goes back for others. One that ended its worker is begun again alone, and given up after
--attempts of registry scan.

Exit codes: 0 it was told to end; 2 wrong usage, or it could not begin.

Examples:

    dregs worker --store postgres://dregs@db/dregs
    dregs worker --store postgres://dregs@db/dregs --jobs 4 --metrics 9090
    DREGS_STORE=postgres://dregs@db/dregs dregs worker --job-timeout 1h --rescue-after 90m`
}

// AfterApply refuses counts that bound nothing and times that leave none.
func (c *workerCommand) AfterApply() error {
	if err := c.limitFlags.AfterApply(); err != nil { // this method hides it
		return err
	}
	for _, t := range []struct {
		flag string
		time time.Duration
	}{{"--job-timeout", c.JobTimeout}, {"--rescue-after", c.RescueAfter}, {"--grace", c.Grace}} {
		if t.time <= 0 {
			return fmt.Errorf("%s: %v is not more than zero", t.flag, t.time)
		}
	}
	if c.RescueAfter <= c.JobTimeout {
		return fmt.Errorf("--rescue-after: %v is not more than --job-timeout, %v: jobs under way would be given to others", c.RescueAfter, c.JobTimeout)
	}
	return nil
}

// Run works until ctx ends.
func (c *workerCommand) Run(ctx context.Context, s streams, code *int) error {
	switch {
	case !store.IsServer(c.Store):
		return &usageError{err: fmt.Errorf("--store: %q is no database that workers share", c.Store), hint: hintLocation}
	case !c.own():
		return &usageError{err: errors.New("a worker searches by rules alone"), hint: "leave out --find-stdin and --engine gitleaks"}
	}
	o, err := c.options(ctx, s, nil)
	if err != nil {
		return err
	}
	opened, err := openServer(ctx, c.Store)
	if err != nil {
		return err
	}
	kept := &kept{store: opened, warn: func(err error) {
		fmt.Fprintf(s.err, "dregs: warning: %s\n", printable(err.Error()))
	}}
	defer kept.close()
	kept.options(&o)
	q, err := openQueue(ctx, s, opened)
	if err != nil {
		return err
	}
	if err := c.work(ctx, s, q, opened, o); err != nil {
		return err
	}
	*code = 0
	return nil
}

// work serves metrics, if asked for, and takes jobs.
func (c *workerCommand) work(ctx context.Context, s streams, q *queue.Queue, kept *store.Store, o scanner.Options) error {
	reader, err := scanner.NewLayerReader(o)
	if err != nil {
		return err
	}
	w := queue.Working{Scan: o, JobTimeout: c.JobTimeout, RescueAfter: c.RescueAfter, Grace: c.Grace}
	if c.Metrics != "" {
		metrics := queue.NewMetrics(kept)
		address, stop, err := metrics.Serve(ctx, c.Metrics)
		if err != nil {
			return &usageError{err: err, hint: "give a port, or HOST:PORT: --metrics 9090"}
		}
		defer stop()
		w.Observer = metrics
		fmt.Fprintf(s.err, "dregs: metrics at http://%s/metrics\n", address)
	}
	others, err := queue.Others(ctx, kept, reader.Examination())
	if err != nil {
		return err
	}
	for _, g := range others {
		fmt.Fprintf(s.err, "dregs: warning: %s\n", printable(fmt.Sprintf(
			"queue %s has %d jobs for dregs %s with the rules %s, or for other limits: this worker takes none of them",
			g.Queue, g.Waiting+g.Running, g.Version, g.Rules)))
	}
	fmt.Fprintf(s.err, "dregs: taking jobs of queue %s\n", queue.NameOf(reader.Examination()))
	if err := q.Work(ctx, w); err != nil {
		return err
	}
	fmt.Fprintln(s.err, "dregs: ended: what was under way is done or was given back")
	return nil
}
