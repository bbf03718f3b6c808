package rules

import (
	"bytes"
	"slices"
)

// Bounds of what stands between a name and its value where a language asks for more than a sign.
const (
	maxCallee = 40
	maxType   = 40
	maxBlock  = 240
)

// markupPairs are the ends of a name, and the beginnings of its value behind it: of property lists, of Hadoop's files, of
// environments in Microsoft's.
var markupPairs = []struct{ end, begin string }{{"</key>", "<string>"}, {"</name>", "<value>"}, {"</key>", "<value>"}}

// pairedValue skips what stands between a name and its value in markup that has them side by side: </name> <value>.
func pairedValue(data []byte, p int) (int, bool) {
	for _, pair := range markupPairs {
		if len(data)-p < len(pair.end) || !equalFolded(data[p:p+len(pair.end)], pair.end) {
			continue
		}
		q := blanks(data, p+len(pair.end), true)
		if len(data)-q > len(pair.begin) && equalFolded(data[q:q+len(pair.begin)], pair.begin) {
			return q + len(pair.begin), true
		}
	}
	return p, false
}

// argument reads the first argument of a call, which begins at data[p]: a literal in quotes, and nothing added to it.
func (l literal) argument(data []byte, p int) (literal, bool) {
	l, ok := l.read(data, p)
	if !ok || !l.quoted || l.value.lo > p+2 {
		return l, false
	}
	after := blanks(data, l.value.hi+1, false)
	return l, after < len(data) && (data[after] == ')' || data[after] == ',')
}

// wrappers are the last words of the names of functions that give back what they are given, as another type.
var wrappers = words("string str from secretstr secret bytes field of new some ref ptr pointer text literal char array value quote")

// wrapped reads a literal in a call that makes another type of it: SecretStr("…"), String::from("…"), aws.String("…").
func (l literal) wrapped(data []byte, p int) (literal, bool) {
	end := p
	for end < len(data) && end-p < maxCallee && (nameByte[data[end]] && data[end] != '-' || data[end] == ':') {
		end++
	}
	if end == p || end+1 >= len(data) || data[end] != '(' || !literalQuote[data[end+1]] {
		return l, false
	}
	if name := splitName(string(bytes.ReplaceAll(data[p:end], []byte(":"), []byte("_")))); len(name) == 0 || !wrappers[name[len(name)-1]] {
		return l, false
	}
	l.loose = true
	return l.argument(data, end+1)
}

// annotated skips the type between a name with a colon and the sign that gives it a value: token: Optional[str] = "…".
func annotated(data []byte, p int) (int, bool) {
	for q := p; q < len(data) && q-p < maxType; q++ {
		switch c := data[q]; {
		case c == '=' && q > p && data[q-1] == ' ' && q+2 < len(data) && data[q+1] == ' ' && literalQuote[data[q+2]]:
			return q + 2, true
		case !nameByte[c] && c != ' ' && c != '[' && c != ']' && c != '<' && c != '>' && c != '|' && c != '?', c == '-':
			return p, false
		}
	}
	return p, false
}

// yaml reads a value behind a name and a colon that is not on its own: behind an anchor or a tag, as a block on the lines
// below, or the first of a list.
func (l literal) yaml(data []byte, p int) (literal, bool) {
	switch c := data[p]; {
	case c == '&' || c == '!':
		end := p
		for end < len(data) && end-p < maxType && data[end] > ' ' {
			end++
		}
		if end < len(data) && data[end] == ' ' {
			return l.read(data, blanks(data, end, false))
		}
	case c == '|' || c == '>':
		end := p + 1
		for end < len(data) && end-p < 4 && bytes.IndexByte([]byte("+-0123456789"), data[end]) >= 0 {
			end++
		}
		if end < len(data) && (data[end] == '\n' || data[end] == '\r') {
			return l.read(data, blanks(data, end, true))
		}
	case c == '\n' || c == '\r':
		if q := blanks(data, p, true); q+1 < len(data) && data[q] == '-' && data[q+1] == ' ' {
			l.loose = true
			return l.read(data, q+2)
		}
	}
	return l, false
}

// first reads the first literal of a list: ["…"], []string{"…"}, [a, b].
func (l literal) first(data []byte, p int) (literal, bool) {
	l.loose = true
	q := p + 1
	if q < len(data) && data[q] == ']' {
		for q++; q < len(data) && q-p < maxType && nameByte[data[q]]; q++ {
		}
		if q >= len(data) || data[q] != '{' {
			return l, false
		}
		q++
	}
	l, ok := l.read(data, blanks(data, q, true))
	if i := bytes.IndexByte(data[l.value.lo:l.value.hi], ']'); ok && !l.quoted && i > 0 {
		l.value.hi = l.value.lo + i
	}
	return l, ok
}

// defaultIn returns where the default of a variable of Terraform begins, whose block opens at data[p].
func defaultIn(data []byte, p int) (int, bool) {
	block := data[p:min(len(data), p+maxBlock)]
	if end := bytes.IndexByte(block, '}'); end >= 0 {
		block = block[:end]
	}
	i := bytes.Index(block, []byte("default"))
	if i < 1 || block[i-1] != ' ' && block[i-1] != '\t' && block[i-1] != '\n' {
		return p, false
	}
	if q := blanks(data, p+i+len("default"), false); q < len(data) && data[q] == '=' {
		return blanks(data, q+1, false), true
	}
	return p, false
}

// commands are the words before a name, which what follows its blank is given to.
var commands = []string{"setx", "setenv", "-gx", "-x", "fastcgi_param", "uwsgi_param", "proxy_set_header", "set", "--global"}

// commanded tells whether one of commands ends before data[at], and a blank.
func commanded(data []byte, at int) bool {
	end := at
	for end > 0 && (data[end-1] == ' ' || data[end-1] == '\t') {
		end--
	}
	return end < at && slices.ContainsFunc(commands, func(w string) bool {
		from := end - len(w)
		return from >= 0 && equalFolded(data[from:end], w) && (from == 0 || data[from-1] <= ' ')
	})
}
