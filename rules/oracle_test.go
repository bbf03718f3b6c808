package rules

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/zricethezav/gitleaks/v8/detect"
)

// full tells whether the long runs are wanted: DREGS_FULL=1.
func full() bool { return os.Getenv("DREGS_FULL") != "" }

// sample is a text on which the matcher must agree with gitleaks' detector.
type sample struct {
	path string
	text []byte
}

// hitsOf returns the (rule, secret) multiset of a search, sorted; otherwise is that of what is told in another way: with percent
// escapes undone, and by credential files in place of any rule, which is empty.
func hitsOf(t testing.TB, e Searcher, s sample) (out, otherwise []string) {
	t.Helper()
	ms, err := e.Search(context.Background(), Fragment{Path: s.path, Data: s.text})
	if err != nil {
		t.Fatalf("%s: %v", s.path, err)
	}
	for _, m := range ms {
		hit := m.Rule.ID + " " + m.Value.Reveal()
		switch {
		case slices.Contains(m.Rule.Tags, credentialTag):
			otherwise = append(otherwise, " "+m.Value.Reveal())
		case m.Value.Len() == 0 || ownDetector(m.Rule):
		case m.Via == nil:
			out = append(out, hit)
		case slices.Equal(m.Via, escapeSteps[percentEscape:percentEscape+1]):
			otherwise = append(otherwise, hit)
		}
	}
	slices.Sort(out)
	return out, otherwise
}

// differing returns in what the hits of mine differ from want, but for what an address percent-encodes, which is told as it is
// meant, for what a generic rule hits in a file that a credential is the whole of, and for what it hits beside one of ours that is
// as generic, which gitleaks goes by the name of a rule to tell.
func differing(t testing.TB, set *Set, mine Searcher, s sample, want []string) []string {
	t.Helper()
	got, otherwise := hitsOf(t, mine, s)
	return slices.DeleteFunc(difference(got, want), func(d string) bool {
		hit, missed := strings.CutPrefix(d, "- ")
		rule, secret, _ := strings.Cut(strings.TrimPrefix(hit, "+ "), " ")
		if !missed {
			return rule == "generic-api-key" && slices.ContainsFunc(vaguelyNamed(set), func(id string) bool { return slices.Contains(want, id+" "+secret) })
		}
		as, err := url.PathUnescape(secret)
		return err == nil && slices.Contains(otherwise, rule+" "+as) || strings.Contains(rule, "generic") && slices.Contains(otherwise, " "+secret)
	})
}

// vaguelyNamed returns the rules of a set that are generic and not called so.
func vaguelyNamed(set *Set) (ids []string) {
	for _, d := range set.rules {
		if d.rule.Generic && !strings.Contains(d.rule.ID, "generic") && !ownDetector(d.rule) {
			ids = append(ids, d.rule.ID)
		}
	}
	return ids
}

// ownDetector tells whether a rule is one that looks at names and rarity, parses a file or finds public halves, which gitleaks
// does not know.
func ownDetector(r *Rule) bool {
	if r.Evidence {
		return true
	}
	return slices.Contains(r.Tags, credentialTag) || r.ID == assignmentRule || r.ID == inTextRule || r.ID == entropyRule || r.ID == agentKeyRule || r.ID == mnemonicRule || r.ID == concourseRule || r.Origin == "dregs" && strings.HasSuffix(r.ID, "-context")
}

// difference returns what only one of two sorted multisets has: "+" for got, "-" for want.
func difference(got, want []string) []string {
	var out []string
	for len(got) > 0 || len(want) > 0 {
		switch {
		case len(want) == 0 || len(got) > 0 && got[0] < want[0]:
			out, got = append(out, "+ "+got[0]), got[1:]
		case len(got) == 0 || want[0] < got[0]:
			out, want = append(out, "- "+want[0]), want[1:]
		default:
			got, want = got[1:], want[1:]
		}
	}
	return out
}

// agree checks that the matcher finds in every sample what the oracle does, and returns how much was compared.
func agree(t *testing.T, set *Set, samples []sample) (bytes, matches int) {
	t.Helper()
	mine, oracle := set.Searcher(), set.Gitleaks()
	faults := 0
	for _, s := range samples {
		want, _ := hitsOf(t, oracle, s)
		bytes += len(s.text)
		matches += len(want)
		if d := differing(t, set, mine, s, want); len(d) > 0 {
			t.Errorf("%s (%d bytes): %.600s", s.path, len(s.text), strings.Join(d, "\n"))
			if faults++; faults == 10 {
				t.Fatal("and so on")
			}
		}
	}
	t.Logf("%d samples, %d bytes, %d matches", len(samples), bytes, matches)
	return bytes, matches
}

