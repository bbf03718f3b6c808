package rules

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// prelude is what every match of a pattern begins with: least bytes of set or more, one after the other. Where a pattern has one,
// only what is behind such bytes need be gone through for it.
type prelude struct {
	set   byteSet
	least int
}

// minPrelude is the length from which on a prelude is worth looking for.
const minPrelude = 8

// preludeOf returns the prelude of re, or nil for none that is long enough and of ASCII alone.
func preludeOf(re *syntax.Regexp) *prelude {
	o := new(prelude)
	for _, p := range parts(re) {
		if longest(p) == 0 {
			continue // an assertion
		}
		var set byteSet
		set.addBytes(p)
		if o.least == 0 {
			o.set = set
		}
		if shortest(p) == 0 || !o.set.covers(&set) {
			break
		}
		o.least += shortest(p)
	}
	if o.least < minPrelude || slices.Contains(o.set[utf8.RuneSelf:], true) {
		return nil
	}
	return o
}

// covers tells whether s has all of other's bytes.
func (s *byteSet) covers(other *byteSet) bool {
	for c := range other {
		if other[c] && !s[c] {
			return false
		}
	}
	return true
}

// each calls found with the bounds of every run of o's bytes in data[lo:hi] that a match can begin in. It looks at one byte of
// o.least where there is none.
func (o *prelude) each(data []byte, lo, hi int, found func(lo, hi int)) {
	for p := lo + o.least - 1; p < hi; p += o.least {
		if !o.set[data[p]] {
			continue
		}
		from := p
		for from > lo && o.set[data[from-1]] {
			from--
		}
		for p < hi && o.set[data[p]] {
			p++
		}
		if p-from >= o.least {
			found(from, p)
		}
	}
}
