package mnemonic

import (
	"strings"
	"unicode/utf8"
)

// Bounds of a sequence: what a phrase, or a list of them, may take. A word of letters of ASCII alone has as many bytes as any
// list has, one with others no more than the longest of Japanese and Korean.
const (
	maxSequence = 8 << 10 // bytes
	minWord     = 3
	maxWord     = 9
	maxOther    = 40 // bytes
	maxGap      = 48 // bytes
	maxNewlines = 2  // in one gap
)

// word is a run of letters data[lo:hi]. A hard one is not on the line, or not between the quotes, of the one before it.
type word struct {
	lo, hi int
	hard   bool
}

// isLetter tells whether a byte is one of a letter: spaces of other scripts and typographic marks, which sign tells, are not
// asked for.
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= utf8.RuneSelf }

// sign returns how many bytes a space or mark beyond ASCII takes at data[i], 0 where there is none: U+00A0, what is from U+2000
// to U+203F, U+3000 and U+3001.
func sign(data []byte, i int) int {
	rest := data[i:]
	switch {
	case len(rest) >= 2 && rest[0] == 0xC2 && rest[1] == 0xA0:
		return 2
	case len(rest) >= 3 && rest[0] == 0xE2 && rest[1] == 0x80,
		len(rest) >= 3 && rest[0] == 0xE3 && rest[1] == 0x80 && rest[2] <= 0x81:
		return 3
	}
	return 0
}

// wordAt returns the end of the word that begins at data[lo]; ok is false where none does that a list could have.
func wordAt(data []byte, lo int) (hi int, ok bool) {
	most := maxWord
	for hi = lo; hi < len(data) && isLetter(data[hi]); hi++ {
		if data[hi] >= utf8.RuneSelf {
			if sign(data, hi) > 0 {
				break
			}
			most = maxOther
		}
		if hi-lo >= most {
			return hi, false
		}
	}
	return hi, hi-lo >= minWord
}

// gapAt returns the beginning of the word behind the one that ends at data[lo]; ok is false where something else than blanks,
// newlines, commas, quotes, brackets, bullets or the number of a word stands between them.
func gapAt(data []byte, lo int) (next int, hard, ok bool) {
	newlines, numbers, bars := 0, 0, 0
	for i := lo; i < min(len(data), lo+maxGap); {
		switch c := data[i]; {
		case c == ' ', c == '\t', c == '\r', c == ',', c == '+':
			i++
		case c == '\n':
			if newlines++; newlines > maxNewlines {
				return 0, false, false
			}
			hard = true
			i++
		case c == '"', c == '\'', c == '`', c == '[', c == ']':
			hard = true
			i++
		case c == '\\':
			hard = true
			i += escapeAt(data, i)
		case c == '-' || c == '*' || c == '|' || c == '(' || c == '#':
			if i == lo || i+1 < len(data) && isLetter(data[i+1]) && sign(data, i+1) == 0 {
				return 0, false, false
			}
			if c == '|' {
				bars++
			}
			i++
		case '0' <= c && c <= '9':
			n := numberAt(data, i)
			if numbers++; n == 0 || i == lo || numbers > 1 {
				return 0, false, false
			}
			i += n
		case isLetter(c):
			n := sign(data, i)
			if n == 0 {
				return i, hard, i > lo && (bars == 0 || numbers+newlines > 0) // a table's, not a pipe
			}
			hard = hard || data[i] == 0xE2
			i += n
		default:
			return 0, false, false
		}
	}
	return 0, false, false
}

// escapeAt returns how many bytes the escape that begins with the backslash data[i] takes: 2 for a newline or tab, else 1.
func escapeAt(data []byte, i int) int {
	if i+1 < len(data) && (data[i+1] == 'n' || data[i+1] == 'r' || data[i+1] == 't') {
		return 2
	}
	return 1
}

// numberAt returns the bytes of the number of a word at data[i], with the mark behind it: 0 where it is none.
func numberAt(data []byte, i int) int {
	n := 0
	for n < 3 && i+n < len(data) && '0' <= data[i+n] && data[i+n] <= '9' {
		n++
	}
	if n > 2 || i+n == len(data) {
		return 0
	}
	switch data[i+n] {
	case '.', ')', ':':
		return n + 1
	case ' ', '\t', '|':
		return n
	}
	return 0
}

// enders are what may stand behind the last word of a sequence: a name that is given a value is no word of it.
const enders = " \t\r\n\"'`,.;)]}<|\\!?"

// endsAt tells whether a sequence may end at data[i]. Substrate's tools write the path of a key behind two slashes.
func endsAt(data []byte, i int) bool {
	return i == len(data) || strings.IndexByte(enders, data[i]) >= 0 || sign(data, i) > 0 ||
		data[i] == '/' && i+1 < len(data) && data[i+1] == '/'
}

// sequenceAt appends to out the words that follow each other from data[lo] on, at most limit of them.
func sequenceAt(data []byte, lo, limit int, out []word) []word {
	hard := true
	for at := lo; len(out) < limit; {
		hi, ok := wordAt(data, at)
		if !ok || hi-lo > maxSequence {
			return out
		}
		next, parted, ok := gapAt(data, hi)
		if !ok && !endsAt(data, hi) {
			return out
		}
		out = append(out, word{at, hi, hard})
		if !ok {
			return out
		}
		at, hard = next, parted
	}
	return out
}
