package layer

import (
	"archive/tar"
	"slices"
	"sort"
	"strings"
)

// Partial is a Timeline of some entries, made of those records alone that their fates depend on: of an image of tens of
// thousands of files few hold anything. It is safe for concurrent use.
type Partial struct {
	timeline *Timeline
	kept     [][]int32 // by layer: which of its records the timeline has, in order

	paths   map[string]bool // of its entries, and of the hard links to them
	around  map[string]bool // the same and the directories above them
	blocked map[string]bool // those of around that are no directory in some layer: what is below makes them one
}

// NewPartial resolves the fate of the entries of of, and of every hard link to them. layers are in order, base first.
func NewPartial(layers []*Catalog, of []Ref) *Partial {
	paths := make(map[string]bool, len(of))
	for _, r := range of {
		paths[layers[r.Layer].records[r.Entry].Path] = true
	}
	linked(layers, paths)
	around := make(map[string]bool, 4*len(paths)) // the paths and the directories above them
	for p := range paths {
		for ; !around[p]; p = parent(p) {
			around[p] = true
			if p == "" {
				break
			}
		}
	}
	blocked := make(map[string]bool)
	p := &Partial{kept: make([][]int32, len(layers)), paths: paths, around: around, blocked: blocked}
	for i, c := range layers {
		for path := range around {
			for _, n := range c.at(path) {
				p.kept[i] = append(p.kept[i], n)
				blocked[path] = blocked[path] || c.records[n].Type != tar.TypeDir
			}
		}
	}
	some := make([][]Record, len(layers))
	for i, c := range layers {
		for path, is := range blocked {
			if is {
				p.kept[i] = append(p.kept[i], c.below(path)...)
			}
		}
		slices.Sort(p.kept[i])
		p.kept[i] = slices.Compact(p.kept[i])
		for _, n := range p.kept[i] {
			some[i] = append(some[i], c.records[n])
		}
	}
	p.timeline = NewTimeline(some)
	return p
}

// linked adds to paths all names that hard links tie to them, in any layer.
func linked(layers []*Catalog, paths map[string]bool) {
	for more := true; more; {
		more = false
		for _, c := range layers {
			for _, n := range c.links {
				l := &c.records[n]
				if paths[l.Path] != paths[l.Link] {
					paths[l.Path], paths[l.Link], more = true, true, true
				}
			}
		}
	}
}

func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

// maxOver bounds the records of a layer that Holds looks at.
const maxOver = 1024

// Holds tells whether p surely tells the same where a layer of that catalog lies on top of its layers. A layer of many records,
// or with hard links, may be any.
func (p *Partial) Holds(over *Catalog) bool {
	if len(over.links) > 0 || len(over.records) > maxOver {
		return false
	}
	for i := range over.records {
		r := &over.records[i]
		plain := r.Type == tar.TypeDir && r.Whiteout == NoWhiteout && !p.paths[r.Path] // a directory over a directory
		if p.around[r.Path] && !plain {
			return false
		}
		for above := r.Path; above != ""; above = parent(above) {
			if p.blocked[above] {
				return false
			}
		}
	}
	return true
}

// at returns where the timeline has an entry; ok is false where it has not.
func (p *Partial) at(layer, entry int) (position int, ok bool) {
	kept := p.kept[layer]
	i := sort.Search(len(kept), func(i int) bool { return int(kept[i]) >= entry })
	return i, i < len(kept) && int(kept[i]) == entry
}

// Fate is Timeline.Fate for one of the entries that p is of, or a hard link to one.
func (p *Partial) Fate(layer, entry int) Fate {
	i, ok := p.at(layer, entry)
	if !ok {
		panic("layer: the entry is not of the partial timeline")
	}
	return p.timeline.Fate(layer, i)
}

// Content is Timeline.Content. An entry that p is not of has its own bytes, as far as p tells.
func (p *Partial) Content(layer, entry int) Ref {
	i, ok := p.at(layer, entry)
	if !ok {
		return Ref{layer, entry}
	}
	c := p.timeline.Content(layer, i)
	return Ref{c.Layer, int(p.kept[c.Layer][c.Entry])}
}
