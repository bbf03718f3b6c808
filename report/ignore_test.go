package report

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var ignoreDay = time.Date(2026, 6, 1, 15, 0, 0, 0, time.UTC)

// ignoreReport has a secret at two paths, one in the history, and two problems.
func ignoreReport() *Report {
	return &Report{
		Targets: []Target{{Name: "app.tar", Images: []Image{{Tags: []string{"team/app:1.0"}, Digest: "sha256:aa"}}, Problems: []Problem{
			{Where: "layer 3 sha256:33, srv/old.zip", Kind: Unsupported},
			{Where: "layer 4 sha256:44, x, srv/old.zip", Kind: Unsupported},
		}}},
		Secrets: []Secret{
			{Fingerprint: "hm:one", Rule: "github-pat", Status: Exposed, Severity: High, Occurrences: []Occurrence{
				{Image: number(0), Place: LayerFile, Path: "usr/share/doc/a/README", Line: 3},
				{Image: number(0), Place: LayerFile, Path: "usr/share/doc/b.jar", Via: []string{"c/d.txt", "base64"}, Line: 7},
			}},
			{Fingerprint: "a2:two", Rule: "env-password", Status: Buried, Severity: High, Occurrences: []Occurrence{{Image: number(0), Place: HistoryEntry, Path: "history[2]"}}},
		},
	}
}

func TestApplyIgnores(t *testing.T) {
	tests := []struct {
		name, file string
		want       []string // who ignores each secret, then who accepts each problem
		notes      []string
	}{
		{name: "nothing", want: []string{"", "", "", ""}},
		{name: "comments", file: "# a\n\n  # b", want: []string{"", "", "", ""}},
		{name: "fingerprint", file: `fingerprint=hm:one reason="revoked in May"`, want: []string{".dregsignore:1", "", "", ""}},
		{name: "rule", file: "rule=env-* reason=x", want: []string{"", ".dregsignore:1", "", ""}},
		{name: "path of both", file: "path=usr/share/doc/** reason=x", want: []string{".dregsignore:1", "", "", ""}},
		{name: "path with a leading slash", file: "path=/usr/share/doc/** reason=x", want: []string{".dregsignore:1", "", "", ""}},
		{name: "path of one only", file: "path=usr/share/doc/*/README reason=x", want: []string{"", "", "", ""}},
		{name: "paths of two entries", file: "path=usr/share/doc/*/README reason=x\npath=**/*.jar reason=y", want: []string{".dregsignore:1", "", "", ""}},
		{name: "path within an archive", file: "path=usr/**/README reason=x\npath=usr/share/doc/b.jar!c/** reason=y", want: []string{".dregsignore:1", "", "", ""}},
		{name: "star does not cross folders", file: "path=usr/* reason=x", want: []string{"", "", "", ""}, notes: []string{".dregsignore:1: this entry covers nothing: path=usr/* reason=x"}},
		{name: "place", file: "place=history reason=x", want: []string{"", ".dregsignore:1", "", ""}},
		{name: "image by tag", file: "image=team/app:* reason=x", want: []string{".dregsignore:1", ".dregsignore:1", "", ""}},
		{name: "image by name", file: "image=app.tar rule=env-password reason=x", want: []string{"", ".dregsignore:1", "", ""}},
		{name: "other image", file: "image=team/web:* reason=x", want: []string{"", "", "", ""}, notes: []string{".dregsignore:1: this entry covers nothing: image=team/web:* reason=x"}},
		{name: "all must hold", file: "place=history rule=github-pat reason=x", want: []string{"", "", "", ""}, notes: []string{".dregsignore:1: this entry covers nothing: place=history rule=github-pat reason=x"}},
		{name: "last day", file: "rule=env-password expires=2026-06-01 reason=x", want: []string{"", ".dregsignore:1", "", ""}},
		{name: "expired", file: "rule=env-password expires=2026-05-31 reason=x", want: []string{"", "", "", ""}, notes: []string{".dregsignore:1: this entry expired on 2026-05-31: rule=env-password expires=2026-05-31 reason=x"}},
		{name: "problem by path", file: "problem=unsupported path=srv/*.zip reason=x", want: []string{"", "", ".dregsignore:1", ""}},
		{name: "problem of any kind", file: "problem=* reason=x", want: []string{"", "", ".dregsignore:1", ".dregsignore:1"}},
		{name: "problem of another kind", file: "problem=corrupt reason=x", want: []string{"", "", "", ""}, notes: []string{".dregsignore:1: this entry covers nothing: problem=corrupt reason=x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries, err := ParseIgnore(".dregsignore", strings.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			r := ignoreReport()
			ApplyIgnores(r, entries, ignoreDay)
			if diff := cmp.Diff(whoIgnores(r), tt.want); diff != "" {
				t.Errorf("ignored (got -, want +):\n%s", diff)
			}
			if diff := cmp.Diff(r.Notes, tt.notes); diff != "" {
				t.Errorf("notes (got -, want +):\n%s", diff)
			}
			if want := tt.want[2] != "" && tt.want[3] != ""; r.Complete != want {
				t.Errorf("complete is %v, want %v", r.Complete, want)
			}
		})
	}
}

