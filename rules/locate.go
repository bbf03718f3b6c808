package rules

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// extent measures text: its newlines, and the code points after the last of them. An invalid byte counts as one.
type extent struct{ lines, runes int }

// measure returns the extent of text, which must begin and end between code points.
func measure(text []byte) extent {
	last := bytes.LastIndexByte(text, '\n')
	if last < 0 {
		return extent{runes: codePoints(text)}
	}
	return extent{lines: bytes.Count(text[:last+1], newline), runes: codePoints(text[last+1:])}
}

// codePoints is utf8.RuneCount, which copies what follows the first byte that is not ASCII: a line may be a whole file.
func codePoints(text []byte) int {
	n := 0
	for len(text) > 0 {
		ascii := 0
		for ; ascii+8 <= len(text) && binary.LittleEndian.Uint64(text[ascii:])&highs == 0; ascii += 8 {
		}
		for ascii < len(text) && text[ascii] < utf8.RuneSelf {
			ascii++
		}
		n, text = n+ascii, text[ascii:]
		for len(text) > 0 && text[0] >= utf8.RuneSelf {
			_, size := utf8.DecodeRune(text)
			n, text = n+1, text[size:]
		}
	}
	return n
}

var newline = []byte{'\n'}

// then returns the extent of a text that is followed by another of extent b.
func (a extent) then(b extent) extent {
	if b.lines > 0 {
		return extent{a.lines + b.lines, b.runes}
	}
	return extent{a.lines, a.runes + b.runes}
}

// nextRune returns the first position at or after i that is not inside a code point of data.
func nextRune(data []byte, i int) int {
	if i >= len(data) || utf8.RuneStart(data[i]) {
		return min(i, len(data))
	}
	for back := 1; back < utf8.UTFMax && back <= i; back++ {
		if !utf8.RuneStart(data[i-back]) {
			continue
		}
		if _, size := utf8.DecodeRune(data[i-back:]); size > back {
			return i - back + size
		}
		break
	}
	return i
}

// lineAround returns the bounds of the line that holds data[start:end], without its newline, looking at most limit
// bytes to either side.
func lineAround(data []byte, start, end, limit int) (lo, hi int) {
	lo = max(0, start-limit)
	if i := bytes.LastIndexByte(data[lo:start], '\n'); i >= 0 {
		lo += i + 1
	}
	hi = min(len(data), end+limit)
	if i := bytes.IndexByte(data[end:hi], '\n'); i >= 0 {
		hi = end + i
	}
	return lo, hi
}

const (
	contextBytes = 200
	contextLead  = 60
)

// contextOf returns what stands around data[start:end] on its line, cut to contextBytes. A value that would not fit is
// replaced by an ellipsis, and where the line is cut, so is the broken token at the cut: no part of a secret, this one or
// a neighbour, is left that could not be recognised by its value.
func contextOf(data []byte, start, end int) string {
	lo, hi := lineAround(data, start, end, contextBytes)
	value := data[start:end]
	if len(value) > contextBytes-contextLead {
		value = []byte("…")
	}
	before, after := data[lo:start], data[end:hi]
	lead := min(len(before), max(contextLead, contextBytes-len(value)-len(after)))
	if cut := len(before) - lead; cut > 0 || lo == start-contextBytes {
		before = before[cut:]
		i := bytes.IndexAny(before, tokenEnds)
		before = before[i+1:]
		if i < 0 {
			before = nil
		}
	}
	if room := contextBytes - len(before) - len(value); len(after) > room || hi == end+contextBytes {
		after = after[:min(len(after), room)]
		after = after[:bytes.LastIndexAny(after, tokenEnds)+1]
	}
	return string(before) + string(value) + string(bytes.TrimRight(after, "\r"))
}

// tokenEnds are bytes that stand between the tokens of a line and in no secret's shape.
const tokenEnds = " \t\"'`,;<>()[]{}|"
