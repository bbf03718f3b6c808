package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// steps reads an audit log.
func steps(t *testing.T, file string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var step map[string]any
		if err := json.Unmarshal([]byte(line), &step); err != nil {
			t.Fatalf("line %q: %v", line, err)
		}
		all = append(all, step)
	}
	return all
}

// TestAuditLogOfManyWriters appends from many goroutines of two logs to one file: whole lines, none lost.
func TestAuditLogOfManyWriters(t *testing.T) {
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	const writers, each = 8, 200
	var logs []*auditLog
	for range 2 {
		a, err := (&auditFlags{AuditLog: file}).openAudit(io.Discard, "test")
		if err != nil {
			t.Fatal(err)
		}
		logs = append(logs, a)
	}
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			for n := range each {
				logs[i%2].Observe(scanner.Reading{Kind: scanner.ReadLayer, Digest: fmt.Sprintf("sha256:%d-%d", i, n)})
			}
		})
	}
	group.Wait()
	for _, a := range logs {
		if err := a.close(report.ExitClean, nil); err != nil {
			t.Fatal(err)
		}
	}
	seen := make(map[any]bool)
	runs := make(map[any]bool)
	for _, step := range steps(t, file) {
		runs[step["run"]] = true
		if step["step"] == "read" {
			seen[step["digest"]] = true
		}
	}
	if len(seen) != writers*each || len(runs) != 2 {
		t.Errorf("the log has %d readings of %d runs, want %d of 2", len(seen), len(runs), writers*each)
	}
}

// TestAuditLogHoldsNoSecret gives it names that hold one, plain and encoded.
func TestAuditLogHoldsNoSecret(t *testing.T) {
	set, err := rules.Load(rules.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	a, err := (&auditFlags{AuditLog: file}).openAudit(io.Discard, "test")
	if err != nil {
		t.Fatal(err)
	}
	token, password := imagetest.GitHubToken("audit"), imagetest.Password("audit")
	a.scans(&scanner.Options{Searcher: set.Searcher()}, scanner.Target{Name: "builds/" + token + ".tar"}, scanner.Target{Name: "https://user:" + password + "@registry.example.com/app"})
	a.Observe(scanner.Reading{Target: 1, Kind: scanner.ReadFile, Path: "x/" + token})
	if err := a.close(report.ExitUsage, fmt.Errorf("opening %q: no such file", token)); err == nil {
		t.Error("the error was lost")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), token) || strings.Contains(string(text), password) {
		t.Errorf("the log holds a secret:\n%s", text)
	}
}

// TestNoAuditLog holds a command without one to do the same.
func TestNoAuditLog(t *testing.T) {
	a, err := (&auditFlags{}).openAudit(io.Discard, "test")
	if a != nil || err != nil {
		t.Fatalf("opened %v, error %v", a, err)
	}
	o := scanner.Options{}
	a.scans(&o)
	a.reported(&report.Report{})
	a.compared(&report.Diff{})
	a.step("step")
	if o.Observer != nil {
		t.Error("a scan is observed for nothing")
	}
	if err := a.close(report.ExitClean, os.ErrInvalid); err != os.ErrInvalid {
		t.Errorf("closing gave %v", err)
	}
}
