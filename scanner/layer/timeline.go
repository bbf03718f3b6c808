package layer

import (
	"archive/tar"
	"sort"
	"strings"

	"dregs/report"
)

// Fate is what became of an entry. Visibility is report.Visible, report.Overwritten by a later entry of the same path,
// report.Deleted by a whiteout or with a directory above it, or report.InHistory for an entry that never was a file:
// a whiteout, a global PAX header, a name that no engine unpacks. Layer is the layer that removed it, -1 for none.
type Fate struct {
	Visibility string
	Layer      int
}

// Ref names an entry: its layer, counted from 0 for the base, and its place in that layer's records.
type Ref struct{ Layer, Entry int }

// Timeline knows what became of every entry of a stack of layers, by the rules of OCI image-spec layer.md: the whiteouts
// of a layer apply to the layers below, wherever in the archive they stand; then its entries, of which the last of a
// path counts. Paths are taken as they are written: a symbolic link in them is not followed, and gives way to a
// directory that has entries below it. A Timeline is safe for concurrent use.
type Timeline struct {
	layers  [][]Record
	paths   []string // every path that an entry or a whiteout names, in tree order
	ids     [][]int32
	fates   [][]fate
	shared  [][]packedRef // by layer and entry, the one whose bytes a hard link has; nil for a layer without hard links
	version []int32       // where in refs the versions of a path begin
	refs    []packedRef   // every entry, by path
}

// fate is a Fate, packed.
type fate struct {
	layer int32
	kind  uint8
}

const (
	visible uint8 = iota
	overwritten
	deleted
	inHistory
)

// packedRef is a Ref, packed.
type packedRef struct{ layer, entry int32 }

// NewTimeline resolves the fate of every entry of layers, base first. It keeps layers, which must not change.
func NewTimeline(layers [][]Record) *Timeline {
	t := &Timeline{
		layers: layers,
		ids:    make([][]int32, len(layers)),
		fates:  make([][]fate, len(layers)),
		shared: make([][]packedRef, len(layers)),
	}
	byPath := t.number()
	s := newState(t, byPath)
	for i := range layers {
		s.apply(i)
	}
	t.index()
	return t
}

// number gives each path a number, in tree order: that of a directory is followed by those of all below it.
func (t *Timeline) number() map[string]int32 {
	byPath := make(map[string]int32)
	for i, records := range t.layers {
		t.ids[i] = make([]int32, len(records))
		t.fates[i] = make([]fate, len(records))
		for j := range records {
			p := records[j].Path
			if _, ok := byPath[p]; !ok {
				byPath[p] = int32(len(t.paths))
				t.paths = append(t.paths, p)
			}
		}
	}
	sort.Slice(t.paths, func(i, j int) bool { return treeLess(t.paths[i], t.paths[j]) })
	for i, p := range t.paths {
		byPath[p] = int32(i)
	}
	for i, records := range t.layers {
		for j := range records {
			t.ids[i][j] = byPath[records[j].Path]
		}
	}
	return byPath
}

// treeLess orders paths so that all below a directory follow it at once: a slash is less than any other byte.
func treeLess(a, b string) bool {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return a[i] == '/' || b[i] != '/' && a[i] < b[i]
		}
	}
	return len(a) < len(b)
}

// below tells whether path lies below dir.
func below(path, dir string) bool {
	return dir == "" && path != "" || len(path) > len(dir) && path[len(dir)] == '/' && strings.HasPrefix(path, dir)
}

// index groups the entries by path.
func (t *Timeline) index() {
	t.version = make([]int32, len(t.paths)+1)
	t.each(func(_ packedRef, id int32) { t.version[id+1]++ })
	for i := range t.paths {
		t.version[i+1] += t.version[i]
	}
	t.refs = make([]packedRef, t.version[len(t.paths)])
	next := append([]int32(nil), t.version...)
	t.each(func(r packedRef, id int32) {
		t.refs[next[id]] = r
		next[id]++
	})
}

// each calls fn for every entry that is or was a file, in order of layer and entry.
func (t *Timeline) each(fn func(r packedRef, id int32)) {
	for i := range t.layers {
		for j, f := range t.fates[i] {
			if f.kind != inHistory {
				fn(packedRef{int32(i), int32(j)}, t.ids[i][j])
			}
		}
	}
}

// Fate returns what became of an entry.
func (t *Timeline) Fate(layer, entry int) Fate {
	f := t.fates[layer][entry]
	switch f.kind {
	case overwritten:
		return Fate{report.Overwritten, int(f.layer)}
	case deleted:
		return Fate{report.Deleted, int(f.layer)}
	case inHistory:
		return Fate{report.InHistory, -1}
	}
	return Fate{report.Visible, -1}
}

// Content returns the entry that holds the bytes of a hard link: that of the file which had the link's target for a name
// when the link was made, or, where only a later entry of the same layer has, that one. For any other entry, and for a
// link whose target is not there, it returns the entry itself.
func (t *Timeline) Content(layer, entry int) Ref {
	if shared := t.shared[layer]; shared != nil && shared[entry].layer >= 0 {
		return Ref{int(shared[entry].layer), int(shared[entry].entry)}
	}
	return Ref{layer, entry}
}

// Versions returns the entries that path had, oldest first; whiteouts are none.
func (t *Timeline) Versions(path string) []Ref {
	id := sort.Search(len(t.paths), func(i int) bool { return !treeLess(t.paths[i], path) })
	if id == len(t.paths) || t.paths[id] != path {
		return nil
	}
	var refs []Ref
	for _, r := range t.refs[t.version[id]:t.version[id+1]] {
		refs = append(refs, Ref{int(r.layer), int(r.entry)})
	}
	return refs
}

// Paths returns every path that an entry has or had, in the order of a walk of the tree.
func (t *Timeline) Paths() []string {
	var paths []string
	for i, p := range t.paths {
		if t.version[i] < t.version[i+1] {
			paths = append(paths, p)
		}
	}
	return paths
}

// isFile tells whether r is an entry that engines make a file, directory or node of.
func isFile(r *Record) bool {
	if r.Whiteout != NoWhiteout || r.Type == tar.TypeXGlobalHeader || r.Path == "" && r.Type != tar.TypeDir {
		return false
	}
	for rest := r.Path; rest != ""; {
		var base string
		base, rest, _ = strings.Cut(rest, "/")
		if strings.HasPrefix(base, whiteoutPrefix) && reserved(base) {
			return false
		}
	}
	return true
}
