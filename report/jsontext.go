package report

import (
	"bufio"
	"bytes"
	"encoding/json"
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

// indentJSON writes text, which jsonText made, as json.Indent would. That checks each byte again, which costs more than all
// else of writing a report.
func indentJSON(out *bufio.Writer, text []byte, prefix, indent string) error {
	line := append([]byte("\n"+prefix), bytes.Repeat([]byte(indent), 16)...)
	depth := 0
	open := func() []byte {
		end := 1 + len(prefix) + depth*len(indent)
		for len(line) < end {
			line = append(line, indent...)
		}
		return line[:end]
	}
	var err error
	for len(text) > 0 && err == nil {
		n := 1
		switch c := text[0]; c {
		case '{', '[':
			if len(text) > 1 && text[1] == c+2 { // '}' and ']' are two behind
				_, err = out.Write(text[:2])
				n = 2
				break
			}
			depth++
			_ = out.WriteByte(c)
			_, err = out.Write(open())
		case '}', ']':
			depth--
			_, _ = out.Write(open())
			err = out.WriteByte(c)
		case ',':
			_ = out.WriteByte(c)
			_, err = out.Write(open())
		case ':':
			_, err = out.WriteString(": ")
		case '"':
			n = stringEnd(text)
			_, err = out.Write(text[:n])
		default:
			if n = bytes.IndexAny(text, ",:]}"); n < 0 {
				n = len(text)
			}
			_, err = out.Write(text[:n])
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
