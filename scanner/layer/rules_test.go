package layer_test

import (
	"archive/tar"
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/layer"
)

// entries returns the records of a layer written as words: "d:path" a directory, "w:path" a whiteout, "o:path" an opaque
// directory, "h:path=target" a hard link, "s:path=target" a symbolic one, "g:path" a global header, else a file.
func entries(words string) []layer.Record {
	var records []layer.Record
	for _, w := range strings.Fields(words) {
		r := layer.Record{Type: '0', Size: 1}
		kind, rest, ok := strings.Cut(w, ":")
		if !ok {
			rest = w
		}
		r.Path, r.Link, _ = strings.Cut(rest, "=")
		switch kind {
		case "d":
			r.Type = '5'
		case "w":
			r.Whiteout = layer.PathWhiteout
		case "o":
			r.Whiteout = layer.OpaqueWhiteout
		case "h":
			r.Type = '1'
		case "s":
			r.Type = '2'
		case "g":
			r.Type = 'g'
		}
		records = append(records, r)
	}
	return records
}

func TestFate(t *testing.T) {
	tests := []struct {
		name   string
		layers []string
		want   []string // for each layer, the fate of each entry: V, or O or D with the layer that did it, or H
	}{
		{"nothing happens", []string{"d:a a/b", "c"}, []string{"V V", "V"}},
		{"a whiteout", []string{"a b", "w:a"}, []string{"D1 V", "H"}},
		{"a whiteout of a directory", []string{"d:a a/b a/c/d ab", "w:a"}, []string{"D1 D1 D1 V", "H"}},
		{"a whiteout below", []string{"d:a a/b a/c", "w:a/b"}, []string{"V D1 V", "H"}},
		{"a whiteout of its own layer", []string{"a w:a"}, []string{"V H"}},
		{"a whiteout before its own name", []string{"a", "w:a a"}, []string{"D1", "H V"}},
		{"a whiteout after its own name", []string{"a", "a w:a"}, []string{"D1", "V H"}},
		{"an opaque directory first", []string{"d:a a/b", "o:a d:a a/c"}, []string{"O1 D1", "H V V"}},
		{"an opaque directory last", []string{"d:a a/b a/c/d", "d:a a/b a/e o:a"}, []string{"O1 D1 D1", "V V V H"}},
		{"an opaque root", []string{"d: a b/c", "o: d"}, []string{"V D1 D1", "H V"}},
		{"overwritten", []string{"a", "a"}, []string{"O1", "V"}},
		{"overwritten in the same layer", []string{"a a a"}, []string{"O0 O0 V"}},
		{"overwritten, then deleted", []string{"a", "a", "w:a"}, []string{"O1", "D2", "H"}},
		{"deleted, then made anew", []string{"a", "w:a", "a"}, []string{"D1", "H", "V"}},
		{"a directory over a directory", []string{"d:a a/b", "d:a"}, []string{"O1 V", "V"}},
		{"a file over a directory", []string{"d:a a/b a/c/d", "a"}, []string{"O1 D1 D1", "V"}},
		{"a directory, a file, a directory", []string{"d:a a/b", "a", "d:a a/c"}, []string{"O1 D1", "O2", "V V"}},
		{"a symbolic link over a directory", []string{"d:a a/b", "s:a=c"}, []string{"O1 D1", "V"}},
		{"below a symbolic link", []string{"d:usr/lib s:lib=usr/lib", "lib/a"}, []string{"V O1", "V"}},
		{"a whiteout through a symbolic link", []string{"usr/lib/a s:lib=usr/lib", "w:lib/a"}, []string{"V V", "H"}},
		{"below a file", []string{"a", "a/b"}, []string{"O1", "V"}},
		{"a hard link outlives its name", []string{"a h:b=a", "w:a"}, []string{"D1 V", "H"}},
		{"names that begin alike", []string{"d:a a-b a/c a.d ab", "w:a"}, []string{"D1 V D1 V V", "H"}},
		{"AUFS's own names", []string{"a", ".wh..wh.plnk/1 .wh..wh.aufs"}, []string{"V", "H H"}},
		{"a global header", []string{"a", "g:a"}, []string{"V", "H"}},
		{"a root that is a file", []string{"a", ":"}, []string{"V", "H"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			layers := make([][]layer.Record, len(tt.layers))
			for i, words := range tt.layers {
				layers[i] = entries(words)
			}
			tl := layer.NewTimeline(layers)
			for i := range layers {
				var got []string
				for j := range layers[i] {
					f := tl.Fate(i, j)
					switch f.Visibility {
					case report.Visible:
						got = append(got, "V")
					case report.InHistory:
						got = append(got, "H")
					default:
						got = append(got, strings.ToUpper(f.Visibility[:1])+string(rune('0'+f.Layer)))
					}
				}
				if got := strings.Join(got, " "); got != tt.want[i] {
					t.Errorf("layer %d: got %s, want %s", i, got, tt.want[i])
				}
			}
			check(t, layers)
		})
	}
}