func whoIgnores(r *Report) []string {
	var who []string
	for _, s := range r.Secrets {
		by := ""
		if s.Ignored != nil {
			by = s.Ignored.By
		}
		who = append(who, by)
	}
	for _, p := range r.Targets[0].Problems {
		by := ""
		if p.Accepted != nil {
			by = p.Accepted.By
		}
		who = append(who, by)
	}
	return who
}

func TestParseIgnoreTellsFileAndLine(t *testing.T) {
	tests := []struct{ name, file, want string }{
		{"no pair", "# fine\nhello", `reading ignore file: f:2: "hello" is not KEY=VALUE`},
		{"unknown key", "rul=x reason=y", `reading ignore file: f:1: no key is named "rul"`},
		{"no reason", "rule=x", `reading ignore file: f:1: it has no reason="…"`},
		{"nothing named", "reason=x", `reading ignore file: f:1: it names nothing to ignore`},
		{"twice", "rule=x rule=y reason=z", `reading ignore file: f:1: rule stands twice`},
		{"empty", "rule= reason=z", `reading ignore file: f:1: rule is empty`},
		{"open quote", `rule=x reason="z`, `reading ignore file: f:1: the value of reason has no closing quote, or an escape in it that is none`},
		{"after quote", `reason="z"rule=x`, `reading ignore file: f:1: no space after the value of reason`},
		{"date", "rule=x expires=soon reason=y", `reading ignore file: f:1: "soon" is no date of the form 2006-01-02`},
		{"place", "place=nowhere reason=y", `reading ignore file: f:1: no place is named "nowhere"`},
		{"kind", "problem=odd reason=y", `reading ignore file: f:1: no kind of problem is named "odd": there are missing, corrupt, digest-mismatch, limit, unsupported, unreadable, unauthorized, interrupted`},
		{"fingerprint", "fingerprint=abc reason=y", `reading ignore file: f:1: a fingerprint begins with hm: or a2:`},
		{"problem with a rule", "problem=* rule=x reason=y", `reading ignore file: f:1: problem goes with path and image only`},
		{"pattern", `path=a\ reason=y`, `reading ignore file: f:1: the pattern ends in a backslash`},
		{"two mistakes", "a\nb", "reading ignore file: f:1: \"a\" is not KEY=VALUE\nreading ignore file: f:2: \"b\" is not KEY=VALUE"},
		{"long line", strings.Repeat("x", ignoreLineBytes+1), "reading ignore file: f:1: bufio.Scanner: token too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseIgnore("f", strings.NewReader(tt.file))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			var where *IgnoreError
			if !errors.As(err, &where) {
				t.Errorf("error %v is no IgnoreError", err)
			}
		})
	}
}

func TestGitleaksIgnore(t *testing.T) {
	commit := strings.Repeat("ab", 20)
	tests := []struct {
		name, file, want string
	}{
		{"path, rule, line", "usr/share/doc/a/README:github-pat:3\nusr/share/doc/b.jar:github-pat:7", "f:1"},
		{"end of the path", "a/README:github-pat:3\nb.jar:github-pat:7", "f:1"},
		{"with commit", commit + ":a/README:github-pat:3\n" + commit + ":b.jar:github-pat:7", "f:1"},
		{"other line", "a/README:github-pat:4\nb.jar:github-pat:7", ""},
		{"other rule", "a/README:github-p?t:3\nb.jar:github-pat:7", ""},
		{"part of a name", "EADME:github-pat:3\nb.jar:github-pat:7", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entries, err := ParseGitleaksIgnore("f", strings.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			r := ignoreReport()
			ApplyIgnores(r, entries, ignoreDay)
			if got := whoIgnores(r)[0]; got != tt.want {
				t.Errorf("ignored by %q, want %q", got, tt.want)
			}
			if len(r.Notes) > 0 {
				t.Errorf("notes %q, want none", r.Notes)
			}
		})
	}
	for _, bad := range []string{"a", "a:b", "a:b:c", ":b:1", "a:b:-1"} {
		if _, err := ParseGitleaksIgnore("f", strings.NewReader(bad)); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

// FuzzParseIgnore holds that no ignore file makes the parser or what applies it fail, and that an entry always says why.
func FuzzParseIgnore(f *testing.F) {
	f.Add("rule=a* path=\"b c/**\" reason=\"x\" expires=2026-01-01")
	f.Add("problem=* image=a?b reason=\\x")
	f.Add("a:b:1")
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string) ([]Ignore, error){
			func(s string) ([]Ignore, error) { return ParseIgnore("f", strings.NewReader(s)) },
			func(s string) ([]Ignore, error) { return ParseGitleaksIgnore("f", strings.NewReader(s)) },
		} {
			entries, err := parse(text)
			if err != nil {
				continue
			}
			for _, e := range entries {
				if e.Reason == "" || e.Line == 0 {
					t.Errorf("entry %q has no reason or line", e.Text)
				}
			}
			ApplyIgnores(ignoreReport(), entries, ignoreDay)
		}
	})
}
