package scanner

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"dregs/report"
)

// Bounds of a JSON document. What lies behind a bound is not lost: walkJSON hands it back as text.
const (
	jsonDepth        = 1_000
	jsonTokens       = 8_000_000 // of an attestation or an SBOM
	imageTokens      = 200_000   // of a configuration or manifest, whose values are kept or searched one by one
	jsonPointerBytes = 512       // of a pointer as shown
	jsonNameBytes    = 256       // of a member's name as shown
)

// jsonKind tells what a walk met.
type jsonKind uint8

// Kinds of a jsonEvent.
const (
	jsonString jsonKind = iota
	jsonNumber          // text is the literal
	jsonBool            // text is "true" or "false"
	jsonNull
	jsonName // the name of a member, told before its value
	jsonOpen // of an object or array
	jsonClose
)

// jsonEvent is one step of a walk through a JSON document.
type jsonEvent struct {
	kind jsonKind
	text string
}

// jsonFrame is an object or array that the walk is in.
type jsonFrame struct {
	object  bool
	end     byte
	next    jsonNext
	name    string
	index   int
	serial  int
	pointer string // of the container itself
	key     string // the nearest named member that holds the container
}

// jsonPath is where in a document a walk stands. It changes as the walk goes on.
type jsonPath struct {
	frames []jsonFrame
	opened int // objects and arrays that began so far; the last one's number
	closed int // the number of the one that ended last
}

// depth returns how many steps lead to the current value.
func (p *jsonPath) depth() int { return len(p.frames) }

// step returns step i of the way to the current value: a member's name, unchanged, or the index in an array.
func (p *jsonPath) step(i int) string {
	if i < 0 || i >= len(p.frames) {
		return ""
	}
	if f := &p.frames[i]; !f.object {
		return strconv.Itoa(f.index)
	}
	return p.frames[i].name
}

// member tells whether step i is a member of an object called name, in any case: the programs that act on these
// documents are written in Go, whose decoder takes names so.
func (p *jsonPath) member(i int, name string) bool {
	return i >= 0 && i < len(p.frames) && p.frames[i].object && strings.EqualFold(p.frames[i].name, name)
}

// item tells whether the current value is an element of an array that is the value of a member called name.
func (p *jsonPath) item(name string) bool {
	n := len(p.frames)
	return n >= 2 && !p.frames[n-1].object && p.member(n-2, name)
}

// container returns a number that no other object or array of the document has, for the one that holds the current
// value; 0 for the document itself.
func (p *jsonPath) container() int {
	if len(p.frames) == 0 {
		return 0
	}
	return p.frames[len(p.frames)-1].serial
}

// key returns the name of the current value: its member's, or for an element that of the member that holds the array.
func (p *jsonPath) key() string {
	if len(p.frames) == 0 {
		return ""
	}
	f := &p.frames[len(p.frames)-1]
	if f.object {
		return f.name
	}
	return f.key
}

// pointer returns the JSON pointer (RFC 6901) of the current value, fit to be shown: long names and a long pointer are
// cut, with an ellipsis.
func (p *jsonPath) pointer() string {
	if len(p.frames) == 0 {
		return ""
	}
	f := &p.frames[len(p.frames)-1]
	if len(f.pointer) > jsonPointerBytes {
		return f.pointer
	}
	var s string
	if f.object {
		s = f.pointer + "/" + pointerEscaper.Replace(clip(f.name, jsonNameBytes))
	} else {
		s = f.pointer + "/" + strconv.Itoa(f.index)
	}
	if len(s) > jsonPointerBytes {
		return clip(s, jsonPointerBytes)
	}
	return s
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// clip cuts s to at most n bytes and an ellipsis, between code points.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + report.Ellipsis
}

