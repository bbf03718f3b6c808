package queue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"dregs/scanner/store"
)

const (
	pollEvery = 500 * time.Millisecond
	waitChunk = 10_000 // jobs asked for in one query
)

// exists tells whether there ever was a queue beside a store.
func exists(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	var is bool
	if err := pool.QueryRow(ctx, `SELECT to_regclass('river_job') IS NOT NULL`).Scan(&is); err != nil {
		return false, fmt.Errorf("looking for the queue: %w", err)
	}
	return is, nil
}

// Wait waits until the jobs that e put, or found waiting, are done or given up; where e is nil, those of the examination that
// are unfinished now. tell is told how many are left, whenever that changes and at least every minute. While the server is
// away it waits too.
func (q *Queue) Wait(ctx context.Context, e *Enqueued, examination string, tell func(left int)) error {
	var jobs []int64
	if e != nil {
		jobs = slices.Clone(e.jobs)
	} else {
		err := q.patiently(ctx, func() (err error) {
			jobs, err = q.ids(ctx, `SELECT id FROM river_job WHERE queue = $1 AND state = ANY($2::river_job_state[]) ORDER BY id`, queueOf(examination), unfinishedNames())
			return err
		})
		if err != nil {
			return fmt.Errorf("listing unfinished jobs: %w", err)
		}
	}
	told, at := -1, time.Time{}
	for len(jobs) > 0 {
		if left := len(jobs); left != told || time.Since(at) > time.Minute {
			tell(left)
			told, at = left, time.Now()
		}
		first := jobs[:min(len(jobs), waitChunk)]
		var open []int64
		err := q.patiently(ctx, func() (err error) {
			open, err = q.ids(ctx, `SELECT id FROM river_job WHERE id = ANY($1) AND state = ANY($2::river_job_state[]) ORDER BY id`, first, unfinishedNames())
			return err
		})
		if err != nil {
			return fmt.Errorf("waiting for jobs: %w", err)
		}
		jobs = append(open, jobs[len(first):]...)
		if len(open) == 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for jobs: %w", ctx.Err())
		case <-time.After(pollEvery):
		}
	}
	return nil
}

func (q *Queue) ids(ctx context.Context, query string, args ...any) ([]int64, error) {
	rows, err := q.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// unfinishedNames are unfinished as the database takes them.
func unfinishedNames() []string {
	names := make([]string, len(unfinished))
	for i, s := range unfinished {
		names[i] = string(s)
	}
	return names
}

// Others tells of queues with unfinished jobs for other examinations than one, of which a worker takes none.
func Others(ctx context.Context, s *store.Store, examination string) ([]Group, error) {
	status, err := ReadStatus(ctx, s, time.Now())
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(status.Groups, func(g Group) bool {
		return g.Queue == queueOf(examination) || g.Waiting+g.Running == 0
	}), nil
}
