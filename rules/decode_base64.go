package rules

import "unicode/utf8"

// sextet gives the value of a base64 character of either alphabet, and 64 for any other byte.
var sextet = newSextets()

func newSextets() (v [256]uint8) {
	for c := range v {
		v[c] = 64
	}
	for i, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" {
		v[c] = uint8(i)
	}
	v['-'], v['_'] = 62, 63
	return v
}

// appendBase64 appends what text, base64 without padding, stands for. Bits that make no byte are dropped.
func appendBase64(out, text []byte) []byte {
	for len(text) >= 4 {
		n := uint32(sextet[text[0]])<<18 | uint32(sextet[text[1]])<<12 | uint32(sextet[text[2]])<<6 | uint32(sextet[text[3]])
		out = append(out, byte(n>>16), byte(n>>8), byte(n))
		text = text[4:]
	}
	switch len(text) {
	case 2:
		out = append(out, sextet[text[0]]<<2|sextet[text[1]]>>4)
	case 3:
		out = append(out, sextet[text[0]]<<2|sextet[text[1]]>>4, sextet[text[1]]<<4|sextet[text[2]]>>2)
	}
	return out
}

// nibble gives the value of a hexadecimal digit, and 16 for any other byte.
var nibble = newNibbles()

func newNibbles() (v [256]uint8) {
	for c := range v {
		v[c] = 16
	}
	for i, c := range "0123456789abcdef" {
		v[c] = uint8(i)
	}
	for i, c := range "ABCDEF" {
		v[c] = uint8(10 + i)
	}
	return v
}

// appendHex appends what text, hexadecimal digits, stands for. An odd last digit is dropped.
func appendHex(out, text []byte) []byte {
	for len(text) >= 2 {
		out = append(out, nibble[text[0]]<<4|nibble[text[1]])
		text = text[2:]
	}
	return out
}

// encoding is a way to write bytes in the characters of a run.
type encoding struct {
	step    string
	in, out int // so many characters make so many bytes
}

var (
	base64Runs = encoding{"base64", 4, 3}
	hexRuns    = encoding{"hex", 2, 1}
	base32Runs = encoding{"base32", 8, 5}
)

// decode appends what text stands for.
func (e *encoding) decode(out, text []byte) []byte {
	switch e.out {
	case hexRuns.out:
		return appendHex(out, text)
	case base32Runs.out:
		return appendBase32(out, text)
	}
	return appendBase64(out, text)
}

// leastBase32 is the length of base 32 from which what it stands for may hold a token: 20 bytes.
const leastBase32 = 32

// maybeBase32 tells whether a run may be base 32 that stands for text: its first character tells most that are not.
func maybeBase32(run []byte) bool {
	return len(run) >= leastBase32 && run[0] >= 'E' && run[0] <= 'P' && allBase32(run)
}

// allBase32 tells whether text is of the characters of base 32 alone.
func allBase32(text []byte) bool {
	for _, c := range text {
		if (c < 'A' || c > 'Z') && (c < '2' || c > '7') {
			return false
		}
	}
	return true
}

// appendBase32 appends what text, base 32 without padding, stands for. Bits that make no byte are dropped.
func appendBase32(out, text []byte) []byte {
	bits, n := uint32(0), 0
	for _, c := range text {
		v := c - 'A'
		if c <= '7' {
			v = c - '2' + 26
		}
		bits, n = bits<<5|uint32(v), n+5
		if n >= 8 {
			n -= 8
			out = append(out, byte(bits>>n))
		}
	}
	return out
}

const (
	sampled    = 12  // bytes by which most runs are told to be no text
	shortValue = 5   // bytes of a value that is worth a search, where a name is known
	shortText  = 12  // and where none is
	mixedText  = 48  // from here on a fifth may be no text
	anyBytes   = 512 // from here on it need not be text
)

// value returns what text stands for if that is text from its beginning, or begins with enough of it. named tells that it
// is the value of an assignment.
func (e *encoding) value(text []byte, named bool) []byte {
	var head [sampled]byte
	if h := e.decode(head[:0], text[:min(len(text), sampled/e.out*e.in)]); textLength(h) < len(h)-utf8.UTFMax {
		return nil
	}
	out := e.decode(make([]byte, 0, len(text)/e.in*e.out+2), text)
	n := textLength(out)
	if n < shortText && !(named && n == len(out) && n >= shortValue) {
		return nil
	}
	if n < len(out) && worthwhile(out) {
		return out
	}
	return out[:n]
}

// anything returns what text stands for if that is mostly text, or so much of anything that it will be a document.
func (e *encoding) anything(text []byte) []byte {
	size := len(text) / e.in * e.out
	if size < mixedText {
		return nil
	}
	var head [4 * sampled]byte
	if h := e.decode(head[:0], text[:4*sampled/e.out*e.in]); 5*texts(h) < 4*len(h) && size < anyBytes {
		return nil
	}
	out := e.decode(make([]byte, 0, size+2), text)
	if !worthwhile(out) {
		return nil
	}
	return out
}

// worthwhile tells whether b, which is not all text, is worth a search.
func worthwhile(b []byte) bool {
	return len(b) >= anyBytes || len(b) >= mixedText && 5*texts(b) >= 4*len(b)
}

// isText tells of ASCII whether it is printable or white space.
func isText(c byte) bool { return c >= 0x20 && c < 0x7f || c == '\n' || c == '\t' || c == '\r' }

// textLength returns how much of b, from its beginning, is text.
func textLength(b []byte) int {
	for i := 0; i < len(b); {
		if isText(b[i]) {
			i++
		} else if _, n := utf8.DecodeRune(b[i:]); n > 1 {
			i += n
		} else {
			return i
		}
	}
	return len(b)
}

// texts returns how many bytes of b are text.
func texts(b []byte) int {
	count := 0
	for i := 0; i < len(b); {
		n := 1
		if !isText(b[i]) {
			if _, n = utf8.DecodeRune(b[i:]); n == 1 {
				i++
				continue
			}
		}
		count += n
		i += n
	}
	return count
}
