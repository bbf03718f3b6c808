package report

import (
	"errors"
	"fmt"
	"io"
	"sort"
)

// BaselineSchema names the version of a baseline file.
const BaselineSchema = "dregs/baseline/v1"

// Known is what an earlier scan found, by which a later one tells what is new: the content of a baseline file. It holds
// nothing that a rebuild changes: no layer, digest, path or line.
type Known struct {
	Schema       string          `json:"schema"`
	Fingerprints Fingerprints    `json:"fingerprints"`
	Secrets      []KnownSecret   `json:"secrets"`
	Exposures    []KnownExposure `json:"exposures"`
}

// KnownSecret is one secret of a baseline.
type KnownSecret struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	Status      string `json:"status"`
}

// KnownExposure is one exposure of a baseline. Low ones are left out: every build log names its own image.
type KnownExposure struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

// KnownFrom returns the baseline of r: its secrets that have a fingerprint and are not ignored, so that one becomes new
// when its ignore entry expires.
func KnownFrom(r *Report) *Known {
	k := &Known{Schema: BaselineSchema, Fingerprints: r.Fingerprints, Secrets: []KnownSecret{}, Exposures: []KnownExposure{}}
	seen := make(map[string]bool)
	for i := range r.Secrets {
		s := &r.Secrets[i]
		if s.Fingerprint != "" && s.Ignored == nil && !seen[s.Fingerprint] {
			seen[s.Fingerprint] = true
			k.Secrets = append(k.Secrets, KnownSecret{s.Fingerprint, s.Rule, s.Status})
		}
	}
	sort.Slice(k.Secrets, func(i, j int) bool {
		a, b := k.Secrets[i], k.Secrets[j]
		if a.Rule != b.Rule {
			return a.Rule < b.Rule
		}
		return a.Fingerprint < b.Fingerprint
	})
	exposures := make(map[KnownExposure]bool)
	for i := range r.Exposures {
		e := KnownExposure{r.Exposures[i].Kind, r.Exposures[i].Value}
		if r.Exposures[i].Severity != Low && !exposures[e] {
			exposures[e] = true
			k.Exposures = append(k.Exposures, e)
		}
	}
	sort.Slice(k.Exposures, func(i, j int) bool {
		a, b := k.Exposures[i], k.Exposures[j]
		if a.Kind != b.Kind {
			return a.Kind < b.Kind
		}
		return a.Value < b.Value
	})
	return k
}

// Write writes the baseline as JSON.
func (k *Known) Write(w io.Writer) error { return encodeJSON(w, k, "  ") }

// ReadKnown reads a baseline, or a report of format json, which serves as one. Its errors are those of Read.
func ReadKnown(r io.Reader) (*Known, error) {
	text, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading baseline: %w", err)
	}
	k := new(Known)
	if err := parseDocument(text, BaselineSchema, k); errors.Is(err, ErrNotReport) {
		var earlier Report
		if err := parseDocument(text, Schema, &earlier); err != nil {
			return nil, fmt.Errorf("reading baseline: %w", err)
		}
		k = KnownFrom(&earlier)
	} else if err != nil {
		return nil, fmt.Errorf("reading baseline: %w", err)
	}
	if _, err := k.Fingerprints.SaltBytes(); err != nil {
		return nil, fmt.Errorf("reading baseline: %w: %w", ErrNotReport, err)
	}
	return k, nil
}

// Apply tells which secrets and exposures of r are new, and which of k are gone. A secret that was buried and is exposed
// now is new. It returns ErrSalt, and leaves r as it is, where the fingerprints cannot be compared.
func (k *Known) Apply(r *Report) error {
	if k.Fingerprints != r.Fingerprints {
		return ErrSalt
	}
	status := make(map[string]string)
	for _, s := range k.Secrets {
		status[s.Fingerprint] = s.Status
	}
	b := &Baseline{Gone: []Gone{}}
	found := make(map[string]bool)
	for i := range r.Secrets {
		s := &r.Secrets[i]
		was, known := status[s.Fingerprint]
		known = known && s.Fingerprint != ""
		found[s.Fingerprint] = true
		s.New = !known || was == Buried && s.Status == Exposed
		switch {
		case s.Ignored != nil:
		case s.New:
			b.New++
		default:
			b.Known++
		}
	}
	for _, s := range k.Secrets {
		if !found[s.Fingerprint] {
			b.Gone = append(b.Gone, Gone{s.Fingerprint, s.Rule})
		}
	}
	exposures := make(map[KnownExposure]bool)
	for _, e := range k.Exposures {
		exposures[e] = true
	}
	for i := range r.Exposures {
		e := &r.Exposures[i]
		e.New = !exposures[KnownExposure{e.Kind, e.Value}]
	}
	r.Baseline = b
	return nil
}
