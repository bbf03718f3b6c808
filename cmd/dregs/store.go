package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/store"
)

// storeFlags say where results are kept between runs.
type storeFlags struct {
	Store   string `placeholder:"FILE|URL" help:"Keep what reading layers gave in FILE, or in a PostgreSQL database (postgres://USER@HOST/DATABASE), and not in dregs/store.sqlite of your cache folder. It never holds a secret." group:"Store"`
	NoCache bool   `help:"Read every layer again, and keep nothing." group:"Store"`
}

// kept is the store of one run. Its methods may be called on one that could not be opened, which keeps nothing.
type kept struct {
	store *store.Store // nil for none
	err   error        // why there is none, where one was wanted
	warn  func(error)
}

// open opens the store. That a file cannot be used is told, and no error: a scan goes on without. A server was meant to be
// shared with others, so that one that cannot be used is an error.
func (f *storeFlags) open(ctx context.Context, s streams) (*kept, error) {
	k := &kept{warn: func(err error) {
		fmt.Fprintf(s.err, "dregs: warning: %s\n", printable(fmt.Sprintf("the store of earlier results is not used: %v", err)))
	}}
	if f.NoCache {
		return k, nil
	}
	location, err := f.Store, error(nil)
	if location == "" {
		location, err = store.DefaultPath()
	}
	if err == nil {
		k.store, err = openStore(ctx, location)
	}
	if err != nil && store.IsServer(location) {
		return nil, err
	}
	if k.err = err; err != nil {
		k.warn(err)
	}
	return k, nil
}

// openStore opens the store at a location, whichever kind it is.
func openStore(ctx context.Context, location string) (*store.Store, error) {
	if store.IsServer(location) {
		return openServer(ctx, location)
	}
	return store.Open(ctx, location)
}

// What helps with a database that cannot be used.
const (
	hintNewer    = "use the version of dregs that the other workers have, or a database of its own"
	hintLocation = "it looks like postgres://USER@HOST:5432/DATABASE?sslmode=verify-full; a password is better in $PGPASSWORD or ~/.pgpass"
	hintDatabase = "the database has to be there, and its user has to be allowed to make tables in it"
)

// openServer opens the store at a URL.
func openServer(ctx context.Context, location string) (*store.Store, error) {
	s, err := store.Open(ctx, location)
	switch {
	case err == nil:
		return s, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w while the store was opened", errInterrupted)
	case errors.Is(err, store.ErrNewer):
		return nil, &usageError{err: err, hint: hintNewer}
	case errors.Is(err, store.ErrLocation):
		return nil, &usageError{err: err, hint: hintLocation}
	}
	return nil, &usageError{err: err, hint: hintDatabase}
}

// check refuses what names neither a file nor a server.
func (f *storeFlags) check() error {
	scheme, _, ok := strings.Cut(f.Store, "://")
	if !ok || store.IsServer(f.Store) {
		return nil
	}
	return &usageError{err: fmt.Errorf("--store: %q is no kind of store", scheme+"://"), hint: "name a file, or a database: postgres://USER@HOST/DATABASE"}
}

// options lets a scan use the store: its salt, unless there is a better one, and its layers.
func (k *kept) options(o *scanner.Options) {
	if k.store == nil {
		return
	}
	if len(o.Salt) == 0 {
		o.Salt = k.store.Salt()
	}
	b := readBuild()
	o.Build = fmt.Sprint(b.revision, b.modified)
	o.Store, o.Warn = k.store, k.warn
}

// salt lets a scan whose findings depend on more than its rules have the salt of the store and nothing else.
func (k *kept) salt(o *scanner.Options) {
	k.options(o)
	o.Store = nil
}

// record keeps what r tells, and notes in it where that is not possible. Where the scan was stopped r tells too little.
func (k *kept) record(ctx context.Context, r *report.Report) {
	if k.store != nil && ctx.Err() == nil {
		if k.err = k.store.Record(ctx, r); k.err == nil {
			k.err = keepReport(ctx, k.store, r)
		}
		if k.err != nil && ctx.Err() == nil {
			k.warn(k.err)
		}
	}
	if k.err != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("The store of earlier results is not used: %v", k.err))
	}
}

// close closes the store.
func (k *kept) close() {
	if k.store == nil {
		return
	}
	if err := k.store.Close(); err != nil {
		k.warn(err)
	}
}
