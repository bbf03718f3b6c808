package layer_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"dregs/report"
	"dregs/scanner/layer"
)

// edit returns data with change applied to the header at offset, whose checksum is made to hold again.
func edit(data []byte, offset int, change func(header []byte)) []byte {
	b := bytes.Clone(data)
	change(b[offset : offset+512])
	checksum(b[offset:])
	return b
}

func TestWalkDamage(t *testing.T) {
	plain := archiveOf(t, file{name: "first", body: "one"}, file{name: "second", body: "two"}, file{name: "third", body: "three"})
	const second = 1024 // where the header of the second file stands
	pax := archiveOf(t, file{name: strings.Repeat("long/", 40) + "first", body: "one", pax: map[string]string{"comment": "token"}}, file{name: "second", body: "two"})
	twice := bytes.Clone(pax)
	copy(twice[512:], "xx path") // no length in front of the first record
	big := gzipped(t, archiveOf(t, file{name: "first", body: "one"}, file{name: "big", body: noise(300_000)}), gzip.Header{})
	tests := []struct {
		name     string
		stored   []byte
		limits   layer.Limits
		bodies   []string
		problems []string
		err      string
		slack    string // that the joined slack must contain
	}{
		{name: "a damaged header", stored: replaced(plain, second+10, 'X'), bodies: []string{"one", "three"}, problems: []string{report.Corrupt}, slack: "two"},
		{name: "a mode that is no number", stored: edit(plain, second, func(h []byte) { h[101] = 'z' }), bodies: []string{"one", "two", "three"}, problems: []string{report.Corrupt}},
		{name: "a size that is no number", stored: edit(plain, second, func(h []byte) { h[125] = 'z' }), bodies: []string{"one", "three"},
			problems: []string{report.Corrupt, report.Corrupt}, slack: "two"},
		{name: "a negative size", stored: edit(plain, second, func(h []byte) { copy(h[124:], bytes.Repeat([]byte{0xff}, 12)) }), bodies: []string{"one", "three"},
			problems: []string{report.Corrupt, report.Corrupt}, slack: "two"},
		{name: "a body behind a directory", stored: edit(plain, second, func(h []byte) { h[156] = '5' }), bodies: []string{"one", "", "three"}, problems: []string{report.Corrupt}, slack: "two"},
		{name: "a size beyond the end", stored: edit(plain, second, func(h []byte) { copy(h[124:], "77777777777") }), bodies: []string{"one", "two" + string(plain[second+512+3:])},
			err: report.Corrupt},
		{name: "broken PAX records", stored: twice, bodies: []string{"one", "two"}, problems: []string{report.Corrupt}, slack: "token"},
		{name: "a lone zero block", stored: join(plain[:second], make([]byte, 512), plain[second:]), bodies: []string{"one", "two", "three"}, problems: []string{report.Corrupt}},
		{name: "the end within a header", stored: plain[:second+100], bodies: []string{"one"}, err: report.Corrupt, slack: "second"},
		{name: "the end within a body", stored: plain[:second+514], bodies: []string{"one", "tw"}, err: report.Corrupt},
		{name: "the end between entries", stored: plain[:second], bodies: []string{"one"}},
		{name: "too many entries", stored: plain, limits: layer.Limits{Entries: 2}, bodies: []string{"one", "two"}, err: report.Limit},
		{name: "too long names", stored: plain, limits: layer.Limits{NameBytes: 12}, bodies: []string{"one", "two"}, err: report.Limit},
		{name: "too long a path", stored: plain, limits: layer.Limits{PathBytes: 5}, bodies: []string{"one", "two", "three"}, problems: []string{report.Limit}},
		{name: "too many bytes", stored: plain, limits: layer.Limits{LayerBytes: second + 512 + 1}, bodies: []string{"one", "t"}, err: report.Limit},
		{name: "too many bytes of gzip", stored: gzipped(t, plain, gzip.Header{}), limits: layer.Limits{LayerBytes: second}, bodies: []string{"one"}, err: report.Limit},
		{name: "just enough bytes", stored: gzipped(t, plain, gzip.Header{}), limits: layer.Limits{LayerBytes: int64(len(plain))}, bodies: []string{"one", "two", "three"}},
		{name: "a gzip checksum", stored: replaced(gzipped(t, plain, gzip.Header{}), -6, 'X'), bodies: []string{"one", "two", "three"}, problems: []string{report.Corrupt}},
		{name: "gzip that ends early", stored: big[:len(big)/2], bodies: []string{"one", ""}, err: report.Corrupt},
		{name: "gzip with damage", stored: scrambled(big), bodies: []string{"one", ""}, err: report.Corrupt},
		{name: "zstd that ends early", stored: halved(zstded(t, archiveOf(t, file{name: "first", body: "one"}, file{name: "big", body: noise(900_000)}))), bodies: []string{"one", ""}, err: report.Corrupt},
		{name: "a zstd window over the limit", stored: wideZstd(t, plain), limits: layer.Limits{Window: 1 << 20}, bodies: nil, err: report.Limit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := layer.Open(bytes.NewReader(tt.stored), tt.limits)
			if err != nil {
				t.Fatal(err)
			}
			var got read
			got.summary, got.err = s.Walk(context.Background(), func(e *layer.Entry) error {
				b, err := io.ReadAll(e.Body)
				if err != nil && tt.err == "" {
					t.Errorf("body of %q: %v", e.Path, err)
				}
				if e.Path == "big" {
					if len(b) < 50_000 || string(b[:50_000]) != noise(50_000) {
						t.Errorf("big: got %d bytes", len(b))
					}
					b = nil
				}
				got.bodies = append(got.bodies, string(b))
				return nil
			})
			if k := kind(got.err); k != tt.err {
				t.Errorf("error: got %v, want kind %q", got.err, tt.err)
			}
			if d := cmp.Diff(tt.problems, kinds(got.summary.Problems)); d != "" {
				t.Errorf("problems (-want +got):\n%s%v", d, got.summary.Problems)
			}
			if d := cmp.Diff(tt.bodies, got.bodies); d != "" {
				t.Errorf("bodies (-want +got):\n%s", d)
			}
			var slack []byte
			for _, s := range got.summary.Slack {
				slack = append(slack, s.Data...)
			}
			if !bytes.Contains(slack, []byte(tt.slack)) {
				t.Errorf("slack: got %q, want it to hold %q", slack, tt.slack)
			}
			if got.summary.Digest != digest(tt.stored) {
				t.Error("the stored bytes were not read to their end")
			}
			if len(got.summary.Records) < len(got.bodies) {
				t.Errorf("records: got %d", len(got.summary.Records))
			}
		})
	}
}