// walkJSON calls visit for every value, member name, and start and end of an object or array in data, in their order,
// each of two members of one name too, with the place where it stands; the place is valid until visit returns. Further
// documents that follow the first are walked as well. Where data is not JSON any more, or it nests too deep or has more
// than limit tokens, it returns the rest that was not read, beside a report.Fault.
func walkJSON(data []byte, limit int, visit func(p *jsonPath, e jsonEvent)) (rest []byte, err error) {
	w := jsonWalk{lexer: jsonLexer{text: string(data)}, visit: visit}
	for tokens := 0; w.lexer.space(); tokens++ {
		start := w.lexer.at
		if tokens == limit {
			return data[start:], report.Faultf(report.Limit, "reading JSON: more than %d values", limit)
		}
		if err := w.token(); err != nil {
			var f *report.Fault
			if !errors.As(err, &f) {
				err = report.Faultf(report.Corrupt, "reading JSON at byte %d: %w", start, err)
			}
			return data[start:], err
		}
	}
	if len(w.path.frames) > 0 {
		return nil, report.Faultf(report.Corrupt, "reading JSON at byte %d: %w", len(data), io.ErrUnexpectedEOF)
	}
	return nil, nil
}

// jsonWalk is the state of a walk.
type jsonWalk struct {
	lexer jsonLexer
	path  jsonPath
	visit func(p *jsonPath, e jsonEvent)
}

// jsonNext tells what may follow in an object or array.
type jsonNext uint8

const (
	firstOrEnd jsonNext = iota // a value or a member's name, or the end
	valueOf                    // a colon and the value, after a member's name
	commaOrEnd
)

// token reads one token, with the comma or colon before it, and tells its event.
func (w *jsonWalk) token() error {
	if len(w.path.frames) == 0 {
		return w.value()
	}
	f := &w.path.frames[len(w.path.frames)-1]
	c := w.lexer.text[w.lexer.at]
	if (f.next == firstOrEnd || f.next == commaOrEnd) && c == f.end {
		w.lexer.at++
		w.close()
		return nil
	}
	if f.next == valueOf || f.next == commaOrEnd {
		if f.next == valueOf && c != ':' || f.next == commaOrEnd && c != ',' {
			return errJSONSyntax
		}
		w.lexer.at++
		if !w.lexer.space() {
			return io.ErrUnexpectedEOF
		}
	}
	if f.end == '}' && f.next != valueOf {
		name, err := w.lexer.string()
		if err != nil {
			return err
		}
		f.name, f.next = name, valueOf
		w.visit(&w.path, jsonEvent{jsonName, name})
		return nil
	}
	return w.value()
}

// value reads a scalar, or the start of an object or array.
func (w *jsonWalk) value() error {
	switch w.lexer.text[w.lexer.at] {
	case '{':
		return w.open("{", '}')
	case '[':
		return w.open("[", ']')
	}
	e, err := w.lexer.scalar()
	if err != nil {
		return err
	}
	w.visit(&w.path, e)
	w.done()
	return nil
}

// done goes on behind a value.
func (w *jsonWalk) done() {
	if n := len(w.path.frames); n > 0 {
		f := &w.path.frames[n-1]
		f.index++
		f.next = commaOrEnd
	}
}

func (w *jsonWalk) open(mark string, end byte) error {
	if len(w.path.frames) == jsonDepth {
		return report.Faultf(report.Limit, "reading JSON: nested deeper than %d", jsonDepth)
	}
	w.lexer.at++
	w.visit(&w.path, jsonEvent{jsonOpen, mark})
	w.path.opened++
	w.path.frames = append(w.path.frames, jsonFrame{
		object: end == '}', end: end, serial: w.path.opened, pointer: w.path.pointer(), key: w.path.key(),
	})
	return nil
}

func (w *jsonWalk) close() {
	last := len(w.path.frames) - 1
	w.path.closed = w.path.frames[last].serial
	w.path.frames = w.path.frames[:last]
	w.visit(&w.path, jsonEvent{kind: jsonClose})
	w.done()
}
