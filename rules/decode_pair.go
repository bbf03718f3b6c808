package rules

import (
	"bytes"
	"encoding/hex"
	"strings"
)

// maxOffset bounds what begins a line of a dump before its digits, and maxBeside what follows them: the characters once more.
const (
	maxOffset = 12
	maxBeside = 80
)

// pairWords returns the keywords of dumps that a token begins in, in pairs of digits with a blank or a colon between them, as od,
// hexdump with a format and openssl print them. Dumps of anything else are numbers like many others.
func pairWords() []signWord {
	var words []signWord
	for _, start := range tokenStarts {
		for _, form := range []string{start, strings.ToUpper(start)} {
			if start[0] != 'a' && form != start {
				continue // of AKIA and its like alone capitals are meant
			}
			for _, between := range []string{" ", ":"} {
				var pairs []string
				for _, c := range []byte(form)[:min(len(form), 4)] {
					pairs = append(pairs, hex.EncodeToString([]byte{c}))
				}
				if len(pairs) == 4 {
					words = append(words, signWord{strings.Join(pairs, between), pairSign})
				}
			}
		}
	}
	return words
}

// hexPairs returns the text of the pairs of digits from data[at] on, and where they end. They may go on in the next lines, behind
// an offset.
func hexPairs(data []byte, at int) (text []byte, end int) {
	end = at
	if at > 0 && nameByte[data[at-1]] || at+2 >= len(data) || inDump(data, at) {
		return nil, end
	}
	between := data[at+2]
	for p, stop := at, min(len(data), at+maxListText); p < stop; {
		c, ok := hexByte(data, p)
		if !ok || !isText(c) || p+2 < len(data) && nameByte[data[p+2]] {
			break
		}
		text, end = append(text, c), p+2
		p = end
		if between == ' ' && hasAt(data, p, "  ") { // in the middle of a line
			p++
		}
		if p+2 < len(data) && data[p] == between && nibble[data[p+1]] < 16 && nibble[data[p+2]] < 16 {
			p++
			continue
		}
		if p = pairsBelow(data, p); p < 0 {
			break
		}
	}
	return text, end
}

// inDump tells whether the line of data[at] begins with an offset of a dump that is read as such, from its beginning on.
func inDump(data []byte, at int) bool {
	const digits = 8
	lo, _ := lineAround(data, at, at, maxBeside)
	line := bytes.TrimLeft(data[lo:at], "# \t")
	for i := range min(len(line), digits) {
		if nibble[line[i]] > 15 {
			return false
		}
	}
	return len(line) > digits && line[digits] == ' '
}

// pairsBelow returns where the pairs go on in the line below data[p], or -1.
func pairsBelow(data []byte, p int) int {
	for stop := p + maxBeside; p < len(data) && p < stop && data[p] != '\n'; {
		p++
	}
	if p >= len(data) || data[p] != '\n' {
		return -1
	}
	p = blanks(data, p+1, false)
	n := 0
	for p+n < len(data) && n < maxOffset && nibble[data[p+n]] < 16 {
		n++
	}
	if n < 4 {
		return p
	}
	if p+n < len(data) && data[p+n] == ':' {
		n++
	}
	return blanks(data, p+n, false)
}
