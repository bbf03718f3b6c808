package rules

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// automaton finds every occurrence of a set of keywords in one pass, ASCII letters of either case being the same. It is
// immutable and safe for concurrent use.
//
// It is a dense Aho-Corasick automaton over a piece of each keyword, the rarest few bytes of it, and over classes of
// bytes; a keyword is compared in full where its piece ends. One bit of a state tells that a piece ends in it.
type automaton struct {
	class    [256]uint8
	wide     *table   // by state and class: the next state, for scan to be fast; nil if that was not asked for
	rows     []uint16 // the same by row of a state, and class; nil where there is a wide one
	inner    int      // states in which no piece ends: they have the first rows
	depth    int      // the length of the pieces, of keywords that are long enough
	keywords []string
	bounded  []bool   // by keyword: it counts only where a word begins; nil for none
	edge     uint16   // the state at the beginning of a text, as if behind a zero byte
	pieces   []span   // by keyword
	endings  []ending // by state from ends on: the keywords whose piece ends there
	from     []int32  // where those of a state begin, and behind the last where they end
}

const (
	widthBits = 6
	width     = 1 << widthBits // classes of bytes
	ends      = 1 << 15        // the first state in which a piece ends
)

// table has an entry for every state and class that could be, so that a step needs no bounds check (the 256 beyond the end
// save masking the class). Only what states use is ever touched.
type table [1<<(16+widthBits) + 256]uint16

// ending is a keyword whose piece ends in a state.
type ending struct {
	keyword uint16
	proved  bool // the state alone tells that the keyword is there in full
	before  int  // bytes of it up to where the piece ends
}

// hit is an occurrence of a keyword at start.
type hit struct {
	start   int
	keyword uint16
}

// maxPiece is the longest piece: longer ones gain nothing.
const maxPiece = 8

// newAutomaton builds the automaton of keywords, whose ASCII letters must be lower case. None may be empty, and there may
// be 65,536 at most. For long texts, use newScanner.
func newAutomaton(keywords []string) *automaton { return newBounded(keywords, nil) }

// newBounded is newAutomaton with some keywords that count only where a word begins: at the beginning of the text, or
// behind a byte that is no ASCII letter, digit or underscore.
func newBounded(keywords []string, bounded []bool) *automaton { return build(keywords, bounded, nil) }

// newScanner is newBounded with a fast scan, for 8 MiB of address space.
func newScanner(keywords []string, bounded []bool) *automaton {
	return build(keywords, bounded, new(table))
}

// build is newBounded with the table that scan is to use, nil for none. It cuts pieces short until their states fit.
func build(keywords []string, bounded []bool, wide *table) *automaton {
	depth := maxPiece
	if wide == nil || len(keywords) > 1<<12 {
		depth /= 2 // for short texts, the memory of more states costs more than they save; so many would have too many
	}
	for ; ; depth-- {
		a := &automaton{depth: depth, keywords: keywords, bounded: bounded, wide: wide}
		a.classify()
		a.pieces = make([]span, 0, len(keywords))
		for _, k := range keywords {
			a.pieces = append(a.pieces, piece(k, depth))
		}
		if a.link(a.trie()) {
			return a
		}
	}
}

// common are bytes in the order in which text has them, so that classes that are met often lie together in a row.
const common = " etaoinsrhldcumfpgwybvkxjqz_-./"

// piece returns the bounds of the n bytes of k that text has least, as far as single bytes can tell.
func piece(k string, n int) span {
	n = min(n, len(k))
	var best span
	most := -1
	for lo := 0; lo+n <= len(k); lo++ {
		rarity := 0
		for _, b := range []byte(k[lo : lo+n]) {
			switch i := strings.IndexByte(common, b); {
			case b == '-':
				rarity++ // it comes in runs
			case i < 0:
				rarity += len(common) / 2
			default:
				rarity += 4 + i
			}
		}
		if rarity > most {
			best, most = span{lo, lo + n}, rarity
		}
	}
	return best
}

