// Package queue shares the work of scanning registries among any number of workers: jobs for layers and manifests wait in a
// PostgreSQL database, beside the store that takes their results, and River hands them out. A job may be done twice; its result
// is kept once. No job holds a secret or a credential: workers have their own. It makes no report: a scan of the same options
// does, from the store.
package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/riverqueue/river/rivertype"

	"dregs/scanner/store"
)

// ErrNoServer says that the store is a file, which only one machine has.
var ErrNoServer = errors.New("the store is a file; a queue needs one on a PostgreSQL server")

// Queue is the jobs beside a store. It is safe for concurrent use.
type Queue struct {
	store  *store.Store
	pool   *pgxpool.Pool
	insert *river.Client[pgx.Tx] // puts jobs and takes none
	warn   func(error)
}

// Open opens the queue beside a store, and makes its tables or brings them up to date. One that a newer version made is an
// error (errors.Is store.ErrNewer). warn is told of what goes wrong and may pass, such as a server that is away for a while;
// it may be called from several goroutines. The store is the caller's to close, after the last use of the queue.
func Open(ctx context.Context, s *store.Store, warn func(error)) (*Queue, error) {
	if s.Pool() == nil {
		return nil, fmt.Errorf("opening the queue: %w", ErrNoServer)
	}
	q := &Queue{store: s, pool: s.Pool(), warn: warn}
	if err := q.migrate(ctx); err != nil {
		return nil, fmt.Errorf("opening the queue: %w", err)
	}
	var err error
	if q.insert, err = river.NewClient(riverpgxv5.New(q.pool), &river.Config{Logger: newLogger(warn)}); err != nil {
		return nil, fmt.Errorf("opening the queue: %w", err)
	}
	return q, nil
}

// queueLock is the advisory lock under which one process at a time changes the schema of the queue.
const queueLock = 7236547294

// migrate brings the tables of the queue up to date.
func (q *Queue) migrate(ctx context.Context) error {
	c, err := q.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reaching the server: %w", err)
	}
	defer c.Release()
	if _, err := c.Exec(ctx, `SELECT pg_advisory_lock($1)`, queueLock); err != nil {
		return fmt.Errorf("waiting for the schema: %w", err)
	}
	defer func() { _, _ = c.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, queueLock) }() // its end frees it too
	m, err := rivermigrate.New(riverpgxv5.New(q.pool), &rivermigrate.Config{Logger: newLogger(q.warn)})
	if err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	taken, err := stepsTaken(ctx, c)
	if err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	known := m.AllVersions()
	switch last := known[len(known)-1].Version; {
	case taken > last:
		return fmt.Errorf("%w: its queue is at step %d, this one knows %d", store.ErrNewer, taken, last)
	case taken == last:
		return nil
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("bringing the schema up to date: %w", err)
	}
	return nil
}

// stepsTaken returns the last step of the queue's schema that was taken.
func stepsTaken(ctx context.Context, c *pgxpool.Conn) (last int, err error) {
	var is bool
	if err := c.QueryRow(ctx, `SELECT to_regclass('river_migration') IS NOT NULL`).Scan(&is); err != nil || !is {
		return 0, err
	}
	err = c.QueryRow(ctx, `SELECT COALESCE(MAX(version), 0) FROM river_migration`).Scan(&last)
	return last, err
}

// Kinds of jobs.
const (
	kindLayer    = "layer"
	kindManifest = "manifest"
)

// work is what every job says: for which scans it is, and where.
type work struct {
	Digest      string `json:"digest" river:"unique"`
	Examination string `json:"examination" river:"unique"`
	Repository  string `json:"repository"` // HOST/NAME
	MediaType   string `json:"media_type,omitempty"`
	Size        int64  `json:"size"` // bytes as stored, -1 unknown
	PlainHTTP   bool   `json:"plain_http,omitempty"`
	Insecure    bool   `json:"insecure,omitempty"`
	Version     string `json:"version"` // of the program that enqueued it, and its rules: for whoever wonders why nobody takes it
	Rules       string `json:"rules"`
}

// layerArgs asks for a layer to be read.
type layerArgs struct{ work }

// Kind implements river.JobArgs.
func (layerArgs) Kind() string { return kindLayer }

// manifestArgs asks for a manifest and its configuration to be fetched and recorded.
type manifestArgs struct {
	work
	Tags []string `json:"tags,omitempty"`
}

// Kind implements river.JobArgs.
func (manifestArgs) Kind() string { return kindManifest }

// queueOf names the queue of an examination. Whoever examines otherwise cannot do its jobs, and never sees them.
func queueOf(examination string) string { return "dregs_" + examination[:min(32, len(examination))] }

// NameOf names the queue of an examination, as Status does.
func NameOf(examination string) string { return queueOf(examination) }

// unfinished are the states of jobs that somebody has still to do.
var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}

// Time that jobs get beside the one for their size.
const (
	DefaultJobTimeout = 15 * time.Minute
	// DefaultRescueAfter is when a job of a worker that died is given to another.
	DefaultRescueAfter = 20 * time.Minute
	bytesPerSecond     = 2 << 20 // a worker is given a second for that much of a layer as stored, which is slow
)

// timeout returns how long one job may take.
func (w *work) timeout(least time.Duration) time.Duration {
	return least + time.Duration(max(0, w.Size)/bytesPerSecond)*time.Second
}
