package report

import (
	"strings"
	"testing"
)

func TestGate(t *testing.T) {
	secret := func(change func(*Secret)) *Report {
		s := Secret{Severity: High, Status: Exposed, New: true, Occurrences: []Occurrence{{Visibility: Visible}}}
		if change != nil {
			change(&s)
		}
		return &Report{Complete: true, Secrets: []Secret{s}}
	}
	broken := func(r *Report) *Report {
		r.Complete = false
		r.Targets = []Target{{Problems: []Problem{{Kind: Missing}}}}
		return r
	}
	tests := []struct {
		name string
		r    *Report
		gate Gate
		exit int
		word string
	}{
		{"nothing", &Report{Complete: true}, Gate{}, 0, Publish},
		{"secret", secret(nil), Gate{}, 1, DoNotPublish},
		{"below the threshold", secret(nil), Gate{FailOn: Critical}, 0, Publish},
		{"at the threshold", secret(nil), Gate{FailOn: High}, 1, DoNotPublish},
		{"low", secret(func(s *Secret) { s.Severity = Low }), Gate{}, 0, Publish},
		{"low asked for", secret(func(s *Secret) { s.Severity = Low }), Gate{FailOn: Low}, 1, DoNotPublish},
		{"threshold that is none", secret(nil), Gate{FailOn: "hihg"}, 1, DoNotPublish},
		{"never", secret(nil), Gate{FailOn: Never}, 0, DoNotPublish},
		{"never, broken", broken(secret(nil)), Gate{FailOn: Never}, 3, DoNotPublish},
		{"broken", broken(&Report{}), Gate{}, 3, CannotTell},
		{"broken with a secret", broken(secret(nil)), Gate{}, 1, DoNotPublish},
		{"incomplete without a problem", &Report{}, Gate{}, 3, CannotTell},
		{"problem although it says complete", &Report{Complete: true, Targets: []Target{{Problems: []Problem{{}}}}}, Gate{}, 3, CannotTell},
		{"accepted problem", &Report{Complete: true, Targets: []Target{{Problems: []Problem{{Accepted: &Accepted{}}}}}}, Gate{}, 0, Publish},
		{"known", secret(func(s *Secret) { s.New = false }), Gate{}, 0, Publish},
		{"ignored", secret(func(s *Secret) { s.Ignored = &Ignored{} }), Gate{}, 0, Publish},
		{"inherited", secret(func(s *Secret) { s.Inherited = true }), Gate{}, 1, DoNotPublish},
		{"inherited, own only", secret(func(s *Secret) { s.Inherited = true }), Gate{OwnOnly: true}, 0, Publish},
		{"own, own only", secret(nil), Gate{OwnOnly: true}, 1, DoNotPublish},
		{"not of that visibility", secret(nil), Gate{Visibility: []string{Deleted}}, 0, Publish},
		{"of that visibility", secret(nil), Gate{Visibility: []string{Deleted, Visible}}, 1, DoNotPublish},
		{"exposure", &Report{Complete: true, Exposures: []Exposure{{Severity: High, New: true}}}, Gate{}, 1, DoNotPublish},
		{"exposure below", &Report{Complete: true, Exposures: []Exposure{{Severity: Medium, New: true}}}, Gate{}, 0, Publish},
		{"exposure is not gated by fail-on", &Report{Complete: true, Exposures: []Exposure{{Severity: Medium, New: true}}}, Gate{FailOn: Low}, 0, Publish},
		{"exposure known", &Report{Complete: true, Exposures: []Exposure{{Severity: High}}}, Gate{}, 0, Publish},
		{"skipped", &Report{Complete: true, Coverage: Coverage{Skipped: []Skipped{{Count: 1}}}}, Gate{}, 0, Publish},
		{"skipped, strict", &Report{Complete: true, Coverage: Coverage{Skipped: []Skipped{{Count: 1}}}}, Gate{Strict: true}, 3, CannotTell},
		{"skipped, strict, of a strict scan", &Report{Complete: true, Coverage: Coverage{Strict: true, Skipped: []Skipped{{Count: 1}}}}, Gate{Strict: true}, 0, Publish},
		{"candidates, strict", &Report{Complete: true, Coverage: Coverage{Skipped: []Skipped{{Count: 1, Candidates: true}}}}, Gate{Strict: true}, 0, Publish},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.gate.Judge(tt.r)
			if got.Exit != tt.exit || got.Word != tt.word {
				t.Errorf("got %d %q, want %d %q", got.Exit, got.String(), tt.exit, tt.word)
			}
			if got.Why == "" || strings.Contains(got.String(), "\n") {
				t.Errorf("verdict %q is no line with a reason", got)
			}
		})
	}
}
