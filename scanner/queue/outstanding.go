package queue

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/rivertype"

	"dregs/report"
	"dregs/scanner/source"
	"dregs/scanner/store"
)

// Outstanding is the layers of an examination that no scan has to read: workers are still to, or gave them up. It is safe for
// concurrent use.
type Outstanding struct {
	store       *store.Store
	examination string
	jobs        map[string]outstandingJob // by digest
}

// outstandingJob is the last job of a layer, which is not done.
type outstandingJob struct {
	state    rivertype.JobState
	attempts int
	last     string // error, as it was stored
}

// Outstand lists what is outstanding in a store. A store that never had a queue has nothing outstanding.
func Outstand(ctx context.Context, s *store.Store, examination string) (*Outstanding, error) {
	o := &Outstanding{store: s, examination: examination, jobs: make(map[string]outstandingJob)}
	if s.Pool() == nil {
		return o, nil
	}
	is, err := exists(ctx, s.Pool())
	if err != nil || !is {
		return o, err
	}
	rows, err := s.Pool().Query(ctx, `
		SELECT DISTINCT ON (args->>'digest') args->>'digest', state::text, attempt::int, COALESCE(errors[array_upper(errors, 1)]->>'error', '')
		FROM river_job WHERE queue = $1 AND kind = $2 AND state <> 'completed'
		ORDER BY args->>'digest', id DESC`, queueOf(examination), kindLayer)
	if err != nil {
		return nil, fmt.Errorf("listing unfinished jobs: %w", err)
	}
	var digest string
	var job outstandingJob
	_, err = pgx.ForEachRow(rows, []any{&digest, &job.state, &job.attempts, &job.last}, func() error {
		o.jobs[digest] = job
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing unfinished jobs: %w", err)
	}
	return o, nil
}

// Elsewhere tells why a blob is not to be read: see scanner.Options.
func (o *Outstanding) Elsewhere(ctx context.Context, b source.Blob) error {
	job, ok := o.jobs[b.Digest]
	if !ok || !b.Remote {
		return nil
	}
	known, err := o.store.Known(ctx, o.examination, []string{b.Digest})
	switch {
	case err != nil:
		return report.Faultf(report.Unreadable, "asking the store: %w", err)
	case known[b.Digest]: // since the jobs were listed
		return nil
	case job.state == rivertype.JobStateDiscarded:
		return report.Faultf(report.Unreadable, "workers gave it up after %d attempts: %s", job.attempts, job.why())
	case job.state == rivertype.JobStateCancelled:
		return report.Faultf(report.Unreadable, "workers gave it up: %s", job.why())
	}
	return report.Faultf(report.Interrupted, "no worker has read it yet: its job is %s", job.state)
}

// rescued is what River stores for a job whose worker never told its end.
const rescued = "Stuck job rescued by JobRescuer"

// why returns the last error of a job in our words.
func (j *outstandingJob) why() string {
	switch j.last {
	case "":
		return "there is no error of it"
	case rescued:
		return "its worker died, or did not end in time"
	}
	return j.last
}
