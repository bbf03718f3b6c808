// Package store keeps between runs what reading layers gave, so that a layer that was read is not read again, and what
// reports told of images, for questions in SQL: in a SQLite file, or on a PostgreSQL server for many. It is given bytes that hold no secret and keeps them as they are; what they
// mean, and when they may be used, is its caller's business.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrNewer says that a newer dregs made the store.
var ErrNewer = errors.New("the store was made by a newer version")

// saltBytes is the length of the salt that a store owns.
const saltBytes = 16

// engine is what differs between the databases that hold a store; all else is SQL that both understand.
type engine struct {
	// exclude makes a transaction wait until no other is between it and its end; empty where every transaction is alone.
	exclude string
}

// Store is results in a file or on a server. It is safe for concurrent use, also by several processes.
type Store struct {
	db     *sql.DB
	engine engine
	pool   *pgxpool.Pool // nil for a file
	salt   []byte

	layer, screened *sql.Stmt // lookups that a scan of a registry makes by the thousand
}

// DefaultPath returns where the store of the user is: dregs/store.sqlite in the folder for what can be made again.
func DefaultPath() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding the cache folder: %w", err)
	}
	return filepath.Join(dir, "dregs", "store.sqlite"), nil
}

// Open opens the store at location: the database of a URL postgres://… (or postgresql://…), which must be there, else the
// file of that path, which is made, mode 0600, where it is not there. Its schema is made, or brought up to date. A store that
// cannot be reached or written to, that another process keeps locked, that is damaged, or that a newer version made
// (errors.Is ErrNewer) is an error, in which no password is. The caller closes it.
func Open(ctx context.Context, location string) (*Store, error) {
	open := openFile
	if IsServer(location) {
		open = openServer
	}
	s, err := open(ctx, location)
	if err != nil {
		return nil, fmt.Errorf("opening store %q: %w", Name(location), err)
	}
	if err = s.prepare(ctx); err == nil {
		err = s.prepareLookups(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening store %q: %w", Name(location), err), s.Close())
	}
	return s, nil
}

// prepare brings the schema up to date and reads the salt.
func (s *Store) prepare(ctx context.Context) error {
	return s.alone(ctx, func(tx *sql.Tx) error {
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

// prepareLookups prepares the statements that are used again and again.
func (s *Store) prepareLookups(ctx context.Context) error {
	for stmt, query := range map[**sql.Stmt]string{
		&s.layer:    `SELECT result FROM layer_result WHERE digest = $1 AND examination = $2`,
		&s.screened: `SELECT 1 FROM layer_screening WHERE digest = $1 AND examination = $2 AND scope = $3`,
	} {
		var err error
		if *stmt, err = s.db.PrepareContext(ctx, query); err != nil {
			return fmt.Errorf("preparing lookups: %w", err)
		}
	}
	return nil
}

// alone runs fn in one transaction, beside which no other of alone runs.
func (s *Store) alone(ctx context.Context, fn func(tx *sql.Tx) error) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if s.engine.exclude == "" {
			return fn(tx)
		}
		if _, err := tx.ExecContext(ctx, s.engine.exclude); err != nil {
			return fmt.Errorf("waiting for other writers: %w", err)
		}
		return fn(tx)
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

// brief returns the context of a single statement. One on a file is short, or waits for busyTimeout at most, and ctx is asked
// between statements: the driver has a goroutine watch over each whose context can end, which costs more than a lookup.
func (s *Store) brief(ctx context.Context) context.Context {
	if s.pool == nil {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// Salt returns the salt that the store owns.
func (s *Store) Salt() []byte { return append([]byte(nil), s.salt...) }

// Close closes the store.
func (s *Store) Close() error {
	for _, stmt := range []*sql.Stmt{s.layer, s.screened} {
		if stmt != nil {
			_ = stmt.Close() // the database tells what is wrong
		}
	}
	err := s.db.Close()
	if s.pool != nil {
		s.pool.Close()
	}
	if err != nil {
		return fmt.Errorf("closing store: %w", err)
	}
	return nil
}
