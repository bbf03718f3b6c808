package unpack

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"dregs/report"
)

// streams packs a text by each compressed format that can be written here.
var streams = []struct {
	name string
	pack func(w io.Writer) (io.WriteCloser, error)
}{
	{"gzip", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }},
	{"zstd", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }},
	{"xz", func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }},
	{"lz4", func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil }},
	{"lzma", func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) }},
	{"lzip", func(w io.Writer) (io.WriteCloser, error) { return newLzipWriter(w) }},
	{"compress", func(w io.Writer) (io.WriteCloser, error) { return newLZWWriter(w), nil }},
}

// packed returns text as the format packs it.
func packed(t testing.TB, pack func(w io.Writer) (io.WriteCloser, error), text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := pack(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// prose returns n bytes that compress somewhat, the same for the same seed.
func prose(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "line %d of a file with the word %x in it\n", b.Len(), r.Uint32())
	}
	return b.String()[:n]
}

func TestStreams(t *testing.T) {
	texts := map[string]string{
		"empty": "", "short": "one line\n", "long": prose(300_000, 7),
		"zeros": strings.Repeat("\x00", 500_000), "binary": string(noise(200_000)),
	}
	for _, s := range streams {
		for name, text := range texts {
			t.Run(s.name+"/"+name, func(t *testing.T) {
				data := packed(t, s.pack, text)
				if f := Detect(data[:min(len(data), HeadBytes)]); f == nil || f.Name != s.name {
					t.Fatalf("Detect = %v, want %s", f, s.name)
				}
				got, err := unpackAll(t, data, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				want := []found{{Content, []string{s.name}, text}}
				if diff := cmp.Diff(got, want); diff != "" {
					t.Errorf("members (-got +want):\n%.500s", diff)
				}
			})
		}
	}
}

// noise returns n bytes that do not compress, the same each time.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// A stream that is followed by another one is read on, and what follows is told.
func TestStreamsConcatenated(t *testing.T) {
	for _, s := range streams {
		if s.name == "compress" || s.name == "lzma" {
			continue // these formats have no end of their own, or are never concatenated
		}
		t.Run(s.name, func(t *testing.T) {
			data := append(packed(t, s.pack, "one\n"), packed(t, s.pack, "two\n")...)
			got, err := unpackAll(t, data, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, []found{{Content, []string{s.name}, "one\ntwo\n"}}); diff != "" {
				t.Errorf("members (-got +want):\n%s", diff)
			}
			got, err = unpackAll(t, append(data, "a tail that is no stream"...), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want := []found{
				{Content, []string{s.name}, "one\ntwo\n"},
				{Content, []string{s.name, "trailing bytes"}, "a tail that is no stream"},
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("members with a tail (-got +want):\n%s", diff)
			}
		})
	}
}

// unpackAt is unpackAll for a file with random access.
func unpackAt(t *testing.T, data string) (got []found, err error) {
	t.Helper()
	in := Input{At: strings.NewReader(data), Size: int64(len(data))}
	err = Detect([]byte(data)).Unpack(context.Background(), in, Limits{}, func(m Member) error {
		text, err := io.ReadAll(m.Body)
		got = append(got, found{m.Kind, m.Steps, string(text)})
		return err
	})
	return got, err
}

// A tail is told whatever it begins with, and a damaged stream after a sound one is damage.
func TestStreamTails(t *testing.T) {
	xzOf := func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }
	sound := map[string]string{
		"xz":    string(packed(t, xzOf, "one\n")) + string(packed(t, xzOf, "one\n")),
		"bzip2": "BZh9\x17\x72\x45\x38\x50\x90\x00\x00\x00\x00",
	}
	for name, data := range sound {
		for _, tail := range []string{"tail", "a longer tail, whose length is no multiple of four", "\x00\x00\x00\x00tail", "PK", strings.Repeat("\x00", 10<<10) + "tail", strings.Repeat("long tail", 1<<20)} {
			got, err := unpackAt(t, data+tail)
			if err != nil {
				t.Errorf("%s, %q: %v", name, tail, err)
				continue
			}
			want := found{Content, []string{name, "trailing bytes"}, strings.TrimLeft(tail, "\x00")}
			if diff := cmp.Diff(want, got[len(got)-1]); diff != "" {
				t.Errorf("%s, %q (-want +got):\n%s", name, tail, diff)
			}
		}
		cut := data + data[:len(data)-5]
		if _, err := unpackAt(t, cut); kind(err) != report.Corrupt {
			t.Errorf("%s: a stream cut short behind a sound one: %v", name, err)
		}
	}
}

// kind returns the kind of problem that err is, "" for none.
func kind(err error) string {
	if err == nil {
		return ""
	}
	return report.NewProblem("", err).Kind
}

// Every prefix of a stream yields a prefix of its content, and says that something is missing.
func TestStreamsTruncated(t *testing.T) {
	text := prose(20_000, 3)
	for _, s := range streams {
		t.Run(s.name, func(t *testing.T) {
			data := packed(t, s.pack, text)
			f := Detect(data)
			for n := 0; n < len(data); n += 1 + n/60 {
				got, err := unpackWith(f, data[:n], Limits{})
				content := ""
				if len(got) > 0 {
					content = got[0].Text
				}
				if !strings.HasPrefix(text, content) {
					t.Fatalf("prefix of %d bytes yields what is no prefix of the content", n)
				}
				if s.name == "compress" && n >= 3 {
					continue // the format has no end mark: a prefix is whole
				}
				if kind(err) != report.Corrupt {
					t.Fatalf("prefix of %d of %d bytes: error %v", n, len(data), err)
				}
			}
		})
	}
}

// A bomb ends at the bound, told.
func TestStreamsBomb(t *testing.T) {
	for _, s := range streams {
		t.Run(s.name, func(t *testing.T) {
			data := packed(t, s.pack, strings.Repeat("\x00", 3<<20))
			got, err := unpackAll(t, data, Limits{FileBytes: 1 << 20})
			if kind(err) != report.Limit {
				t.Errorf("error = %v, want a limit", err)
			}
			if len(got) != 1 || len(got[0].Text) != 1<<20 {
				t.Errorf("got %d members", len(got))
			}
			if _, err := unpackAll(t, data, Limits{FileBytes: 3 << 20}); err != nil {
				t.Errorf("error at the bound exactly: %v", err)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	lim := Limits{Window: 1 << 20}
	for _, s := range streams {
		var opened func(w io.Writer) (io.WriteCloser, error)
		switch s.name {
		case "zstd":
			opened = func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithWindowSize(8<<20)) }
		case "xz", "lzma", "lzip":
			opened = s.pack // their writers take 8 MiB
		default:
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			_, err := unpackAll(t, packed(t, opened, strings.Repeat("text ", 1<<20)), lim)
			if kind(err) != report.Limit {
				t.Errorf("error = %v, want a limit", err)
			}
		})
	}
}

func TestSkippableFrames(t *testing.T) {
	frame := binary.LittleEndian.AppendUint32(nil, magicSkippable+3)
	frame = append(binary.LittleEndian.AppendUint32(frame, 6), "hidden"...)
	for _, s := range streams {
		if s.name != "zstd" && s.name != "lz4" {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			one, two := packed(t, s.pack, "one"), packed(t, s.pack, "two")
			got, err := unpackAll(t, bytes.Join([][]byte{frame, one, frame, two}, nil), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			want := []found{
				{Content, []string{s.name}, "onetwo"},
				{Content, []string{s.name, "skippable frame"}, "hidden"},
				{Content, []string{s.name, "skippable frame"}, "hidden"},
			}
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("members (-got +want):\n%s", diff)
			}
		})
	}
}

// An error of yield, and the end of the context, end the unpacking and come back as they are.
func TestStop(t *testing.T) {
	data := packed(t, streams[0].pack, prose(100_000, 1))
	mine := errors.New("enough")
	err := Detect(data).Unpack(context.Background(), Input{Reader: bytes.NewReader(data)}, Limits{}, func(Member) error {
		return mine
	})
	if !errors.Is(err, mine) {
		t.Errorf("Unpack = %v, want yield's error", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err = Detect(data).Unpack(ctx, Input{Reader: bytes.NewReader(data)}, Limits{}, func(m Member) error {
		if _, err := io.ReadFull(m.Body, make([]byte, 10)); err != nil {
			t.Error(err)
		}
		cancel()
		_, err := io.ReadAll(m.Body)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("reading after the end of the context: %v", err)
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Unpack = %v, want the context's error", err)
	}
}

// lzipWriter writes one lzip member.
type lzipWriter struct {
	w    io.Writer
	lzma *lzma.Writer
	buf  bytes.Buffer
	text bytes.Buffer
}

func newLzipWriter(w io.Writer) (io.WriteCloser, error) {
	l := &lzipWriter{w: w}
	var err error
	l.lzma, err = lzma.WriterConfig{Properties: &lzma.Properties{LC: 3, LP: 0, PB: 2}, DictCap: 1 << 23}.NewWriter(&l.buf)
	return l, err
}

func (l *lzipWriter) Write(p []byte) (int, error) {
	l.text.Write(p)
	return l.lzma.Write(p)
}

func (l *lzipWriter) Close() error {
	if err := l.lzma.Close(); err != nil {
		return err
	}
	member := append([]byte("LZIP\x01\x17"), l.buf.Bytes()[lzma.HeaderLen:]...)
	member = binary.LittleEndian.AppendUint32(member, crc32.ChecksumIEEE(l.text.Bytes()))
	member = binary.LittleEndian.AppendUint64(member, uint64(l.text.Len()))
	member = binary.LittleEndian.AppendUint64(member, uint64(len(member)+8))
	_, err := l.w.Write(member)
	return err
}

// lzwWriter writes what compress(1) does, with codes of up to 12 bits in block mode and no clearing of the table.
type lzwWriter struct {
	w    io.Writer
	text bytes.Buffer
}

func newLZWWriter(w io.Writer) io.WriteCloser { return &lzwWriter{w: w} }

func (l *lzwWriter) Write(p []byte) (int, error) { return l.text.Write(p) }

func (l *lzwWriter) Close() error {
	const maxWidth = 12
	out := []byte{0x1f, 0x9d, 0x80 | maxWidth}
	width, codes := uint(9), 0
	var group []byte
	var acc uint64
	var bits uint
	flush := func() { // pads the group to eight codes
		for bits > 0 {
			group = append(group, byte(acc))
			acc >>= 8
			bits -= min(bits, 8)
		}
		for codes%8 != 0 && uint(len(group)) < width {
			group = append(group, 0)
		}
		out = append(out, group...)
		group, acc, codes = nil, 0, 0
	}
	emit := func(code int) {
		acc |= uint64(code) << bits
		bits += width
		codes++
		for bits >= 8 {
			group = append(group, byte(acc))
			acc >>= 8
			bits -= 8
		}
		if codes == 8 {
			flush()
		}
	}
	table := map[string]int{}
	free := lzwClear + 1
	known := func(s string) (int, bool) {
		if len(s) == 1 {
			return int(s[0]), true
		}
		c, ok := table[s]
		return c, ok
	}
	text := l.text.String()
	emitted := 0
	for i := 0; i < len(text); {
		j := i + 1
		for j < len(text) {
			if _, ok := known(text[i : j+1]); !ok {
				break
			}
			j++
		}
		c, _ := known(text[i:j])
		emit(c)
		emitted++
		// The decoder's table is one entry behind: it has free-1 after this code.
		if decoder := lzwClear + 1 + emitted - 1; decoder >= 1<<width && width < maxWidth {
			flush()
			width++
		}
		if j < len(text) && free < 1<<maxWidth {
			table[text[i:j+1]] = free
			free++
		}
		i = j
	}
	codes = 0
	flush()
	_, err := l.w.Write(out)
	return err
}
