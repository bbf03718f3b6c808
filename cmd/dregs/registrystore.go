package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"dregs/report"
	"dregs/scanner/registry"
	"dregs/scanner/store"
)

// registryStoreFlags name a store that knows registries: what is listed is recorded there, and what was reported is there to be
// read.
type registryStoreFlags struct {
	Store string `placeholder:"FILE|URL" help:"The store of registry scan: a file, or a PostgreSQL database (postgres://USER@HOST/DATABASE)." group:"Store"`
}

// use opens the store and calls fn with it; without a name it does nothing.
func (f *registryStoreFlags) use(ctx context.Context, fn func(*store.Store) error) (err error) {
	if f.Store == "" {
		return nil
	}
	flags := storeFlags{Store: f.Store}
	if err := flags.check(); err != nil {
		return err
	}
	s, err := openStore(ctx, f.Store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return fn(s)
}

// keepInventory records the images of an inventory, and the whole of it as the last of its registry.
func (f *registryStoreFlags) keepInventory(ctx context.Context, v *registry.Inventory) error {
	return f.use(ctx, func(s *store.Store) error {
		taken, err := time.Parse(time.RFC3339, v.Taken)
		if err != nil {
			return fmt.Errorf("recording the inventory: %w", err)
		}
		for _, img := range v.Images() {
			if err := s.RecordImage(ctx, &img, taken); err != nil {
				return err
			}
		}
		return s.PutDocument(ctx, store.InventoryDocument, v.Registry, taken, func(w io.Writer) error { return v.Write(w, "json") })
	})
}

// lastReport returns the report of a file, or, where there is no such file, the last one that the store has of a registry of
// that name.
func (f *registryStoreFlags) lastReport(ctx context.Context, name string, stdin io.Reader) (*report.Report, error) {
	if _, err := os.Stat(name); f.Store == "" || name == dash || !errors.Is(err, fs.ErrNotExist) {
		r, _, err := readReport(name, stdin)
		return r, err
	}
	var r *report.Report
	err := f.use(ctx, func(s *store.Store) error {
		ok, err := s.Document(ctx, store.ReportDocument, name, func(in io.Reader) (err error) {
			r, err = report.Read(in)
			return err
		})
		if err == nil && !ok {
			return &usageError{
				err:  fmt.Errorf("%q is no file, and the store has no report of a registry of that name", name),
				hint: "scan it with: dregs registry scan --store … " + name,
			}
		}
		return err
	})
	return r, err
}

// keepReport keeps the report of a scan of one whole registry as the last of it.
func keepReport(ctx context.Context, s *store.Store, r *report.Report) error {
	if len(r.Targets) != 1 || r.Targets[0].Kind != report.KindRegistry {
		return nil
	}
	for i := range r.Secrets {
		if r.Secrets[i].Secret != "" {
			return nil
		}
	}
	format, ok := report.FormatNamed("json")
	if !ok {
		return errors.New("keeping the report: there is no format json")
	}
	return s.PutDocument(ctx, store.ReportDocument, r.Targets[0].Name, r.Started, func(w io.Writer) error {
		return format.Write(w, r, report.Options{Compact: true})
	})
}
