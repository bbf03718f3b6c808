package rules

import "bytes"

// Bounds of a list of bytes: of what stands between the word that announces it and its first number, of the list's text.
const (
	maxListLead = 80
	maxListText = 64 << 10
	listHead    = 8  // bytes of which none may be no text
	listToken   = 16 // bytes without a blank that some stretch of it has
)

// tokened tells whether text has a stretch that may be a token: most lists of bytes are words and messages, or tables of numbers.
func tokened(text []byte) bool {
	n := 0
	for _, c := range text {
		if n++; c <= ' ' {
			n = 0
		}
		if n == listToken {
			return true
		}
	}
	return false
}

// listStart returns where the first number of a list begins behind a word of code that ends at data[at], or -1 for none.
func listStart(data []byte, at int) int {
	for p := at - 1; p < len(data) && p-at < maxListLead; p++ {
		c := data[p]
		switch {
		case c == '{' || c == '(' || c == '[':
			if q := blanks(data, p+1, true); q < len(data) && (data[q] >= '0' && data[q] <= '9' || hasAt(data, q, "(byte)")) {
				_, after, ok := byteAt(data, q)
				if after = blanks(data, after, true); ok && after < len(data) && data[after] == ',' {
					return q
				}
			}
		case p < at || nameByte[c] || c == ' ' || c == ']' || c == '=' || c == '*' || c == ':' || c == '&' || c == '>' || c == '<' || c == ',' || c == '"' || c == '\n':
		default:
			return -1
		}
	}
	return -1
}

// byteList returns the bytes of the list whose first number begins at data[at], as far as they are text, and where that ends. A
// list of other bytes has none.
func byteList(data []byte, at int) (text []byte, end int) {
	end = at
	for p, stop := at, min(len(data), at+maxListText); p < stop; {
		c, q, ok := byteAt(data, p)
		if !ok || !isText(c) && (c < 0x80 || len(text) < listHead) {
			break
		}
		text, end = append(text, c), q
		p = blanks(data, q, true)
		if p >= len(data) || data[p] != ',' {
			break
		}
		p = blanks(data, p+1, true)
	}
	return text[:textLength(text)], end
}

// byteAt reads the number at data[p] that stands for one byte, as code has it: 0x67, 103, (byte) 0x67, 103u8. Characters are not
// read: what is translated from C has all its texts so.
func byteAt(data []byte, p int) (c byte, end int, ok bool) {
	if hasAt(data, p, "(byte)") {
		p = blanks(data, p+len("(byte)"), false)
	}
	if p+1 >= len(data) {
		return 0, p, false
	}
	n := 0
	switch {
	case data[p] == '0' && data[p+1]|0x20 == 'x':
		for p += 2; p < len(data) && nibble[data[p]] < 16; p++ {
			if n = n<<4 | int(nibble[data[p]]); n > 0xff {
				return 0, p, false
			}
			ok = true
		}
	default:
		for ; p < len(data) && data[p] >= '0' && data[p] <= '9'; p++ {
			if n = 10*n + int(data[p]-'0'); n > 0xff {
				return 0, p, false
			}
			ok = true
		}
	}
	if bytes.HasPrefix(data[p:], []byte("u8")) {
		p += 2
	}
	return byte(n), p, ok && (p == len(data) || !nameByte[data[p]])
}