// published returns the samples of other scanners, if they lie beside the repository.
func published(t testing.TB) []sample {
	f, err := os.Open("../../shared/detection/dev.jsonl")
	if err != nil {
		t.Skip("no published samples beside the repository: ", err)
	}
	defer f.Close()
	var out []sample
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var c struct{ Text, Path string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, sample{c.Path, []byte(c.Text)})
	}
	if lines.Err() != nil || len(out) == 0 {
		t.Fatal("no samples: ", lines.Err())
	}
	return out
}

// some returns every nth sample in the normal run, and all in the full one.
func some(samples []sample, n int) []sample {
	if full() {
		return samples
	}
	var out []sample
	for i := 0; i < len(samples); i += n {
		out = append(out, samples[i])
	}
	return out
}

// TestOraclePublished compares with gitleaks' detector on the published samples: alone, and all in a few texts.
func TestOraclePublished(t *testing.T) {
	samples := published(t)
	set := load(t, LoadOptions{})
	if _, n := agree(t, set, some(joined(samples, 4<<10), 6)); n < 500 {
		t.Errorf("only %d matches compared", n)
	}
	agree(t, set, some(samples, 16))
}

// joined strings samples together to texts of some size bytes, so that rules meet each other's text.
func joined(samples []sample, size int) []sample {
	var out []sample
	var text []byte
	for _, s := range samples {
		text = append(append(text, s.text...), "\n\n"...)
		if len(text) > size {
			out = append(out, sample{"joined.txt", text})
			text = nil
		}
	}
	return append(out, sample{"joined.txt", text})
}

// TestOracleGenerated compares on texts made of pieces that rules are made of: keywords, operators, tokens and noise in
// any order and spelling. It needs no file.
func TestOracleGenerated(t *testing.T) {
	set := load(t, LoadOptions{})
	n := 150
	if full() {
		n = 20_000
	}
	random := rand.New(rand.NewPCG(1, 2))
	known := &Set{rules: slices.DeleteFunc(slices.Clone(set.rules), func(d *definition) bool { return ownDetector(d.rule) })}
	var samples []sample
	for range n {
		samples = append(samples, sample{pick(random, "a.txt", "x/b.yaml", "main.tf", "nuget.config", "c.php"), generate(random, known, 1+random.IntN(60))})
	}
	agree(t, set, samples)
	if _, matches := agree(t, unfiltered(t), samples); matches < n/4 {
		t.Errorf("only %d matches in %d texts", matches, n)
	}
}

func pick[T any](random *rand.Rand, of ...T) T { return of[random.IntN(len(of))] }

// generate returns a text of n pieces.
func generate(random *rand.Rand, set *Set, n int) []byte {
	var b []byte
	for range n {
		switch random.IntN(8) {
		case 0, 1:
			if k := set.rules[random.IntN(len(set.rules))].rule.Keywords; len(k) > 0 {
				w := pick(random, k...)
				b = append(b, pick(random, w, strings.ToUpper(w), strings.ReplaceAll(w, "k", "\u212a"), w[:len(w)-1])...)
			}
		case 2:
			b = append(b, pick(random, "=", ":", " := ", "=>", "||", "?=", ",", "\": \"", " = '", "`", "\n", "\r\n", "\\n")...)
		case 3, 4:
			alphabet := pick(random, "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
			for range pick(random, 4, 8, 16, 20, 24, 30, 32, 36, 37, 40, 48, 64, 80, 170, 300) {
				b = append(b, alphabet[random.IntN(len(alphabet))])
			}
		case 5:
			b = append(b, pick(random, "\"", "'", ";", " ", "\n", "\t", "-", "_", ".", "/", "@", "\xff", "é", "\u017f", "日本", "\x00")...)
		case 6:
			b = append(b, pick(random, "_TOKEN", "_api_key", "Secret", ".password", " client_secret", "-key", "kind: Secret\ndata:\n  a: ", "curl -u user:", "curl -H 'Authorization: Bearer ", "-----BEGIN RSA PRIVATE KEY-----\n", "\n-----END RSA PRIVATE KEY-----", "https://", "<add key=\"Password\" value=\"", "ey", ".ey")...)
		case 7:
			r := set.rules[random.IntN(len(set.rules))]
			if r.regex != nil {
				if p := r.begins(); len(p) > 0 {
					b = append(b, pick(random, p...)...)
				}
			}
		}
	}
	return b
}

// trees are places that hold real text and binaries on many machines.
func trees() []string {
	return []string{runtime.GOROOT(), "/usr/lib/python3", "/usr/lib/node_modules", "/usr/bin", "/etc"}
}

// files returns files of the trees, at most total bytes, spread evenly over each tree.
func files(t testing.TB, roots []string, total int, keep func(path string, size int64) bool) []sample {
	t.Helper()
	var out []sample
	for _, root := range roots {
		type entry struct {
			path string
			size int64
		}
		var all []entry
		var sum int64
		_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return nil // what cannot be read is no sample
			}
			if info, err := d.Info(); err == nil && info.Size() > 0 && info.Size() < 8<<20 && keep(path, info.Size()) {
				all = append(all, entry{path, info.Size()})
				sum += info.Size()
			}
			return nil
		})
		slices.SortFunc(all, func(a, b entry) int { return cmp.Compare(a.path, b.path) })
		share := int64(total / len(roots))
		step := 1
		if sum > share {
			step = int(sum/share) + 1
		}
		var taken int64
		for i := 0; i < len(all) && taken < share; i += step {
			if text, err := os.ReadFile(all[i].path); err == nil {
				out = append(out, sample{strings.TrimPrefix(all[i].path, "/"), text})
				taken += int64(len(text))
			}
		}
	}
	return out
}

