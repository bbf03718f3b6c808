package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/rivertype"

	"dregs/scanner/store"
)

// StatusSchema names the version of the JSON.
const StatusSchema = "dregs/queue/v1"

// Status tells how far the work of a queue is.
type Status struct {
	Schema string         `json:"schema"`
	Taken  string         `json:"taken"`  // RFC 3339
	States map[string]int `json:"states"` // jobs by state; those done are kept for a day
	// OldestSeconds is how long the oldest unfinished job is there.
	OldestSeconds int64   `json:"oldest_seconds"`
	Retries       int     `json:"retries"` // further attempts at jobs, those done included
	Unreached     int     `json:"unreached"`
	Workers       int     `json:"workers"` // that have a job now
	Groups        []Group `json:"queues"`  // one for each examination, by name
	Dead          []Dead  `json:"dead"`    // given up, the latest first, at most 1,000
	DeadCount     int     `json:"dead_count"`
	// JobsPerSecond and BytesPerSecond are of the layers done in the last WindowSeconds.
	JobsPerSecond  float64 `json:"jobs_per_second"`
	BytesPerSecond float64 `json:"bytes_per_second"`
	WindowSeconds  int64   `json:"window_seconds"`
	LeftJobs       int     `json:"left_jobs"`
	LeftBytes      int64   `json:"left_bytes"`         // of unfinished layers, as stored
	EndInSeconds   *int64  `json:"end_in_seconds"`     // an estimate; null where nothing was done lately
	EndsAt         string  `json:"ends_at,omitempty"`  // the same, RFC 3339
	NoQueue        bool    `json:"no_queue,omitempty"` // nothing was ever enqueued
}

// Group is the jobs of one examination: only workers with the same rules, limits and version take them.
type Group struct {
	Queue   string `json:"queue"`
	Version string `json:"version"`
	Rules   string `json:"rules"` // digest
	Waiting int    `json:"waiting"`
	Running int    `json:"running"`
	Done    int    `json:"done"`
	Dead    int    `json:"dead"`
}

// Dead is a job that was given up.
type Dead struct {
	Kind       string `json:"kind"` // layer or manifest
	Digest     string `json:"digest"`
	Repository string `json:"repository"`
	Attempts   int    `json:"attempts"`
	Error      string `json:"error"`
	At         string `json:"at"` // RFC 3339
}

const (
	throughputWindow = 5 * time.Minute
	maxDead          = 1000
)

