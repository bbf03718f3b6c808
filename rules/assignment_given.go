package rules

import "bytes"

// given reads what stands at data[p], behind the sign op: a literal, or what a language has in its place.
func (l literal) given(data []byte, p int, op string) (literal, bool) {
	if p >= len(data) {
		return l, false
	}
	switch c := data[p]; {
	case op == ":" && (c == '{' || c == '\n' || c == '\r'):
		if q, ok := valueIn(data, p); ok {
			return l.read(data, q)
		}
	case op == ":" && c == '*':
		p = blanks(data, emphasis(data, p), false) // **Token:** …
	case op == ":" && c == '<' && p+1 < len(data) && data[p+1] == '/': // <b>Token:</b> …
		if end := tagEnd(data, p); end > 0 {
			l.glue = glueMarkup
			p = blanks(data, end, false)
		}
	}
	if p >= len(data) {
		return l, false
	}
	if bytes.IndexByte([]byte("&!|>\n\r"), data[p]) >= 0 && op == ":" {
		if y, ok := l.yaml(data, p); ok {
			return y, true
		}
	}
	if q, ok := l.quotation(data, p); ok {
		return q, true
	}
	switch data[p] {
	case '[':
		return l.first(data, p)
	case '\n', '\r':
		return l.below(data, p)
	case '\\':
		if q := blanks(data, p+1, true); q > p+1 && (data[p+1] == '\n' || data[p+1] == '\r') {
			l.loose = true
			return l.read(data, q)
		}
	case '(':
		return l.bracketed(data, p, ')')
	case '{':
		if b, ok := l.bracketed(data, p, '}'); ok && !b.loose {
			return b, true
		}
	}
	if w, ok := l.wrapped(data, p); ok {
		return w, true
	}
	if q, ok := insteadAt(data, p); ok && op != ":" {
		l.loose = true
		return l.read(data, q)
	}
	return l.read(data, p)
}

// insteadAt returns where the literal begins that stands for what data[p] has: the argument of a format, of which name and %s are
// all, or what a condition chooses: %s\n' '…', production ? "…".
func insteadAt(data []byte, p int) (int, bool) {
	q := p
	if bytes.HasPrefix(data[p:], []byte("%s")) {
		q += len("%s")
		if bytes.HasPrefix(data[q:], []byte(`\n`)) {
			q += len(`\n`)
		}
		if q >= len(data) || !literalQuote[data[q]] {
			return p, false
		}
		q++
	} else {
		for q < len(data) && q-p < maxCallee && (nameByte[data[q]] || data[q] == '!') {
			q++
		}
		if q == p || !bytes.HasPrefix(data[q:], []byte(" ?")) {
			return p, false
		}
		q += len(" ?")
	}
	at := blanks(data, q, false)
	return at, at > q && at < len(data) && literalQuote[data[at]]
}

// below reads a literal in quotes on the line below its name and sign.
func (l literal) below(data []byte, p int) (literal, bool) {
	q := blanks(data, p, true)
	if q >= len(data) || !literalQuote[data[q]] {
		return l, false
	}
	return l.read(data, q)
}

// bracketed reads the literal in quotes that a bracket opens before, on this line or the next. Where other things stand in
// the brackets too, it must be rare.
func (l literal) bracketed(data []byte, p int, end byte) (literal, bool) {
	l, ok := l.below(data, p+1)
	if !ok {
		return l, false
	}
	after := blanks(data, l.value.hi+1, true)
	if after < len(data) && data[after] == ',' {
		after = blanks(data, after+1, true)
	}
	l.loose = after >= len(data) || data[after] != end
	return l, true
}

// signless reads what stands at data[p], behind the blanks at data[start], where a word, an arrow or a call gives a name its value
// and not a sign. closed tells that the name is in quotes.
func (l literal) signless(data []byte, p, start int, closed bool) (literal, bool) {
	l.glue = glueAssign
	rest := data[p:]
	quoted := func(n int) (literal, bool) {
		l, ok := l.read(data, blanks(data, p+n, false))
		return l, ok && l.quoted
	}
	switch c := data[p]; {
	case c == '-' && closed && bytes.HasPrefix(rest, []byte("->")): // Scala
		return quoted(2)
	case c == '<' && bytes.HasPrefix(rest, []byte("<-")): // R
		return quoted(2)
	case c == '<' && bytes.HasPrefix(rest, []byte("<<-")):
		return quoted(3)
	case c == '<' && bytes.HasPrefix(rest, []byte("<<< ")): // a shell's read
		return quoted(4)
	case c == 't' && p > start && bytes.HasPrefix(rest, []byte("to ")), // Kotlin, AppleScript
		c == 'o' && p > start && closed && bytes.HasPrefix(rest, []byte("or ")): // Python
		l.loose = true
		return quoted(3)
	case c == '.' && closed:
		return l.otherwise(data, p)
	case c == '{' && p > start && bytes.HasPrefix(rest, []byte("{ get;")): // C#
		if i := bytes.Index(rest[:min(len(rest), maxType)], []byte("} = ")); i > 0 {
			return quoted(i + len("} = "))
		}
	case c == '{' && p > start && closed, c == ')' && p == start && !closed && bytes.HasPrefix(rest, []byte(") {")): // Ruby
		if c == ')' {
			p += len(") ")
		}
		l.loose = true
		l, ok := l.bracketed(data, p, '}')
		return l, ok && !l.loose
	case c == ',' && p == start && !closed:
		q := blanks(data, p+1, true)
		if v, ok := valueWord(data, q); ok { // {name: X, value: …}
			l.glue = glueMarkup
			return l.read(data, v)
		}
		if opened(data, p, '{') { // Erlang
			l.loose = true
			if bytes.HasPrefix(data[q:], []byte("<<\"")) {
				q += 2
			}
			l, ok := l.read(data, q)
			return l, ok && l.quoted
		}
	case c == '|' && (p > start || closed) && !bytes.HasPrefix(rest, []byte("||")): // a row of a table
		return l.cell(data, start, p)
	}
	return l, false
}

