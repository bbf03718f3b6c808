package report

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rotationRows reads what the format rotation writes, as one map a row.
func rotationRows(t *testing.T, r *Report) []map[string]string {
	t.Helper()
	cells, err := csv.NewReader(bytes.NewReader(written(t, writeRotation, r, Options{}))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, line := range cells[1:] {
		row := map[string]string{}
		for i, name := range cells[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// TestRotationOrder holds for every report that each secret to replace has one row, that no row should stand above the one
// before it, and that no cell is a formula.
func TestRotationOrder(t *testing.T) {
	verdicts := []string{WellFormed, Unknown, "", Encrypted, Malformed, Expired, Public, Test}
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			for i := range r.Secrets {
				r.Secrets[i].Verdict.State = verdicts[i%len(verdicts)]
			}
			rows := rotationRows(t, r)
			want := 0
			for _, s := range r.Secrets {
				if s.Ignored == nil {
					want++
				}
			}
			if len(rows) != want {
				t.Errorf("%d rows, want %d", len(rows), want)
			}
			key := func(row map[string]string) []int {
				return []int{-Rank(row["severity"]), slices.Index([]string{Exposed, Buried}, row["status"]), slices.Index(verdicts, row["verdict"])}
			}
			for i := 1; i < len(rows); i++ {
				if slices.Compare(key(rows[i-1]), key(rows[i])) > 0 {
					t.Errorf("row %d %v stands above %v", i, rows[i-1], rows[i])
				}
			}
			for _, row := range rows {
				for column, cell := range row {
					if cell != "" && strings.ContainsRune("=+-@\t\r|%", rune(cell[0])) {
						t.Errorf("%s %q is a formula", column, cell)
					}
				}
			}
		})
	}
}

func TestRotationRow(t *testing.T) {
	digest := "sha256:" + strings.Repeat("aa", 32)
	r := &Report{
		Targets: []Target{
			{Name: "reg.example/app", Images: []Image{
				{Platform: "linux/amd64", Digest: digest, Tags: []string{"app:1", "app:2"}},
				{Kind: "attestation", Digest: "sha256:" + strings.Repeat("bb", 32), Subject: digest},
			}},
			{Name: "build.log"},
		},
		Secrets: []Secret{{
			ID: "s1", Rule: "gitlab-pat", Vendor: "GitLab", Severity: High, Status: Exposed, Redacted: "glpat-…abcd", Advice: "Revoke it.", Confidence: High,
			Verdict: Verdict{State: WellFormed, Facts: map[string]string{"user": "kim", "host": "git.example", "mode": "x"}},
			Occurrences: []Occurrence{
				{Image: number(0), Created: "2026-02-01T00:00:00Z"}, {Image: number(0), Created: "2026-01-01T00:00:00Z"}, {Image: number(1), Place: Provenance},
				{Target: 1, Place: Log, Created: "0001-01-01T00:00:00Z"},
			},
		}},
	}
	want := []map[string]string{{
		"order": "1", "severity": "high", "status": "exposed", "verdict": "well-formed", "provider": "GitLab", "account": "kim", "host": "git.example", "rule": "gitlab-pat",
		"secret": "glpat-…abcd", "id": "s1", "ships": "app:1 app:2 linux/amd64 " + digest + "; build.log", "places": "4", "first_seen": "2026-01-01T00:00:00Z",
		"revoke": "Revoke it.", "facts": "host git.example, mode x, user kim", "confidence": "high", "new": "false", "fingerprint": "",
	}}
	if diff := cmp.Diff(rotationRows(t, r), want); diff != "" {
		t.Errorf("rows (got -, want +):\n%s", diff)
	}
	r.Secrets[0].Reach = &Reach{Tags: []string{"team/app:1", "team/app:2"}, Digests: []string{digest}, FirstSeen: "2025-01-01T00:00:00Z"}
	want[0]["ships"], want[0]["first_seen"] = "team/app:1; team/app:2", "2025-01-01T00:00:00Z"
	if diff := cmp.Diff(rotationRows(t, r), want); diff != "" {
		t.Errorf("rows of a registry (got -, want +):\n%s", diff)
	}
}
