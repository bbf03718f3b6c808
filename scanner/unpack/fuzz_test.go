package unpack

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"dregs/report"
)

// Each target holds one format to its contract: whatever the bytes, Unpack ends, stays within the limits, yields members
// with steps, and does the same the second time. Beside the seeds in testdata/fuzz there are those made here.

func FuzzGzip(f *testing.F)     { fuzzFormat(f, "gzip") }
func FuzzZstd(f *testing.F)     { fuzzFormat(f, "zstd") }
func FuzzXZ(f *testing.F)       { fuzzFormat(f, "xz") }
func FuzzBzip2(f *testing.F)    { fuzzFormat(f, "bzip2") }
func FuzzLZ4(f *testing.F)      { fuzzFormat(f, "lz4") }
func FuzzLzip(f *testing.F)     { fuzzFormat(f, "lzip") }
func FuzzLZMA(f *testing.F)     { fuzzFormat(f, "lzma") }
func FuzzCompress(f *testing.F) { fuzzFormat(f, "compress") }
func FuzzZip(f *testing.F)      { fuzzFormat(f, "zip") }
func Fuzz7z(f *testing.F)       { fuzzFormat(f, "7z") }
func FuzzAr(f *testing.F)       { fuzzFormat(f, "ar") }
func FuzzRPM(f *testing.F)      { fuzzFormat(f, "rpm") }
func FuzzCpio(f *testing.F)     { fuzzFormat(f, "cpio") }
func FuzzTar(f *testing.F)      { fuzzFormat(f, "tar") }
func FuzzText(f *testing.F)     { fuzzFormat(f, "text") }

func fuzzFormat(f *testing.F, name string) {
	for _, s := range streams {
		if s.name == name {
			f.Add(packed(f, s.pack, "some text, some text\n"))
		}
	}
	for _, a := range archives {
		if a.name == name {
			f.Add(a.pack(f, []file{{"a.txt", "text\n"}, {"empty", ""}, {"dir/b.txt", "more text, more text\n"}}))
		}
	}
	i := slices.Index(Formats(), name)
	if i < 0 {
		f.Fatalf("no format %s", name)
	}
	format := &formats[i]
	lim := Limits{FileBytes: 1 << 20, Entries: 100, Window: 1 << 20, SpoolBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, ferr := unpackBounded(t, format, data, lim)
		second, serr := unpackBounded(t, format, data, lim)
		if first != second || (ferr == nil) != (serr == nil) {
			t.Fatalf("two runs differ: %v, %v", ferr, serr)
		}
		if ferr != nil && kind(ferr) == report.Unreadable {
			t.Fatalf("an error without a kind: %v", ferr)
		}
	})
}

// FuzzDetect holds Detect and its kin to any bytes.
func FuzzDetect(f *testing.F) {
	for _, a := range archives {
		f.Add(a.pack(f, []file{{"a.txt", "text\n"}}))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if d := Detect(data); d != nil && !slices.Contains(Formats(), d.Name) {
			t.Fatalf("Detect = %s", d.Name)
		}
		if IsImageArchive(data) && !isTar(data) {
			t.Fatal("an image archive that is no archive")
		}
		DetectTail(data)
	})
}

// unpackBounded unpacks data and returns a digest of what came of it.
func unpackBounded(t *testing.T, f *Format, data []byte, lim Limits) (string, error) {
	t.Helper()
	var digest bytes.Buffer
	total, entries := int64(0), 0
	err := f.Unpack(context.Background(), Input{Reader: bytes.NewReader(data)}, lim, func(m Member) error {
		if len(m.Steps)+len(m.Parts) == 0 || m.Kind == "" {
			t.Fatalf("%s: a member without steps or kind", f.Name)
		}
		for _, s := range m.Steps {
			digest.WriteString(s + "\x00")
		}
		n, _ := io.Copy(&digest, m.Body)
		total += n
		entries++
		return nil
	})
	if total > lim.FileBytes {
		t.Fatalf("%s: %d bytes came of a limit of %d", f.Name, total, lim.FileBytes)
	}
	return digest.String(), err
}
