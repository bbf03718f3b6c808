package layer_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dsnet/compress/bzip2"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"go.uber.org/goleak"

	"dregs/report"
	"dregs/scanner/layer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// file is one entry of a test archive.
type file struct {
	name string
	body string
	typ  byte // 0 for a regular file
	link string
	pax  map[string]string
}

// archiveOf returns a tar archive of files.
func archiveOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Typeflag: f.typ, Linkname: f.link, Size: int64(len(f.body)), Mode: 0o644, PAXRecords: f.pax}
		if f.typ == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			h = &tar.Header{Name: f.name, Typeflag: f.typ, PAXRecords: f.pax}
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// gzipped returns data as one gzip member.
func gzipped(t testing.TB, data []byte, h gzip.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Header = h
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstded(t testing.TB, data []byte, options ...zstd.EOption) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(data, nil)
}

func xzed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bzip2ed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := bzip2.NewWriter(&b, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read is what a walk gave.
type read struct {
	summary layer.Summary
	err     error
	bodies  []string
	faults  []string // of the bodies, by kind
}

// kind returns the kind of a fault, or the error's text.
func kind(err error) string {
	var f *report.Fault
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Kind
	}
	return err.Error()
}

// walk reads stored to its end, bodies and all.
func walk(t testing.TB, stored []byte, limits layer.Limits) read {
	t.Helper()
	s, err := layer.Open(bytes.NewReader(stored), limits)
	if err != nil {
		t.Fatal(err)
	}
	if !s.IsTar() {
		t.Fatal("IsTar: got false")
	}
	var r read
	r.summary, r.err = s.Walk(context.Background(), func(e *layer.Entry) error {
		if e.Index != len(r.bodies) {
			t.Errorf("index: got %d, want %d", e.Index, len(r.bodies))
		}
		b, err := io.ReadAll(e.Body)
		r.bodies = append(r.bodies, string(b))
		if err != nil {
			r.faults = append(r.faults, kind(err))
		}
		return nil
	})
	return r
}

// kinds returns the kinds of errs.
func kinds(errs []error) []string {
	var ks []string
	for _, err := range errs {
		ks = append(ks, kind(err))
	}
	return ks
}

// paths returns the paths of records.
func paths(records []layer.Record) []string {
	var ps []string
	for _, r := range records {
		ps = append(ps, r.Path)
	}
	return ps
}

func digest(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }

func TestWalkCompressions(t *testing.T) {
	plain := archiveOf(t, file{name: "etc/", typ: tar.TypeDir}, file{name: "etc/app.conf", body: strings.Repeat("key = value\n", 9000)}, file{name: "last", body: "x"})
	half := len(plain) / 2
	tests := []struct {
		name, compression string
		stored            []byte
	}{
		{"plain", "", plain},
		{"gzip", "gzip", gzipped(t, plain, gzip.Header{})},
		{"gzip of two members", "gzip", append(gzipped(t, plain[:half], gzip.Header{}), gzipped(t, plain[half:], gzip.Header{})...)},
		{"zstd", "zstd", zstded(t, plain)},
		{"zstd of two frames", "zstd", append(zstded(t, plain[:half]), zstded(t, plain[half:], zstd.WithEncoderCRC(false))...)},
		{"xz", "xz", xzed(t, plain)},
		{"xz of two streams", "xz", append(append(xzed(t, plain[:half]), 0, 0, 0, 0), xzed(t, plain[half:])...)},
		{"bzip2", "bzip2", bzip2ed(t, plain)},
		{"bzip2 of two streams", "bzip2", append(bzip2ed(t, plain[:half]), bzip2ed(t, plain[half:])...)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := walk(t, tt.stored, layer.Limits{})
			if got.err != nil {
				t.Fatal(got.err)
			}
			if d := cmp.Diff(layer.Summary{
				Digest: digest(tt.stored), DiffID: digest(plain), Compression: tt.compression,
				Size: int64(len(tt.stored)), Bytes: int64(len(plain)), Files: 2,
				Records: []layer.Record{
					{Path: "etc", Type: tar.TypeDir, Mode: 0o644},
					{Path: "etc/app.conf", Type: tar.TypeReg, Mode: 0o644, Size: 9000 * 12},
					{Path: "last", Type: tar.TypeReg, Mode: 0o644, Size: 1},
				},
			}, got.summary); d != "" {
				t.Errorf("summary (-want +got):\n%s", d)
			}
			if got.bodies[1] != strings.Repeat("key = value\n", 9000) {
				t.Error("body: differs")
			}
		})
	}
}