// classify gives each byte that keywords have a class of its own, the most common first; what is left when they run out
// shares the last. Class 0 is for bytes that no keyword has.
func (a *automaton) classify() {
	var used [256]bool
	for _, k := range a.keywords {
		for i := range len(k) {
			used[k[i]] = true
		}
	}
	n := uint8(0)
	give := func(b byte) {
		if used[b] && a.class[b] == 0 {
			n = min(n+1, width-1)
			a.class[b] = n
		}
	}
	for i := range len(common) {
		give(common[i])
	}
	for b := range 256 {
		give(byte(b))
	}
	for c := byte('a'); c <= 'z'; c++ {
		a.class[c-'a'+'A'] = a.class[c]
	}
}

// trie returns the trie of the pieces.
func (a *automaton) trie() *trie {
	bytes := 1
	for _, p := range a.pieces {
		bytes += p.hi - p.lo
	}
	t := newTrie(bytes)
	var classes []uint8
	for id := range a.keywords {
		if !a.led(id) {
			classes = a.classes(id, classes[:0])
			t.enter(0, classes, uint16(id))
		}
	}
	edges := a.edges(t)
	for id := range a.keywords {
		if !a.led(id) {
			continue
		}
		classes = a.classes(id, classes[:0])
		for _, edge := range edges {
			t.enter(edge, classes, uint16(id))
		}
	}
	return t
}

// link fills the table, or returns false if it does not fit.
func (a *automaton) link(t *trie) bool {
	order, suffix := t.link()
	states := make([]uint16, len(t.nodes))
	a.from = make([]int32, 1, len(a.keywords)+1)
	a.endings = make([]ending, 0, len(a.keywords))
	inner, outer := 0, ends
	var words []uint16
	for _, node := range order {
		words = t.words(node, words[:0])
		shorter := states[suffix[node]]
		if len(words) == 0 && shorter < ends {
			states[node] = uint16(inner)
			inner++
		} else {
			a.end(words, shorter)
			states[node] = uint16(outer)
			outer++
		}
		if inner > ends || outer > 2*ends {
			return false
		}
	}
	a.inner = inner
	if slices.Contains(a.bounded, true) {
		a.edge = states[t.child(0, a.class[0])]
	}
	var cells []uint16
	if a.wide != nil {
		cells = a.wide[:]
	} else {
		a.rows = make([]uint16, len(order)*width)
		cells = a.rows
	}
	for _, node := range order {
		row := cells[a.row(states[node]):][:width]
		if node != 0 {
			copy(row, cells[a.row(states[suffix[node]]):])
		}
		for e := t.nodes[node].edge; e != 0; e = t.edges[e].next {
			row[t.edges[e].class] = states[t.edges[e].to]
		}
	}
	return true
}

// end appends the endings of a state: of keywords, and of the state of a shorter piece if one ends there.
func (a *automaton) end(keywords []uint16, shorter uint16) {
	for _, id := range keywords {
		k, p := a.keywords[id], a.pieces[id]
		proved := p == span{0, len(k)} && !a.begins(int(id))
		for _, b := range []byte(k) {
			proved = proved && a.class[b] < width-1 // the last class may be of several bytes
		}
		a.endings = append(a.endings, ending{id, proved, p.hi})
	}
	if shorter >= ends {
		a.endings = append(a.endings, a.ending(shorter)...)
	}
	a.from = append(a.from, int32(len(a.endings)))
}

// ending returns the endings of a state in which a piece ends.
func (a *automaton) ending(state uint16) []ending {
	i := int(state) - ends
	return a.endings[a.from[i]:a.from[i+1]]
}

// maxLed is the longest keyword that is looked for behind the edge of a word: short ones are in the middle of many words,
// and for longer ones more states would cost more than they save.
const maxLed = 3

// led tells whether what is looked for on behalf of a keyword is the edge of a word and then all of it.
func (a *automaton) led(id int) bool {
	return a.begins(id) && len(a.keywords[id]) <= maxLed && len(a.keywords[id]) < a.depth
}

// begins tells whether a keyword counts only where a word begins.
func (a *automaton) begins(id int) bool { return a.bounded != nil && a.bounded[id] }

