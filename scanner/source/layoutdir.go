package source

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"

	"dregs/report"
)

// layoutDir is an OCI image layout in a folder (OCI image-spec image-layout.md). Files that do not belong to a layout are
// loose blobs. Links that lead out of the folder are not followed.
type layoutDir struct {
	root *os.Root
	name string
	opts Options
}

func openLayoutDir(_ context.Context, _, rest string, opts Options) (Source, error) {
	root, err := os.OpenRoot(rest)
	if err != nil {
		return nil, fmt.Errorf("opening layout: %w", err)
	}
	return &layoutDir{root: root, name: rest, opts: opts}, nil
}

// Scheme implements Source.
func (l *layoutDir) Scheme() string { return schemeOCIDir }

// Close implements Source.
func (l *layoutDir) Close() error { return l.root.Close() }

// Read implements Source.
func (l *layoutDir) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	files := newMembers(l.opts.MaxEntries)
	var problems problemList
	if err := l.list(ctx, files, &problems); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("reading %s: %w", l.name, ctx.Err())
		}
		problems.add("layout", err)
	}
	assembled, err := assemble(ctx, files, l.opts, problems.list)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", l.name, err)
	}
	return assembled.Contents, assembled.handOver(ctx, blob)
}

// list adds the regular files below the root, and links to such.
func (l *layoutDir) list(ctx context.Context, files *members, problems *problemList) error {
	return fs.WalkDir(l.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && name != "." {
			err = files.count()
			if err != nil {
				return err
			}
		}
		if err != nil {
			problems.add(fmt.Sprintf("%q", name), fmt.Errorf("listing layout: %w", err))
			return nil
		}
		if entry.IsDir() {
			return nil
		}
		info, err := l.root.Stat(name)
		if err != nil {
			problems.add(fmt.Sprintf("%q", name), fmt.Errorf("listing layout: %w", err))
			return nil
		}
		if info.Mode().IsRegular() {
			files.add(name, &member{size: info.Size(), open: l.opener(name)})
		}
		return nil
	})
}

func (l *layoutDir) opener(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		f, err := l.root.Open(name)
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err == nil && !info.Mode().IsRegular() {
			err = report.Faultf(report.Unreadable, "it is no regular file any more")
		}
		if err != nil {
			_ = f.Close()
			return nil, err
		}
		return f, nil
	}
}
