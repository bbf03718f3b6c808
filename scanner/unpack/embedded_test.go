package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zlib"

	"dregs/report"
)

func zlibWriter(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil }

// embeddedIn returns what unpackEmbedded yields of data, by step, read from memory and by random access alone.
func embeddedIn(t testing.TB, data []byte, z span, code ...span) (map[string]string, error) {
	t.Helper()
	var all [2]map[string]string
	var err error
	for i := range all {
		all[i] = map[string]string{}
		out := newSink("binary", Limits{}, func(m Member) error {
			text, err := io.ReadAll(m.Body)
			all[i][strings.Join(m.Steps, " ")] = string(text)
			return err
		})
		out.memory = new(Memory)
		in := Input{At: bytes.NewReader(data), Size: int64(len(data))}
		if i == 0 {
			in.Data = data
		}
		err = out.result(unpackEmbedded(context.Background(), in, out, z, code...))
	}
	if diff := cmp.Diff(all[0], all[1]); diff != "" {
		t.Errorf("in memory and not: %s", diff)
	}
	return all[0], err
}

// rareText is text that does not compress to much less than it is, so that it takes many reads.
func rareText(n int) string {
	b := make([]byte, n)
	state := uint32(1)
	for i := range b {
		state = state*1664525 + 1013904223
		b[i] = ' ' + byte(state>>24)%95
	}
	return string(b)
}

func TestEmbeddedIsFound(t *testing.T) {
	const text = "what lies inside\n"
	front := strings.Repeat("#!/bin/sh\nexit 0\n\x00", 20)
	back := strings.Repeat("\x90\x00code", zipEndBytes/6+10) // an archive nearer to the end is not looked for
	long := rareText(5 << 20)
	at := func(kind string) string { return kind + " at 360" }
	for _, s := range streams {
		if s.name != "gzip" && s.name != "xz" && s.name != "zstd" {
			continue
		}
		for _, content := range []string{text, long} {
			got, err := embeddedIn(t, []byte(front+string(packed(t, s.pack, content))+back+string(packed(t, s.pack, "again"))), span{})
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			if len(got) != 2 || got[at(s.name)] != content {
				t.Errorf("%s: %d members, %.40q", s.name, len(got), got)
			}
		}
	}
	for _, a := range archives {
		if a.name != "zip" && a.name != "7z" {
			continue
		}
		archive := a.pack(t, []file{{"a", text}, {"b", text}})
		got, err := embeddedIn(t, []byte(front+string(archive)+back), span{})
		if diff := cmp.Diff(map[string]string{at(a.name): string(archive)}, got); diff != "" || err != nil {
			t.Errorf("%s: %v, %s", a.name, err, diff)
		}
	}
	small := []byte(front + string(packed(t, zlibWriter, text)) + back)
	for _, tt := range []struct {
		where span
		want  map[string]string
	}{{span{}, map[string]string{}}, {span{100, 400}, map[string]string{at("zlib"): text}}, {span{400, 4000}, map[string]string{}}} {
		got, err := embeddedIn(t, small, tt.where)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("zlib in %v: %v, %s", tt.where, err, diff)
		}
	}
}

// A stream may lie across the windows that a large file is read by, and its key at any byte of them.
func TestEmbeddedAcrossWindows(t *testing.T) {
	stream := packed(t, streams[0].pack, "what lies inside")
	for shift := -600; shift <= 20; shift += 7 {
		data := append(bytes.Repeat([]byte{0x1f}, embeddedWindow+shift), stream...)
		data = append(data, make([]byte, embeddedWindow)...)
		if got, err := embeddedIn(t, data, span{}); len(got) != 1 || err != nil {
			t.Fatalf("%d bytes from the window's end: %v, %v", shift, got, err)
		}
	}
}

