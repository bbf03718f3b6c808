package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// gitlabVersion is that of GitLab's secret detection schema.
const gitlabVersion = "15.0.7"

// The parts of GitLab's secret detection report that are written.
type (
	gitlabReport struct {
		Version         string                `json:"version"`
		Scan            gitlabScan            `json:"scan"`
		Vulnerabilities []gitlabVulnerability `json:"vulnerabilities"`
	}
	gitlabScan struct {
		Analyzer gitlabTool      `json:"analyzer"`
		Scanner  gitlabTool      `json:"scanner"`
		Start    string          `json:"start_time"`
		End      string          `json:"end_time"`
		Status   string          `json:"status"`
		Type     string          `json:"type"`
		Messages []gitlabMessage `json:"messages,omitempty"`
	}
	gitlabTool struct {
		ID      string       `json:"id"`
		Name    string       `json:"name"`
		Version string       `json:"version"`
		Vendor  gitlabVendor `json:"vendor"`
	}
	gitlabVendor struct {
		Name string `json:"name"`
	}
	gitlabMessage struct {
		Level string `json:"level"`
		Value string `json:"value"`
	}
	gitlabVulnerability struct {
		ID          string             `json:"id"`
		Category    string             `json:"category"`
		Name        string             `json:"name"`
		Description string             `json:"description"`
		Severity    string             `json:"severity"`
		Solution    string             `json:"solution,omitempty"`
		Identifiers []gitlabIdentifier `json:"identifiers"`
		Location    gitlabLocation     `json:"location"`
		Extract     string             `json:"raw_source_code_extract,omitempty"`
	}
	gitlabIdentifier struct {
		Type  string `json:"type"`
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	gitlabLocation struct {
		File   string       `json:"file"`
		Commit gitlabCommit `json:"commit"`
	}
	gitlabCommit struct {
		SHA string `json:"sha"`
	}
)

// writeGitLab writes GitLab's secret detection report. GitLab tells findings apart by their first identifier and location:
// the line is in the description only, so that a finding survives a rebuild, and a second secret of the rule in one file
// has "#2" after its path. Ignored secrets are left out.
func writeGitLab(w io.Writer, r *Report, _ Options) error {
	tool := gitlabTool{ID: "dregs", Name: "dregs", Version: firstOf(r.Tool.Version, "unknown"), Vendor: gitlabVendor{"dregs"}}
	out := gitlabReport{
		Version: gitlabVersion,
		Scan: gitlabScan{
			Analyzer: tool, Scanner: tool, Type: "secret_detection", Status: "success",
			Start: gitlabTime(r.Started), End: gitlabTime(r.ended()), Messages: gitlabMessages(r),
		},
		Vulnerabilities: []gitlabVulnerability{},
	}
	if !r.Complete {
		out.Scan.Status = "failure"
	}
	var found []gitlabVulnerability
	all := findings(r)
	for i := range all {
		if all[i].secret.Ignored == nil {
			found = append(found, gitlabFinding(&all[i]))
		}
	}
	return encodeLines(w, out, "vulnerabilities", found)
}

func gitlabFinding(f *finding) gitlabVulnerability {
	s, o := f.secret, f.first()
	file := firstOf(Escape(shorten(o.where(), 1000)), "unnamed")
	if f.number > 1 {
		file += "#" + strconv.Itoa(f.number)
	}
	rule := firstOf(s.Rule, "unknown")
	return gitlabVulnerability{
		ID:          gitlabID(f.key()),
		Category:    "secret_detection",
		Name:        Escape(shorten(firstOf(s.Description, rule), 200)),
		Description: markdownCode(f.sentence()),
		Severity:    gitlabSeverity(s.Severity),
		Solution:    Escape(shorten(s.Advice, 6000)),
		Identifiers: []gitlabIdentifier{
			{"dregs_rule_id", "dregs rule " + rule, rule},
			{"dregs_identity", "dregs identity " + f.key(), f.key()},
		},
		Location: gitlabLocation{File: file, Commit: gitlabCommit{"0000000"}},
		Extract:  Escape(shorten(firstOf(o.Snippet, s.Redacted), 1000)),
	}
}

// gitlabID returns a UUID of version 8 made of a hash.
func gitlabID(key string) string {
	h := []byte(hashOf([]string{"gitlab", key}))
	h[12], h[16] = '8', "89ab"[h[16]&3]
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:32])
}

func gitlabTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

func gitlabSeverity(severity string) string {
	if Rank(severity) == 0 {
		return "Unknown"
	}
	return strings.ToUpper(severity[:1]) + severity[1:]
}

// gitlabMost bounds the messages.
const gitlabMost = 1000

func gitlabMessages(r *Report) []gitlabMessage {
	var out []gitlabMessage
	n := 0
	for i := range r.Targets {
		for _, p := range r.Targets[i].Problems {
			if n++; n > gitlabMost {
				continue
			}
			level := "warn"
			if p.Accepted != nil {
				level = "info"
			}
			out = append(out, gitlabMessage{level, Escape(shorten(p.Kind+": "+r.Targets[i].Name+": "+p.Where+": "+p.Error, 1000))})
		}
	}
	if n > gitlabMost {
		out = append(out, gitlabMessage{"warn", fmt.Sprintf("%d further problems are left out", n-gitlabMost)})
	}
	return out
}
