package layer_test

import (
	"archive/tar"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/layer"
)

// oddBases are names whose order or form could deceive: bytes below and above the slash, prefixes of one another, text
// that is no UTF-8, control codes, and names that look like whiteouts.
var oddBases = []string{"a", "ab", "a.", "a-b", "a b", "a\x01", "\xff\xfe", "é", "\x1b[31m", ".wh.", ".wh..wh.plnk", ".wh..wh.aufs", "...", "wh.a"}

// check compares a timeline with the naive unpacking.
func check(t *testing.T, layers [][]layer.Record) {
	t.Helper()
	tl, u := layer.NewTimeline(layers), unpack(layers)
	var visible []string
	for i := range layers {
		for j, r := range layers[i] {
			ref := layer.Ref{Layer: i, Entry: j}
			if got, want := tl.Fate(i, j), u.fates[ref]; got != want {
				t.Fatalf("fate of %d.%d: got %v, want %v in\n%s", i, j, got, want, show(layers))
			}
			if got, want := tl.Content(i, j), u.bytes[ref]; got != want {
				t.Fatalf("content of %d.%d: got %v, want %v in\n%s", i, j, got, want, show(layers))
			}
			if tl.Fate(i, j).Visibility == report.Visible {
				visible = append(visible, r.Path)
			}
		}
	}
	sort.Strings(visible)
	if d := cmp.Diff(u.visible(), visible); d != "" {
		t.Fatalf("visible paths (-want +got):\n%s in\n%s", d, show(layers))
	}
	checkPartial(t, layers, tl)
	checkHolds(t, layers, tl)
	checkVersions(t, layers, tl)
	checkChanges(t, layers, tl)
}

// checkPartial holds what a partial timeline says of some entries, and of the hard links to them, against the whole one.
func checkPartial(t *testing.T, layers [][]layer.Record, tl *layer.Timeline) {
	t.Helper()
	var all []layer.Ref
	catalogs := make([]*layer.Catalog, len(layers))
	for i := range layers {
		catalogs[i] = layer.NewCatalog(layers[i])
		for j := range layers[i] {
			all = append(all, layer.Ref{Layer: i, Entry: j})
		}
	}
	for step := range 3 {
		var of []layer.Ref
		for k := step; k < len(all); k += 1 + 4*step {
			of = append(of, all[k])
		}
		partial := layer.NewPartial(catalogs, of)
		want := map[layer.Ref]bool{}
		for _, r := range of {
			want[r] = true
			if got, want := partial.Fate(r.Layer, r.Entry), tl.Fate(r.Layer, r.Entry); got != want {
				t.Fatalf("fate of %v alone: got %v, want %v in\n%s", r, got, want, show(layers))
			}
		}
		for _, r := range all {
			content := tl.Content(r.Layer, r.Entry)
			if !want[content] && !want[r] {
				continue
			}
			if got := partial.Content(r.Layer, r.Entry); got != content {
				t.Fatalf("content of %v alone: got %v, want %v in\n%s", r, got, content, show(layers))
			}
			if content != r {
				if got, want := partial.Fate(r.Layer, r.Entry), tl.Fate(r.Layer, r.Entry); got != want {
					t.Fatalf("fate of the link %v: got %v, want %v in\n%s", r, got, want, show(layers))
				}
			}
		}
	}
}

// checkHolds holds a partial timeline of all layers but the last, where it says that it holds below that, against the whole one.
func checkHolds(t *testing.T, layers [][]layer.Record, tl *layer.Timeline) {
	t.Helper()
	top := len(layers) - 1
	catalogs := make([]*layer.Catalog, len(layers))
	var all []layer.Ref
	for i := range layers {
		catalogs[i] = layer.NewCatalog(layers[i])
		for j := range layers[i] {
			if i < top {
				all = append(all, layer.Ref{Layer: i, Entry: j})
			}
		}
	}
	for _, r := range all { // few of a whole stack hold
		partial := layer.NewPartial(catalogs[:top], []layer.Ref{r})
		if !partial.Holds(catalogs[top]) {
			continue
		}
		if got, want := partial.Fate(r.Layer, r.Entry), tl.Fate(r.Layer, r.Entry); got != want {
			t.Fatalf("fate of %v below the last layer: got %v, want %v in\n%s", r, got, want, show(layers))
		}
		if got, want := partial.Content(r.Layer, r.Entry), tl.Content(r.Layer, r.Entry); got != want {
			t.Fatalf("content of %v below the last layer: got %v, want %v in\n%s", r, got, want, show(layers))
		}
	}
}

