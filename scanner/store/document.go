package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Kinds of documents.
const (
	ReportDocument    = "report"    // of a whole registry, as JSON
	InventoryDocument = "inventory" // of a registry, as JSON
)

// documentBytes bounds a document that is unpacked.
const documentBytes = 4 << 30

// PutDocument keeps what write writes as the document of a kind for a registry, in the place of an earlier one. It must hold no
// secret.
func (s *Store) PutDocument(ctx context.Context, kind, name string, taken time.Time, write func(io.Writer) error) error {
	var packed bytes.Buffer
	z, err := zstd.NewWriter(&packed, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return fmt.Errorf("packing the %s: %w", kind, err)
	}
	if err := errors.Join(write(z), z.Close()); err != nil {
		return fmt.Errorf("packing the %s: %w", kind, err)
	}
	return s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO document (kind, name, taken, body) VALUES ($1, $2, $3, $4)
			ON CONFLICT (kind, name) DO UPDATE SET taken = excluded.taken, body = excluded.body`,
			kind, storable(name), taken.UTC().Format(time.RFC3339), packed.Bytes())
		if err != nil {
			return fmt.Errorf("keeping the %s: %w", kind, err)
		}
		return nil
	})
}

// Document calls read with the document of a kind for a registry; ok is false, and read not called, where there is none.
func (s *Store) Document(ctx context.Context, kind, name string, read func(io.Reader) error) (ok bool, err error) {
	var packed []byte
	err = s.db.QueryRowContext(ctx, `SELECT body FROM document WHERE kind = $1 AND name = $2`, kind, storable(name)).Scan(&packed)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking up the %s of %q: %w", kind, name, err)
	}
	z, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(documentBytes))
	if err != nil {
		return false, fmt.Errorf("unpacking the %s of %q: %w", kind, name, err)
	}
	defer z.Close()
	return true, read(z)
}
