package scanner

import (
	"slices"

	"dregs/scanner/layer"
)

// fates resolves the fate of the entries that something was found in, that hold images, or that notes are about, once: for all
// images that have the same layers with such entries, where what lies on these does not touch any.
func (l *imageLife) fates() *layer.Partial {
	if l.partial != nil {
		return l.partial
	}
	var of []layer.Ref
	tied := l.tied()
	catalogs := make([]*layer.Catalog, len(l.results))
	with := 0 // layers up to the last that has such entries, or links to them
	for i, r := range l.results {
		if catalogs[i] = new(layer.Catalog); r == nil {
			continue
		}
		catalogs[i] = r.catalog()
		before := len(of)
		of = r.resolvable(of, i, tied)
		if len(of) > before || len(catalogs[i].Links()) > 0 {
			with = i + 1
		}
	}
	lower := l.known.of(catalogs[:with], of)
	if !slices.ContainsFunc(catalogs[with:], func(c *layer.Catalog) bool { return !lower.Holds(c) }) {
		l.partial = lower
	} else {
		l.partial = layer.NewPartial(catalogs, of)
	}
	return l.partial
}

// resolvable appends the entries of r, layer i, whose fates are to be told. tied are the paths that hard links name.
func (r *blobResult) resolvable(of []layer.Ref, i int, tied map[string]bool) []layer.Ref {
	for k := range r.hits {
		if h := &r.hits[k]; h.entry >= 0 && (!h.match.Rule.Evidence || tied[r.summary.Records[h.entry].Path]) {
			of = append(of, layer.Ref{Layer: i, Entry: h.entry})
		}
	}
	for _, n := range r.nested {
		if n.entry >= 0 {
			of = append(of, layer.Ref{Layer: i, Entry: n.entry})
		}
	}
	for _, entry := range r.notable() {
		of = append(of, layer.Ref{Layer: i, Entry: entry})
	}
	return of
}

// partials are the partial timelines that a scan resolved last.
type partials struct {
	list []partialOf
}

// partialOf is the partial timeline of a stack of layers, whose catalogs decide what it is of.
type partialOf struct {
	catalogs []*layer.Catalog
	partial  *layer.Partial
}

// maxPartials bounds the partial timelines that are kept.
const maxPartials = 16

// of returns the partial timeline of the entries of, which are all that are to be told of layers with these catalogs.
func (p *partials) of(catalogs []*layer.Catalog, of []layer.Ref) *layer.Partial {
	for i := range p.list {
		if slices.Equal(p.list[i].catalogs, catalogs) {
			return p.list[i].partial
		}
	}
	made := layer.NewPartial(catalogs, of)
	if len(p.list) == maxPartials {
		p.list = slices.Delete(p.list, 0, 1)
	}
	p.list = append(p.list, partialOf{catalogs, made})
	return made
}

// tied returns the paths that hard links name.
func (l *imageLife) tied() map[string]bool {
	paths := make(map[string]bool)
	for _, r := range l.results {
		if r == nil {
			continue
		}
		for _, n := range r.catalog().Links() {
			paths[r.summary.Records[n].Path], paths[r.summary.Records[n].Link] = true, true
		}
	}
	return paths
}
