package rules

// valueKeys are the keys, in lower case, under which the block of a name has what it is given: of variables of Terraform and
// pipelines, of parameters of templates.
var valueKeys = words("value default defaultvalue default_value")

// valueIn returns where the value begins that the block of a name has under one of valueKeys. The block begins at data[p]: with
// a brace, or with the lines below that are indented more. No other block comes before the value.
func valueIn(data []byte, p int) (int, bool) {
	data = data[:min(len(data), p+maxBlock)]
	braced, indent := data[p] == '{', 0
	if braced {
		p++
	} else {
		outer := indentAt(data, p)
		if p, indent = lineBelow(data, p); indent <= outer {
			return p, false
		}
	}
	for p < len(data) {
		key, at, ok := keyAt(data, p)
		if !ok {
			return p, false
		}
		if valueKeys[key] {
			return at, true
		}
		end, ok := skipped(data, at, braced)
		if !ok {
			return p, false
		}
		p = end
		if !braced {
			n := 0
			if p, n = lineBelow(data, p); n != indent {
				return p, false
			}
		}
	}
	return p, false
}

// keyAt reads the key at data[p], behind blanks and commas, in lower case, and where its value begins.
func keyAt(data []byte, p int) (key string, at int, ok bool) {
	for p < len(data) && (data[p] <= ' ' || data[p] == ',' || data[p] == ';') {
		p++
	}
	if p < len(data) && literalQuote[data[p]] {
		p++
	}
	end := p
	for end < len(data) && nameByte[data[end]] {
		end++
	}
	q := end
	if q < len(data) && literalQuote[data[q]] {
		q++
	}
	q = blanks(data, q, false)
	if end == p || q >= len(data) || data[q] != ':' && data[q] != '=' {
		return "", p, false
	}
	q = blanks(data, q+1, false)
	return asciiLower(string(data[p:end])), q, q < len(data)
}

// skipped returns where the plain value at data[p] ends: a literal in quotes, or up to a comma or the end of the line. It is
// false for a block or a list.
func skipped(data []byte, p int, inBraces bool) (int, bool) {
	switch c := data[p]; {
	case c == '{' || c == '[' || c == '\n' || c == '\r':
		return p, false
	case literalQuote[c]:
		for q := p + 1; q < len(data) && data[q] != '\n'; q++ {
			if data[q] == '\\' {
				q++
			} else if data[q] == c {
				return q + 1, true
			}
		}
		return p, false
	}
	for p < len(data) && data[p] != '\n' && (!inBraces || data[p] != ',' && data[p] != '}' && data[p] != ';') {
		p++
	}
	return p, p < len(data) && data[p] != '}'
}

// lineBelow returns where the text of the next line that is not empty begins, and how far it is indented.
func lineBelow(data []byte, p int) (int, int) {
	for p < len(data) && data[p] != '\n' {
		p++
	}
	line := p
	for p < len(data) && data[p] <= ' ' {
		if data[p] == '\n' {
			line = p + 1
		}
		p++
	}
	return p, p - line
}

// indentAt counts the blanks that the line of data[at] begins with.
func indentAt(data []byte, at int) int {
	lo, _ := lineAround(data, at, at, maxNameBefore)
	return indentation(data[lo:at])
}
