package report

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// writeJSON writes the report with two spaces of indent, or a secret a line. Null stands only where the model has it. The
// secrets, which are nearly all of it, are encoded piece by piece, so that little of it is held as text.
func writeJSON(w io.Writer, r *Report, o Options) error {
	const list = "\n  \"secrets\": []"
	shell := filled(r)
	secrets := shell.Secrets
	shell.Secrets = []Secret{}
	if o.Compact {
		return encodeList(w, shell, "secrets", secrets, (*jsonText).secret)
	}
	var b bytes.Buffer
	if err := encodeJSON(&b, shell, "  "); err != nil {
		return err
	}
	head, tail, ok := bytes.Cut(b.Bytes(), []byte(list))
	if !ok {
		return fmt.Errorf("encoding report: no list of secrets")
	}
	text := newJSONText()
	var err error
	flushErr := buffered(w, func(out *bufio.Writer) {
		_, _ = out.Write(head)
		_, _ = out.WriteString(strings.TrimSuffix(list, "]"))
		for i := 0; i < len(secrets) && err == nil; i++ {
			_, _ = out.WriteString(map[bool]string{true: "\n    ", false: ",\n    "}[i == 0])
			err = text.secret(&secrets[i], newIndenter(out, "    ", "  ").write) // an item in a list of the first level
		}
		if len(secrets) > 0 {
			_, _ = out.WriteString("\n  ")
		}
		_, _ = out.WriteString("]")
		_, _ = out.Write(tail)
	})
	if err != nil {
		return fmt.Errorf("encoding report: %w", err)
	}
	return flushErr
}

// encodeJSON writes v and a line break, with nothing in it that a terminal obeys.
func encodeJSON(w io.Writer, v any, indent string) error {
	text, err := newJSONText().of(v)
	if err != nil {
		return fmt.Errorf("encoding report: %w", err)
	}
	if indent == "" {
		_, err = w.Write(append(text, '\n'))
		return err
	}
	return buffered(w, func(out *bufio.Writer) {
		_ = newIndenter(out, "", indent).write(text) // flushing tells it again
		_ = out.WriteByte('\n')
	})
}

// encodeLines writes shell with items in its list of that name, which must be empty in shell, one item a line: indenting
// tens of thousands of them costs more than all the rest.
func encodeLines[E any](w io.Writer, shell any, list string, items []E) error {
	return encodeList(w, shell, list, items, func(t *jsonText, item *E, write func([]byte) error) error {
		text, err := t.of(item)
		if err != nil {
			return err
		}
		return write(text)
	})
}

// encodeList is encodeLines with what writes one item, in pieces.
func encodeList[E any](w io.Writer, shell any, list string, items []E, item func(*jsonText, *E, func([]byte) error) error) error {
	var b bytes.Buffer
	if err := encodeJSON(&b, shell, ""); err != nil {
		return err
	}
	head, tail, ok := bytes.Cut(b.Bytes(), []byte(`"`+list+`":[]`))
	if !ok {
		return fmt.Errorf("encoding report: no empty list %q", list)
	}
	text := newJSONText()
	var err error
	flushErr := buffered(w, func(out *bufio.Writer) {
		_, _ = out.Write(head)
		_, _ = out.WriteString(`"` + list + `":[`)
		for i := 0; i < len(items) && err == nil; i++ {
			_, _ = out.WriteString(map[bool]string{true: "\n", false: ","}[i == 0])
			err = item(text, &items[i], func(piece []byte) error {
				_, err := out.Write(piece)
				return err
			})
			_ = out.WriteByte('\n')
		}
		_, _ = out.WriteString("]")
		_, _ = out.Write(tail)
	})
	if err != nil {
		return fmt.Errorf("encoding report: %w", err)
	}
	return flushErr
}

// filled returns r with empty lists and maps for those that are nil. r itself is left as it is.
func filled(r *Report) *Report {
	c := *r
	c.Targets = append([]Target{}, r.Targets...)
	for i := range c.Targets {
		t := &c.Targets[i]
		t.Problems = nonNil(t.Problems)
		t.Images = append([]Image{}, t.Images...)
		for j := range t.Images {
			m := &t.Images[j]
			m.Tags, m.Layers, m.History = nonNil(m.Tags), nonNil(m.Layers), nonNil(m.History)
		}
	}
	c.Secrets = append([]Secret{}, r.Secrets...)
	for i := range c.Secrets {
		c.Secrets[i].Occurrences = nonNil(c.Secrets[i].Occurrences)
	}
	c.Exposures, c.Practices, c.Coverage.Skipped = nonNil(r.Exposures), nonNil(r.Practices), nonNil(r.Coverage.Skipped)
	if c.Baseline != nil {
		b := *c.Baseline
		b.Gone = nonNil(b.Gone)
		c.Baseline = &b
	}
	if c.Summary.BySeverity == nil {
		c.Summary.BySeverity = map[string]int{}
	}
	if c.Summary.ByRule == nil {
		c.Summary.ByRule = map[string]int{}
	}
	return &c
}

func nonNil[E any](s []E) []E {
	if s == nil {
		return []E{}
	}
	return s
}
