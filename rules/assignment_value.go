package rules

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// glue tells how a value hangs on its name.
type glue uint8

const (
	glueNone   glue = iota
	glueAssign      // = := => : and the like
	glueMarkup      // <name>value</name>, name="x" value="y"
	glueList        // "name", "value"
	glueSpace       // ENV name value, --name value, prose
	glueCall        // setName("value")
)

// literal is a value that a name is given.
type literal struct {
	glue   glue
	quoted bool
	double bool // == and != compare and do not assign
	comma  bool // the two stand in a list
	loose  bool // it must be rare: other things stand there too
	prose  bool // the name and "is"

	element bool // all that an element holds
	value   span

	written bool // a command of a shell writes the assignment into a file
}

// Bounds of what is looked at.
const (
	maxGlue   = 48
	maxValue  = 2048
	maxEscape = 8 // backslashes of literals in literals
)

// literalAfter reads the value that follows a name which ends at data[at].
func literalAfter(data []byte, at int) (literal, bool) {
	var l literal
	p := at
	closed := false
	for p < len(data) && p-at < maxEscape && data[p] == '\\' {
		p++
	}
	if p < len(data) && (data[p] == '"' || data[p] == '\'' || data[p] == '`') {
		p, closed = p+1, true
	} else if p+1 < len(data) && data[p] == ':' && (data[p+1] == '"' || data[p+1] == '\'') && opened(data, at, data[p+1]) {
		return l, false // the quote ends the text that the name is a word of: label:"Password:",next:"…"
	}
	for p < len(data) && (data[p] == ']' || data[p] == ')' && closed || data[p] == '}' && opened(data, at, '{')) {
		p++
	}
	p = emphasis(data, p)
	start := p
	p = blanks(data, p, false)
	if p >= len(data) {
		return l, false
	}
	if !operatorByte[data[p]] {
		if q, ok := typed(data, p); ok && !closed {
			p = q
		}
	}
	if l, ok := l.signless(data, p, start, closed); ok {
		return l, true
	}
	switch c := data[p]; {
	case c == '>':
		l.glue = glueMarkup
		p = characters(data, p+1)
	case c == ',' && closed:
		l.glue, l.comma = glueList, true
		p = blanks(data, p+1, true)
	case c == '=' || c == ':' || c == '|' || c == '?' || c == '!' || c == '-' && closed:
		from := p
		for p < len(data) && p-from < 4 && operatorByte[data[p]] && (data[p] != '<' || p == from) {
			p++
		}
		op := string(data[from:p])
		if op == "||" || op == "??" {
			l.glue, l.loose = glueAssign, true
			l, ok := l.read(data, blanks(data, p, false))
			return l, ok && l.quoted
		}
		if !strings.ContainsAny(op, "=:") {
			return l, false
		}
		l.double = op == "==" || op == "===" || op == "!=" || op == "!=="
		l.glue = glueAssign
		q := blanks(data, p, false)
		if c == ':' && p-from == 1 {
			if q, ok := typed(data, q); ok { // name: type = value
				q = blanks(data, q, false)
				if q < len(data) && data[q] == '=' {
					p = q + 1
				}
			} else if q, ok := annotated(data, q); ok {
				p = q
			}
		}
		p = blanks(data, p, false)
		return l.given(data, p, op)
	case c == '(' && p == start && !closed:
		l.glue = glueCall
		return l.argument(data, p+1)
	case c == '<' && p == start:
		q, ok := pairedValue(data, p)
		if !ok {
			return l, false
		}
		l.glue, p = glueMarkup, characters(data, q)
	case c == '{' && p == start && !closed: // std::string token{"…"}
		l.glue, l.loose = glueAssign, true
		l, ok := l.read(data, p+1)
		return l, ok && l.quoted && l.value.lo == p+2 && l.value.hi+1 < len(data) && data[l.value.hi+1] == '}'
	case c == '{' && closed:
		q, ok := valueIn(data, p)
		if !ok {
			return l, false
		}
		l.glue, p = glueMarkup, q
	case p > start && dashed(data[p:]) > 0:
		l.glue, l.loose = glueSpace, true
		p = blanks(data, p+dashed(data[p:]), false)
	case p > start && bytes.HasPrefix(data[p:], []byte("is ")):
		l.glue, l.loose, l.prose = glueSpace, true, true
		p = blanks(data, p+len("is "), false)
	case p > start:
		if q, ok := childValue(data, at, p); ok && closed {
			l.glue = glueMarkup
			return l.read(data, characters(data, q))
		}
		if q, ok := attributed(data, at); ok {
			l.glue = glueMarkup
			return l.read(data, characters(data, q))
		}
		if q, ok := optionBehind(data, p); ok {
			l.glue, l.loose = glueMarkup, true
			return l.read(data, q)
		}
		l.glue = glueSpace
	case c == '\n' || c == '\r':
		l.glue = glueList
		p = blanks(data, p, true)
		if q, ok := explicitValue(data, at, p); ok {
			l.glue = glueAssign
			return l.given(data, q, ":")
		}
		if q, ok := itemBelow(data, at, p); ok {
			l.glue, l.loose = glueMarkup, true
			return l.read(data, q)
		}
	default:
		return l, false
	}
	if q, ok := valueWord(data, namespaced(data, p)); ok && l.glue != glueAssign {
		l.glue, p = glueMarkup, q
	} else if c := data[min(at, len(data)-1)]; l.glue == glueList && (c == '\n' || c == '\r') {
		return l, false
	}
	return l.read(data, p)
}