// TestOracleTrees compares on real files. gitleaks' detector does some 2 MB/s, so the normal run takes a few; DREGS_FULL=1
// takes 400.
func TestOracleTrees(t *testing.T) {
	total := 3 << 20
	if full() {
		total = 400 << 20
	}
	samples := files(t, trees(), total, func(string, int64) bool { return true })
	if len(samples) == 0 {
		t.Skip("none of the trees is there")
	}
	for i := range samples {
		// Under its own path, much of this would be kept from generic rules.
		samples[i].path = "x" + filepath.Ext(samples[i].path)
	}
	agree(t, load(t, LoadOptions{}), samples)
	if _, n := agree(t, unfiltered(t), samples); n < 20 {
		t.Errorf("only %d matches compared", n)
	}
}

// unfiltered returns the set without entropy and allowlists: what every regex matches, of which real files have plenty.
func unfiltered(t *testing.T) *Set {
	set := loadAnew(t, LoadOptions{}) // of its own: it is changed
	set.allow = nil
	for _, d := range set.rules {
		d.entropy, d.allow = 0, nil
	}
	return set
}

// TestOracleStock compares with gitleaks exactly as it comes: its own loader and its own configuration. What our set
// does otherwise on purpose is listed here.
func TestOracleStock(t *testing.T) {
	stock, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		t.Fatal(err)
	}
	stock.IgnoreGitleaksAllow = true
	set := load(t, LoadOptions{})
	mine, overridden := set.Searcher(), overrides(t)
	for _, s := range some(published(t), 8) {
		var want []string
		for _, f := range stock.Detect(detect.Fragment{Raw: string(s.text), FilePath: s.path}) {
			if f.Secret != "" {
				want = append(want, f.RuleID+" "+f.Secret)
			}
		}
		slices.Sort(want)
		got, _ := hitsOf(t, mine, s)
		for _, d := range differing(t, set, mine, s, want) {
			if reason := deliberate(set, overridden, s, d, got); reason == "" {
				t.Errorf("%q: %s", s.path, d)
			}
		}
	}
}

// overrides returns the reasons for which our own files override rules of gitleaks, by ID.
func overrides(t *testing.T) map[string]string {
	out := map[string]string{}
	files, err := builtin.ReadDir("builtin")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := builtin.ReadFile("builtin/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		own, err := parseConfig(f.Name(), "dregs", text, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range own.Rules {
			if r.Overrides != "" {
				out[r.ID] = r.Overrides
			}
		}
	}
	return out
}

// deliberate returns why our set differs from stock gitleaks in d, or "". got are all the hits of our set.
func deliberate(set *Set, overridden map[string]string, s sample, d string, got []string) string {
	sign, rest, _ := strings.Cut(d, " ")
	rule, secret, _ := strings.Cut(rest, " ")
	lower := strings.ToLower(secret)
	switch r := set.Rule(rule); {
	case overridden[rule] != "":
		return overridden[rule]
	case sign == "+" && r.Origin != "gitleaks":
		return "a rule that gitleaks does not have"
	case sign == "-" && strings.Contains(rule, "generic") && slices.ContainsFunc(got, func(hit string) bool {
		other, value, _ := strings.Cut(hit, " ")
		return !set.Rule(other).Generic && strings.Contains(value, secret)
	}):
		return "a specific rule that gitleaks does not have names the secret"
	case sign == "+" && (strings.Contains(lower, "false") || strings.HasPrefix(lower, "true") || strings.HasSuffix(lower, "null")):
		return "gitleaks' global allowlist drops any secret that holds false, starts with true or ends in null"
	case sign == "-" && set.byID[rule].illustrates(secret, set.byID[rule].begins()):
		return "a token of a provider's beginning with a word or the alphabet in it is made up"
	case sign == "+" && strings.Contains(lower, letterRow):
		return "gitleaks' stop word that is the alphabet holds for its rules that test entropy alone: a token of its provider's shape is told as doubtful"
	case sign == "+" && s.path != "" && !strings.Contains(rule, "generic"):
		return "gitleaks' global path allowlist holds for generic rules alone: what it skips is read in an image"
	}
	return ""
}
