package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Layer is what reading one layer gave.
type Layer struct {
	Digest      string // of the bytes as stored, as they were read
	Examination string // names all that the result depends on beside the bytes
	Size        int64  // bytes as stored
	Result      []byte
}

// Layer returns the result of a layer; ok is false where there is none.
func (s *Store) Layer(ctx context.Context, digest, examination string) (result []byte, ok bool, err error) {
	row := s.db.QueryRowContext(ctx, `SELECT result FROM layer_result WHERE digest = $1 AND examination = $2`, digest, examination)
	err = row.Scan(&result)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("looking up layer %s: %w", digest, err)
	}
	return result, true, nil
}

// AnyOfSize tells whether there is a result of a layer of size bytes: where there is none, a layer need not be hashed.
func (s *Store) AnyOfSize(ctx context.Context, examination string, size int64) (bool, error) {
	var one int
	row := s.db.QueryRowContext(ctx, `SELECT 1 FROM layer_result WHERE examination = $1 AND size = $2 LIMIT 1`, examination, size)
	err := row.Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking up layers of %d bytes: %w", size, err)
	}
	return true, nil
}

// PutLayers keeps results, all or none; one that is there already stays as it is.
func (s *Store) PutLayers(ctx context.Context, all []Layer) error {
	if len(all) == 0 {
		return nil
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		insert, err := tx.PrepareContext(ctx, `INSERT INTO layer_result (digest, examination, size, result) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`)
		if err != nil {
			return fmt.Errorf("keeping layers: %w", err)
		}
		defer insert.Close()
		for i := range all {
			l := &all[i]
			if _, err := insert.ExecContext(ctx, l.Digest, l.Examination, l.Size, l.Result); err != nil {
				return fmt.Errorf("keeping layer %s: %w", l.Digest, err)
			}
		}
		return nil
	})
}
