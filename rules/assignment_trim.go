package rules

import (
	"bytes"
	"slices"
)

// schemes, in lower case, stand before a credential in what a header of HTTP is given.
var schemes = []string{"bearer ", "token ", "basic ", "apikey "}

// narrowed returns l without what is no part of its value: the scheme before it, and the parameters that follow it in an
// address or a form. The name that it is given begins at data[name].
func (l literal) narrowed(data []byte, name int) literal {
	raw := data[l.value.lo:l.value.hi]
	if n := len(raw); l.quoted && n > 4 && string(raw[:2]) == `\"` && string(raw[n-2:]) == `\"` { // a literal of code inside one
		l.value = span{l.value.lo + 2, l.value.hi - 2}
		return l
	}
	if n := len(raw); l.quoted && n > 4 && literalQuote[raw[0]] && raw[n-1] == raw[0] { // and one in quotes of another kind
		l.value = span{l.value.lo + 1, l.value.hi - 1}
		return l
	}
	for _, s := range schemes {
		switch {
		case l.quoted && len(raw) > len(s) && equalFolded(raw[:len(s)], s) && bytes.IndexByte(raw[len(s):], ' ') < 0:
			l.value.lo += len(s)
			return l
		case !l.quoted && len(raw) == len(s)-1 && l.value.hi+1 < len(data) && equalFolded(data[l.value.lo:], s):
			if next, ok := l.read(data, l.value.hi+1); ok && !next.quoted {
				return next
			}
		}
	}
	if i := bytes.IndexByte(raw, '}'); !l.quoted && l.glue == glueMarkup && i > 0 && inFlow(data, name) >= 0 { // {name: X, value: …}
		l.value.hi = l.value.lo + i
	}
	if l.quoted || l.glue != glueAssign || name == 0 {
		return l
	}
	if i := bytes.IndexByte(raw, '}'); i > 0 && data[name-1] == '{' && name > 1 && data[name-2] == '$' { // ${NAME:-default}
		l.value.hi = l.value.lo + i
		if c := data[l.value.lo-1]; c == '+' || c == '?' { // what stands for a value that is set, or a message
			l.value.hi = l.value.lo
		}
		return l
	}
	if i := bytes.IndexByte(raw, '}'); i > 0 && bytes.IndexByte(raw[:i], '{') < 0 && inFlow(data, name) >= 0 {
		l.value.hi = l.value.lo + i
		return l
	}
	i := bytes.IndexByte(raw, '&')
	if i < 1 {
		return l
	}
	switch c := data[name-1]; {
	case c == '?', c == '&', c == ';' && bytes.HasSuffix(data[:name], []byte("&amp;")), (c == '"' || c == '\'') && parameter(raw[i+1:]):
		l.value.hi = l.value.lo + i
	}
	return l
}

// extended returns l with what a mark seemed to end of its value, in a file of settings: where a name begins its line and no blank
// stands in the rest of it, or a pair stands in quotes, the value goes to that end.
func (l literal) extended(data []byte, name int) literal {
	if l.quoted || l.glue != glueAssign && l.glue != glueSpace || l.value.hi >= len(data) || bytes.IndexByte([]byte(",;<>"), data[l.value.hi]) < 0 {
		return l
	}
	_, end := lineAround(data, l.value.lo, l.value.lo, maxValue)
	line := bytes.TrimRight(data[l.value.lo:end], "\r")
	switch {
	case name > 0 && literalQuote[data[name-1]]:
		end := bytes.IndexByte(line, data[name-1])
		if end < 0 {
			return l
		}
		line = line[:end]
	case !lineStart(data, name) && !(bytes.HasSuffix(data[:name], []byte("set ")) && lineStart(data, name-len("set "))):
		return l
	}
	if bytes.ContainsAny(line, " \t\"'`\\") || bytes.Contains(line, []byte("</")) || bytes.Contains(line, []byte("/>")) {
		return l
	}
	for i, c := range line {
		if (c == ';' || c == ',' || c == '&') && parameter(line[i+1:]) {
			return l
		}
	}
	l.value.hi = max(l.value.hi, l.value.lo+len(bytes.TrimRight(line, ",;.")))
	return l
}

// parameter tells whether text begins with a name and the sign that gives it a value.
func parameter(text []byte) bool {
	n := 0
	for n < len(text) && nameByte[text[n]] {
		n++
	}
	return n > 0 && n < len(text) && text[n] == '='
}

// maxFlow bounds how far before a name on its line the brace is looked for that it stands in.
const maxFlow = 256

// inFlow returns where the brace is that is open before the name at data[name], on its line; -1 for none.
func inFlow(data []byte, name int) int {
	depth := 0
	for at := name - 1; at >= 0 && name-at < maxFlow && data[at] != '\n'; at-- {
		switch data[at] {
		case '}':
			depth++
		case '{':
			if depth--; depth < 0 {
				return at
			}
		}
	}
	return -1
}

// entityNames are the entities that XML knows.
var entityNames = []string{"&amp", "&lt", "&gt", "&quot", "&apos", "&#34", "&#38", "&#39", "&#60", "&#62", "&#x22", "&#x26", "&#x27"}

// inEntity tells whether a value ends in the middle of an entity of XML, whose semicolon seemed to end it: what it is without
// entities is another value.
func inEntity(data []byte, value span) bool {
	return hasAt(data, value.hi, ";") && slices.ContainsFunc(entityNames, func(name string) bool {
		return bytes.HasSuffix(data[value.lo:value.hi], []byte(name))
	})
}
