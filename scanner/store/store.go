// Package store keeps between runs what reading layers gave, so that a layer that was read is not read again, and what
// reports told of images, for questions in SQL. It is given bytes that hold no secret and keeps them as they are; what they
// mean, and when they may be used, is its caller's business.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// ErrNewer says that a newer dregs made the store.
var ErrNewer = errors.New("the store was made by a newer version")

const (
	busyTimeout = 3 * time.Second // how long another process is waited for
	saltBytes   = 16
	folderMode  = 0o700
	fileMode    = 0o600
)

// Store is a file of results. It is safe for concurrent use, also by several processes.
type Store struct {
	db   *sql.DB
	salt []byte
}

// DefaultPath returns where the store of the user is: dregs/store.sqlite in the folder for what can be made again.
func DefaultPath() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w", err)
	}
	return filepath.Join(dir, "dregs", "store.sqlite"), nil
}

// Open opens the store at path, which is made, mode 0600, where it is not there. A store that cannot be written to, that
// another process keeps locked, that is damaged, or that a newer version made (errors.Is ErrNewer) is an error. The caller
// closes it.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := create(path); err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: url.Values{
		"_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds())},
		"_txlock": {"immediate"},
	}.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, fmt.Errorf("opening store %q: %w", path, err)
	}
	db.SetMaxOpenConns(1) // SQLite has one writer, and a lookup is short
	s := &Store{db: db}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening store %q: %w", path, err), db.Close())
	}
	return s, nil
}

// create makes the file and its folder where they are not there.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), folderMode); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is no regular file", path)
	}
	return errors.Join(err, f.Close())
}

// prepare brings the schema up to date and reads the salt.
func (s *Store) prepare(ctx context.Context) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := migrate(ctx, tx); err != nil {
			return err
		}
		fresh := make([]byte, saltBytes)
		if _, err := rand.Read(fresh); err != nil {
			return fmt.Errorf("making a salt: %w", err)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO about (name, value) VALUES ('salt', $1) ON CONFLICT DO NOTHING`,
			base64.StdEncoding.EncodeToString(fresh))
		if err != nil {
			return fmt.Errorf("writing the salt: %w", err)
		}
		var text string
		if err := tx.QueryRowContext(ctx, `SELECT value FROM about WHERE name = 'salt'`).Scan(&text); err != nil {
			return fmt.Errorf("reading the salt: %w", err)
		}
		salt, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(salt) != saltBytes {
			return errors.New("reading the salt: it is damaged")
		}
		s.salt = salt
		return nil
	})
}

// change runs fn in one transaction.
func (s *Store) change(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning to write: %w", err)
	}
	if err := fn(tx); err != nil {
		_ = tx.Rollback() // the first error tells more
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

// Salt returns the salt that the store owns.
func (s *Store) Salt() []byte { return append([]byte(nil), s.salt...) }

// Close closes the store.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("closing store: %w", err)
	}
	return nil
}