// dashed returns the length of the dash or arrow that text begins with, with the blank behind it; 0 for none.
func dashed(text []byte) int {
	if text[0] != '-' && text[0] < utf8.RuneSelf {
		return 0
	}
	for _, d := range [][]byte{[]byte("- "), []byte("-> "), []byte("-- "), []byte("– "), []byte("— "), []byte("→ ")} {
		if bytes.HasPrefix(text, d) {
			return len(d)
		}
	}
	return 0
}

// namespaced skips the namespace of an attribute: android:value.
func namespaced(data []byte, p int) int {
	const longest = 16
	for q := p; q < len(data) && q-p < longest; q++ {
		if data[q] == ':' && q > p && bytes.HasPrefix(data[q+1:], []byte("value=")) {
			return q + 1
		}
		if _, kind := raritySymbol(data[q]); kind != 1 {
			break
		}
	}
	return p
}

// opened tells whether the word that ends at data[at] is the first behind a quote.
func opened(data []byte, at int, quote byte) bool {
	for end := at - maxNameBefore; at > 0 && at > end && nameByte[data[at-1]]; {
		at--
	}
	return at > 0 && data[at-1] == quote
}

// operatorByte are the bytes of an operator that assigns.
var operatorByte = [256]bool{'=': true, ':': true, '>': true, '<': true, '|': true, '?': true, '!': true, '-': true, '~': true, '+': true, ',': true}

// blanks skips up to maxGlue blanks, newlines among them if lines.
func blanks(data []byte, p int, lines bool) int {
	for end := min(len(data), p+maxGlue); p < end; p++ {
		if c := data[p]; c != ' ' && c != '\t' && (!lines || c != '\n' && c != '\r') {
			break
		}
	}
	return p
}

// typed skips the name of a type, and the brackets of an array, that stand between a name and its value.
func typed(data []byte, p int) (int, bool) {
	if p < len(data) && data[p] == '&' {
		p++
	}
	if p+1 < len(data) && data[p] == '[' && data[p+1] == ']' {
		q := blanks(data, p+2, false)
		return q, q < len(data) && data[q] == '='
	}
	for _, w := range typeWords {
		if p+len(w) < len(data) && string(data[p:p+len(w)]) == w {
			if q := blanks(data, p+len(w), false); q < len(data) && data[q] == '=' {
				return q, true
			}
		}
	}
	return p, false
}

var typeWords = []string{"string", "String", "str", "&str", "'static str", "[]byte", "any", "const", "text", "varchar", "std::string", "As String"}

