package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zricethezav/gitleaks/v8/config"

	"dregs/report"
)

// load returns the set of o. Without a file, known values or a time it is made once for all tests, and so is its plan.
func load(t testing.TB, o LoadOptions) *Set {
	t.Helper()
	if o.Config != "" || o.Known != nil || !o.Now.IsZero() {
		return loadAnew(t, o)
	}
	key := fmt.Sprintf("%q", []any{o.Enable, o.Skip, o.InlineAllow, o.NoDecode})
	if s, ok := loaded.Load(key); ok {
		return s.(*Set)
	}
	s := loadAnew(t, o)
	loaded.Store(key, s)
	return s
}

// loaded are the sets that tests share, by their options.
var loaded sync.Map

func loadAnew(t testing.TB, o LoadOptions) *Set {
	t.Helper()
	s, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// write puts a rule file into a folder of its own and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestLoadIsAlike holds against the global state of gitleaks' own loader, whose third load has no default rules.
func TestLoadIsAlike(t *testing.T) {
	path := write(t, "c.toml", "[extend]\nuseDefault = true\n[[rules]]\nid = 'mine'\nregex = 'mine_[a-z]{10}'\n")
	first := load(t, LoadOptions{Config: path})
	for range 4 {
		if diff := cmp.Diff(first.RuleSet(), load(t, LoadOptions{Config: path}).RuleSet()); diff != "" {
			t.Fatal(diff)
		}
	}
	if first.Count() != load(t, LoadOptions{}).Count()+1 {
		t.Errorf("%d rules with one of the user's", first.Count())
	}
	if first.Digest() == load(t, LoadOptions{}).Digest() {
		t.Error("a further rule leaves the digest as it was")
	}
}

// TestEveryGitleaksRule checks that each rule of the default configuration is loaded and says what a report needs.
func TestEveryGitleaksRule(t *testing.T) {
	s := load(t, LoadOptions{})
	base, err := parseConfig("default", "gitleaks", []byte(config.DefaultConfig), false)
	if err != nil {
		t.Fatal(err)
	}
	if len(base.Rules) < 222 {
		t.Fatalf("the default configuration has %d rules", len(base.Rules))
	}
	for _, b := range base.Rules {
		r := s.Rule(b.ID)
		switch {
		case r == nil:
			t.Errorf("%s: not loaded", b.ID)
		case r.Advice == "" || r.Vendor == "" && !r.Generic || len(r.References) == 0:
			t.Errorf("%s: no vendor, advice or reference", b.ID)
		}
	}
	for id, want := range map[string]string{"private-key": report.Critical, "github-pat": report.Critical, "generic-api-key": report.Medium} {
		if got := s.Rule(id).Severity; got != want {
			t.Errorf("%s: severity %s, want %s", id, got, want)
		}
	}
}

func TestLoadFaults(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty file", "", "it is empty"},
		{"no rules", "title = 'x'", "no rule"},
		{"not TOML", "title = 'x'\n[[rules]\n", "line 2"},
		{"wrong type", "[[rules]]\nid = 5", "line 2: toml: cannot decode TOML integer"},
		{"bad regex", "[[rules]]\nid = 'r'\nregex = '('", `rule "r": compiling regex`},
		{"bad path", "[[rules]]\nid = 'r'\npath = '('", `rule "r": compiling path`},
		{"no id", "[[rules]]\nregex = 'x'", "a rule has no id"},
		{"nothing to match", "[[rules]]\nid = 'r'", "neither regex nor path"},
		{"group", "[[rules]]\nid = 'r'\nregex = 'x'\nsecretGroup = 2", "the regex has 0 groups"},
		{"twice", "[[rules]]\nid = 'r'\nregex = 'x'\n[[rules]]\nid = 'r'\nregex = 'y'", "declared twice"},
		{"empty keyword", "[[rules]]\nid = 'r'\nregex = 'x'\nkeywords = ['']", "keyword 1 is empty"},
		{"bad severity", "[[rules]]\nid = 'r'\nregex = 'x'\nseverity = 'huge'", "severity"},
		{"empty allowlist", "[[rules]]\nid = 'r'\nregex = 'x'\n[[rules.allowlists]]\ndescription = 'd'", "no commits, paths"},
		{"bad allowlist", "[[rules]]\nid = 'r'\nregex = 'x'\n[[rules.allowlists]]\nregexes = ['(']", "allowlist regex"},
		{"bad condition", "[[rules]]\nid = 'r'\nregex = 'x'\n[[rules.allowlists]]\ncondition = 'xor'\nregexes = ['x']", "condition"},
		{"bad target", "[[rules]]\nid = 'r'\nregex = 'x'\n[[rules.allowlists]]\nregexTarget = 'file'\nregexes = ['x']", "regexTarget"},
		{"unknown targetRules", "[[rules]]\nid = 'r'\nregex = 'x'\n[[allowlists]]\ntargetRules = ['q']\nregexes = ['x']", `unknown rule "q"`},
		{"unknown required", "[[rules]]\nid = 'r'\nregex = 'x'\n[[rules.required]]\nid = 'q'", `requires "q"`},
		{"unknown disabled", "[extend]\nuseDefault = true\ndisabledRules = ['nope']", `unknown rule "nope"`},
		{"missing extension", "[extend]\npath = 'not-there.toml'", "not-there.toml"},
		{"two extensions", "[extend]\npath = 'x.toml'\nuseDefault = true", "cannot stand together"},
		{"url", "[extend]\nurl = 'https://example.com'", "not supported"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := write(t, "c.toml", test.text)
			_, err := Load(LoadOptions{Config: path})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q in it", err, test.want)
			}
			if !strings.Contains(err.Error(), path) && test.name != "unknown required" {
				t.Errorf("the error does not name the file: %v", err)
			}
		})
	}
	if _, err := Load(LoadOptions{Enable: []string{"nope"}}); err == nil {
		t.Error("an unknown rule to enable is accepted")
	}
	if _, err := Load(LoadOptions{Config: filepath.Join(t.TempDir(), "none")}); err == nil {
		t.Error("a missing file is accepted")
	}
}

