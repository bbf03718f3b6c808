package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Errors of reading and comparing reports and baselines. Those that have one tell a hint by a method Hint() string.
var (
	ErrNewerSchema error = hinted{"the file is of a newer schema than this dregs reads", "read it with the dregs that wrote it, or update this one"}
	ErrTruncated   error = hinted{"the file ends early: its writing was interrupted, or it was cut", "make it again"}
	ErrNotReport   error = hinted{"the file is no dregs report", "write one with: dregs scan -f json -o FILE TARGET"}
	ErrSalt        error = hinted{"fingerprints of different salts cannot be compared", "scan with the baseline given (--baseline), or write a new one (--write-baseline)"}
)

// hinted is an error with a hint for the user.
type hinted struct{ text, hint string }

// Error implements error.
func (h hinted) Error() string { return h.text }

// Hint tells what may help.
func (h hinted) Hint() string { return h.hint }

// maxReport bounds the bytes of a report or baseline that is read.
const maxReport = 1 << 30

// Read reads a report as the format json writes it. It returns an error that wraps ErrNewerSchema, ErrTruncated or
// ErrNotReport where that is the reason. What it returns holds no index that leads nowhere.
func Read(r io.Reader) (*Report, error) {
	text, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading report: %w", err)
	}
	var out Report
	if err := parseDocument(text, Schema, &out); err != nil {
		return nil, fmt.Errorf("reading report: %w", err)
	}
	if err := out.check(); err != nil {
		return nil, fmt.Errorf("reading report: %w", err)
	}
	return &out, nil
}

// readAll reads r to its end, which must come within the bound.
func readAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxReport+1))
	if err == nil && len(text) > maxReport {
		err = fmt.Errorf("it has more than %d bytes", maxReport)
	}
	return text, err
}

// parseDocument parses one JSON document of schema, or an older one of its kind, into v.
func parseDocument(text []byte, schema string, v any) error {
	var head struct {
		Schema string `json:"schema"`
		Type   string `json:"type"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&head); err != nil {
		return documentError(err)
	}
	if head.Type == "header" {
		return fmt.Errorf("%w: it is JSON lines, and only the format json can be read", ErrNotReport)
	}
	if err := checkSchema(head.Schema, schema); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: something follows it", ErrNotReport)
	}
	return documentError(json.Unmarshal(text, v))
}

// documentError tells a document that ends early from one that is no JSON. The decoder's own words are not repeated where
// they would quote the text.
func documentError(err error) error {
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return ErrTruncated
	case errors.As(err, &kind):
		return fmt.Errorf("%w: %s is not as it must be", ErrNotReport, Escape(shorten(kind.Field, 80)))
	}
	return fmt.Errorf("%w: it is not JSON", ErrNotReport)
}

// checkSchema compares the schema of a file with the one known, both "name/vN".
func checkSchema(got, known string) error {
	name, n, ok := cutVersion(got)
	knownName, knownN, _ := cutVersion(known)
	switch {
	case !ok || name != knownName:
		return fmt.Errorf("%w: its schema is %q, not %q", ErrNotReport, Escape(shorten(got, 80)), known)
	case n > knownN:
		return fmt.Errorf("%w: %q, known is %q", ErrNewerSchema, Escape(shorten(got, 80)), known)
	}
	return nil
}

func cutVersion(schema string) (name string, n int, ok bool) {
	i := strings.LastIndex(schema, "/v")
	if i < 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(schema[i+2:])
	return schema[:i], n, err == nil && n > 0
}

// check refuses indices that lead nowhere.
func (r *Report) check() error {
	image := func(target, image int) bool {
		return target >= 0 && target < len(r.Targets) && image >= 0 && image < len(r.Targets[target].Images)
	}
	for i := range r.Secrets {
		for _, o := range r.Secrets[i].Occurrences {
			if o.Target < 0 || o.Target >= len(r.Targets) || o.Image != nil && !image(o.Target, *o.Image) {
				return fmt.Errorf("%w: an occurrence of secret %d lies in no target of it", ErrNotReport, i)
			}
		}
	}
	for i, e := range r.Exposures {
		if e.Target < 0 || e.Target >= len(r.Targets) || e.Matches != nil && !image(e.Matches.Target, e.Matches.Image) {
			return fmt.Errorf("%w: exposure %d lies in no target of it", ErrNotReport, i)
		}
	}
	for i, p := range r.Practices {
		if p.Target < 0 || p.Target >= len(r.Targets) {
			return fmt.Errorf("%w: practice %d lies in no target of it", ErrNotReport, i)
		}
	}
	return nil
}
