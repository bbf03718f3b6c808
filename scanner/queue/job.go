package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/source"
)

// layerWorker reads layers.
type layerWorker struct {
	river.WorkerDefaults[layerArgs]
	*doer
}

// Timeout implements river.Worker.
func (w *layerWorker) Timeout(job *river.Job[layerArgs]) time.Duration {
	return job.Args.timeout(w.working.JobTimeout)
}

// Work implements river.Worker.
func (w *layerWorker) Work(ctx context.Context, job *river.Job[layerArgs]) error {
	return w.do(ctx, job.JobRow, &job.Args.work, func() error {
		a := &job.Args
		b, err := w.fetch.Blob(a.origin(), a.Digest, a.MediaType, a.Size)
		if err != nil {
			return err
		}
		reading, err := w.reader.Read(ctx, b)
		if err == nil {
			w.working.Observer.LayerRead(reading)
		}
		return err
	})
}

// manifestWorker fetches manifests and records what they name.
type manifestWorker struct {
	river.WorkerDefaults[manifestArgs]
	*doer
}

// Work implements river.Worker.
func (w *manifestWorker) Work(ctx context.Context, job *river.Job[manifestArgs]) error {
	return w.do(ctx, job.JobRow, &job.Args.work, func() error {
		a := &job.Args
		img, contents, err := w.fetch.Image(ctx, a.origin(), a.Digest, a.MediaType)
		if err != nil {
			return &scanner.UnreachableError{Err: err}
		}
		for _, p := range contents.Problems {
			if p.Kind == report.Unreadable || p.Kind == report.Unauthorized {
				return &scanner.UnreachableError{Err: errors.New(p.Error)}
			}
		}
		if img == nil { // what is wrong with it is the report's to tell
			return nil
		}
		img.Tags = a.Tags
		described := scanner.DescribeImage(ctx, img, w.search)
		if err := w.queue.patiently(ctx, func() error { return w.queue.store.RecordImage(ctx, &described, time.Now()) }); err != nil {
			return err
		}
		w.working.Observer.ManifestRead()
		return nil
	})
}

// origin returns where a job's bytes are.
func (w *work) origin() source.Origin {
	return source.Origin{Repository: w.Repository, PlainHTTP: w.PlainHTTP, Insecure: w.Insecure}
}

// do does one job. One that was begun before, and not ended, may have ended its worker: it is done alone, so that it takes no
// other along.
func (d *doer) do(ctx context.Context, job *rivertype.JobRow, w *work, fn func() error) error {
	weight := int64(1)
	if job.Attempt > 1 {
		weight = int64(d.working.Scan.Jobs)
	}
	if err := d.turn(ctx, job, weight); err != nil {
		return err
	}
	defer d.slots.Release(weight)
	if w.Examination != d.reader.Examination() {
		return river.JobCancel(errors.New("the job is for other rules, limits or another version of dregs than its queue"))
	}
	err := d.ended(ctx, job, w, guarded(fn))
	var snooze *rivertype.JobSnoozeError
	if err != nil && !errors.Is(err, context.Canceled) {
		d.working.Observer.JobFailed(errors.As(err, &snooze))
	}
	return err
}

// turn waits until a job may begin. Whatever runs meanwhile may end this process, and that is no attempt at a job that waits:
// one is counted when it begins.
func (d *doer) turn(ctx context.Context, job *rivertype.JobRow, weight int64) error {
	if d.slots.TryAcquire(weight) {
		return nil
	}
	if err := d.queue.countAttempts(ctx, job, job.Attempt-1); err != nil {
		return err
	}
	if err := d.slots.Acquire(ctx, weight); err != nil {
		return river.JobSnooze(0) // its time, or this worker's, was over before its turn
	}
	err := d.queue.countAttempts(ctx, job, job.Attempt)
	if err != nil {
		d.slots.Release(weight)
	}
	return err
}

// countAttempts stores how often a job was begun.
func (q *Queue) countAttempts(ctx context.Context, job *rivertype.JobRow, attempts int) error {
	err := q.patiently(ctx, func() error {
		_, err := q.pool.Exec(ctx, `UPDATE river_job SET attempt = $2 WHERE id = $1 AND state = 'running'`, job.ID, attempts)
		return err
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return river.JobSnooze(0)
	}
	return fmt.Errorf("counting its attempts: %w", err)
}

// unreachedKey is where a job notes how often its registry was not reached.
const unreachedKey = "unreached"

// Bounds of how a job goes back whose registry this worker cannot reach.
const (
	maxUnreached   = 12
	firstUnreached = time.Second
	longestAway    = time.Minute
)

// ended returns how a job ends that ended with err. One whose registry was not reached goes back, to whom may reach it, and
// that counts as no attempt, until it was too often. What is returned is stored and shown: no error of ours holds content.
func (d *doer) ended(ctx context.Context, job *rivertype.JobRow, w *work, err error) error {
	var away *scanner.UnreachableError
	switch {
	case err == nil:
		d.away.Store(0)
		return nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil:
		return fmt.Errorf("it took longer than %v", w.timeout(d.working.JobTimeout))
	case !errors.As(err, &away):
		d.queue.warn(fmt.Errorf("%s %s of %s, attempt %d of %d: %w", job.Kind, w.Digest, w.Repository, job.Attempt, job.MaxAttempts, err))
		return err
	}
	var noted struct {
		Unreached int `json:"unreached"`
	}
	if json.Unmarshal(job.Metadata, &noted) != nil {
		noted.Unreached = 0
	}
	noted.Unreached++
	d.queue.warn(fmt.Errorf("%s %s of %s goes back (%d of %d): %w", job.Kind, w.Digest, w.Repository, noted.Unreached, maxUnreached, err))
	if noted.Unreached >= maxUnreached {
		return river.JobCancel(fmt.Errorf("no worker reached it in %d tries: %w", noted.Unreached, err))
	}
	if err := river.MetadataSet(ctx, unreachedKey, noted.Unreached); err != nil {
		return fmt.Errorf("noting that the registry was not reached: %w", err)
	}
	d.stepBack(ctx)
	return river.JobSnooze(backoff(firstUnreached, longestAway, noted.Unreached))
}

// longestStepBack is how long a worker that reaches no registry keeps to itself.
const longestStepBack = 8 * time.Second

// stepBack waits, longer with each job in a row that was not reached: who fails at once would else take all jobs from those
// who read.
func (d *doer) stepBack(ctx context.Context) {
	timer := time.NewTimer(backoff(firstUnreached/2, longestStepBack, int(d.away.Add(1))))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// guarded turns a panic into an error. The panic's value is not shown: it may hold content.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = report.Faultf(report.Unreadable, "panic of type %T", p)
		}
	}()
	return fn()
}