// ReadStatus reads the status of the queue beside a store.
func ReadStatus(ctx context.Context, s *store.Store, now time.Time) (*Status, error) {
	st := &Status{Schema: StatusSchema, Taken: now.UTC().Format(time.RFC3339), States: map[string]int{}, Groups: []Group{}, Dead: []Dead{}}
	if s.Pool() == nil {
		return nil, fmt.Errorf("reading the queue: %w", ErrNoServer)
	}
	is, err := exists(ctx, s.Pool())
	if err != nil {
		return nil, err
	}
	if !is {
		st.NoQueue = true
		return st, nil
	}
	// One moment for all that is told.
	err = pgx.BeginTxFunc(ctx, s.Pool(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		for _, read := range []func(context.Context, pgx.Tx) error{st.groups, st.totals, st.dead} {
			if err := read(ctx, tx); err != nil {
				return err
			}
		}
		return st.throughput(ctx, tx, now)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the queue: %w", err)
	}
	return st, nil
}

// groups counts jobs by examination and state.
func (s *Status) groups(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT queue, COALESCE(MAX(args->>'version'), ''), COALESCE(MAX(args->>'rules'), ''), state::text, COUNT(*)
		FROM river_job WHERE kind IN ('layer', 'manifest') GROUP BY queue, state ORDER BY queue, state`)
	if err != nil {
		return err
	}
	var g Group
	var state rivertype.JobState
	var n int
	_, err = pgx.ForEachRow(rows, []any{&g.Queue, &g.Version, &g.Rules, &state, &n}, func() error {
		s.States[string(state)] += n
		if len(s.Groups) == 0 || s.Groups[len(s.Groups)-1].Queue != g.Queue {
			s.Groups = append(s.Groups, Group{Queue: g.Queue, Version: g.Version, Rules: g.Rules})
		}
		last := &s.Groups[len(s.Groups)-1]
		switch state {
		case rivertype.JobStateCompleted:
			last.Done += n
		case rivertype.JobStateDiscarded, rivertype.JobStateCancelled:
			last.Dead += n
			s.DeadCount += n
		case rivertype.JobStateRunning:
			last.Running += n
			s.LeftJobs += n
		default:
			last.Waiting += n
			s.LeftJobs += n
		}
		return nil
	})
	return err
}

// totals sums up what is left and what was tried.
func (s *Status) totals(ctx context.Context, tx pgx.Tx) error {
	return tx.QueryRow(ctx, `
		SELECT
			COALESCE(EXTRACT(EPOCH FROM NOW() - MIN(created_at) FILTER (WHERE state = ANY($1::river_job_state[]))), 0)::bigint,
			COALESCE(SUM(GREATEST(attempt - 1, 0)), 0)::bigint,
			COALESCE(SUM((metadata->>'unreached')::bigint), 0)::bigint,
			COUNT(DISTINCT attempted_by[array_upper(attempted_by, 1)]) FILTER (WHERE state = 'running'),
			COALESCE(SUM(GREATEST((args->>'size')::bigint, 0)) FILTER (WHERE kind = 'layer' AND state = ANY($1::river_job_state[])), 0)::bigint
		FROM river_job WHERE kind IN ('layer', 'manifest')`, unfinishedNames()).
		Scan(&s.OldestSeconds, &s.Retries, &s.Unreached, &s.Workers, &s.LeftBytes)
}

// dead lists what was given up.
func (s *Status) dead(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT kind, COALESCE(args->>'digest', ''), COALESCE(args->>'repository', ''), attempt::int, finalized_at, COALESCE(errors[array_upper(errors, 1)]->>'error', '')
		FROM river_job WHERE kind IN ('layer', 'manifest') AND state IN ('discarded', 'cancelled') ORDER BY finalized_at DESC, id DESC LIMIT $1`, maxDead)
	if err != nil {
		return err
	}
	var d Dead
	var at time.Time
	job := outstandingJob{}
	_, err = pgx.ForEachRow(rows, []any{&d.Kind, &d.Digest, &d.Repository, &d.Attempts, &at, &job.last}, func() error {
		d.At, d.Error = at.UTC().Format(time.RFC3339), job.why()
		s.Dead = append(s.Dead, d)
		return nil
	})
	return err
}

// throughput tells how fast layers are done, and when, at that rate, all will be.
func (s *Status) throughput(ctx context.Context, tx pgx.Tx, now time.Time) error {
	var jobs, bytes int64
	var began *time.Time
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*), COALESCE(SUM(GREATEST((args->>'size')::bigint, 0)), 0)::bigint, MIN(attempted_at)
		FROM river_job WHERE kind = 'layer' AND state = 'completed' AND finalized_at > NOW() - $1::interval`, throughputWindow).
		Scan(&jobs, &bytes, &began)
	if err != nil {
		return err
	}
	window := throughputWindow
	if began != nil { // work that began a minute ago is measured over a minute
		window = max(time.Second, min(window, now.Sub(*began)))
	}
	s.WindowSeconds = int64(window / time.Second)
	s.JobsPerSecond, s.BytesPerSecond = float64(jobs)/window.Seconds(), float64(bytes)/window.Seconds()
	if jobs == 0 || s.LeftJobs == 0 {
		return nil
	}
	// Whichever is slower: many small layers or few large ones.
	seconds := float64(s.LeftJobs) / s.JobsPerSecond
	if s.BytesPerSecond > 0 {
		seconds = max(seconds, float64(s.LeftBytes)/s.BytesPerSecond)
	}
	end := int64(seconds)
	s.EndInSeconds = &end
	s.EndsAt = now.Add(time.Duration(seconds * float64(time.Second))).UTC().Format(time.RFC3339)
	return nil
}
