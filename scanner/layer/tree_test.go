package layer_test

import (
	"fmt"
	"math/rand/v2"
	"path"
	"sort"
	"strings"

	"dregs/report"
	"dregs/scanner/layer"
)

// node is a file or directory of a naive filesystem, in which the layers of a test are unpacked one after another.
type node struct {
	children map[string]*node // nil for what is no directory
	from     *layer.Ref       // the entry that made it, nil for a directory that is only implied
}

// unpacked is what a naive unpacking of layers knows in the end.
type unpacked struct {
	root  *node
	fates map[layer.Ref]layer.Fate
	bytes map[layer.Ref]layer.Ref
}

func newDir() *node { return &node{children: map[string]*node{}} }

// unpack applies layers by the letter of the rules: first the whiteouts of a layer, then its entries.
func unpack(layers [][]layer.Record) *unpacked {
	u := &unpacked{root: newDir(), fates: map[layer.Ref]layer.Fate{}, bytes: map[layer.Ref]layer.Ref{}}
	for i, records := range layers {
		for _, r := range records {
			switch r.Whiteout {
			case layer.PathWhiteout:
				if parent, n := u.find(path.Dir("/"+r.Path)), u.find("/"+r.Path); n != nil {
					u.lose(n, report.Deleted, i)
					delete(parent.children, path.Base(r.Path))
				}
			case layer.OpaqueWhiteout:
				if n := u.find("/" + r.Path); n != nil && n.children != nil {
					u.empty(n, i)
				}
			}
		}
		later := map[layer.Ref]string{}
		for j, r := range records {
			ref := layer.Ref{Layer: i, Entry: j}
			u.fates[ref] = layer.Fate{Visibility: report.Visible, Layer: -1}
			u.bytes[ref] = ref
			if r.Whiteout != layer.NoWhiteout || r.Type == 'g' || r.Path == "" && r.Type != '5' || hasReserved(r.Path) {
				u.fates[ref] = layer.Fate{Visibility: report.InHistory, Layer: -1}
				continue
			}
			if r.Type == '1' {
				if to := u.find("/" + r.Link); to != nil && to.children == nil {
					u.bytes[ref] = *to.from
				} else {
					later[ref] = r.Link
				}
			}
			u.create(r, ref)
		}
		for ref, to := range later {
			if n := u.find("/" + to); n != nil && n.children == nil {
				u.bytes[ref] = *n.from
			}
		}
	}
	ends := map[layer.Ref]layer.Ref{}
	for ref := range u.bytes {
		ends[ref] = end(u.bytes, ref)
	}
	u.bytes = ends
	return u
}

// end follows a chain of links to its end, or to where it enters a circle: the first entry that the chain comes to
// again. For a link of the circle that is itself.
func end(bytes map[layer.Ref]layer.Ref, ref layer.Ref) layer.Ref {
	seen := map[layer.Ref]bool{}
	at := ref
	for !seen[at] {
		seen[at] = true
		at = bytes[at]
	}
	return at
}

func hasReserved(p string) bool {
	for _, base := range strings.Split(p, "/") {
		if strings.HasPrefix(base, ".wh..wh.") && base != ".wh..wh..opq" || base == ".wh." || base == ".wh.." || base == ".wh..." {
			return true
		}
	}
	return false
}

// find returns the node at an absolute path.
func (u *unpacked) find(p string) *node {
	n := u.root
	for _, base := range strings.Split(p, "/") {
		if base == "" || n == nil {
			continue
		}
		n = n.children[base]
	}
	return n
}

// lose notes that n and all below it are gone.
func (u *unpacked) lose(n *node, how string, by int) {
	if n.from != nil {
		u.fates[*n.from] = layer.Fate{Visibility: how, Layer: by}
	}
	u.empty(n, by)
}

// empty deletes all below n.
func (u *unpacked) empty(n *node, by int) {
	for base, child := range n.children {
		u.lose(child, report.Deleted, by)
		delete(n.children, base)
	}
}

// create makes the file or directory of an entry, and the directories above it.
func (u *unpacked) create(r layer.Record, ref layer.Ref) {
	dir := u.root
	base := ""
	for rest := r.Path; rest != ""; {
		if base != "" {
			next := dir.children[base]
			if next != nil && next.children == nil {
				u.lose(next, report.Overwritten, ref.Layer)
				next = nil
			}
			if next == nil {
				next = newDir()
				dir.children[base] = next
			}
			dir = next
		}
		base, rest, _ = strings.Cut(rest, "/")
	}
	made := &node{from: &ref}
	if r.Type == '5' {
		made.children = map[string]*node{}
	}
	old := dir.children[base]
	if r.Path == "" {
		old = u.root
	}
	if old != nil && old.from != nil {
		u.fates[*old.from] = layer.Fate{Visibility: report.Overwritten, Layer: ref.Layer}
	}
	switch {
	case old != nil && old.children != nil && made.children != nil:
		old.from = made.from
		return
	case old != nil:
		u.empty(old, ref.Layer)
	}
	dir.children[base] = made
}

// visible returns the paths in the final tree that an entry made, sorted.
func (u *unpacked) visible() []string {
	var found []string
	var look func(n *node, p string)
	look = func(n *node, p string) {
		if n.from != nil {
			found = append(found, p)
		}
		for base, child := range n.children {
			look(child, strings.TrimPrefix(p+"/"+base, "/"))
		}
	}
	look(u.root, "")
	sort.Strings(found)
	return found
}

// shape says which unusual things a generated stack may hold.
type shape struct {
	layers, entries int
	bases           []string
}

// stack returns a random stack of layers. Few names, so that paths meet.
func stack(rng *rand.Rand, s shape) [][]layer.Record {
	layers := make([][]layer.Record, 1+rng.IntN(s.layers))
	for i := range layers {
		layers[i] = make([]layer.Record, rng.IntN(s.entries+1))
		for j := range layers[i] {
			layers[i][j] = record(rng, s)
		}
	}
	return layers
}

func randomPath(rng *rand.Rand, s shape) string {
	parts := make([]string, 1+rng.IntN(3))
	for i := range parts {
		parts[i] = s.bases[rng.IntN(len(s.bases))]
	}
	return strings.Join(parts, "/")
}

func record(rng *rand.Rand, s shape) layer.Record {
	r := layer.Record{Path: randomPath(rng, s), Type: '0', Size: int64(rng.IntN(100))}
	switch n := rng.IntN(20); {
	case n < 5:
		r.Type, r.Size = '5', 0
	case n < 6:
		r.Type, r.Size, r.Link = '2', 0, randomPath(rng, s)
	case n < 9:
		r.Type, r.Size, r.Link = '1', 0, randomPath(rng, s)
	case n < 12:
		r.Whiteout, r.Size = layer.PathWhiteout, 0
	case n < 13:
		r.Whiteout, r.Size = layer.OpaqueWhiteout, 0
		if rng.IntN(3) == 0 {
			r.Path = ""
		}
	case n < 14:
		r.Type, r.Size = []byte{'g', '3', '6', 'Z'}[rng.IntN(4)], 0
	case n < 15 && rng.IntN(3) == 0:
		r.Path, r.Type, r.Size = "", '5', 0
	}
	return r
}

// show returns layers as text, for a failing test.
func show(layers [][]layer.Record) string {
	var b strings.Builder
	for i, records := range layers {
		for j, r := range records {
			fmt.Fprintf(&b, "%d.%d %c %d %q -> %q\n", i, j, r.Type, r.Whiteout, r.Path, r.Link)
		}
	}
	return b.String()
}