func TestEmbeddedLeavesOut(t *testing.T) {
	gz := packed(t, streams[0].pack, "what lies inside")
	zipped := zipOf(t, []file{{"a", "text"}})
	damaged := bytes.Clone(gz)
	damaged[len(damaged)-12] ^= 0xff
	long := append(bytes.Clone(gz[:10]), bytes.Repeat([]byte("n"), 600)...)
	long[3] = gzipName
	for name, data := range map[string][]byte{
		"an archive at the end": append([]byte("\x00stub"), zipped...),
		"a damaged stream":      append([]byte("\x00"), damaged...),
		"a truncated stream":    append([]byte("\x00"), gz[:len(gz)-9]...),
		"a header alone":        append([]byte("\x00"), gz[:10]...),
		"a name without an end": append([]byte("\x00"), long...),
		"an end record alone":   append([]byte("\x00PK\x05\x06"), make([]byte, 30)...),
		"a 7z header alone":     append([]byte("\x00"+sevenZipMagic), make([]byte, 40)...),
	} {
		if got, err := embeddedIn(t, data, span{0, int64(len(data))}); len(got) > 0 || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	code := append([]byte("\x00\x00"), gz...)
	if got, err := embeddedIn(t, code, span{}, span{1, 8}); len(got) > 0 || err != nil {
		t.Errorf("in code: %q, %v", got, err)
	}
}

// What only looks like streams over and over is given up, and told.
func TestEmbeddedIsBounded(t *testing.T) {
	// An empty stored block, and one that holds the next header.
	unit := []byte("\x00\x00\x00\xff\xff\x00\x0a\x00\xf5\xff\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
	unit = append(bytes.Repeat(unit[:5], 2000), unit[5:]...)
	// As long as it takes to read more than what may be read in vain.
	data := append(append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"), bytes.Repeat(unit, 400)...), "\xff\xff\xff\xff\xff"...)
	_, err := embeddedIn(t, data, span{})
	if kind(err) != report.Limit {
		t.Errorf("error %v, want one of kind limit", err)
	}
}

func TestELFForeignParts(t *testing.T) {
	order := binary.LittleEndian
	hidden := packed(t, zlibWriter, "token = hidden behind the program\n")
	file := makeELF(order, map[string][]byte{".text": hidden, "pydata": hidden}, map[string]uint64{".text": elfInstructions})
	appended := append(bytes.Clone(file), hidden...)
	for name, tt := range map[string]struct {
		data []byte
		want int
	}{"a section": {file, 1}, "a section and behind": {appended, 2}, "without sections": {append(make([]byte, 600), hidden...), 0}} {
		got := 0
		in := Input{At: bytes.NewReader(tt.data), Size: int64(len(tt.data))}
		for _, f := range formats {
			if f.Name != "elf" {
				continue
			}
			if err := f.Unpack(context.Background(), in, Limits{}, func(m Member) error {
				if strings.HasPrefix(m.Steps[0], "zlib at ") {
					got++
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %d members, want %d", name, got, tt.want)
		}
	}
}

func FuzzEmbedded(f *testing.F) {
	for _, s := range streams {
		f.Add(append([]byte("\x00stub"), packed(f, s.pack, "some text, some text\n")...))
	}
	for _, a := range archives {
		f.Add(append([]byte("\x00stub"), append(a.pack(f, []file{{"a.txt", "text\n"}}), "behind"...)...))
	}
	f.Add(append([]byte("hsqs"), append(make([]byte, 92), packed(f, zlibWriter, "block")...)...))
	lim := Limits{FileBytes: 1 << 20, Entries: 100, Window: 1 << 20, SpoolBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range []*Format{Binary(), Detect(data)} {
			if format == nil || !format.Raw {
				continue
			}
			first, ferr := unpackBounded(t, format, data, lim)
			second, serr := unpackBounded(t, format, data, lim)
			if first != second || (ferr == nil) != (serr == nil) {
				t.Fatalf("two runs differ: %v, %v", ferr, serr)
			}
		}
	})
}
