package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// migrations are the steps of the schema: NUMBER_NAME.sql, numbered from 1 without a gap. One that was released is never
// changed.
//
//go:embed migrations/*.sql
var migrations embed.FS

// step is one migration.
type step struct {
	name string
	text string
}

// steps returns the migrations in order.
func steps() ([]step, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("listing migrations: %w", err)
	}
	var all []step
	for i, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("listing migrations: %q is not number %d", name, i+1)
		}
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading migration: %w", err)
		}
		all = append(all, step{path.Base(name), string(text)})
	}
	return all, nil
}

// migrate takes the steps that the store has not.
func migrate(ctx context.Context, tx *sql.Tx) error {
	all, err := steps()
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS schema_step (number BIGINT PRIMARY KEY, name TEXT NOT NULL)`); err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	var taken int
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(number), 0) FROM schema_step`).Scan(&taken); err != nil {
		return fmt.Errorf("reading the schema: %w", err)
	}
	if taken > len(all) {
		return fmt.Errorf("%w: it is at step %d, this one knows %d", ErrNewer, taken, len(all))
	}
	for i := taken; i < len(all); i++ {
		if _, err := tx.ExecContext(ctx, all[i].text); err != nil {
			return fmt.Errorf("taking the step %s of the schema: %w", all[i].name, err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO schema_step (number, name) VALUES ($1, $2)`, i+1, all[i].name); err != nil {
			return fmt.Errorf("noting the step %s of the schema: %w", all[i].name, err)
		}
	}
	return nil
}
