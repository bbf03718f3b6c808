package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// planted is one occurrence of a secret of the demo image, as a report tells its life.
type planted struct {
	Place                   report.Place
	Path, Key               string
	Layer                   int // -1 for none
	Instruction             string
	Visibility              string
	RemovedBy               string
	Status, Rule, Redaction string
}

// TestDemo holds the first command of the README to every secret that the demo image was planted with.
func TestDemo(t *testing.T) {
	code, stdout, stderr := dregs(t, "scan", "-f", "json", "demo:")
	if code != report.ExitFound || stderr != "" {
		t.Fatalf("ended with %d, stderr %q", code, stderr)
	}
	var r report.Report
	if err := json.Unmarshal([]byte(stdout), &r); err != nil {
		t.Fatalf("reading the report: %v", err)
	}
	if !r.Complete {
		t.Errorf("not complete: %v", r.Targets)
	}
	const (
		settings = "app/config/settings.ini"
		copyAll  = "COPY . /app"
		removed  = "RUN NPM_TOKEN=… rm /app/.env"
		rotated  = "COPY settings.rotated.ini /app/config/settings.ini"
		source   = "/predicate/runDetails/metadata/buildkit_metadata/source/infos/0/data"
		label    = "com.example.deploy-token"
	)
	want := []planted{
		{report.LayerFile, "app/.env", "", 1, copyAll, report.Deleted, removed, report.Buried, "github-pat", "ghp_…"},
		{report.LayerFile, "app/.env", "", 1, copyAll, report.Deleted, removed, report.Buried, "stripe-access-token", "sk_live_…"},
		{report.LayerFile, settings, "", 1, copyAll, report.Overwritten, rotated, report.Buried, "aws-access-token", "AKIA…"},
		{report.LayerFile, settings, "", 4, rotated, report.Visible, "", report.Exposed, "aws-access-token", "AKIA…"},
		{report.ConfigLabel, label, label, -1, "", report.Visible, "", report.Exposed, "gitlab-pat", "glpat-…"},
		{report.BuildArg, "NPM_TOKEN", "NPM_TOKEN", 2, "RUN NPM_TOKEN=… npm ci --prefix /app", report.InHistory, "", report.Buried, "npm-access-token", "npm_…"},
		{report.BuildArg, "NPM_TOKEN", "NPM_TOKEN", 3, removed, report.InHistory, "", report.Buried, "npm-access-token", "npm_…"},
		{report.HistoryEntry, "SLACK_TOKEN", "SLACK_TOKEN", -1, "ENV SLACK_TOKEN=xoxb-…", report.InHistory, "ENV SLACK_TOKEN=", report.Buried, "slack-bot-token", "xoxb-…"},
		{report.Provenance, source, "", 0, "", report.InHistory, "", report.Buried, "slack-bot-token", "xoxb-…"},
		{report.Provenance, source, "", 0, "", report.InHistory, "", report.Buried, "github-pat", "ghp_…"},
	}
	found := occurrences(&r)
	for _, w := range want {
		if !contains(found, w) {
			t.Errorf("not found: %+v", w)
		}
	}
	if t.Failed() {
		t.Logf("found: %s", cmp.Diff([]planted{}, found))
	}
}

func occurrences(r *report.Report) []planted {
	var out []planted
	for _, s := range r.Secrets {
		for _, o := range s.Occurrences {
			p := planted{
				Place: o.Place, Path: o.Path, Key: o.Key, Layer: -1, Instruction: o.Instruction, Visibility: o.Visibility,
				Status: s.Status, Rule: s.Rule, Redaction: s.Redacted,
			}
			if o.Layer != nil {
				p.Layer = *o.Layer
			}
			if o.RemovedBy != nil {
				p.RemovedBy = o.RemovedBy.Instruction
			}
			out = append(out, p)
		}
	}
	return out
}

// contains reports whether found has want. Redacted forms are compared by what is shown before the ellipsis.
func contains(found []planted, want planted) bool {
	for _, f := range found {
		redacted := strings.HasPrefix(f.Redaction, want.Redaction) && strings.HasPrefix(f.Instruction, want.Instruction)
		f.Redaction, f.Instruction = want.Redaction, want.Instruction
		if redacted && f == want {
			return true
		}
	}
	return false
}

// TestDemoIsDeterministic scans twice, with other numbers of workers: apart from times and salted fingerprints the
// reports are the same.
func TestDemoIsDeterministic(t *testing.T) {
	var reports []string
	for _, jobs := range []string{"1", "7"} {
		_, stdout, _ := dregs(t, "scan", "-f", "json", "--jobs", jobs, "demo:")
		var r report.Report
		if err := json.Unmarshal([]byte(stdout), &r); err != nil {
			t.Fatalf("reading the report: %v", err)
		}
		r.Started, r.DurationMS, r.Fingerprints = time.Time{}, 0, report.Fingerprints{}
		for i := range r.Secrets {
			r.Secrets[i].Fingerprint = ""
		}
		text, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, string(text))
	}
	if diff := cmp.Diff(reports[0], reports[1]); diff != "" {
		t.Errorf("the report depends on the number of workers: %s", diff)
	}
}