// noise returns n bytes that hardly compress.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

// replaced returns b with one byte changed, counted from the end where at is negative.
func replaced(b []byte, at int, c byte) []byte {
	b = bytes.Clone(b)
	if at < 0 {
		at += len(b)
	}
	b[at] = c
	return b
}

func halved(b []byte) []byte { return b[:len(b)/2] }

// scrambled returns b with damage in the middle that no decompressor accepts: an endless run of ones is no block.
func scrambled(b []byte) []byte {
	b = bytes.Clone(b)
	for i := len(b) / 2; i < len(b)-8; i++ {
		b[i] = 0xff
	}
	return b
}

func wideZstd(t *testing.T, data []byte) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(8<<20))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{string(data), noise(2 << 20)} { // streamed, so that the frame does not tell its size
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRecords(t *testing.T) {
	tests := []struct {
		file    file
		want    layer.Record
		problem bool
	}{
		{file: file{name: "/abs/file"}, want: layer.Record{Path: "abs/file", Type: '0'}},
		{file: file{name: "./a//b/./c"}, want: layer.Record{Path: "a/b/c", Type: '0'}},
		{file: file{name: "a/../b"}, want: layer.Record{Path: "b", Type: '0'}},
		{file: file{name: "a/../../b"}, want: layer.Record{Path: "b", Type: '0'}, problem: true},
		{file: file{name: "/../../etc/passwd"}, want: layer.Record{Path: "etc/passwd", Type: '0'}, problem: true},
		{file: file{name: "./", typ: '5'}, want: layer.Record{Path: "", Type: '5'}},
		{file: file{name: "."}, want: layer.Record{Path: "", Type: '0'}, problem: true},
		{file: file{name: "a/.wh.b"}, want: layer.Record{Path: "a/b", Type: '0', Whiteout: layer.PathWhiteout}},
		{file: file{name: ".wh.b"}, want: layer.Record{Path: "b", Type: '0', Whiteout: layer.PathWhiteout}},
		{file: file{name: "a/.wh..wh..opq"}, want: layer.Record{Path: "a", Type: '0', Whiteout: layer.OpaqueWhiteout}},
		{file: file{name: ".wh..wh..opq"}, want: layer.Record{Path: "", Type: '0', Whiteout: layer.OpaqueWhiteout}},
		{file: file{name: "a/.wh..hidden"}, want: layer.Record{Path: "a/.hidden", Type: '0', Whiteout: layer.PathWhiteout}},
		{file: file{name: ".wh..wh.plnk"}, want: layer.Record{Path: ".wh..wh.plnk", Type: '0'}},
		{file: file{name: "a/.wh.."}, want: layer.Record{Path: "a/.wh..", Type: '0'}},
		{file: file{name: "a/.wh..."}, want: layer.Record{Path: "a/.wh...", Type: '0'}},
		{file: file{name: "a/.wh."}, want: layer.Record{Path: "a/.wh.", Type: '0'}},
		{file: file{name: "sym", typ: '2', link: "../../target"}, want: layer.Record{Path: "sym", Type: '2', Link: "../../target"}},
		{file: file{name: "hard", typ: '1', link: "/a/./b"}, want: layer.Record{Path: "hard", Type: '1', Link: "a/b"}},
		{file: file{name: "hard", typ: '1', link: "../b"}, want: layer.Record{Path: "hard", Type: '1', Link: "b"}, problem: true},
		{file: file{name: "dev", typ: '3'}, want: layer.Record{Path: "dev", Type: '3'}},
		{file: file{name: "\xff\x1b[2J\n", body: "x"}, want: layer.Record{Path: "\xff\x1b[2J\n", Type: '0', Size: 1}},
		{file: file{name: "odd", typ: 'Q', body: "x"}, want: layer.Record{Path: "odd", Type: 'Q', Size: 1}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%q", tt.file.name), func(t *testing.T) {
			got := walk(t, archiveOf(t, tt.file), layer.Limits{})
			if got.err != nil || got.faults != nil {
				t.Fatal(got.err, got.faults)
			}
			tt.want.Mode = 0o644
			if d := cmp.Diff([]layer.Record{tt.want}, got.summary.Records); d != "" {
				t.Errorf("record (-want +got):\n%s", d)
			}
			if len(got.summary.Problems) > 0 != tt.problem {
				t.Errorf("problems: got %v, want %v", got.summary.Problems, tt.problem)
			}
		})
	}
}

