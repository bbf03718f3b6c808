package scanner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"dregs/report"
	"dregs/scanner/origin"
	"dregs/scanner/unpack"
)

// packageBytes bounds a package database that does not lie in memory.
const packageBytes = 1 << 30

// rowBytes bounds one value of a package database; a longer one is cut, and then is damaged.
const rowBytes = 64 << 20

// packages takes in the package databases of one layer while it is read. The zero value is ready; it is safe for
// concurrent use.
type packages struct {
	mu      sync.Mutex
	records origin.Records
}

// add reads the database db, the file at path. What cannot be read of one is no problem of the scan, for its bytes are
// searched like any other file's: files of the image are then not told to be a package's.
func (p *packages) add(ctx context.Context, db *origin.Database, path string, in io.ReaderAt, size int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return guarded("reading "+db.Name+" database", func() error {
		if !db.Rows {
			return p.records.Add(db, path, in, size)
		}
		return p.rows(ctx, path, in, size)
	})
}

// rows reads a database that is one of SQLite, row by row.
func (p *packages) rows(ctx context.Context, path string, in io.ReaderAt, size int64) error {
	head := make([]byte, unpack.HeadBytes)
	n, err := in.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	format := unpack.Detect(head[:n])
	if format == nil || format.Name != "sqlite" {
		return report.Faultf(report.Corrupt, "reading package database: it is no SQLite database")
	}
	limits := unpack.Limits{FileBytes: packageBytes, SpoolBytes: packageBytes}
	return format.Unpack(ctx, unpack.Input{At: in, Size: size}, limits, func(m unpack.Member) error {
		if m.Name == "" {
			return nil // short values, as text
		}
		value, err := io.ReadAll(io.LimitReader(m.Body, rowBytes))
		if err != nil {
			return err
		}
		if err := p.records.AddRow(path, value); faultKind(err) != report.Corrupt {
			return err
		}
		return nil // a value that is no package's
	})
}

// takePackages takes in the database at path of r's layer, and records what was wrong with it: as skipped where it is damaged.
func (r *blobResult) takePackages(ctx context.Context, db *origin.Database, entry int, path string, in io.ReaderAt, size int64) {
	err := r.packages.add(ctx, db, path, in, size)
	for _, err := range joined(err) {
		if kind := faultKind(err); kind != report.Corrupt && kind != report.Unsupported {
			r.fault(path, err)
			continue
		}
		r.mu.Lock()
		r.inner = append(r.inner, innerPart{entry: entry, path: path, skipped: []skippedPart{{reason: "damaged " + db.Name + " database", bytes: size}}})
		r.mu.Unlock()
	}
}

// watch returns a reader of body, the large package database db, and what to call once its searcher has read what it likes:
// that takes it in.
func (r *blobResult) watch(ctx context.Context, db *origin.Database, entry int, path string, body io.Reader) (io.Reader, func() error) {
	scratch, err := unpack.NewScratch(packageBytes)
	if err != nil {
		return body, func() error { return fmt.Errorf("keeping a package database: %w", err) }
	}
	kept := &keeping{to: scratch}
	watched := io.TeeReader(body, kept)
	return watched, func() error {
		defer scratch.Close()
		_, _ = io.Copy(io.Discard, watched) // whoever reads the layer is told the error too
		if kept.err != nil {
			return fmt.Errorf("keeping a package database: %w", kept.err)
		}
		r.takePackages(ctx, db, entry, path, scratch, kept.n)
		return nil
	}
}

// keeping writes until that fails; the error is for later, so that whoever reads the same bytes goes on.
type keeping struct {
	to  io.Writer
	n   int64
	err error
}

// Write implements io.Writer; it takes all.
func (k *keeping) Write(b []byte) (int, error) {
	if k.err == nil {
		var n int
		n, k.err = k.to.Write(b)
		k.n += int64(n)
	}
	return len(b), nil
}

// packaged tells whether a package may have brought the file at path. Hashing all large files of one's own would cost for
// nothing.
func packaged(path string) bool {
	top, _, _ := strings.Cut(path, "/")
	switch top {
	case "bin", "boot", "etc", "opt", "sbin", "usr", "var":
		return true
	}
	return strings.HasPrefix(top, "lib") || strings.Contains(path, "/site-packages/")
}

// debianVersion is in every system that dpkg manages, and in its layer before what is in usr.
const debianVersion = "etc/debian_version"

// sumsOf returns the hashes of a small file.
func sumsOf(data []byte, res *contentResult) *origin.Sums {
	if len(res.matches) == 0 {
		return nil // a clean image pays nothing
	}
	return origin.Sum(data)
}

// takeSmall takes in the package database that a small file is.
func (r *blobResult) takeSmall(ctx context.Context, entry int, path string, data []byte) {
	if db := origin.DatabaseAt(path); db != nil {
		r.takePackages(ctx, db, entry, path, bytes.NewReader(data), int64(len(data)))
	}
}
