package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// writeJSON writes the report with two spaces of indent. Null stands only where the model has it.
func writeJSON(w io.Writer, r *Report, _ Options) error {
	return encodeJSON(w, filled(r), "  ")
}

// encodeJSON writes v and a line break, with nothing in it that a terminal obeys.
func encodeJSON(w io.Writer, v any, indent string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encoding report: %w", err)
	}
	_, err := w.Write(quoteJSON(b.Bytes()))
	return err
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