func TestExtend(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"base.toml": "[[rules]]\nid = 'a'\nregex = 'a_[a-z]{8}'\nkeywords = ['A_']\ntags = ['x']\nentropy = 2\n" +
			"[[rules]]\nid = 'b'\nregex = 'b_[a-z]{8}'\n[[allowlists]]\nstopwords = ['Global']",
		"middle.toml": "[extend]\npath = 'base.toml'\ndisabledRules = ['b']\n[[rules]]\nid = 'c'\nregex = 'c_[a-z]{8}'",
		"top.toml": "[extend]\npath = 'middle.toml'\n[[rules]]\nid = 'a'\nentropy = 3\ntags = ['y']\nkeywords = ['aa']\n" +
			"[[allowlists]]\ntargetRules = ['a']\nstopwords = ['mine']",
		"loop.toml": "[extend]\npath = 'loop.toml'",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := load(t, LoadOptions{Config: filepath.Join(dir, "top.toml")})
	var ids []string
	for _, r := range s.Rules() {
		ids = append(ids, r.ID)
	}
	a := s.byID["a"]
	got := []any{ids, a.regex.String(), a.entropy, a.rule.Tags, a.rule.Keywords, len(a.allow), len(s.allow)}
	want := []any{[]string{"a", "c"}, "a_[a-z]{8}", 3.0, []string{"x", "y"}, []string{"a_", "aa"}, 1, 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := Load(LoadOptions{Config: filepath.Join(dir, "loop.toml")}); err == nil || !strings.Contains(err.Error(), "extends itself") {
		t.Errorf("a loop: %v", err)
	}
}

func TestChoose(t *testing.T) {
	path := write(t, "c.toml", "[[rules]]\nid = 'p'\nregex = 'p'\n[[rules.required]]\nid = 'q'\n[[rules]]\nid = 'q'\nregex = 'q'\n[[rules]]\nid = 'r'\nregex = 'r'")
	s := load(t, LoadOptions{Config: path, Enable: []string{"p"}})
	if s.Count() != 1 || s.Rule("q") != nil || s.byID["q"] == nil || s.byID["r"] != nil {
		t.Errorf("enabling p keeps %d rules, and q and r as %v, %v", s.Count(), s.byID["q"], s.byID["r"])
	}
	s = load(t, LoadOptions{Config: path, Skip: []string{"q", "r"}})
	if s.Count() != 1 || s.Rule("p") == nil {
		t.Errorf("skipping q and r keeps %d", s.Count())
	}
}

func TestGenericHitsThatReadLikeLanguageAreLow(t *testing.T) {
	set, err := Load(LoadOptions{Enable: []string{"generic-api-key"}})
	if err != nil {
		t.Fatal(err)
	}
	random := "zq8Kx2Lw" + "9vTf4Rj7mB1n"
	for value, want := range map[string]string{random: report.Medium, "hornpipe5-mulberries2": report.Low} {
		text := "api_key = \"" + value + "\"\n"
		matches, err := set.Searcher().Search(t.Context(), Fragment{Place: report.LayerFile, Path: "a.txt", Data: []byte(text)})
		if err != nil || len(matches) != 1 {
			t.Fatalf("%s: %d matches, error %v; want one match", text, len(matches), err)
		}
		if got := matches[0].Rule.Severity; got != want {
			t.Errorf("%s: severity %s, want %s", text, got, want)
		}
	}
}
