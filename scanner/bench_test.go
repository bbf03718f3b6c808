//go:build unix

package scanner_test

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"

	"dregs/rules"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/layer"
	"dregs/scanner/source"
)

// benchArchives are the images to measure: those that DREGS_BENCH_IMAGES names (paths, separated by colons), else one
// made of the Go tree's source.
func benchArchives(b *testing.B) []string {
	b.Helper()
	if list := os.Getenv("DREGS_BENCH_IMAGES"); list != "" {
		return filepath.SplitList(list)
	}
	img := imagetest.Image{Layers: []imagetest.Layer{{Data: goTree(b), Compression: imagetest.Gzip}}}
	name := filepath.Join(b.TempDir(), "gosrc.tar")
	if err := os.WriteFile(name, imagetest.OCIArchive(img.Build()), 0o600); err != nil {
		b.Fatal(err)
	}
	return []string{name}
}

// goTree is GOROOT/src/net, crypto and cmd/compile as a tar archive.
func goTree(b *testing.B) []byte {
	b.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	root := filepath.Join(runtime.GOROOT(), "src")
	for _, dir := range []string{"net", "crypto", "cmd/compile"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := w.WriteHeader(&tar.Header{Name: strings.TrimPrefix(path, root+"/"), Mode: 0o644, Size: int64(len(data))}); err != nil {
				return err
			}
			_, err = w.Write(data)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return buf.Bytes()
}

// cpuSeconds is the CPU time that this process has used.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}

// walkImage inflates, hashes and walks every layer of an archive and reads no further.
func walkImage(b *testing.B, spec string) int64 {
	b.Helper()
	src, err := source.Open(context.Background(), "oci-archive", spec, source.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	var n int64
	_, err = src.Read(context.Background(), func(ctx context.Context, blob source.Blob) error {
		r, err := blob.Open(ctx)
		if err != nil {
			return err
		}
		defer r.Close()
		s, err := layer.Open(r, layer.Limits{})
		if err != nil {
			return err
		}
		sum, err := s.Walk(ctx, func(e *layer.Entry) error {
			_, err := io.Copy(io.Discard, e.Body)
			return err
		})
		n += sum.Bytes
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// inflateImage inflates the layers of an archive, and the gzip and zip files in them, zip files in zip files too, and does
// nothing else: what scanning an image of archives costs at least.
func inflateImage(b *testing.B, spec string) {
	b.Helper()
	src, err := source.Open(context.Background(), "oci-archive", spec, source.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	_, err = src.Read(context.Background(), func(ctx context.Context, blob source.Blob) error {
		r, err := blob.Open(ctx)
		if err != nil {
			return err
		}
		defer r.Close()
		z, err := gzip.NewReader(bufio.NewReaderSize(r, 64<<10))
		if err != nil {
			return nil // a document
		}
		for t := tar.NewReader(z); ; {
			if _, err := t.Next(); err != nil {
				break
			}
			if err := inflateFile(t); err != nil {
				return err
			}
		}
		_, err = io.Copy(io.Discard, z)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// inflateFile inflates a file that is one of gzip or zip, as far as it is sound.
func inflateFile(r io.Reader) error {
	in := bufio.NewReader(r)
	head, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		z, err := gzip.NewReader(in)
		if err == nil {
			_, _ = io.Copy(io.Discard, z) // test data may be damaged
		}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		data, err := io.ReadAll(in)
		if err != nil {
			return err
		}
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return nil // as above
		}
		z.RegisterDecompressor(zip.Deflate, flate.NewReader)
		for _, f := range z.File {
			entry, err := f.Open()
			if err != nil {
				continue
			}
			if err := inflateFile(entry); err != nil {
				continue
			}
			_ = entry.Close()
		}
	}
	_, err := io.Copy(io.Discard, in)
	return err
}

// BenchmarkImage measures the whole scan, in CPU seconds of the process, against the walk alone (inflate, hash, tar): ratio
// is the figure that the README quotes. inflate-ratio is that against inflating the layers and the archives in them, with
// neither hashes nor anything else. Memory is limited as the command's is.
func BenchmarkImage(b *testing.B) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(235 << 20))
	set, err := rules.Load(rules.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, spec := range benchArchives(b) {
		b.Run(filepath.Base(spec), func(b *testing.B) {
			var inflate, walk, scan float64
			for b.Loop() {
				start := cpuSeconds(b)
				inflateImage(b, spec)
				before := cpuSeconds(b)
				inflate += before - start
				n := walkImage(b, spec)
				middle := cpuSeconds(b)
				_, err := scanner.Scan(context.Background(), []scanner.Target{{Scheme: "oci-archive", Rest: spec, Name: spec}},
					scanner.Options{Searcher: set.Searcher(), RuleSet: set.RuleSet()})
				if err != nil {
					b.Fatal(err)
				}
				walk += middle - before
				scan += cpuSeconds(b) - middle
				b.SetBytes(n)
			}
			b.ReportMetric(walk/float64(b.N), "walk-cpu-s/op")
			b.ReportMetric(scan/float64(b.N), "scan-cpu-s/op")
			b.ReportMetric(inflate/float64(b.N), "inflate-cpu-s/op")
			b.ReportMetric(scan/walk, "ratio")
			b.ReportMetric(scan/inflate, "inflate-ratio")
		})
	}
}