func TestContent(t *testing.T) {
	tests := []struct {
		name   string
		layers []string
		of     layer.Ref
		want   layer.Ref
	}{
		{"of a file", []string{"a"}, layer.Ref{}, layer.Ref{}},
		{"of a link", []string{"a h:b=a"}, layer.Ref{Entry: 1}, layer.Ref{}},
		{"of a link to a link", []string{"a h:b=a h:c=b"}, layer.Ref{Entry: 2}, layer.Ref{}},
		{"of a link into the layer below", []string{"x a", "h:b=a"}, layer.Ref{Layer: 1}, layer.Ref{Entry: 1}},
		{"of a link to a name that changes later", []string{"a", "h:b=a a"}, layer.Ref{Layer: 1}, layer.Ref{}},
		{"of a link to a name that changed before", []string{"a", "a h:b=a"}, layer.Ref{Layer: 1, Entry: 1}, layer.Ref{Layer: 1}},
		{"of a link that stands before its target", []string{"h:b=a a"}, layer.Ref{}, layer.Ref{Entry: 1}},
		{"of a link over its own target", []string{"a", "h:a=a"}, layer.Ref{Layer: 1}, layer.Ref{}},
		{"of a link to nothing", []string{"h:b=a"}, layer.Ref{}, layer.Ref{}},
		{"of a link to a directory", []string{"d:a h:b=a"}, layer.Ref{Entry: 1}, layer.Ref{Entry: 1}},
		{"of a circle", []string{"h:a=b h:b=a"}, layer.Ref{}, layer.Ref{}},
		{"of a link to itself", []string{"h:a=a"}, layer.Ref{}, layer.Ref{}},
		{"of a link to a name whited out", []string{"a", "w:a h:b=a"}, layer.Ref{Layer: 1, Entry: 1}, layer.Ref{Layer: 1, Entry: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			layers := make([][]layer.Record, len(tt.layers))
			for i, words := range tt.layers {
				layers[i] = entries(words)
			}
			if got := layer.NewTimeline(layers).Content(tt.of.Layer, tt.of.Entry); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestChanges(t *testing.T) {
	layers := [][]layer.Record{entries("d:a a/b a/c x"), entries("a/b w:a/c a/d y y h:z=x"), entries("w:a w:x a/d")}
	tl := layer.NewTimeline(layers)
	want := []layer.Changes{
		{Added: []layer.Ref{{Entry: 1}, {Entry: 2}, {Entry: 3}}, Bytes: 3, Hidden: 2}, // z still shows x
		{Added: []layer.Ref{{1, 2}, {1, 4}, {1, 5}}, Replaced: []layer.Ref{{1, 0}}, Deleted: []layer.Ref{{0, 2}}, Bytes: 4, Hidden: 3},
		{Replaced: []layer.Ref{{2, 2}}, Deleted: []layer.Ref{{0, 3}, {1, 0}}, Bytes: 1},
	}
	if d := cmp.Diff(want, tl.Changes()); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]layer.Ref{{1, 2}, {2, 2}}, tl.Versions("a/d")); d != "" {
		t.Errorf("versions (-want +got):\n%s", d)
	}
	if got := tl.Versions("nothing"); got != nil {
		t.Errorf("versions of nothing: got %v", got)
	}
	if d := cmp.Diff([]string{"a", "a/b", "a/c", "a/d", "x", "y", "z"}, tl.Paths()); d != "" {
		t.Errorf("paths (-want +got):\n%s", d)
	}
}

// TestRecordsOfStacks holds that what a layer is written from is what a walk reads from it.
func TestRecordsOfStacks(t *testing.T) {
	bases := []string{"a", "ab", "a-b", "\xff\xfe", "é", "\x1b[31m", "...", "wh.a"}
	for seed := range uint64(300) {
		for i, want := range stack(rand.New(rand.NewPCG(seed, 4)), shape{layers: 3, entries: 12, bases: bases}) {
			for j := range want { // what an archive cannot hold as it is
				if r := &want[j]; r.Type == tar.TypeXGlobalHeader {
					r.Type = tar.TypeFifo
				}
				want[j].Size = 0
			}
			s, err := layer.Open(bytes.NewReader(tarOf(t, i, want)), layer.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Walk(t.Context(), func(*layer.Entry) error { return nil })
			if err != nil || len(got.Problems) > 0 {
				t.Fatal(err, got.Problems)
			}
			if len(want) == 0 {
				want = nil
			}
			if d := cmp.Diff(want, got.Records); d != "" && len(want)+len(got.Records) > 0 {
				t.Fatalf("seed %d (-written +read):\n%s", seed, d)
			}
		}
	}
}

// TestTimelineCost holds that layers made to be costly cost no more than their size allows: each of many layers removes
// a directory of many files that is gone already.
func TestTimelineCost(t *testing.T) {
	layers := make([][]layer.Record, 2)
	for i := range 100_000 {
		layers[0] = append(layers[0], layer.Record{Path: "dir/" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y/", i%90) + "f", Type: '0'})
		layers[1] = append(layers[1], layer.Record{Path: "dir", Whiteout: layer.OpaqueWhiteout}, layer.Record{Path: "dir", Type: '0'})
	}
	tl := layer.NewTimeline(layers)
	if f := tl.Fate(0, 99_999); f.Visibility != report.Deleted {
		t.Errorf("got %v", f)
	}
}
