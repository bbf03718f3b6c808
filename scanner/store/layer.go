package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	row := s.layer.QueryRowContext(s.brief(ctx), digest, examination)
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
	row := s.db.QueryRowContext(s.brief(ctx), `SELECT 1 FROM layer_result WHERE examination = $1 AND size = $2 LIMIT 1`, examination, size)
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
			if _, err := insert.ExecContext(s.brief(ctx), l.Digest, l.Examination, l.Size, l.Result); err != nil {
				return fmt.Errorf("keeping layer %s: %w", l.Digest, err)
			}
		}
		return nil
	})
}

// knownChunk is how many layers are asked for in one query: SQLite bounds the values of one.
const knownChunk = 500

// Known returns those of the layers that have a result.
func (s *Store) Known(ctx context.Context, examination string, digests []string) (map[string]bool, error) {
	known := make(map[string]bool)
	for some := range slices.Chunk(digests, knownChunk) {
		if err := s.known(ctx, examination, some, known); err != nil {
			return nil, fmt.Errorf("looking up layers: %w", err)
		}
	}
	return known, nil
}

func (s *Store) known(ctx context.Context, examination string, digests []string, known map[string]bool) error {
	args := []any{examination}
	var list strings.Builder
	for i, d := range digests {
		args = append(args, d)
		fmt.Fprintf(&list, ", $%d", i+2)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT digest FROM layer_result WHERE examination = $1 AND digest IN (`+list.String()[2:]+`)`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var digest string
		if err := rows.Scan(&digest); err != nil {
			return err
		}
		known[digest] = true
	}
	return rows.Err()
}