// edges returns the nodes that stand for the edge of a word: those of the bytes before one, most of which share a node.
func (a *automaton) edges(t *trie) []int32 {
	if !slices.Contains(a.bounded, true) {
		return nil
	}
	shared := t.add()
	out := []int32{shared}
	for b := range 256 {
		c := a.class[b]
		switch to := t.child(0, c); {
		case isWord(byte(b)) || slices.Contains(out, to):
		case to == 0:
			t.lead(0, c, shared)
		default:
			out = append(out, to)
		}
	}
	return out
}

// insideWord tells whether a letter, digit or underscore stands before text[at].
func insideWord[T string | []byte](text T, at int) bool { return at > 0 && isWord(text[at-1]) }

// isWord tells whether b is one of those between which and others \b matches.
func isWord(b byte) bool { return syntax.IsWordChar(rune(b)) }

// classes appends the classes of a keyword's piece.
func (a *automaton) classes(id int, out []uint8) []uint8 {
	for _, b := range []byte(a.keywords[id][a.pieces[id].lo:a.pieces[id].hi]) {
		out = append(out, a.class[b])
	}
	return out
}

// row returns where the row of a state begins.
func (a *automaton) row(state uint16) int {
	if a.wide == nil && state >= ends {
		return (a.inner + int(state-ends)) * width
	}
	return int(state) * width
}

// next returns the state that byte b leads to from state s.
func (a *automaton) next(s uint16, b byte) uint16 {
	if a.wide != nil {
		return a.wide[int(s)<<widthBits|int(a.class[b])]
	}
	return a.rows[a.row(s)+int(a.class[b])]
}

// warm returns the state before data[at], which depends on the bytes of one piece alone.
func (a *automaton) warm(data []byte, at int) uint16 {
	s := a.edge
	for _, b := range data[max(0, at-a.depth):at] {
		s = a.next(s, b)
	}
	return s
}

// walk is scan in one stream from state s.
func (a *automaton) walk(data []byte, s uint16, lo, hi int, hits []hit) []hit {
	for i := lo; i < hi; i++ {
		s = a.next(s, data[i])
		if s&ends != 0 {
			hits = a.compare(data, s, i+1, hits)
		}
	}
	return hits
}

// compare appends the keywords that occur in full where state s says that their pieces end.
func (a *automaton) compare(data []byte, s uint16, end int, hits []hit) []hit {
	for _, e := range a.ending(s) {
		start := end - e.before
		k := a.keywords[e.keyword]
		if start < 0 || start+len(k) > len(data) || a.begins(int(e.keyword)) && insideWord(data, start) {
			continue
		}
		if e.proved {
			hits = append(hits, hit{start, e.keyword})
			continue
		}
		if equalFolded(data[start:start+len(k)], k) {
			hits = append(hits, hit{start, e.keyword})
		}
	}
	return hits
}

// equalFolded tells whether b, its ASCII letters in lower case, is folded.
func equalFolded(b []byte, folded string) bool {
	for i := range len(folded) {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != folded[i] {
			return false
		}
	}
	return true
}

// each calls found for every occurrence of a keyword in a short text.
func (a *automaton) each(text string, found func(keyword int)) {
	s := a.edge
	for i := range len(text) {
		s = a.next(s, text[i])
		if s&ends == 0 {
			continue
		}
		for _, e := range a.ending(s) {
			k := a.keywords[e.keyword]
			start := i + 1 - e.before
			if start < 0 || start+len(k) > len(text) || a.begins(int(e.keyword)) && insideWord(text, start) {
				continue
			}
			if asciiEqual(text[start:start+len(k)], k) {
				found(int(e.keyword))
			}
		}
	}
}

// has tells whether a keyword occurs in a short text.
func (a *automaton) has(text string) bool {
	occurs := false
	a.each(text, func(int) { occurs = true })
	return occurs
}

// asciiEqual is equalFolded for strings.
func asciiEqual(s, folded string) bool {
	return s == folded || equalFolded([]byte(s), folded)
}
