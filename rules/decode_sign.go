package rules

// sign tells what a keyword announces that runs and escapes do not tell: another way of writing bytes. Signs are rare, so that a
// text without them costs no more.
type sign uint8

const (
	noSign     sign = iota
	listSign        // a list of bytes in code
	dumpSign        // the first line of a hexadecimal dump
	patchSign       // the binary patch of git
	colourSign      // an escape sequence of a terminal
)

// signWords are the keywords of signs, in lower case.
var signWords = []struct {
	word string
	sign sign
}{
	{"byte{", listSign}, {"byte[", listSign}, {"uint8{", listSign}, {"uint8_t", listSign}, {"unsigned char", listSign},
	{"bytes([", listSign}, {"bytearray([", listSign}, {"bytearrayof(", listSign}, {"uint8array", listSign}, {"[u8", listSign},
	{"buffer.from([", listSign}, {`"buffer"`, listSign}, {"fromcharcode(", listSign},
	{"00000000: ", dumpSign}, {"00000000  ", dumpSign},
	{"git binary patch", patchSign},
	{"\x1b[", colourSign},
}

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
	case colourSign:
		if e, ok := parseColour(data, at.lo); !ok || !startsColour(data, e) {
			return
		}
	}
	s.signs = append(s.signs, signed{what, at})
}

// announced decodes what the signs in f announce, and returns the escape sequences among them.
func (d *decoding) announced(f *frame, signs []signed) (colours []int) {
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
		case dumpSign:
			if data, end := hexDump(f.data, s.at.lo); (textLength(data) >= shortText || worthwhile(data)) && f.touched(span{s.at.lo, end}) {
				d.decoded(f, "hex dump", span{s.at.lo, end}, data, false)
			}
		case patchSign:
			d.patch(f, s.at.hi)
		}
	}
	return colours
}
