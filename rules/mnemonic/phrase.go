package mnemonic

import "slices"

// spelling is a sequence of words and what the lists say of them.
type spelling struct {
	words []word
	text  []string // normalized
	entry []*entry // nil for a word of no list
}

func newSpelling(data []byte, words []word) *spelling {
	s := &spelling{words: words}
	for _, w := range words {
		text := normalized(data[w.lo:w.hi])
		s.text = append(s.text, text)
		s.entry = append(s.entry, entries()[text])
	}
	return s
}

// lists returns the lists that have all words from one to another, a bit for each.
func (s *spelling) lists(from, to int) uint16 {
	all := ^uint16(0)
	for _, e := range s.entry[from:to] {
		if e == nil {
			return 0
		}
		all &= e.lists
	}
	return all
}

// holds tells whether the checksum of words of a list holds.
func (s *spelling) holds(list, from, to int) bool {
	var at []uint16
	for _, e := range s.entry[from:to] {
		at = append(at, e.at[list])
	}
	return checks(at)
}

// dull tells whether words are one over and over, or in order as a list of words is: nobody's phrase.
func (s *spelling) dull(from, to int) bool {
	text := s.text[from:to]
	return len(text) > 1 && (!slices.ContainsFunc(text, func(w string) bool { return w != text[0] }) ||
		slices.IsSorted(text) && len(slices.Compact(slices.Clone(text))) == len(text))
}

// phrases returns the phrases in words that begin before limit, or follow one that does with nothing but a gap between: those
// of one run of words of a list. One with a checksum that holds goes before one without, then one that tells more words.
func phrases(data []byte, words []word, limit int) (best [][]word) {
	s := newSpelling(data, words)
	sure, told := false, 0
	for l := range languages {
		for from := 0; from < len(words) && words[from].lo < limit; {
			to := from
			for to < len(words) && s.entry[to] != nil && s.entry[to].lists>>l&1 != 0 {
				to++
			}
			if to-from >= fewest {
				spans, holds := s.split(l, from, to)
				n := 0
				for _, p := range spans {
					n += len(p)
				}
				if holds && !sure || holds == sure && n > told {
					best, sure, told = spans, holds, n
				}
			}
			from = max(to, from+1)
		}
	}
	return best
}

// split returns the phrases in a run of words of a list, and whether the checksum of one holds. They are, in this order, the
// whole run or what its lines or quotes part, if a checksum of those holds; the same where none does; and the most words at
// either end of the run whose checksum holds, for words of prose may stand beside a phrase.
func (s *spelling) split(list, from, to int) (spans [][]word, holds bool) {
	whole := allowed(to-from) && !s.dull(from, to)
	if whole && s.holds(list, from, to) {
		return [][]word{s.words[from:to]}, true
	}
	lines, holds := s.lines(list, from, to)
	if whole && !holds {
		return [][]word{s.words[from:to]}, false
	}
	if len(lines) > 0 || to-from > most+frayed {
		return lines, holds
	}
	for n := most; n >= fewest; n -= 3 {
		for _, at := range []int{from, to - n} {
			if at >= from && at+n <= to && !s.dull(at, at+n) && s.holds(list, at, at+n) {
				return [][]word{s.words[at : at+n]}, true
			}
		}
	}
	return nil, false
}

// lines returns those lines of a run that are phrases by the number of their words, and whether the checksum of one holds.
func (s *spelling) lines(list, from, to int) (spans [][]word, holds bool) {
	for at := from; at < to; {
		end := at + 1
		for end < to && !s.words[end].hard {
			end++
		}
		if allowed(end-at) && !s.dull(at, end) {
			spans = append(spans, s.words[at:end])
			holds = holds || s.holds(list, at, end)
		}
		at = end
	}
	return spans, holds
}