func TestWhatLiesOnTopOfAPartialTimeline(t *testing.T) {
	file := func(path string) layer.Record { return layer.Record{Path: path, Type: tar.TypeReg} }
	dir := func(path string) layer.Record { return layer.Record{Path: path, Type: tar.TypeDir} }
	base := []layer.Record{dir("a"), dir("a/b"), file("a/b/c"), {Path: "a/l", Link: "b", Type: tar.TypeSymlink}, file("x")}
	for name, c := range map[string]struct {
		over []layer.Record
		want bool
	}{
		"nothing":                {nil, true},
		"a file elsewhere":       {[]layer.Record{file("x"), file("y/z")}, true},
		"a file beside":          {[]layer.Record{dir("a"), dir("a/b"), file("a/b/d")}, true},
		"the file":               {[]layer.Record{file("a/b/c")}, false},
		"a directory for it":     {[]layer.Record{dir("a/b/c")}, false},
		"below it":               {[]layer.Record{file("a/b/c/d")}, false},
		"a file above it":        {[]layer.Record{file("a/b")}, false},
		"a whiteout":             {[]layer.Record{{Path: "a/b/c", Whiteout: layer.PathWhiteout}}, false},
		"a whiteout above":       {[]layer.Record{{Path: "a", Type: tar.TypeReg, Whiteout: layer.PathWhiteout}}, false},
		"an opaque directory":    {[]layer.Record{{Path: "a", Type: tar.TypeDir, Whiteout: layer.OpaqueWhiteout}}, false},
		"an opaque root":         {[]layer.Record{{Type: tar.TypeReg, Whiteout: layer.OpaqueWhiteout}}, false},
		"a whiteout elsewhere":   {[]layer.Record{{Path: "x", Type: tar.TypeReg, Whiteout: layer.PathWhiteout}}, true},
		"a hard link":            {[]layer.Record{{Path: "y", Link: "x", Type: tar.TypeLink}}, false},
		"a name with its start":  {[]layer.Record{file("a/b/cc"), file("a/bb")}, true},
		"more than is looked at": {slices.Repeat([]layer.Record{file("x")}, 2000), false},
	} {
		t.Run(name, func(t *testing.T) {
			p := layer.NewPartial([]*layer.Catalog{layer.NewCatalog(base)}, []layer.Ref{{Layer: 0, Entry: 2}})
			if got := p.Holds(layer.NewCatalog(c.over)); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// checkVersions holds every version of every path against the records.
func checkVersions(t *testing.T, layers [][]layer.Record, tl *layer.Timeline) {
	t.Helper()
	want := map[string][]layer.Ref{}
	for i := range layers {
		for j, r := range layers[i] {
			if tl.Fate(i, j).Visibility != report.InHistory {
				want[r.Path] = append(want[r.Path], layer.Ref{Layer: i, Entry: j})
			}
		}
	}
	got := map[string][]layer.Ref{}
	for _, p := range tl.Paths() {
		got[p] = tl.Versions(p)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("versions (-want +got):\n%s in\n%s", d, show(layers))
	}
}

// checkChanges holds what each layer changed against the files before and after it.
func checkChanges(t *testing.T, layers [][]layer.Record, tl *layer.Timeline) {
	t.Helper()
	got := tl.Changes()
	before := map[string]layer.Ref{}
	for i := range layers {
		after := files(layers[:i+1])
		var want layer.Changes
		for j, r := range layers[i] {
			ref := layer.Ref{Layer: i, Entry: j}
			if at, ok := after[r.Path]; ok && at == ref {
				if _, ok := before[r.Path]; ok {
					want.Replaced = append(want.Replaced, ref)
				} else {
					want.Added = append(want.Added, ref)
				}
			}
			if r.Type != '0' || tl.Fate(i, j).Visibility == report.InHistory {
				continue
			}
			want.Bytes += r.Size
			if !shown(layers, tl, ref) {
				want.Hidden += r.Size
			}
		}
		for p, ref := range before {
			if _, ok := after[p]; !ok {
				want.Deleted = append(want.Deleted, ref)
			}
		}
		slices.SortFunc(want.Deleted, func(a, b layer.Ref) int {
			if a.Layer != b.Layer {
				return a.Layer - b.Layer
			}
			return a.Entry - b.Entry
		})
		if d := cmp.Diff(want, got[i]); d != "" {
			t.Fatalf("changes of layer %d (-want +got):\n%s in\n%s", i, d, show(layers))
		}
		before = after
	}
}

// files returns what is no directory in the filesystem of layers.
func files(layers [][]layer.Record) map[string]layer.Ref {
	found := map[string]layer.Ref{}
	u := unpack(layers)
	for i := range layers {
		for j, r := range layers[i] {
			if ref := (layer.Ref{Layer: i, Entry: j}); u.fates[ref].Visibility == report.Visible && r.Type != '5' {
				found[r.Path] = ref
			}
		}
	}
	return found
}

// shown tells whether a visible entry has the bytes of ref.
func shown(layers [][]layer.Record, tl *layer.Timeline, ref layer.Ref) bool {
	for i := range layers {
		for j := range layers[i] {
			if tl.Content(i, j) == ref && tl.Fate(i, j).Visibility == report.Visible {
				return true
			}
		}
	}
	return false
}

func TestTimelineAgainstUnpacking(t *testing.T) {
	shapes := map[string]shape{
		"few names":  {layers: 4, entries: 8, bases: []string{"a", "b"}},
		"odd names":  {layers: 4, entries: 10, bases: oddBases},
		"one layer":  {layers: 1, entries: 14, bases: []string{"a", "b", "c"}},
		"many":       {layers: 12, entries: 6, bases: []string{"a", "b", "a-"}},
		"long lists": {layers: 2, entries: 80, bases: []string{"a", "b", "c", "d", "e"}},
	}
	for name, s := range shapes {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(1000) {
				check(t, stack(rand.New(rand.NewPCG(seed, 1)), s))
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}