// valueWord skips the word value between the name that a pair has and its value: "name": "X", "value": "Y"; or default.
func valueWord(data []byte, p int) (int, bool) {
	quoted := p < len(data) && (data[p] == '"' || data[p] == '\'')
	if quoted {
		p++
	}
	n := 0
	for _, w := range valueWords {
		if p+len(w) < len(data) && equalFolded(data[p:p+len(w)], w) && (!quoted || w == "value") {
			n = len(w)
			break
		}
	}
	if n == 0 {
		return p, false
	}
	p += n
	if quoted {
		if data[p] != '"' && data[p] != '\'' {
			return p, false
		}
		p++
	}
	p = blanks(data, p, false)
	if p >= len(data) || data[p] != '=' && data[p] != ':' {
		return p, false
	}
	return blanks(data, p+1, false), true
}

// valueWords are such words, one that begins another behind it.
var valueWords = []string{"value", "defaultvalue", "default_value", "default", "content"}

// read takes the value at p, in quotes or as far as a bare word goes.
func (l literal) read(data []byte, p int) (literal, bool) {
	if p+1 < len(data) && bytes.IndexByte([]byte("@rbufRBFL"), data[p]) >= 0 && (data[p+1] == '"' || data[p+1] == '\'') {
		p++
	}
	n := 0
	for n < maxEscape && p+n < len(data) && data[p+n] == '\\' {
		n++
	}
	escaped := n > 0 && p+n < len(data) && data[p+n] == '"'
	if escaped {
		p += n
	}
	if p >= len(data) {
		return l, false
	}
	if q := data[p]; q == '"' || q == '\'' || q == '`' {
		l.quoted = true
		p++
		if n == 0 && p+1 < len(data) && data[p] == q && data[p+1] == q { // of three marks, as in TOML and Python
			p = blanks(data, p+2, true)
		}
		for end := p; end < len(data) && end-p <= maxValue; end++ {
			switch c := data[end]; {
			case c == '\n':
				return l, false
			case c == '\\' && !escaped && end+1 < len(data):
				end++
			case c == q:
				for n := n; escaped && n > 0 && end > p && data[end-1] == '\\'; n-- {
					end--
				}
				l.value = span{p, end}
				return l, end > p
			}
		}
		return l, false
	}
	if l.glue == glueMarkup && p > 0 && data[p-1] == '>' {
		if end := bytes.IndexByte(data[p:min(len(data), p+maxValue)], '<'); end > 0 && bytes.HasPrefix(data[p+end:], []byte("</")) && !bytes.ContainsAny(data[p:p+end], " \t\r\n\"'`&") {
			l.value, l.element = span{p, p + end}, true
			return l, true
		}
	}
	end := p
	for end < len(data) && end-p <= maxValue && !bareEnd[data[end]] {
		if c := data[end]; c == '<' && l.glue == glueMarkup || c == '\\' && l.glue == glueAssign && escapedEnd(data[end:]) {
			break
		}
		end++
	}
	if end-p > maxValue {
		return l, false
	}
	for end > p && (data[end-1] == ',' || data[end-1] == ';' || data[end-1] == '.' || data[end-1] == '\\') {
		end--
	}
	if l.glue == glueMarkup && end < len(data) && data[end] == '>' && end-p > 2 && string(data[end-2:end]) == "]]" {
		end -= 2 // of a section of text as it is
	}
	l.value = span{p, end}
	return l, end > p
}

// escapedEnd tells whether text, which begins with a backslash, begins with a line's end or a quote as they are written inside of
// a literal: a file of settings in JSON or in code.
func escapedEnd(text []byte) bool {
	rest := bytes.TrimLeft(text[:min(len(text), maxEscape)], `\`)
	return len(rest) > 0 && (rest[0] == 'n' || rest[0] == 'r' || rest[0] == 't' || rest[0] == '"')
}

// bareEnd are the bytes at which a value that is not quoted ends. Bytes of no text end it too.
var bareEnd = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = true
	}
	for _, c := range []byte(" \"'`,;<>") {
		t[c] = true
	}
	t[0x7f] = true
	return t
}()
