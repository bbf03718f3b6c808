package layer

import (
	"archive/tar"
	"sort"
	"strings"
)

// Partial is a Timeline of some entries, made of those records alone that their fates depend on: of an image of tens of
// thousands of files few hold anything. It is safe for concurrent use.
type Partial struct {
	timeline *Timeline
	kept     [][]int32 // by layer: which of its records the timeline has, in order
}

// NewPartial resolves the fate of the entries of of, and of every hard link to them. It keeps layers, base first, which must not
// change.
func NewPartial(layers [][]Record, of []Ref) *Partial {
	paths := make(map[string]bool, len(of))
	for _, r := range of {
		paths[layers[r.Layer][r.Entry].Path] = true
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
	blocked := make(map[string]bool) // those that are no directory in some layer: what is below makes them one
	for _, records := range layers {
		for i := range records {
			if r := &records[i]; r.Type != tar.TypeDir && around[r.Path] || belowAny(r.Path, blocked) {
				blocked[r.Path] = true
			}
		}
	}
	p := &Partial{kept: make([][]int32, len(layers))}
	some := make([][]Record, len(layers))
	var dir string // of the record before, most often the next one's too
	below := belowAny("a", blocked)
	for i, records := range layers {
		for j := range records {
			r := &records[j]
			if d := parent(r.Path); d != dir {
				dir, below = d, belowAny(r.Path, blocked)
			}
			if around[r.Path] || below && r.Path != "" {
				p.kept[i] = append(p.kept[i], int32(j))
				some[i] = append(some[i], *r)
			}
		}
	}
	p.timeline = NewTimeline(some)
	return p
}

// linked adds to paths all names that hard links tie to them, in any layer.
func linked(layers [][]Record, paths map[string]bool) {
	var links []*Record
	for _, records := range layers {
		for i := range records {
			if records[i].Type == tar.TypeLink {
				links = append(links, &records[i])
			}
		}
	}
	for more := true; more; {
		more = false
		for _, l := range links {
			if paths[l.Path] != paths[l.Link] {
				paths[l.Path], paths[l.Link], more = true, true, true
			}
		}
	}
}

func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '/'))] }

// belowAny tells whether path lies below one of dirs.
func belowAny(path string, dirs map[string]bool) bool {
	if len(dirs) == 0 {
		return false
	}
	for path != "" {
		if path = parent(path); dirs[path] {
			return true
		}
	}
	return false
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
