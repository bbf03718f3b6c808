package main

import (
	"context"
	"errors"
	"fmt"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/queue"
	"dregs/scanner/source"
	"dregs/scanner/store"
)

// fleetFlags say what of a registry's scan workers do.
type fleetFlags struct {
	Enqueue  bool `help:"Put a job for each manifest and layer on the queue of --store, a PostgreSQL database, and end: see dregs worker." group:"Fleet"`
	Wait     bool `help:"Wait until workers have done the jobs (those of --enqueue, or all that fit this scan), then report." group:"Fleet"`
	Attempts int  `default:"${max_attempts}" placeholder:"N" help:"Give a job up after it was begun N times (default ${default})." group:"Fleet"`
}

// wanted tells whether workers are to do something for this scan.
func (f *fleetFlags) wanted() bool { return f.Enqueue || f.Wait }

// checkFleet refuses what workers could not do.
func (c *registryScanCommand) checkFleet() error {
	switch {
	case c.Attempts <= 0:
		return &usageError{err: fmt.Errorf("--attempts: %d is not more than zero", c.Attempts)}
	case !c.wanted():
		return nil
	case !store.IsServer(c.Store) || c.NoCache:
		return &usageError{err: errors.New("--enqueue and --wait need a store that workers share"), hint: "--store postgres://USER@HOST/DATABASE"}
	case source.IsStorage(c.Where):
		return &usageError{err: fmt.Errorf("%q is a folder, which workers elsewhere do not have", c.Where), hint: "enqueue the registry by its host, or scan the folder without --enqueue and --wait"}
	case c.ShowSecrets:
		return &usageError{err: errors.New("--show-secrets cannot be had from workers: nothing that they keep shows a value")}
	case !c.own():
		return &usageError{err: errors.New("workers search by rules alone"), hint: "--find-stdin and --engine gitleaks go without --enqueue and --wait"}
	}
	return nil
}

// fleet lets workers do their part of a scan of o. report is false where that is all that is asked for.
func (c *registryScanCommand) fleet(ctx context.Context, s streams, kept *kept, o *scanner.Options, code *int) (report bool, err error) {
	if kept.store == nil || kept.store.Pool() == nil || o.Store == nil {
		return true, nil
	}
	reader, err := scanner.NewLayerReader(*o)
	if err != nil {
		return false, err
	}
	if c.wanted() {
		if report, err = c.withQueue(ctx, s, kept, o, reader.Examination(), code); err != nil || !report {
			return false, err
		}
	}
	outstanding, err := queue.Outstand(ctx, kept.store, reader.Examination())
	if err != nil {
		return false, err
	}
	o.Elsewhere = outstanding.Elsewhere
	return true, nil
}

// withQueue enqueues and waits, as the flags ask for.
func (c *registryScanCommand) withQueue(ctx context.Context, s streams, kept *kept, o *scanner.Options, examination string, code *int) (report bool, err error) {
	q, err := openQueue(ctx, s, kept.store)
	if err != nil {
		return false, err
	}
	var put *queue.Enqueued
	if c.Enqueue {
		if put, err = c.enqueue(ctx, s, q, o, examination, code); err != nil {
			return false, err
		}
	}
	if !c.Wait {
		return false, nil
	}
	err = q.Wait(ctx, put, examination, func(left int) {
		fmt.Fprintf(s.err, "dregs: waiting for %d jobs of queue %s\n", left, queue.NameOf(examination))
	})
	if ctx.Err() != nil {
		return false, fmt.Errorf("%w while workers were waited for: the jobs stay, and a later run reports what came of them", errInterrupted)
	}
	return err == nil, err
}

// enqueue puts the jobs and says how many.
func (c *registryScanCommand) enqueue(ctx context.Context, s streams, q *queue.Queue, o *scanner.Options, examination string, code *int) (*queue.Enqueued, error) {
	sel := c.chosen
	put, err := q.Enqueue(ctx, queue.Enqueueing{
		Where: c.Where, Selection: sel, Source: o.Source, Examination: examination,
		Version: o.Version, Rules: o.RuleSet.Digest, Searcher: o.Searcher, MaxAttempts: c.Attempts,
	})
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w before all jobs were put", errInterrupted)
	case err != nil:
		return nil, err
	}
	fmt.Fprintf(s.err, "dregs: enqueued %d layers and %d manifests; %d jobs were there already, %d layers are known\n",
		put.Layers, put.Manifests, put.Waiting, put.Known)
	for i := range put.Problems {
		p := &put.Problems[i]
		fmt.Fprintf(s.err, "dregs: warning: %s\n", printable(fmt.Sprintf("%s: %s: %s", p.Where, p.Kind, p.Error)))
	}
	if len(put.Problems) > 0 {
		*code = report.ExitIncomplete
	}
	return put, nil
}

// openQueue opens the queue beside a store.
func openQueue(ctx context.Context, s streams, kept *store.Store) (*queue.Queue, error) {
	q, err := queue.Open(ctx, kept, func(err error) {
		fmt.Fprintf(s.err, "dregs: warning: %s\n", printable(err.Error()))
	})
	switch {
	case err == nil:
		return q, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w while the queue was opened", errInterrupted)
	case errors.Is(err, store.ErrNewer):
		return nil, &usageError{err: err, hint: hintNewer}
	}
	return nil, &usageError{err: err, hint: hintDatabase}
}
