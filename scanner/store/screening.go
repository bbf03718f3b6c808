package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Screening says that no guessable value of a layer shows in what else a scan of Scope reports on.
type Screening struct {
	Digest      string // of the layer
	Examination string // as Layer.Examination
	Scope       string // names what else was reported on
}

// Screened tells whether that was found to be so.
func (s *Store) Screened(ctx context.Context, what Screening) (bool, error) {
	var one int
	row := s.db.QueryRowContext(ctx, `SELECT 1 FROM layer_screening WHERE digest = $1 AND examination = $2 AND scope = $3`,
		what.Digest, what.Examination, what.Scope)
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
		for _, w := range all {
			_, err := tx.ExecContext(ctx, `INSERT INTO layer_screening (digest, examination, scope) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
				w.Digest, w.Examination, w.Scope)
			if err != nil {
				return fmt.Errorf("keeping the screening of layer %s: %w", w.Digest, err)
			}
		}
		return nil
	})
}
