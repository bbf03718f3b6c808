package report

import (
	"sort"
	"strings"
)

// namedFrom is the length from which a value is also cleared out of the name it was given.
const namedFrom = 4

// ownPlaces gathers, for strings by identity and by text, which local values were found in them.
type ownPlaces struct {
	strings map[*string][]int
	texts   map[string][]int
}

func (o *ownPlaces) at(s *string, i int) {
	if *s != "" && !endsWith(o.strings[s], i) {
		o.strings[s] = append(o.strings[s], i)
	}
}

func (o *ownPlaces) text(s string, i int) {
	if s != "" && !endsWith(o.texts[s], i) {
		o.texts[s] = append(o.texts[s], i)
	}
}

func endsWith(l []int, i int) bool { return len(l) > 0 && l[len(l)-1] == i }

// clearOwn clears the local values at their own places.
func (c *clearing) clearOwn(r *Report, also []any) {
	if len(c.locals) == 0 {
		return
	}
	o := &ownPlaces{strings: make(map[*string][]int), texts: make(map[string][]int)}
	beside := besides(r)
	for i := range c.locals {
		s := &r.Secrets[c.locals[i].secret]
		for j := range s.Occurrences {
			o.occurrence(r, &s.Occurrences[j], i, len(c.locals[i].text) >= namedFrom)
			for _, b := range beside.of(&s.Occurrences[j]) {
				o.at(b, i)
			}
		}
		if len(c.locals[i].text) >= namedFrom {
			for _, k := range sortedKeys(s.Verdict.Facts) {
				s.Verdict.Facts[k] = c.clearLocals(s.Verdict.Facts[k], []int{i})
			}
		}
	}
	for p, which := range o.strings {
		*p = c.clearLocals(*p, which)
	}
	repeats := func(s, tag string) string {
		if which := o.texts[s]; which != nil && !own(s, tag) {
			return c.clearLocals(s, which)
		}
		return s
	}
	walkReport(r, repeats)
	walkAll(also, repeats)
}

// occurrence adds the strings of one occurrence of local value i, and what in its image repeats them.
func (o *ownPlaces) occurrence(r *Report, at *Occurrence, i int, named bool) {
	o.text(at.Snippet, i)
	o.text(at.Instruction, i)
	if at.RemovedBy != nil {
		o.text(at.RemovedBy.Instruction, i)
	}
	if named {
		o.at(&at.Key, i)
	}
	switch at.Place {
	case FileName, LinkTarget, TarHeader:
		o.at(&at.Path, i)
		for j := range at.Via {
			o.at(&at.Via[j], i)
		}
	}
	img := r.imageOf(at)
	if img == nil {
		return
	}
	for j := range img.History {
		if h := &img.History[j]; at.History != nil && h.Index == *at.History {
			o.text(h.Instruction, i)
			o.text(h.Comment, i)
		}
	}
	for j := range img.Layers {
		l := &img.Layers[j]
		if at.Layer != nil && l.Index == *at.Layer || at.History != nil && l.History != nil && *l.History == *at.History {
			o.text(l.Instruction, i)
		}
	}
}

// imageOf returns the image that an occurrence lies in, or nil.
func (r *Report) imageOf(at *Occurrence) *Image {
	if at.Image == nil || at.Target < 0 || at.Target >= len(r.Targets) {
		return nil
	}
	images := r.Targets[at.Target].Images
	if *at.Image < 0 || *at.Image >= len(images) {
		return nil
	}
	return &images[*at.Image]
}

// spot names a stretch of text in which a snippet may show a neighbour: 256 columns of one line, or one history entry.
type spot struct {
	target, image, layer, history int
	place                         Place
	path, via                     string
	line, stretch                 int
}

const stretchColumns = 256

// snippets holds the snippets of a report by spot.
type snippets map[spot][]*string

// besides returns the snippets of all occurrences and exposures, by spot.
func besides(r *Report) snippets {
	all := make(snippets)
	for i := range r.Secrets {
		for j := range r.Secrets[i].Occurrences {
			at := &r.Secrets[i].Occurrences[j]
			s := spotOf(at)
			all[s] = append(all[s], &at.Snippet)
		}
	}
	for i := range r.Exposures {
		e := &r.Exposures[i]
		s := spotOf(&Occurrence{Target: e.Target, Image: e.Image, Layer: e.Layer, Place: e.Place, Path: e.Path, Via: e.Via, Line: e.Line, Column: e.Column})
		all[s] = append(all[s], &e.Snippet)
	}
	return all
}

func spotOf(at *Occurrence) spot {
	s := spot{
		target: at.Target, image: numberOr(at.Image, -1), layer: numberOr(at.Layer, -1), history: numberOr(at.History, -1),
		place: at.Place, path: at.Path, via: strings.Join(at.Via, "\x00"),
		line: at.Line, stretch: at.Column / stretchColumns,
	}
	switch at.Place {
	case BuildArg, HistoryEntry:
		return spot{target: s.target, image: s.image, layer: -1, history: s.history, place: HistoryEntry}
	case Log:
		return spot{target: s.target, image: -1, layer: -1, history: -1, place: Log, path: s.path, line: s.line, stretch: s.stretch}
	case LayerFile:
		s.history = -1 // the layer tells it
	}
	return s
}

// of returns the snippets beside an occurrence, its own included.
func (b snippets) of(at *Occurrence) []*string {
	s := spotOf(at)
	out := append([]*string(nil), b[s]...)
	for _, d := range []int{-1, 1} {
		n := s
		n.stretch += d
		out = append(out, b[n]...)
	}
	return out
}

func numberOr(n *int, other int) int {
	if n == nil {
		return other
	}
	return *n
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// clearLocals replaces the local values which in text, longest first.
func (c *clearing) clearLocals(text string, which []int) string {
	var marks []mark
	all := spellings([]byte(text), func(v []byte, source func(span) span) {
		for _, i := range which {
			l := &c.locals[i]
			if len(l.text) < namedFrom && len(v) != len(text) {
				continue // so short a value is in any decoded bytes
			}
			for _, s := range occurrencesIn(string(v), l.text) {
				marks = append(marks, mark{source(s), l.redacted})
			}
		}
	})
	if !all {
		return Ellipsis
	}
	return replaceMarks(text, marks, true)
}

// occurrencesIn returns where value occurs in text. A value under 4 bytes is taken only where no letter or digit adjoins
// it, if it occurs so at all.
func occurrencesIn(text, value string) []span {
	var all, words []span
	for at := 0; ; {
		i := strings.Index(text[at:], value)
		if i < 0 {
			break
		}
		s := span{at + i, at + i + len(value)}
		all = append(all, s)
		if !alphanumeric(text, s.start-1) && !alphanumeric(text, s.end) {
			words = append(words, s)
		}
		at += i + 1
	}
	if len(value) < namedFrom && len(words) > 0 {
		return words
	}
	return all
}

func alphanumeric(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	c := s[i]
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}