// TestInsecurePath holds that a setting which makes archive/tar refuse names does not hide what has them.
func TestInsecurePath(t *testing.T) {
	t.Setenv("GODEBUG", "tarinsecurepath=0")
	got := walk(t, archiveOf(t, file{name: "../up", body: "one"}, file{name: "/abs", body: "two"}), layer.Limits{})
	if d := cmp.Diff([]string{"one", "two"}, got.bodies); d != "" || got.err != nil {
		t.Errorf("bodies (-want +got):\n%s%v", d, got.err)
	}
	if d := cmp.Diff([]string{"up", "abs"}, paths(got.summary.Records)); d != "" {
		t.Errorf("paths (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{report.Corrupt}, kinds(got.summary.Problems)); d != "" {
		t.Errorf("problems (-want +got):\n%s", d)
	}
}

func TestManyProblems(t *testing.T) {
	var files []file
	for i := range 500 {
		files = append(files, file{name: fmt.Sprintf("../%d", i)})
	}
	got := walk(t, archiveOf(t, files...), layer.Limits{})
	if n := len(got.summary.Problems); n != 101 || len(got.bodies) != 500 {
		t.Fatalf("got %d problems, %d entries", n, len(got.bodies))
	}
	if last := got.summary.Problems[100]; !strings.Contains(last.Error(), "400 further") {
		t.Errorf("last problem: got %v", last)
	}
}

// TestSparseWithoutEnd reads a sparse file of which next to nothing is stored.
func TestSparseWithoutEnd(t *testing.T) {
	data := archiveOf(t, file{name: "sparse", body: "abcdef", pax: map[string]string{"XXX.sparse.map": "0,6", "XXX.sparse.numblocks": "1", "XXX.sparse.size": "9000000000000000000"}},
		file{name: "after", body: "text"})
	data = bytes.ReplaceAll(data, []byte("XXX.sparse"), []byte("GNU.sparse"))
	s, err := layer.Open(bytes.NewReader(data), layer.Limits{LayerBytes: 10 << 20})
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int64
	var faults []string
	_, err = s.Walk(context.Background(), func(e *layer.Entry) error {
		n, err := io.Copy(io.Discard, e.Body)
		sizes, faults = append(sizes, n), append(faults, kind(err))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if sizes[0] < 10<<20 || sizes[0] > 11<<20 || sizes[1] != 4 {
		t.Errorf("sizes: got %v", sizes)
	}
	if d := cmp.Diff([]string{report.Limit, ""}, faults); d != "" {
		t.Errorf("faults (-want +got):\n%s", d)
	}
}

// zeros is an endless stream of them.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// bomb returns an archive whose one file is n zero bytes, well compressed.
func bomb(t testing.TB, n int64) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "bomb", Typeflag: '0', Size: n}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(w, zeros{}, n); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWalkStops(t *testing.T) {
	stored := bomb(t, 64<<20)
	t.Run("at an error of fn", func(t *testing.T) {
		s, err := layer.Open(bytes.NewReader(stored), layer.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		stop := errors.New("stop")
		got, err := s.Walk(context.Background(), func(*layer.Entry) error { return stop })
		if err != stop || got.Digest != "" || got.DiffID != "" || len(got.Records) != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("when cancelled", func(t *testing.T) {
		s, err := layer.Open(bytes.NewReader(stored), layer.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		got, err := s.Walk(ctx, func(e *layer.Entry) error {
			cancel()
			_, err := io.Copy(io.Discard, e.Body)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("body: got %v", err)
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || got.DiffID != "" || got.Bytes > 32<<20 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("at an error below", func(t *testing.T) {
		broken := errors.New("connection reset")
		s, err := layer.Open(io.MultiReader(bytes.NewReader(stored[:len(stored)/2]), failing{broken}), layer.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Walk(context.Background(), func(*layer.Entry) error { return nil })
		if !errors.Is(err, broken) || kind(err) == report.Corrupt || got.Digest != "" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

// failing is a reader that fails.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
