package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"dregs/scanner"
	"dregs/scanner/store"
)

const (
	firstPause   = 250 * time.Millisecond
	longestPause = 10 * time.Second
)

// patiently calls fn again while the server is away, until ctx ends.
func (q *Queue) patiently(ctx context.Context, fn func() error) error {
	return patiently(ctx, q.warn, fn)
}

func patiently(ctx context.Context, warn func(error), fn func() error) error {
	pause := firstPause
	for {
		err := fn()
		if err == nil || ctx.Err() != nil || !isAway(err) {
			return err
		}
		if pause == firstPause {
			warn(fmt.Errorf("waiting for the store: %w", err))
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
		pause = min(2*pause, longestPause)
	}
}

// isAway tells a server that cannot be reached, or does not serve for now, from one that refuses what is asked of it (the
// classes of SQLSTATE are those of PostgreSQL's appendix A).
func isAway(err error) bool {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err)
	}
	switch answer.Code[:min(2, len(answer.Code))] {
	case "08", "40", "53", "57", "58": // connection, rollback, resources, operator, system
		return true
	}
	return false
}

// patientStore is a store that waits while its server is away: what a layer gave is not lost for that.
type patientStore struct {
	scanner.LayerStore
	warn func(error)
}

// Layer implements scanner.LayerStore.
func (p *patientStore) Layer(ctx context.Context, digest, examination string) (result []byte, ok bool, err error) {
	err = patiently(ctx, p.warn, func() (err error) {
		result, ok, err = p.LayerStore.Layer(ctx, digest, examination)
		return err
	})
	return result, ok, err
}

// PutLayers implements scanner.LayerStore.
func (p *patientStore) PutLayers(ctx context.Context, all []store.Layer) error {
	return patiently(ctx, p.warn, func() error { return p.LayerStore.PutLayers(ctx, all) })
}
