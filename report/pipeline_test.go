package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// hostileReport is a report in which every foreign string is text that some format takes for its own.
func hostileReport() *Report {
	hostile := strings.Join(hostileParts, "") + "=1"
	r := sampleReport()
	for i := range r.Targets {
		r.Targets[i].Name = hostile
	}
	for i := range r.Secrets {
		s := &r.Secrets[i]
		s.Verdict.Facts = map[string]string{hostile: hostile}
		for j := range s.Occurrences {
			o := &s.Occurrences[j]
			o.Path, o.Key, o.Via, o.Instruction, o.Snippet, o.Origin, o.Created = hostile+o.Path, hostile, []string{hostile}, hostile, hostile, hostile, hostile
		}
	}
	for i := range r.Targets[0].Problems {
		r.Targets[0].Problems[i].Where, r.Targets[0].Problems[i].Error = hostile, hostile
	}
	for i := range r.Exposures {
		r.Exposures[i].Path, r.Exposures[i].Snippet, r.Exposures[i].Value = hostile, hostile, hostile
	}
	for i := range r.Practices {
		r.Practices[i].Path, r.Practices[i].Why = hostile, hostile
	}
	return r
}

// testReports returns the reports that every pipeline format is tried on.
func testReports() map[string]*Report {
	all := map[string]*Report{"sample": sampleReport(), "hostile": hostileReport(), "empty": {}, "complete": {Complete: true}}
	for seed := range uint64(10) {
		r, _ := testReport(rand.New(rand.NewPCG(seed, 3)))
		Clear(r, nil)
		all[fmt.Sprint("generated ", seed)] = r
	}
	return all
}

func TestSARIFIsValid(t *testing.T) {
	schema := compileSchema(t, "testdata/sarif-schema-2.1.0.json")
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(written(t, writeSARIF, r, Options{})))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("the schema refuses what is wrong", func(t *testing.T) {
		if err := schema.Validate(map[string]any{"version": "2.1.0", "runs": []any{map[string]any{}}}); err == nil {
			t.Error("a run without a tool is valid")
		}
	})
}

