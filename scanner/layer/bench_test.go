package layer_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	kgzip "github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"dregs/scanner/layer"
)

// benchLayer returns an archive of some 64 MB of files that every machine with Go has: the toolchain's sources and
// binaries.
func benchLayer(b *testing.B) []byte {
	b.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	err := filepath.WalkDir(runtime.GOROOT(), func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || buf.Len() > 64<<20 {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if err := w.WriteHeader(&tar.Header{Name: p, Typeflag: tar.TypeReg, Size: int64(len(data)), Mode: 0o644}); err != nil {
			return err
		}
		_, err = w.Write(data)
		return err
	})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// BenchmarkWalk is the walk alone: inflate, both digests, tar, every body read. "inflate" is the same bytes through
// klauspost's reader and nothing else, "inflate+hash" with both digests in one goroutine.
func BenchmarkWalk(b *testing.B) {
	plain := benchLayer(b)
	blobs := []struct {
		name   string
		stored []byte
		open   func(io.Reader) (io.Reader, error)
	}{
		{"gzip", gzipped(b, plain, gzip.Header{}), func(r io.Reader) (io.Reader, error) { return kgzip.NewReader(r) }},
		{"zstd", zstded(b, plain), func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r, zstd.WithDecoderConcurrency(1)) }},
		{"plain", plain, func(r io.Reader) (io.Reader, error) { return r, nil }},
	}
	for _, blob := range blobs {
		b.Run(blob.name+"/walk", func(b *testing.B) {
			b.SetBytes(int64(len(plain)))
			buf := make([]byte, 64<<10)
			for b.Loop() {
				s, err := layer.Open(bytes.NewReader(blob.stored), layer.Limits{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Walk(b.Context(), func(e *layer.Entry) error {
					_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, e.Body, buf)
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(blob.name+"/inflate", func(b *testing.B) { inflate(b, blob.stored, len(plain), blob.open, io.Discard, io.Discard) })
		b.Run(blob.name+"/inflate+hash", func(b *testing.B) {
			inflate(b, blob.stored, len(plain), blob.open, sha256.New(), sha256.New())
		})
	}
}

func inflate(b *testing.B, stored []byte, n int, open func(io.Reader) (io.Reader, error), outer, inner io.Writer) {
	b.SetBytes(int64(n))
	buf := make([]byte, 64<<10)
	for b.Loop() {
		r, err := open(io.TeeReader(bytes.NewReader(stored), outer))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.CopyBuffer(struct{ io.Writer }{inner}, struct{ io.Reader }{r}, buf); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEntries is the walk of a layer of empty files, what an entry costs, beside archive/tar on the same bytes.
func BenchmarkEntries(b *testing.B) {
	const n = 100_000
	stored := manyEntries(b, n)
	b.Run("walk", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s, err := layer.Open(bytes.NewReader(stored), layer.Limits{})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Walk(b.Context(), func(*layer.Entry) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/entry")
	})
	b.Run("archive-tar", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			z, err := kgzip.NewReader(bytes.NewReader(stored))
			if err != nil {
				b.Fatal(err)
			}
			r := tar.NewReader(z)
			for err == nil {
				_, err = r.Next()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/entry")
	})
}

// BenchmarkTimeline resolves ten layers of 20,000 entries, half of the paths known to the layer below.
func BenchmarkTimeline(b *testing.B) {
	layers := make([][]layer.Record, 10)
	for i := range layers {
		for j := range 20_000 {
			layers[i] = append(layers[i], layer.Record{Path: fmt.Sprintf("usr/share/doc/package-%d/%d/file-%d", j/100, j/10, i*10_000+j), Type: '0'})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		layer.NewTimeline(layers)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/200_000, "ns/entry")
}

// manyEntries returns a gzip layer of n empty files.
func manyEntries(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for i := range n {
		if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf("usr/lib/node_modules/package-%d/lib/file-%d.js", i/50, i), Typeflag: tar.TypeReg, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
