package rules

import "slices"

// sign tells what a keyword announces that runs and escapes do not tell: another way of writing bytes. Signs are rare, so that a
// text without them costs no more.
type sign uint8

const (
	noSign        sign = iota
	listSign           // a list of bytes in code
	dumpSign           // the first line of a hexadecimal dump
	patchSign          // the binary patch of git
	colourSign         // an escape sequence of a terminal
	characterSign      // a list of characters in code, by the first ones of a token
	columnSign         // the same, with the first one on a line of its own
	pairSign           // pairs of hexadecimal digits, by the first ones of a token
	literal85Sign      // a call that decodes a literal in base 85
	ascii85Sign        // text in the base 85 of PostScript
	registrySign       // a string of a Windows registry file as bytes
)

// signWord is a keyword of a sign, in lower case.
type signWord struct {
	word string
	sign sign
}

// signWords are all of them.
var signWords = slices.Concat(characterWords(), pairWords(), []signWord{
	{"byte{", listSign}, {"byte[", listSign}, {"uint8{", listSign}, {"uint8_t", listSign}, {"unsigned char", listSign},
	{"bytes([", listSign}, {"bytearray([", listSign}, {"bytearrayof(", listSign}, {"uint8array", listSign}, {"[u8", listSign},
	{"buffer.from([", listSign}, {`"buffer"`, listSign}, {"fromcharcode(", listSign},
	{"00000000: ", dumpSign}, {"00000000  ", dumpSign},
	{"git binary patch", patchSign},
	{"\x1b[", colourSign},
	{"85decode(", literal85Sign}, {"<~", ascii85Sign},
	{"=hex(", registrySign},
})

// signed is a sign in a text: its keyword lies there.
type signed struct {
	sign sign
	at   span
}

// placeSigns enters the keywords of signs.
func (p *plan) placeSigns(uses map[string]*use) {
	if !p.set.decode {
		return
	}
	for _, w := range signWords {
		for _, s := range spellings(w.word) {
			if uses[s] == nil {
				uses[s] = &use{}
			}
			uses[s].sign, uses[s].size = w.sign, len(s)
		}
	}
}

// note keeps a sign that may be followed by what it announces.
func (s *scratch) note(data []byte, what sign, at span) {
	switch what {
	case listSign:
		at.hi = listStart(data, at.hi)
		if n := len(s.signs); at.hi < 0 || n > 0 && s.signs[n-1].sign == listSign && s.signs[n-1].at.hi == at.hi {
			return // none, or the one that the last keyword led to
		}
	case columnSign:
		if what = characterSign; !columnStart(data, at.lo) {
			return
		}
	case colourSign:
		if e, ok := parseColour(data, at.lo); !ok || !startsColour(data, e) {
			return
		}
	}
	s.signs = append(s.signs, signed{what, at})
}

// announced decodes what the signs in f announce, and returns the escape sequences among them.
func (d *decoding) announced(f *frame, signs []signed) (colours []int) {
	listed := 0 // where the last list of characters, or pairs, ends
	for _, s := range signs {
		if d.full || d.err != nil {
			return colours
		}
		switch s.sign {
		case colourSign:
			if f.touched(s.at) {
				colours = append(colours, s.at.lo)
			}
		case listSign:
			if text, end := byteList(f.data, s.at.hi); tokened(text) && f.touched(span{s.at.hi, end}) {
				d.decoded(f, "byte list", span{s.at.hi, end}, text, false)
			}
		case characterSign, pairSign:
			if s.at.lo < listed {
				continue
			}
			read, step := characterList, "character list"
			if s.sign == pairSign {
				read, step = hexPairs, "hex"
			}
			text, end := read(f.data, s.at.lo)
			if listed = end; tokened(text) && f.touched(span{s.at.lo, end}) {
				d.decoded(f, step, span{s.at.lo, end}, text, false)
			}
		case literal85Sign, ascii85Sign:
			read := literal85
			if s.sign == ascii85Sign {
				read = delimited85
			}
			if s.at.hi < listed {
				continue
			}
			text, from := read(f.data, s.at.hi)
			if listed = max(listed, from.hi); tokened(text) && textLength(text) == len(text) && f.touched(from) {
				d.decoded(f, "base85", from, text, false)
			}
		case dumpSign:
			data, end := hexDump(f.data, s.at.lo)
			if listed = max(listed, end); (textLength(data) >= shortText || worthwhile(data)) && f.touched(span{s.at.lo, end}) {
				d.decoded(f, "hex dump", span{s.at.lo, end}, data, false)
			}
		case registrySign:
			if s.at.lo >= listed {
				listed = d.registry(f, s.at)
			}
		case patchSign:
			d.patch(f, s.at.hi)
		}
	}
	return colours
}
