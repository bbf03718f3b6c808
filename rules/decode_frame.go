package rules

import "sort"

// frame is a text that is searched for encoded values: a block, or what was decoded from a stretch of another frame. What
// was decoded from a run is a text of its own; what was decoded from escapes is that stretch of the outer text.
type frame struct {
	up    *frame // nil for the block
	data  []byte
	shift int    // where the text begins in data, behind the name that it was given
	from  span   // the stretch of up.data
	step  string // of a run; empty for escapes
	depth int
	keep  span // of data: what begins elsewhere is told by the block or cell beside

	edits   []edit  // of escapes, in order
	cell    span    // of up.data: the first edit of what is told lies there
	clipped [2]bool // whether the text is cut inside a token at its ends

	extents []extent // at multiples of extentStride from shift on
}

// edit is an escape that was undone: data[at:at+size] stands for the n bytes of up.data at from.
type edit struct {
	at, from int32
	n        int16
	size     uint8
	kind     uint8
}

// edited returns the first and the last edit that a stretch of data holds; loosely, one that it touches.
func (f *frame) edited(m span, loosely bool) []edit {
	reach := 0
	if loosely {
		reach = 1
	}
	lo := sort.Search(len(f.edits), func(i int) bool {
		e := f.edits[i]
		return int(e.at)+int(e.size)+reach > m.lo
	})
	hi := sort.Search(len(f.edits), func(i int) bool { return int(f.edits[i].at) >= m.hi+reach })
	if !loosely && lo < hi && f.edits[lo].size == 0 && int(f.edits[lo].at) <= m.lo {
		lo++
	}
	return f.edits[min(lo, hi):hi]
}

// touched tells whether a stretch of data owes anything to decoding.
func (f *frame) touched(m span) bool { return f.edits == nil || len(f.edited(m, true)) > 0 }

// outer returns where the position p of data is in up.data: of a run, where it begins.
func (f *frame) outer(p int) int {
	if f.edits == nil {
		return f.from.lo
	}
	i := sort.Search(len(f.edits), func(i int) bool { return int(f.edits[i].at) > p }) - 1
	if i < 0 {
		return f.from.lo + p
	}
	e := f.edits[i]
	if p < int(e.at)+int(e.size) {
		return int(e.from)
	}
	return int(e.from) + int(e.n) + p - int(e.at) - int(e.size)
}

// outerSpan returns the stretch of up.data that m was decoded from.
func (f *frame) outerSpan(m span) span {
	if f.edits == nil {
		return f.from
	}
	s := span{lo: f.outer(m.lo), hi: f.outer(m.hi)}
	if held := f.edited(m, false); len(held) > 0 {
		last := held[len(held)-1]
		s.hi = max(s.hi, int(last.from)+int(last.n))
	}
	return s
}

// steps returns the decoding steps between up.data and a stretch of data.
func (f *frame) steps(held []edit) []string {
	if f.edits == nil {
		return []string{f.step}
	}
	var kinds [len(escapeSteps)]bool
	for _, e := range held {
		kinds[e.kind] = true
	}
	var out []string
	for kind, held := range kinds {
		if held {
			out = append(out, escapeSteps[kind])
		}
	}
	return out
}

// extentStride is the distance of the positions at which a frame notes its extent, so that many matches in one long line
// cost no more than reading it.
const extentStride = 4 << 10

// extent measures the text before data[p].
func (f *frame) extent(p int) extent {
	p = max(p, f.shift)
	if f.extents == nil {
		f.extents = []extent{{}}
		for at := f.shift + extentStride; at < len(f.data); at += extentStride {
			so := f.extents[len(f.extents)-1]
			f.extents = append(f.extents, so.then(measure(f.data[nextRune(f.data, at-extentStride):nextRune(f.data, at)])))
		}
	}
	i := (p - f.shift) / extentStride
	if nextRune(f.data, f.shift+i*extentStride) > p {
		return f.extents[i]
	}
	return f.extents[i].then(measure(f.data[nextRune(f.data, f.shift+i*extentStride):nextRune(f.data, p)]))
}