// defaulting are the last words of the names of functions that give back what they are given where there is no other value.
var defaulting = words("or else")

// otherwise reads what a call at data[p], behind the one that looks a name up, falls back on: .unwrap_or("…").
func (l literal) otherwise(data []byte, p int) (literal, bool) {
	end := p + 1
	for end < len(data) && end-p < maxCallee && nameByte[data[end]] {
		end++
	}
	name := splitName(string(data[p+1 : end]))
	if len(name) == 0 || !defaulting[name[len(name)-1]] || end >= len(data) || data[end] != '(' {
		return l, false
	}
	if end++; end+1 < len(data) && data[end] == '|' { // a closure
		for end++; end < len(data) && (nameByte[data[end]] || data[end] == '|' || data[end] == ' '); {
			end++
		}
	}
	l.loose = true
	l, ok := l.read(data, end)
	return l, ok && l.quoted
}

// emphasis skips the marks that end bold words in a document, or the name of a special variable in Lisp.
func emphasis(data []byte, p int) int {
	q := p
	for q < len(data) && q-p < 2 && data[q] == '*' {
		q++
	}
	if q < len(data) && (data[q] == ' ' || data[q] == ':') {
		return q
	}
	return p
}

// itemBelow returns where the item of a list begins at data[p] that comes below the option whose name ends at data[at].
func itemBelow(data []byte, at, p int) (int, bool) {
	lo := at
	for lo > 0 && at-lo < maxNameBefore && (nameByte[data[lo-1]] || literalQuote[data[lo-1]]) {
		lo--
	}
	option := bytes.TrimLeft(data[lo:at], "\"'")
	return p + 2, bytes.HasPrefix(option, []byte("--")) && bytes.HasSuffix(data[:lo], []byte("- ")) && bytes.HasPrefix(data[p:], []byte("- "))
}

// explicitValue returns where the value begins of a key that YAML's mark of one stands before, which ends at data[at]; the
// value's own mark stands at data[p], on the next line: ? password, and then : value.
func explicitValue(data []byte, at, p int) (int, bool) {
	if p+1 >= len(data) || data[p] != ':' || data[p+1] != ' ' {
		return p, false
	}
	lo := at
	for lo > 0 && at-lo < maxNameBefore && (nameByte[data[lo-1]] || literalQuote[data[lo-1]]) {
		lo--
	}
	return blanks(data, p+1, false), bytes.HasSuffix(data[:lo], []byte("? "))
}

// cell reads the next cell of the row of a table that a name has a cell of, which ends at data[bar].
func (l literal) cell(data []byte, end, bar int) (literal, bool) {
	const wordy = 48 // of the name's cell
	lo := end
	for lo > 0 && end-lo < wordy && data[lo-1] != '|' {
		if data[lo-1] == '\n' {
			return l, false
		}
		lo--
	}
	if lo == 0 || data[lo-1] != '|' {
		return l, false
	}
	p := blanks(data, bar+1, false)
	if p < len(data) && data[p] == '`' {
		p++
	}
	q := p
	for q < len(data) && q-p <= maxValue && !bareEnd[data[q]] && data[q] != '|' {
		q++
	}
	after := q
	if after < len(data) && data[after] == '`' {
		after++
	}
	if after = blanks(data, after, false); after >= len(data) || data[after] != '|' {
		return l, false
	}
	l.loose, l.value = true, span{p, q}
	return l, q > p
}

// valueOptions are options that give a value to the name which a command was given before.
var valueOptions = [][]byte{[]byte(" --value"), []byte(" -Value"), []byte(" --body"), []byte(" --secret-string")}

// optionBehind returns where the value of one of valueOptions begins, in the line that data[p] goes on with.
func optionBehind(data []byte, p int) (int, bool) {
	const far = 80
	line := data[p-1 : min(len(data), p+far)]
	if line[1] != '-' {
		return p, false
	}
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	for _, o := range valueOptions {
		if i := bytes.Index(line, o); i >= 0 && i+len(o) < len(line) && (line[i+len(o)] == ' ' || line[i+len(o)] == '=') {
			return blanks(data, p-1+i+len(o)+1, false), true
		}
	}
	return p, false
}

// sameOf returns the literal that name is given where several names are given as many literals at once: user, password = "…", "…".
// l is the first of them.
func (l literal) sameOf(data []byte, name span) (literal, bool) {
	before, first := 0, name.lo
	for ; first > 1 && data[first-1] == ' ' && data[first-2] == ','; before++ {
		for first -= 2; first > 0 && nameByte[data[first-1]]; {
			first--
		}
	}
	if before == 0 || !lineStart(data, first) || bytes.IndexByte(data[name.hi:l.value.lo], '=') < 0 {
		return l, true
	}
	for ; before > 0; before-- {
		p := blanks(data, l.value.hi+1, false)
		if p >= len(data) || data[p] != ',' {
			return l, true // one value for all
		}
		next, ok := l.read(data, blanks(data, p+1, false))
		if !ok || !next.quoted {
			return l, false
		}
		l = next
	}
	return l, true
}
