package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"dregs/scanner/queue"
	"dregs/scanner/store"
)

// registryStatusCommand tells how far the workers are.
type registryStatusCommand struct {
	Store  string `required:"" placeholder:"URL" help:"The PostgreSQL database of store and queue." group:"Fleet"`
	Format string `short:"f" enum:"${status_formats}" default:"text" help:"Format: ${status_formats_list}." group:"Output"`
	documentFlags
}

// Help implements kong.HelpProvider.
func (registryStatusCommand) Help() string {
	return `Jobs by state and by queue (one for each set of rules, limits and version), the age of the oldest, retries, jobs that were
given up and why, how fast layers are done and when they will all be.

Exit codes: 0 no job was given up; 1 some were; 2 wrong usage, or the database cannot be read.

Examples:

    dregs registry status --store postgres://dregs@db/dregs
    dregs registry status -f json --store postgres://dregs@db/dregs`
}

// Run reads the status and writes it.
func (c *registryStatusCommand) Run(ctx context.Context, s streams, code *int) error {
	if err := c.check(); err != nil {
		return err
	}
	if !store.IsServer(c.Store) {
		return &usageError{err: fmt.Errorf("--store: %q is no database that workers share", c.Store), hint: hintLocation}
	}
	kept, err := openServer(ctx, c.Store)
	if err != nil {
		return err
	}
	defer kept.Close()
	status, err := queue.ReadStatus(ctx, kept, time.Now())
	if ctx.Err() != nil {
		return fmt.Errorf("%w before the queue was read", errInterrupted)
	}
	if err != nil {
		return err
	}
	if status.DeadCount > 0 {
		*code = 1
	}
	return c.document(s.out, func(w io.Writer) error { return status.Write(w, c.Format) })
}
