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

// argument reads the first argument of a call, which begins at data[p]: a literal in quotes, and nothing added to it.
func (l literal) argument(data []byte, p int) (literal, bool) {
	l, ok := l.read(data, p)
	if !ok || !l.quoted || l.value.lo > p+2 {
		return l, false
	}
	after := blanks(data, converted(data, l.value.hi+1), true)
	return l, after < len(data) && (data[after] == ')' || data[after] == ',')
}

// converted skips a call that makes another type of the literal before it: .into(), .toCharArray().
func converted(data []byte, p int) int {
	end := p + 1
	for end < len(data) && end-p < maxCallee && nameByte[data[end]] && data[end] != '.' {
		end++
	}
	if p < len(data) && data[p] == '.' && bytes.HasPrefix(data[end:], []byte("()")) {
		return end + 2
	}
	return p
}

// wrappers are the last words of the names of functions that give back what they are given, as another type.
var wrappers = words("string str from secretstr secret bytes field of new some ref ptr pointer text literal char array value quote list byte")

// wrapped reads a literal in a call that makes another type of it: SecretStr("…"), String::from("…"), aws.String("…").
func (l literal) wrapped(data []byte, p int) (literal, bool) {
	end := p
	for end < len(data) && end-p < maxCallee && (nameByte[data[end]] && data[end] != '-' || data[end] == ':') {
		end++
	}
	if end == p || end+1 >= len(data) || data[end] != '(' {
		return l, false
	}
	from := blanks(data, end+1, true)
	if from == len(data) || !literalQuote[data[from]] {
		return l, false
	}
	if name := splitName(string(bytes.ReplaceAll(data[p:end], []byte(":"), []byte("_")))); len(name) == 0 || !wrappers[name[len(name)-1]] {
		return l, false
	}
	l.loose = true
	return l.argument(data, from)
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
		if q+1 >= len(data) || data[q] != '{' && (data[q] != '(' || !literalQuote[data[q+1]]) {
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

// commands are the words before a name, which what follows its blank is given to.
var commands = []string{"setx", "setenv", "-gx", "-x", "fastcgi_param", "uwsgi_param", "proxy_set_header", "set", "--global",
	"(def", "(defonce", "(defvar", "(defconst", "(defparameter", "(setq", "(setf"}

// commanded tells whether one of commands ends before data[at], and a blank.
func commanded(data []byte, at int) bool {
	if at > 0 && data[at-1] == '*' { // of a special variable in Lisp
		at--
	}
	end := at
	for end > 0 && (data[end-1] == ' ' || data[end-1] == '\t') {
		end--
	}
	return end < at && slices.ContainsFunc(commands, func(w string) bool {
		from := end - len(w)
		return from >= 0 && equalFolded(data[from:end], w) && (from == 0 || data[from-1] <= ' ')
	})
}
