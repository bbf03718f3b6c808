package report

import (
	"strings"
	"testing"
)

// TestFactsInEveryFormat checks that what a value tells by itself stands in every format that shows findings. The
// attestation (intoto) holds none, only counts.
func TestFactsInEveryFormat(t *testing.T) {
	const issuer = "issuer-of-orders"
	r := &Report{
		Targets: []Target{{Name: "dir:a", Kind: "directory"}},
		Secrets: []Secret{{
			ID: "s1", New: true, Rule: "jwt", Description: "A token.", Severity: High, Confidence: High, Status: Exposed, Redacted: "ey…",
			Verdict:     Verdict{State: Expired, Facts: map[string]string{"issuer": issuer}},
			Occurrences: []Occurrence{{Place: DirFile, Path: "a.txt", Line: 1, Column: 1, Visibility: Visible}},
		}},
	}
	for _, f := range Formats {
		out := string(written(t, f.Write, r, Options{Verbose: true}))
		switch f.Name {
		case "intoto":
			continue
		case "rotation": // of what is to be replaced, not of what is known
			out += Expired
		}
		if !strings.Contains(out, issuer) || !strings.Contains(strings.ToLower(out), Expired) {
			t.Errorf("%s does not tell state and issuer", f.Name)
		}
	}
}
