package report

import (
	"bufio"
	"io"
	"time"
)

// The lines of JSONL, in this order: one header; for each target one target line and then its images; the secrets,
// exposures and practices; one end. A file without an end was cut short.
type (
	headerLine struct {
		Type         string       `json:"type"`
		Schema       string       `json:"schema"`
		Tool         Tool         `json:"tool"`
		Started      time.Time    `json:"started"`
		Fingerprints Fingerprints `json:"fingerprints"`
	}
	targetLine struct {
		Type     string    `json:"type"`
		Index    int       `json:"index"`
		Name     string    `json:"name"`
		Kind     string    `json:"kind"`
		Source   string    `json:"source"`
		Problems []Problem `json:"problems"`
	}
	imageLine struct {
		Type   string `json:"type"`
		Target int    `json:"target"`
		Index  int    `json:"index"`
		*Image
	}
	secretLine struct {
		Type string `json:"type"`
		*Secret
	}
	exposureLine struct {
		Type string `json:"type"`
		*Exposure
	}
	practiceLine struct {
		Type string `json:"type"`
		*Practice
	}
	endLine struct {
		Type       string    `json:"type"`
		Complete   bool      `json:"complete"`
		DurationMS int64     `json:"duration_ms"`
		Baseline   *Baseline `json:"baseline,omitempty"`
		Coverage   Coverage  `json:"coverage"`
		Summary    Summary   `json:"summary"`
	}
)

// writeJSONL writes the report as one JSON object a line.
func writeJSONL(w io.Writer, r *Report, _ Options) error {
	r = filled(r)
	var err error
	flushErr := buffered(w, func(b *bufio.Writer) {
		put := func(line any) {
			if err == nil {
				err = encodeJSON(b, line, "")
			}
		}
		put(headerLine{"header", r.Schema, r.Tool, r.Started, r.Fingerprints})
		for i := range r.Targets {
			t := &r.Targets[i]
			put(targetLine{"target", i, t.Name, t.Kind, t.Source, t.Problems})
			for j := range t.Images {
				put(imageLine{"image", i, j, &t.Images[j]})
			}
		}
		for i := range r.Secrets {
			put(secretLine{"secret", &r.Secrets[i]})
		}
		for i := range r.Exposures {
			put(exposureLine{"exposure", &r.Exposures[i]})
		}
		for i := range r.Practices {
			put(practiceLine{"practice", &r.Practices[i]})
		}
		put(endLine{"end", r.Complete, r.DurationMS, r.Baseline, r.Coverage, r.Summary})
	})
	if err != nil {
		return err
	}
	return flushErr
}