func compileSchema(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, err := jsonschema.UnmarshalJSON(f)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSARIFIsBounded(t *testing.T) {
	r := &Report{Complete: true, Targets: []Target{{}}}
	for i := range sarifResults + 7 {
		severity := Medium
		if i%2 == 0 {
			severity = Low
		}
		r.Secrets = append(r.Secrets, Secret{Rule: "r", Severity: severity, Occurrences: []Occurrence{{Path: fmt.Sprint("p", i), Place: LayerFile}}})
	}
	var log sarifLog
	if err := json.Unmarshal(written(t, writeSARIF, r, Options{}), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	medium := 0
	for _, res := range run.Results {
		if res.Level == "warning" {
			medium++
		}
	}
	if len(run.Results) != sarifResults || medium != (sarifResults+7)/2 {
		t.Errorf("%d results, %d of them medium: the least severe must go first", len(run.Results), medium)
	}
	if n := run.Invocations[0].Notifications; len(n) != 1 || !strings.HasPrefix(n[0].Message.Text, "7 further results") {
		t.Errorf("notifications %v do not tell of the 7", n)
	}
}

func TestIdentities(t *testing.T) {
	keys := func(r *Report) []string {
		var keys []string
		all := findings(r)
		for i := range all {
			keys = append(keys, all[i].key())
		}
		return keys
	}
	want := keys(sampleReport())
	seen := make(map[string]bool)
	for _, k := range want {
		if seen[k] {
			t.Errorf("two findings have the key %s", k)
		}
		seen[k] = true
	}
	r := sampleReport()
	for i := range r.Secrets {
		s := &r.Secrets[i]
		s.Fingerprint, s.Redacted, s.value = "hm:other", "other…", NewValue("another-"+"value-altogether")
		for j := range s.Occurrences {
			o := &s.Occurrences[j]
			o.Line, o.Column, o.Offset, o.LayerDigest, o.Layer, o.Instruction, o.Snippet = o.Line+3, 1, 7, "sha256:other", number(9), "RUN other", "other"
			if o.Place == HistoryEntry {
				o.Path = "history[12]"
			}
		}
	}
	if diff := cmp.Diff(keys(r), want); diff != "" {
		t.Errorf("a rebuild with another value changes identities (got -, want +):\n%s", diff)
	}
	two := &Report{Secrets: []Secret{
		{Rule: "r", Occurrences: []Occurrence{{Path: "a", Place: LayerFile}, {Path: "a", Place: LayerFile, Layer: number(1)}}},
		{Rule: "r", Occurrences: []Occurrence{{Path: "a", Place: LayerFile}}},
	}}
	if got := keys(two); len(got) != 2 || got[0] == got[1] {
		t.Errorf("two secrets in one file have keys %q", got)
	}
}

// TestGitLabHasWhatItsSchemaRequires checks the required fields and patterns of GitLab's secret detection schema 15.0.7.
func TestGitLabHasWhatItsSchemaRequires(t *testing.T) {
	patterns := map[string]*regexp.Regexp{
		"version":         regexp.MustCompile(`^15\.0\.7$`),
		"scan.start_time": regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`),
		"scan.end_time":   regexp.MustCompile(`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$`),
		"scan.status":     regexp.MustCompile(`^(success|failure)$`),
		"scan.type":       regexp.MustCompile(`^secret_detection$`),
	}
	for _, tool := range []string{"scan.analyzer.", "scan.scanner."} {
		for _, field := range []string{"id", "name", "version", "vendor.name"} {
			patterns[tool+field] = regexp.MustCompile(`.`)
		}
	}
	ofEach := map[string]*regexp.Regexp{
		"id":                  regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`),
		"name":                regexp.MustCompile(`^.{1,255}$`),
		"description":         regexp.MustCompile(`^.{1,1000}`),
		"severity":            regexp.MustCompile(`^(Info|Unknown|Low|Medium|High|Critical)$`),
		"identifiers.0.type":  regexp.MustCompile(`.`),
		"identifiers.0.name":  regexp.MustCompile(`.`),
		"identifiers.0.value": regexp.MustCompile(`.`),
		"location.file":       regexp.MustCompile(`.`),
		"location.commit.sha": regexp.MustCompile(`.`),
	}
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			var doc map[string]any
			if err := json.Unmarshal(written(t, writeGitLab, r, Options{}), &doc); err != nil {
				t.Fatal(err)
			}
			matchFields(t, doc, patterns)
			ids := make(map[any]bool)
			for _, v := range doc["vulnerabilities"].([]any) {
				matchFields(t, v, ofEach)
				id := v.(map[string]any)["id"]
				if ids[id] {
					t.Errorf("id %v is there twice", id)
				}
				ids[id] = true
			}
		})
	}
}

// matchFields checks that doc has each field, named by a path with dots, and that it matches.
func matchFields(t *testing.T, doc any, fields map[string]*regexp.Regexp) {
	t.Helper()
	for path, pattern := range fields {
		v := doc
		for _, step := range strings.Split(path, ".") {
			switch at := v.(type) {
			case map[string]any:
				v = at[step]
			case []any:
				v = nil
				if step == "0" && len(at) > 0 {
					v = at[0]
				}
			default:
				v = nil
			}
		}
		if s, ok := v.(string); !ok || !pattern.MatchString(s) {
			t.Errorf("%s is %v, want %s", path, v, pattern)
		}
	}
}

