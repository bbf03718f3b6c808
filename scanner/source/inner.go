package source

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// OpenStream opens an image archive that lies inside something else, to be read once in the order of arrival. name tells
// it in errors.
func OpenStream(name string, r io.Reader, opts Options) Source {
	return &archive{scheme: schemeOCIArchive, name: name, stdin: r, opts: opts.withDefaults()}
}

// File is a file of an OCI layout or content store that lies inside something else.
type File struct {
	Name string // slash-separated, from the root of the layout
	Size int64
	Open func() (io.ReadCloser, error) // may be called again and from several goroutines, until the source is closed
}

// layoutFiles is an OCI layout, or a content store without an index, given by its files.
type layoutFiles struct {
	name  string
	files []File
	opts  Options
}

// OpenFiles opens an OCI layout or a content store (that of containerd, or of a registry) given by its files. name tells
// it in errors. A store needs no index: every manifest in it is an image.
func OpenFiles(name string, files []File, opts Options) Source {
	return &layoutFiles{name: name, files: files, opts: opts.withDefaults()}
}

// Scheme implements Source.
func (l *layoutFiles) Scheme() string { return schemeOCIDir }

// Close implements Source.
func (l *layoutFiles) Close() error { return nil }

// Read implements Source.
func (l *layoutFiles) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	files := newMembers(l.opts.MaxEntries)
	named := false
	for _, f := range l.files {
		if err := files.count(); err != nil {
			return nil, fmt.Errorf("reading %s: %w", l.name, err)
		}
		named = named || f.Name == indexName || f.Name == manifestName
		files.add(storeName(f.Name), &member{size: f.Size, open: f.Open})
	}
	if !named {
		empty := []byte(`{"schemaVersion":2,"manifests":[]}`)
		files.add(indexName, &member{size: int64(len(empty)), memory: empty})
	}
	assembled, err := assemble(ctx, files, l.opts, nil)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", l.name, err)
	}
	if err := assembled.handOver(ctx, blob); err != nil {
		return nil, err
	}
	return assembled.Contents, nil
}

// storeName is the name in an OCI layout of a blob as a registry's storage names it: blobs/sha256/ab/abcd…/data.
func storeName(name string) string {
	parts := strings.Split(name, "/")
	if n := len(parts); n == 5 && parts[0] == "blobs" && parts[4] == "data" && strings.HasPrefix(parts[3], parts[2]) {
		return strings.Join([]string{"blobs", parts[1], parts[3]}, "/")
	}
	return name
}
