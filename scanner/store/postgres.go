package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"dregs/report"
)

// serverEngine is PostgreSQL: the number is that of a lock which only we take.
var serverEngine = engine{exclude: `SELECT pg_advisory_xact_lock(7236547293)`}

// IsServer tells whether location is the URL of a PostgreSQL database.
func IsServer(location string) bool {
	return strings.HasPrefix(location, "postgres://") || strings.HasPrefix(location, "postgresql://")
}

// Name returns location as it may be shown: of a URL its user, hosts and database, and neither password nor parameters.
func Name(location string) string {
	if !IsServer(location) {
		return location
	}
	scheme, rest, _ := strings.Cut(location, "://")
	rest, _, _ = strings.Cut(rest, "?")
	rest, _, _ = strings.Cut(rest, "#")
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		user, _, _ := strings.Cut(rest[:at], ":")
		rest = user + rest[at:]
	}
	return scheme + "://" + rest
}

// ErrLocation says that the URL of a store cannot be read.
var ErrLocation = errors.New("it is no URL of a PostgreSQL database")

// connectTimeout is how long a server is waited for, unless the URL says connect_timeout.
const connectTimeout = 10 * time.Second

// openServer opens a database of a PostgreSQL server.
func openServer(ctx context.Context, location string) (*Store, error) {
	config, err := pgxpool.ParseConfig(location)
	if err != nil {
		return nil, ErrLocation // the error quotes parts of it, among which a password may be
	}
	own := config.ConnConfig
	if own.RuntimeParams["application_name"] == "" {
		own.RuntimeParams["application_name"] = "dregs"
	}
	if !strings.Contains(location, "connect_timeout=") {
		own.ConnectTimeout = connectTimeout
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, clearOf(own.Password, err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, clearOf(own.Password, err)
	}
	return &Store{db: stdlib.OpenDBFromPool(pool), engine: serverEngine, pool: pool}, nil
}

// Pool returns the connections to the server, which Close closes; nil where the store is a file.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// clearOf returns err without password. The driver shows none; what a server answers is its own.
func clearOf(password string, err error) error {
	if password == "" || !strings.Contains(err.Error(), password) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), password, report.Ellipsis))
}
