package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Screening says that no guessable value of a layer shows in what else a scan of Scope reports on; or, of texts that are no
// layer, that there is nothing in them.
type Screening struct {
	Digest      string // of the layer, or of the texts
	Examination string // as Layer.Examination
	Scope       string // names what else was reported on, or what texts they are
}

// Screened tells whether that was found to be so.
func (s *Store) Screened(ctx context.Context, what Screening) (bool, error) {
	var one int
	row := s.screened.QueryRowContext(s.brief(ctx), what.Digest, what.Examination, what.Scope)
	err := row.Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking up the screening of layer %s: %w", what.Digest, err)
	}
	return true, nil
}

// PutScreenings keeps screenings, all or none.
func (s *Store) PutScreenings(ctx context.Context, all []Screening) error {
	if len(all) == 0 {
		return nil
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO layer_screening (digest, examination, scope) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`)
		if err != nil {
			return fmt.Errorf("keeping screenings: %w", err)
		}
		defer insert.Close()
		for _, w := range all {
			if _, err := insert.ExecContext(s.brief(ctx), w.Digest, w.Examination, w.Scope); err != nil {
				return fmt.Errorf("keeping the screening of layer %s: %w", w.Digest, err)
			}
		}
		return nil
	})
}
