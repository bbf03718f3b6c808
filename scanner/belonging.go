package scanner

import (
	"slices"

	"dregs/report"
	"dregs/scanner/origin"
)

// belonging tells what the files of an image belong to. Images whose layers have the same package databases share one, which
// answers what it was asked before without looking again. It is for one goroutine.
type belonging struct {
	records []*origin.Records // of the layers that have any, base first
	index   *origin.Index
	known   map[belongingOf]belongs
}

// belongingOf is all of a hit that decides what its file belongs to.
type belongingOf struct {
	place report.Place
	path  string
	via   *string // the first step: images share the trails of a layer's hits
	steps int
	sums  *origin.Sums
}

// belongs is an origin and how a report shows it.
type belongs struct {
	origin origin.Origin
	text   string
}

// maxBelongs bounds the answers that a belonging keeps, maxBelongings the belongings that a scan does.
const (
	maxBelongs    = 4096
	maxBelongings = 16
)

// belongingIn returns what the package databases in an image's layers tell.
func belongingIn(layers []*blobResult) *belonging {
	b := &belonging{known: make(map[belongingOf]belongs)}
	for _, r := range layers {
		if r != nil && !r.packages.records.Empty() {
			b.records = append(b.records, &r.packages.records)
		}
	}
	b.index = origin.NewIndex(b.records)
	return b
}

// belonging returns that of layers: one that an image before had, where its databases are the same.
func (s *scan) belonging(layers []*blobResult) *belonging {
	b := belongingIn(layers)
	for _, other := range s.belongings {
		if slices.Equal(other.records, b.records) {
			return other
		}
	}
	if len(s.belongings) == maxBelongings {
		s.belongings = slices.Delete(s.belongings, 0, 1)
	}
	s.belongings = append(s.belongings, b)
	return b
}

// of returns what the file belongs to that h lies in. The bytes between files belong to nothing, and an entry's own attributes
// are whoever built the layer's.
func (b *belonging) of(h *hit) belongs {
	key := belongingOf{place: h.place, path: h.path, steps: len(h.match.Via), sums: h.sums}
	if key.steps > 0 {
		key.via = &h.match.Via[0]
	}
	known, ok := b.known[key]
	if ok {
		return known
	}
	var o origin.Origin
	switch h.place {
	case report.LayerFile:
		o = b.index.Of(h.path, h.match.Via, h.sums)
	case report.FileName, report.LinkTarget:
		o = b.index.Named(h.path)
	}
	known = belongs{o, o.String()}
	if len(b.known) < maxBelongs {
		b.known[key] = known
	}
	return known
}
