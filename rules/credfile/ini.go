package credfile

import (
	"bytes"
	"strings"
)

// readINI reads settings of one line each, NAME = VALUE or NAME: VALUE, in sections or not, as INI, TOML, properties and
// dotenv files have them. A section is a node of its name; settings before the first are children of the root.
func readINI(data []byte) (*node, error) {
	t := newTree()
	section := t.root
	var err error
	lines(data, func(line value) bool {
		line = line.trimmed()
		text := line.text
		switch {
		case text == "" || text[0] == '#' || text[0] == ';' || text[0] == '!' && !strings.Contains(text, "="):
			return true
		case text[0] == '[' && strings.Contains(text, "]"):
			name := strings.Trim(text[:strings.LastIndexByte(text, ']')], "[] ")
			section, err = t.add(t.root, strings.ReplaceAll(name, `"`, ""))
			return err == nil
		}
		name, v, ok := setting(line)
		if !ok {
			return true
		}
		var n *node
		if n, err = t.add(section, name); err != nil {
			return false
		}
		n.set(v)
		if strings.HasPrefix(v.text, "{") && v.quoted == "" {
			err = t.inline(n, v)
		}
		return err == nil
	})
	return t.root, err
}

// inline adds the settings of an inline table of TOML, { NAME = VALUE, … }, below n.
func (t *tree) inline(n *node, v value) error {
	for lo := 1; lo < len(v.text); {
		hi := lo
		for quote := byte(0); hi < len(v.text) && (quote != 0 || v.text[hi] != ',' && v.text[hi] != '}'); hi++ {
			switch c := v.text[hi]; {
			case c == quote:
				quote = 0
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			}
		}
		if name, given, ok := setting(v.part(lo, hi).trimmed()); ok {
			k, err := t.add(n, name)
			if err != nil {
				return err
			}
			k.set(given)
		}
		lo = hi + 1
	}
	return nil
}

// lines calls fn for each line of data, without its line break, until it returns false.
func lines(data []byte, fn func(value) bool) {
	for lo := 0; lo < len(data); {
		hi := len(data)
		if i := bytes.IndexByte(data[lo:], '\n'); i >= 0 {
			hi = lo + i
		}
		next := hi + 1
		if hi > lo && data[hi-1] == '\r' {
			hi--
		}
		if !fn(value{text: string(data[lo:hi]), lo: lo, hi: hi}) {
			return
		}
		lo = next
	}
}

// setting splits a line at its sign of equality, or where it has none at its colon.
func setting(line value) (name string, v value, ok bool) {
	i := strings.IndexByte(line.text, '=')
	if i < 0 || strings.Contains(line.text[:i], ": ") {
		i = strings.IndexByte(line.text, ':')
	}
	if i <= 0 {
		return "", v, false
	}
	name = strings.Trim(strings.TrimSpace(line.text[:i]), `"'`)
	for _, lead := range []string{"export ", "set ", "setenv ", "- ", "$"} {
		name = strings.TrimSpace(strings.TrimPrefix(name, lead))
	}
	return name, literal(line.part(i+1, len(line.text)).trimmed()), name != ""
}

// literal returns what a setting's value says: what its quotes hold, or all before a comment.
func literal(v value) value {
	if v.text == "" {
		return v
	}
	if q := v.text[0]; q == '"' || q == '\'' {
		if i := closing(v.text, q); i > 0 {
			in := v.part(1, i)
			if q == '"' && strings.ContainsRune(in.text, '\\') {
				in.text, in.quoted = unescapeBackslash(in.text), stepBackslash
			}
			return in
		}
	}
	for _, mark := range []string{" #", "\t#", " ;", "\t;"} {
		if i := strings.Index(v.text, mark); i >= 0 {
			v = v.part(0, i).trimmed()
		}
	}
	return v
}

// closing returns where in text the quote q that begins it is closed, or -1.
func closing(text string, q byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if q == '"' {
				i++
			}
		case q:
			return i
		}
	}
	return -1
}

// unescapeBackslash takes out the backslashes of a quoted text.
func unescapeBackslash(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
			switch text[i] {
			case 'n':
				out.WriteByte('\n')
				continue
			case 't':
				out.WriteByte('\t')
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