func TestJUnitIsXML(t *testing.T) {
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			out := written(t, writeJUnit, r, Options{})
			var suites junitSuites
			if err := xml.Unmarshal(out, &suites); err != nil {
				t.Fatal(err)
			}
			d := xml.NewDecoder(bytes.NewReader(out))
			d.Strict = true
			for {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			tests, bad := 0, 0
			for _, s := range suites.Suites {
				tests += len(s.Cases)
				for _, c := range s.Cases {
					if c.Failure != nil || c.Error != nil {
						bad++
					}
				}
			}
			if suites.Tests != tests || suites.Failures+suites.Errors != bad {
				t.Errorf("told %d tests, %d failures, %d errors; there are %d, %d bad", suites.Tests, suites.Failures, suites.Errors, tests, bad)
			}
			if exit := (Gate{}).Judge(r).Exit; (exit == ExitClean) != (bad == 0) {
				t.Errorf("exit code %d with %d bad test cases", exit, bad)
			}
		})
	}
}

func TestCSVIsSafe(t *testing.T) {
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			rows, err := csv.NewReader(bytes.NewReader(written(t, writeCSV, r, Options{}))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			want := 1 + len(r.Exposures)
			for _, s := range r.Secrets {
				want += len(s.Occurrences)
			}
			for _, target := range r.Targets {
				want += len(target.Problems)
			}
			if len(rows) != want {
				t.Errorf("%d rows, want %d", len(rows), want)
			}
			for _, row := range rows {
				for _, cell := range row {
					if cell != "" && strings.ContainsRune("=+-@\t\r|%", rune(cell[0])) {
						t.Errorf("cell %q is a formula", cell)
					}
				}
			}
		})
	}
}

func TestGitHubCommands(t *testing.T) {
	command := regexp.MustCompile(`^::(error|warning|notice) ([a-z]+=[^:,\n]*,?)+::[^\n]*$`)
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			annotations := 0
			lines := strings.Split(strings.TrimSuffix(string(written(t, writeGitHub, r, Options{})), "\n"), "\n")
			for _, l := range lines {
				switch {
				case command.MatchString(l):
					annotations++
				case strings.HasPrefix(strings.TrimSpace(l), "::"), strings.Contains(l, "##["):
					t.Errorf("line %q is a command that is not ours", l)
				}
			}
			if last := lines[len(lines)-1]; last != Escape(Gate{}.Judge(r).String()) {
				t.Errorf("last line %q is not the verdict", last)
			}
			if annotations > githubMost+1 {
				t.Errorf("%d annotations", annotations)
			}
		})
	}
	t.Run("ten of many", func(t *testing.T) {
		out := string(written(t, writeGitHub, largeReport(30, 1), Options{}))
		if n := strings.Count(out, "::error title=high%3A github-pat"); n != githubMost || !strings.Contains(out, "20 more findings not annotated") {
			t.Errorf("%d annotations in:\n%s", n, out)
		}
	})
}

func TestMarkdownIsBounded(t *testing.T) {
	for name, r := range map[string]*Report{"many": largeReport(3000, 5), "hostile": hostileReport()} {
		out := string(written(t, writeMarkdown, r, Options{}))
		if n := utf8.RuneCountInString(out); n > markdownRunes {
			t.Errorf("%s: %d characters", name, n)
		}
	}
	out := string(written(t, writeMarkdown, largeReport(3000, 5), Options{}))
	if !strings.Contains(out, "more do not fit") {
		t.Error("what was left out is not told")
	}
}

func TestMarkdownCode(t *testing.T) {
	tests := []struct{ in, want string }{
		{"a", "`a`"}, {"", ""}, {"a`b", "``a`b``"}, {"`a", "`` `a ``"}, {"``a`", "``` ``a` ```"}, {"a\nb", "`a\\nb`"}, {"<b>", "`<b>`"}, {" ", ""},
	}
	for _, tt := range tests {
		if got := markdownCode(tt.in); got != tt.want {
			t.Errorf("markdownCode(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got, want := markdownCell("a|b"), "`a\\x7cb`"; got != want {
		t.Errorf("markdownCell = %q, want %q", got, want)
	}
}

func BenchmarkFormats(b *testing.B) {
	r := largeReport(5000, 10)
	Clear(r, nil)
	for _, f := range Formats {
		b.Run(f.Name, func(b *testing.B) {
			for b.Loop() {
				if err := f.Write(io.Discard, r, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
