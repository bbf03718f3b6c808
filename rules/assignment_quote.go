package rules

import "bytes"

// quotation reads a literal in the quotes that one language alone has: a document in a shell's or Terraform's way, [[…]] of
// Lua, q{…} of Perl, %w[…] of Ruby, $'…' of a shell, an indented string of Nix, <<"…">> of Erlang, r#"…"# of Rust.
func (l literal) quotation(data []byte, p int) (literal, bool) {
	rest := data[p:]
	switch c := rest[0]; {
	case c == '<' && bytes.HasPrefix(rest, []byte(`<<"`)):
		return l.read(data, p+2)
	case c == '<' && bytes.HasPrefix(rest, []byte("<<")):
		return l.document(data, p+2)
	case c == '[' && bytes.HasPrefix(rest, []byte("[[")):
		return l.between(data, p+2, "]]")
	case c == '$' && len(rest) > 1 && (rest[1] == '\'' || rest[1] == '"'):
		return l.read(data, p+1)
	case c == 'r' && bytes.HasPrefix(rest, []byte(`r#"`)):
		return l.read(data, p+2)
	case c == '\'' && (bytes.HasPrefix(rest, []byte("''\n")) || bytes.HasPrefix(rest, []byte("''\r"))):
		return l.between(data, blanks(data, p+2, true), "'")
	case c == 'q' || c == '%':
		return l.delimited(data, p)
	}
	return l, false
}

// delimiters are the brackets of literals that a letter begins.
var delimiters = map[byte]string{'{': "}", '(': ")", '[': "]", '<': ">"}

// delimited reads q{…}, qq(…), %q[…], %w(…).
func (l literal) delimited(data []byte, p int) (literal, bool) {
	q := p
	if data[q] == '%' {
		q++
	}
	for q < len(data) && q-p < 3 && bytes.IndexByte([]byte("qwiQW"), data[q]) >= 0 {
		q++
	}
	if q == p || q >= len(data) || delimiters[data[q]] == "" || data[q-1] == '%' {
		return l, false
	}
	return l.between(data, q+1, delimiters[data[q]])
}

// document reads the one line of a document of which the word that ends it begins at data[p].
func (l literal) document(data []byte, p int) (literal, bool) {
	if p < len(data) && (data[p] == '-' || data[p] == '~') {
		p++
	}
	end := p
	for end < len(data) && end-p < maxType && nameByte[data[end]] {
		end++
	}
	word := data[p:end]
	if len(word) == 0 || end >= len(data) || data[end] != '\n' && data[end] != '\r' {
		return l, false
	}
	from := blanks(data, end, true)
	line := data[from:min(len(data), from+maxValue)]
	i := bytes.IndexByte(line, '\n')
	if i < 1 || !bytes.HasPrefix(bytes.TrimLeft(data[from+i:min(len(data), from+i+maxGlue+len(word))], " \t\r\n"), word) {
		return l, false
	}
	l.quoted, l.value = true, span{from, from + len(bytes.TrimRight(line[:i], "\r \t"))}
	return l, l.value.hi > from
}

// between reads the one word from data[p] on that end follows, blanks around it.
func (l literal) between(data []byte, p int, end string) (literal, bool) {
	p = blanks(data, p, true)
	q := p
	for q < len(data) && q-p <= maxValue && data[q] > ' ' && !bytes.HasPrefix(data[q:], []byte(end)) {
		q++
	}
	after := blanks(data, q, true)
	l.quoted, l.value = true, span{p, q}
	return l, q > p && bytes.HasPrefix(data[after:], []byte(end))
}
