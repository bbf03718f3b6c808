package keys

import (
	"encoding/hex"
	"strings"
)

// maxNesting bounds the lists in lists of an expression.
const maxNesting = 16

// expression is an S-expression in libgcrypt's advanced format: an atom, or else a list.
type expression struct {
	atom []byte
	list []expression
}

// readExpression reads the expression that text begins with, as far as it goes: what is no atom is left out.
func readExpression(text string) expression {
	r := expressionReader{text}
	return r.read(maxNesting)
}

// expressionReader is the text that is not read yet.
type expressionReader struct{ text string }

// read reads one atom or list, which has lists in it to the given depth.
func (r *expressionReader) read(depth int) (e expression) {
	switch c := r.text[0]; {
	case c == '#':
		e.atom, _ = hex.DecodeString(strings.Join(strings.Fields(r.quoted('#')), ""))
	case c == '"':
		e.atom = []byte(r.quoted('"'))
	case c != '(':
		end := strings.IndexAny(r.text[1:], "()#\" \t\r\n") + 1
		if end == 0 {
			end = len(r.text)
		}
		e.atom, r.text = []byte(r.text[:end]), r.text[end:]
	default:
		r.text = r.text[1:]
		for r.more() && depth > 0 {
			e.list = append(e.list, r.read(depth-1))
		}
		r.text = strings.TrimPrefix(r.text, ")")
	}
	return e
}

// more tells whether the list goes on.
func (r *expressionReader) more() bool {
	r.text = strings.TrimLeft(r.text, " \t\r\n")
	return r.text != "" && r.text[0] != ')'
}

// quoted takes what stands between the mark that text begins with and the next one.
func (r *expressionReader) quoted(mark byte) string {
	in, after, _ := strings.Cut(r.text[1:], string(mark))
	r.text = after
	return in
}

// name returns the first atom of a list.
func (e *expression) name() string {
	if len(e.list) == 0 {
		return ""
	}
	return string(e.list[0].atom)
}

// value returns the atom behind the name of that list in e.
func (e *expression) value(name string) []byte {
	for i := range e.list {
		if in := &e.list[i]; in.name() == name && len(in.list) > 1 {
			return in.list[1].atom
		}
	}
	return nil
}
