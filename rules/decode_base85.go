package rules

import (
	"bytes"
	"encoding/ascii85"
)

// maxLiteral bounds a literal of base 85.
const maxLiteral = 64 << 10

// literal85 returns what the literal stands for that is the first argument of Python's b85decode or a85decode, whose bracket ends
// at data[at], and where the literal stands.
func literal85(data []byte, at int) (text []byte, from span) {
	p := blanks(data, at, true)
	if p < len(data) && data[p] == 'b' {
		p++
	}
	if p >= len(data) || data[p] != '"' && data[p] != '\'' {
		return nil, span{}
	}
	var rest []byte // without backslashes
	end := p + 1
	for ; end < len(data) && end-p <= maxLiteral && data[end] != data[p] && data[end] != '\n'; end++ {
		if data[end] == '\\' && end+1 < len(data) {
			end++
		}
		rest = append(rest, data[end])
	}
	if end >= len(data) || data[end] != data[p] {
		return nil, span{}
	}
	from = span{p + 1, end}
	if data[max(0, at-len("85decode(")-1)]|0x20 == 'a' {
		return ascii85Text(bytes.TrimSuffix(bytes.TrimPrefix(rest, []byte("<~")), []byte("~>"))), from
	}
	n := len(rest)
	whole := n / 5 * 5
	text, ok := appendBase85(nil, rest[:whole])
	if ok && whole < n {
		last := append(append(make([]byte, 0, 5), rest[whole:n]...), "~~~~"[:5-(n-whole)]...)
		if text, ok = appendBase85(text, last); ok {
			text = text[:len(text)-(5-(n-whole))]
		}
	}
	if !ok {
		return nil, span{}
	}
	return text, from
}

// delimited85 returns what stands between <~, which ends at data[at], and ~>.
func delimited85(data []byte, at int) (text []byte, from span) {
	rest := data[at:min(len(data), at+maxLiteral)]
	if len(rest) < 5 || textLength(ascii85Text(rest[:5])) < 4 {
		return nil, span{}
	}
	n := 0
	for n < len(rest) && (rest[n] >= '!' && rest[n] <= 'u' || rest[n] == 'z' || rest[n] == '\n' || rest[n] == '\r') {
		n++
	}
	if !hasAt(rest, n, "~>") {
		return nil, span{}
	}
	return ascii85Text(rest[:n]), span{at, at + n}
}

// ascii85Text returns what text stands for in the base 85 of PostScript, nil where it is none.
func ascii85Text(text []byte) []byte {
	out := make([]byte, 4*len(text))
	n, _, err := ascii85.Decode(out, text, true)
	if err != nil {
		return nil
	}
	return out[:n]
}
