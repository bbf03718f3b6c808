package rules

import (
	"bytes"
	"html"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// escape is one escaped character of a text, or a line break that the encoding put in (then it stands for nothing).
type escape struct {
	lo, hi int // in the text
	kind   uint8
	size   uint8
	stands [utf8.UTFMax]byte
}

// Kinds of escapes, in the order in which their steps are told where one value holds several.
const (
	percentEscape uint8 = iota
	unicodeEscape
	htmlEscape
	quotedEscape
	colourEscape
)

var escapeSteps = [...]string{"percent", "unicode-escape", "html-entity", "quoted-printable", "colour"}

// dialect is a set of escapes that are undone together: those that one text mixes, as an address in a page does.
type dialect struct {
	marks string // bytes that begin an escape
	parse func(data []byte, i int) (escape, bool)
	// starts tells whether e is reason enough to look at what stands around it.
	starts func(data []byte, e escape) bool
}

var dialects = [...]dialect{
	{`%\&`, parseEscape, func(_ []byte, e escape) bool { return isText(e.stands[0]) || e.stands[0] == colourMark }},
	{"=", parseQuoted, startsQuoted},
	{string(colourMark), parseColour, startsColour},
}

// colourDialect is the one of dialects whose escapes a keyword tells.
const colourDialect = 2

// parseEscape reads the percent, backslash or HTML escape that begins at data[i].
func parseEscape(data []byte, i int) (escape, bool) {
	switch data[i] {
	case '%':
		if c, ok := hexByte(data, i+1); ok {
			return escape{lo: i, hi: i + 3, kind: percentEscape, size: 1, stands: [4]byte{c}}, true
		}
	case '&':
		return parseEntity(data, i)
	case '\\':
		return parseBackslash(data, i)
	}
	return escape{}, false
}

// hexByte reads two hexadecimal digits at data[i].
func hexByte(data []byte, i int) (byte, bool) {
	if i < 0 || i+2 > len(data) {
		return 0, false
	}
	high, low := nibble[data[i]], nibble[data[i+1]]
	return high<<4 | low, high < 16 && low < 16
}

// hexRune reads the n hexadecimal digits at data[i].
func hexRune(data []byte, i, n int) (rune, bool) {
	if n == 0 || n > 8 || i+n > len(data) {
		return 0, false
	}
	r := uint32(0)
	for _, c := range data[i : i+n] {
		if nibble[c] > 15 {
			return 0, false
		}
		r = r<<4 | uint32(nibble[c])
	}
	return rune(r), r <= utf8.MaxRune
}

// maxBackslashes bounds how often a backslash that begins an escape may itself have been escaped.
const maxBackslashes = 8

// parseBackslash reads \xXX, \uXXXX, with what a surrogate goes with, \u{X} or \UXXXXXXXX; the backslash may be doubled.
func parseBackslash(data []byte, i int) (escape, bool) {
	at := i
	for at < len(data) && data[at] == '\\' && at-i < maxBackslashes {
		at++
	}
	if at >= len(data) {
		return escape{}, false
	}
	slashes := data[i:at]
	switch data[at] {
	case 'x':
		if c, ok := hexByte(data, at+1); ok {
			return escape{lo: i, hi: at + 3, kind: unicodeEscape, size: 1, stands: [4]byte{c}}, true
		}
	case 'U':
		if r, ok := hexRune(data, at+1, 8); ok {
			return runeEscape(i, at+9, unicodeEscape, r)
		}
	case 'u':
		if hasAt(data, at+1, "{") {
			n := bytes.IndexByte(data[at+2:min(len(data), at+10)], '}')
			if r, ok := hexRune(data, at+2, max(n, 0)); ok {
				return runeEscape(i, at+3+n, unicodeEscape, r)
			}
			return escape{}, false
		}
		r, ok := hexRune(data, at+1, 4)
		if !ok {
			return escape{}, false
		}
		end := at + 5
		if utf16.IsSurrogate(r) && hasAt(data, end, string(slashes)+"u") {
			if low, ok := hexRune(data, end+len(slashes)+1, 4); ok {
				r, end = utf16.DecodeRune(r, low), end+len(slashes)+5
			}
		}
		return runeEscape(i, end, unicodeEscape, r)
	}
	return escape{}, false
}

// runeEscape is the escape data[lo:hi] that stands for r.
func runeEscape(lo, hi int, kind uint8, r rune) (escape, bool) {
	e := escape{lo: lo, hi: hi, kind: kind}
	e.size = uint8(utf8.EncodeRune(e.stands[:], r))
	return e, true
}

// maxEntity is the longest HTML entity that is read; the longest name has 31 letters but stands for no ASCII.
const maxEntity = 34

// parseEntity reads the HTML entity at data[i].
func parseEntity(data []byte, i int) (escape, bool) {
	if i+2 >= len(data) || data[i+1] != '#' && nibble[data[i+1]] > 15 && !inName(data[i+1]) {
		return escape{}, false
	}
	n := bytes.IndexByte(data[i:min(len(data), i+maxEntity)], ';')
	if n < 2 || !isEntity(data[i+1:i+n]) {
		return escape{}, false
	}
	if data[i+1] == '#' {
		digits, base := string(data[i+2:i+n]), 10
		if len(digits) > 0 && digits[0]|0x20 == 'x' {
			digits, base = digits[1:], 16
		}
		r, err := strconv.ParseUint(digits, base, 21)
		if err != nil || r > utf8.MaxRune {
			return escape{}, false
		}
		return runeEscape(i, i+n+1, htmlEscape, rune(r))
	}
	text := string(data[i : i+n+1])
	plain := html.UnescapeString(text)
	if plain == text || len(plain) > utf8.UTFMax || len(plain) > 1 && plain[len(plain)-1] == ';' {
		return escape{}, false // no entity, a pair of characters, or one that ends before the semicolon
	}
	e := escape{lo: i, hi: i + n + 1, kind: htmlEscape}
	e.size = uint8(copy(e.stands[:], plain))
	return e, true
}

// isEntity tells whether text may be the name or number of an entity.
func isEntity(text []byte) bool {
	for i, c := range text {
		if !alphabet[c] && (i > 0 || c != '#') {
			return false
		}
	}
	return true
}

// parseQuoted reads the quoted-printable escape or soft line break at data[i].
func parseQuoted(data []byte, i int) (escape, bool) {
	if c, ok := hexByte(data, i+1); ok {
		return escape{lo: i, hi: i + 3, kind: quotedEscape, size: 1, stands: [4]byte{c}}, true
	}
	end := i + 1
	if end < len(data) && data[end] == '\r' {
		end++
	}
	if end < len(data) && data[end] == '\n' {
		return escape{lo: i, hi: end + 1, kind: quotedEscape}, true
	}
	return escape{}, false
}

// minSoftLine is the length of a line before a soft break from which on it looks like one.
const minSoftLine = 60

// startsQuoted tells quoted-printable text from all else that has equal signs: by an escaped equal sign, by escapes that
// follow each other, or by a soft break at the end of a line that is long enough.
func startsQuoted(data []byte, e escape) bool {
	if e.size == 0 {
		return e.lo >= minSoftLine && data[e.lo-1] > ' ' && bytes.IndexByte(data[e.lo-minSoftLine:e.lo], '\n') < 0
	}
	c := e.stands[0]
	if c == '=' {
		return true
	}
	if !isText(c) {
		return false
	}
	if _, ok := hexByte(data, e.hi+1); ok && data[e.hi] == '=' {
		return true
	}
	if e.lo < 3 || data[e.lo-3] != '=' {
		return false
	}
	_, ok := hexByte(data, e.lo-2)
	return ok
}

// dialectOf returns the number of the dialect whose escapes begin with c.
func dialectOf(c byte) int {
	if c == '=' {
		return 1
	}
	return 0
}

// escapes yields the escapes of a dialect in order.
type escapes struct {
	of   *dialect
	data []byte
	next [3]int // by mark: where it stands next
	at   int
}

// escapesIn returns the escapes of data that begin at or after at.
func escapesIn(of *dialect, data []byte, at int) escapes {
	s := escapes{of: of, data: data, at: at}
	for m := range len(of.marks) {
		s.next[m] = s.find(m, at)
	}
	return s
}

// find returns where a mark stands at or after at.
func (s *escapes) find(mark, at int) int {
	if at < len(s.data) {
		if i := bytes.IndexByte(s.data[at:], s.of.marks[mark]); i >= 0 {
			return at + i
		}
	}
	return len(s.data)
}

// before returns the next escape that begins before hi.
func (s *escapes) before(hi int) (escape, bool) {
	for {
		mark := 0
		for m := 1; m < len(s.of.marks); m++ {
			if s.next[m] < s.next[mark] {
				mark = m
			}
		}
		i := s.next[mark]
		if i >= hi || i >= len(s.data) {
			return escape{}, false
		}
		e, ok := s.of.parse(s.data, i)
		if !ok || i < s.at {
			s.next[mark] = s.find(mark, i+1)
			continue
		}
		s.at = e.hi
		s.next[mark] = s.find(mark, e.hi)
		return e, true
	}
}
