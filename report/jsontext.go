package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
)

// jsonText encodes values one after the other in one buffer.
type jsonText struct {
	buffer  bytes.Buffer
	encoder *json.Encoder
}

func newJSONText() *jsonText {
	t := &jsonText{}
	t.encoder = json.NewEncoder(&t.buffer)
	t.encoder.SetEscapeHTML(false)
	return t
}

// of returns v in JSON on one line, without a line break at the end and with nothing in it that a terminal obeys. It is valid
// until the next call.
func (t *jsonText) of(v any) ([]byte, error) {
	t.buffer.Reset()
	if err := t.encoder.Encode(v); err != nil {
		return nil, err
	}
	return quoteJSON(bytes.TrimSuffix(t.buffer.Bytes(), []byte("\n"))), nil
}

// secret calls write with the pieces that s is in JSON: its occurrences, of which it may have tens of thousands, one by one.
func (t *jsonText) secret(s *Secret, write func([]byte) error) error {
	shell := *s
	shell.Occurrences = []Occurrence{}
	text, err := t.of(&shell)
	if err != nil {
		return err
	}
	const list = `"occurrences":[`
	at := bytes.LastIndex(text, []byte(list+"]"))
	if at < 0 {
		return errors.New("no list of occurrences")
	}
	if len(s.Occurrences) == 0 {
		return write(text)
	}
	at += len(list)
	tail := bytes.Clone(text[at:])
	if err := write(text[:at]); err != nil {
		return err
	}
	for i := range s.Occurrences {
		if i > 0 {
			if err := write([]byte{','}); err != nil {
				return err
			}
		}
		text, err := t.of(&s.Occurrences[i])
		if err != nil {
			return err
		}
		if err := write(text); err != nil {
			return err
		}
	}
	return write(tail)
}

// indenter writes text that jsonText made as json.Indent would. That checks each byte again, which costs more than all else of
// writing a report.
type indenter struct {
	out    *bufio.Writer
	prefix string
	indent string
	line   []byte // a line break and what a line begins with, at the greatest depth so far
	depth  int
}

func newIndenter(out *bufio.Writer, prefix, indent string) *indenter {
	return &indenter{out: out, prefix: prefix, indent: indent, line: []byte("\n" + prefix)}
}

// newLine begins a line.
func (w *indenter) newLine() error {
	end := 1 + len(w.prefix) + w.depth*len(w.indent)
	for len(w.line) < end {
		w.line = append(w.line, w.indent...)
	}
	_, err := w.out.Write(w.line[:end])
	return err
}

// write writes the next piece of the text. A piece ends neither inside a value that is no list or object, nor behind the
// beginning of an empty one.
func (w *indenter) write(text []byte) error {
	var err error
	for len(text) > 0 && err == nil {
		n := 1
		switch c := text[0]; c {
		case '{', '[':
			if len(text) > 1 && text[1] == c+2 { // '}' and ']' are two behind
				n = 2
				_, err = w.out.Write(text[:n])
				break
			}
			w.depth++
			_ = w.out.WriteByte(c)
			err = w.newLine()
		case '}', ']':
			w.depth--
			_ = w.newLine()
			err = w.out.WriteByte(c)
		case ',':
			_ = w.out.WriteByte(c)
			err = w.newLine()
		case ':':
			_, err = w.out.WriteString(": ")
		case '"':
			n = stringEnd(text)
			_, err = w.out.Write(text[:n])
		default:
			if n = bytes.IndexAny(text, ",:]}"); n < 0 {
				n = len(text)
			}
			_, err = w.out.Write(text[:n])
		}
		text = text[n:]
	}
	return err
}

// stringEnd returns where the JSON string ends that text begins with.
func stringEnd(text []byte) int {
	for end := 1; ; {
		n := bytes.IndexByte(text[end:], '"')
		if n < 0 {
			return len(text)
		}
		at := end + n
		end = at + 1
		before := at
		for text[before-1] == '\\' {
			before--
		}
		if (at-before)%2 == 0 {
			return end
		}
	}
}
