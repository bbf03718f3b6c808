//go:build unix

package scanner_test

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

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

// BenchmarkImage measures the whole scan against the walk alone (inflate, hash, tar), in CPU seconds of the process.
// ratio is the figure that the README quotes.
func BenchmarkImage(b *testing.B) {
	set, err := rules.Load(rules.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, spec := range benchArchives(b) {
		b.Run(filepath.Base(spec), func(b *testing.B) {
			var walk, scan float64
			for b.Loop() {
				before := cpuSeconds(b)
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
			b.ReportMetric(scan/walk, "ratio")
		})
	}
}
