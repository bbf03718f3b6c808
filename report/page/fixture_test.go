package page_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"dregs/report"
)

// hostile is text that would be markup, code or a control if a page took it for that.
const hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)><b onclick=alert(3)>\"'`\x1b[31m\u202e{{.}} javascript:alert(4) &lt;"

func number(n int) *int { return &n }

// newReport returns a report of n secrets with some occurrences each, in an image with eight layers.
func newReport(n, occurrences int) *report.Report {
	rng := rand.New(rand.NewPCG(3, 4))
	digest := func(i int) string { return fmt.Sprintf("sha256:%064x", i+1) }
	image := report.Image{Platform: "linux/amd64", Digest: digest(100), ID: digest(101), Tags: []string{"app:1"}}
	for i := range 8 {
		image.Layers = append(image.Layers, report.Layer{Index: i, Digest: digest(i), Size: int64(1000 * (i + 1)), Base: i == 0, History: number(i)})
		image.History = append(image.History, report.History{Index: i, Instruction: fmt.Sprintf("COPY part%d /srv/part%d # buildkit", i, i), Created: "2026-01-02T03:04:05Z", Layer: number(i)})
	}
	r := &report.Report{
		Schema: report.Schema, Complete: true, Started: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC), Tool: report.Tool{Name: "dregs", Version: "1.0"},
		Targets: []report.Target{{Name: "app.tar", Kind: report.KindImage, Images: []report.Image{image}}, {Name: "build.log", Kind: report.KindLog}},
	}
	rules := []string{"github-pat", "aws-access-token", "private-key", "generic-api-key"}
	for i := range n {
		s := report.Secret{
			ID: fmt.Sprintf("s%d", i+1), Fingerprint: fmt.Sprintf("hm:%022d", i), New: i%5 != 0, Rule: rules[rng.IntN(len(rules))], Description: "A credential", Vendor: "Example",
			Severity: report.Severities[rng.IntN(4)], Confidence: report.High, Redacted: fmt.Sprintf("ghp_…%04d", i), Length: 40, Status: report.Buried,
			Verdict: report.Verdict{State: report.WellFormed, Facts: map[string]string{"account": "someone"}}, Advice: "Revoke it, and look for its use.",
		}
		if i%17 == 3 {
			s.Ignored = &report.Ignored{By: ".dregsignore:1", Reason: "revoked"}
		}
		for j := range occurrences {
			s.Occurrences = append(s.Occurrences, newOccurrence(rng, i, j))
			if s.Occurrences[j].Visibility == report.Visible {
				s.Status = report.Exposed
			}
		}
		r.Secrets = append(r.Secrets, s)
	}
	r.Finish()
	return r
}

func newOccurrence(rng *rand.Rand, i, j int) report.Occurrence {
	layer := rng.IntN(7)
	o := report.Occurrence{
		Image: number(0), Place: report.LayerFile, Path: fmt.Sprintf("srv/part%d/app-%d/config-%d.yaml", layer, i, j), Line: j + 1, Column: 9, Layer: number(layer), History: number(layer),
		LayerDigest: fmt.Sprintf("sha256:%064x", layer+1), Instruction: fmt.Sprintf("COPY part%d /srv/part%d # buildkit", layer, layer), Created: "2026-01-02T03:04:05Z", Visibility: report.Visible,
		Snippet: fmt.Sprintf("service: word%dx%d\n  url: https://api.example.com/v1\n  token: ghp_…%04d", i, j, i),
	}
	switch rng.IntN(4) {
	case 0:
		o.Visibility, o.RemovedBy = report.Deleted, &report.Remover{Layer: number(layer + 1), History: number(layer + 1), Instruction: "RUN rm -rf /srv"}
	case 1:
		o.Visibility, o.RemovedBy = report.Overwritten, &report.Remover{Layer: number(layer + 1), History: number(layer + 1), Instruction: "COPY other /srv"}
	case 2:
		o.Visibility, o.Place, o.Path, o.Key = report.InHistory, report.HistoryEntry, "TOKEN", "TOKEN"
	}
	return o
}

// hostileReport returns a report whose every foreign string is hostile.
func hostileReport() *report.Report {
	r := newReport(6, 3)
	r.Complete = false
	for i := range r.Targets {
		r.Targets[i].Name += hostile
		r.Targets[i].Problems = []report.Problem{{Where: hostile, Kind: report.Corrupt, Error: hostile}}
	}
	for i := range r.Secrets {
		s := &r.Secrets[i]
		s.Redacted += hostile
		s.Verdict.Facts = map[string]string{hostile: hostile}
		for j := range s.Occurrences {
			o := &s.Occurrences[j]
			o.Path, o.Key, o.Via, o.Instruction, o.Origin = o.Path+hostile, hostile, []string{hostile}, hostile, hostile
			o.Snippet = strings.Repeat(hostile, 2)
			o.Facts = map[string]string{hostile: hostile}
		}
	}
	for i := range r.Targets[0].Images[0].History {
		r.Targets[0].Images[0].History[i].Instruction = hostile
	}
	r.Exposures = []report.Exposure{{Kind: "image-id", Value: hostile, Target: 1, Path: hostile, Source: hostile, Severity: report.High, Snippet: hostile, New: true}}
	r.Practices = []report.Practice{{Rule: "copy-all", Path: hostile, Line: 1, Why: hostile, Instead: hostile}}
	r.Coverage.Skipped = []report.Skipped{{Reason: hostile, Count: 1, Paths: []string{hostile}}}
	r.Notes = []string{hostile}
	return r
}
