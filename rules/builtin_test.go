package rules

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"net/url"
	"regexp"
	"regexp/syntax"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/zricethezav/gitleaks/v8/config"
)

// alphabets are what a place in an example is filled from. See the head of builtin/connection.toml.
var alphabets = map[string]string{
	"digit":   "0123456789",
	"lower":   "abcdefghijklmnopqrstuvwxyz",
	"upper":   "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"hex":     "0123456789abcdef",
	"HEX":     "0123456789ABCDEF",
	"base32":  "abcdefghijklmnopqrstuvwxyz234567",
	"ldigit":  "abcdefghijklmnopqrstuvwxyz0123456789",
	"udigit":  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
	"letters": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	"base58":  "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
	"bech":    "023456789acdefghjklmnpqrstuvwxyz",
	"alnum":   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	"x":       "x",
	"zero":    "0",
}

// place is one place of an example: {alphabet:count}, or {uuid}.
var place = regexp.MustCompile(`\{([A-Za-z0-9]+):([0-9]+)\}|\{uuid\}`)

// expand fills the places of an example from seed: every character of an alphabet is as likely as any other, the same
// seed gives the same text. Names of no alphabet are an error.
func expand(example string, seed uint64) (string, error) {
	rng := rand.New(rand.NewPCG(seed, seed))
	var unknown error
	text := place.ReplaceAllStringFunc(example, func(p string) string {
		if p == "{uuid}" {
			h := random(rng, alphabets["hex"], 30)
			return h[:8] + "-" + h[8:12] + "-4" + h[12:15] + "-a" + h[15:18] + "-" + h[18:30]
		}
		m := place.FindStringSubmatch(p)
		n, err := strconv.Atoi(m[2])
		if err != nil || alphabets[m[1]] == "" {
			unknown = fmt.Errorf("expanding %s: no such place", p)
			return ""
		}
		return random(rng, alphabets[m[1]], n)
	})
	return text, unknown
}

func random(rng *rand.Rand, alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

func TestBuiltinExpand(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"no place", "a {b} ${C} {{ .D }}", `^a \{b\} \$\{C\} \{\{ \.D \}\}$`},
		{"places", "t_{hex:4}{x:3}-{digit:2}", `^t_[0-9a-f]{4}xxx-\d\d$`},
		{"uuid", "{uuid}", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := expand(test.in, 7)
			if err != nil || !regexp.MustCompile(test.want).MatchString(got) {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	if got, err := expand("{nothing:3}", 1); err == nil {
		t.Errorf("an unknown alphabet gave %q", got)
	}
}

// seedsPerExample is how many times each example is filled: a rule whose test of entropy turns real values away at times
// shows it here.
const seedsPerExample = 12

// eachOwn runs test for every rule of our own files: new ones, and those of gitleaks whose pattern they correct.
func eachOwn(t *testing.T, test func(t *testing.T, set *Set, d *definition)) {
	t.Helper()
	set := load(t, LoadOptions{})
	n := 0
	for _, id := range slices.Sorted(maps.Keys(set.byID)) {
		d := set.byID[id]
		if d.rule.Origin != "dregs" && len(d.examples) == 0 || ownDetector(d.rule) {
			continue
		}
		n++
		t.Run(id, func(t *testing.T) { test(t, set, d) })
	}
	if n == 0 {
		t.Fatal("no rule of our own")
	}
}

// eachText runs test for every rule of our own files that looks at texts.
func eachText(t *testing.T, test func(t *testing.T, set *Set, d *definition)) {
	t.Helper()
	eachOwn(t, func(t *testing.T, set *Set, d *definition) {
		if d.regex != nil {
			test(t, set, d)
		}
	})
}

// TestBuiltinPaths checks that a rule of paths alone finds files by each of its examples and by none of its negatives.
func TestBuiltinPaths(t *testing.T) {
	eachOwn(t, func(t *testing.T, set *Set, d *definition) {
		if d.regex != nil {
			return
		}
		e := alone(t, set, d)
		for want, paths := range map[int][]string{1: d.examples, 0: d.negatives} {
			for _, path := range paths {
				ms, err := e.Search(context.Background(), Fragment{Path: path, Data: []byte("\x03\xd9\xa2\x9a\x67")})
				if err != nil || len(ms) != want {
					t.Errorf("%s: %d matches, want %d (%v)", path, len(ms), want, err)
				}
			}
		}
	})
}

// alone returns the engine for one rule of set, with the allowlists that hold for all.
func alone(t *testing.T, set *Set, d *definition) *engine {
	t.Helper()
	p, err := newPlan(&Set{rules: []*definition{d}, byID: map[string]*definition{d.rule.ID: d}, allow: set.allow})
	if err != nil {
		t.Fatal(err)
	}
	return &engine{ready: func() (*plan, error) { return p, nil }, block: blockSize, workers: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// values returns what is found of f's Data, both ways of searching; they must agree.
func values(t *testing.T, e *engine, text string) []string {
	t.Helper()
	list := func(ms []Match, err error) []string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range ms {
			out = append(out, m.Value.Reveal())
		}
		return out
	}
	whole := list(e.Search(context.Background(), Fragment{Data: []byte(text)}))
	ms, _, err := e.SearchReader(context.Background(), Fragment{}, bytes.NewReader([]byte(text)))
	if read := list(ms, err); !slices.Equal(whole, read) {
		t.Fatalf("searching finds %q, reading %q", whole, read)
	}
	return whole
}

// TestBuiltinComplete checks that a rule says all that a reader of its findings needs.
func TestBuiltinComplete(t *testing.T) {
	eachOwn(t, func(t *testing.T, _ *Set, d *definition) {
		r := d.rule
		for what, text := range map[string]string{"description": r.Description, "vendor": r.Vendor, "advice": r.Advice} {
			if len(text) < 2 && !(what == "vendor" && r.Generic) {
				t.Errorf("no %s", what)
			}
		}
		if len(r.References) == 0 || len(r.Keywords) == 0 && d.regex != nil {
			t.Errorf("%d references, %d keywords", len(r.References), len(r.Keywords))
		}
		for _, k := range r.Keywords {
			if strings.IndexFunc(k, func(c rune) bool { return c > unicode.MaxASCII }) >= 0 {
				t.Errorf("keyword %q: the bytes of other alphabets share a class with all that binaries have", k)
			}
		}
		for _, ref := range r.References {
			if u, err := url.Parse(ref); err != nil || u.Scheme != "https" || u.Host == "" {
				t.Errorf("reference %q is no https address", ref)
			}
		}
		if len(d.examples) < 2 || len(d.negatives) < 2 {
			t.Errorf("%d examples, %d negatives", len(d.examples), len(d.negatives))
		}
		if r.ID != strings.ToLower(r.ID) || strings.ContainsAny(r.ID, " _.") {
			t.Errorf("ID %q is not in lower case with hyphens", r.ID)
		}
	})
}

// TestReferencesFew checks that a rule names a page or two, of its own provider: rules that are told of together once shared
// the pages of all.
func TestReferencesFew(t *testing.T) {
	for id, d := range load(t, LoadOptions{}).byID {
		if n := len(d.rule.References); n > 2 {
			t.Errorf("%s: %d references", id, n)
		}
	}
}

// TestBuiltinBounded checks that a rule costs little: each match has a longest length and holds one of its keywords, so
// that nothing but the surroundings of keywords is looked at.
// Patterns of gitleaks that we leave as they are are its own affair.
func TestBuiltinBounded(t *testing.T) {
	base, err := parseConfig("stock", "gitleaks", []byte(config.DefaultConfig), false)
	if err != nil {
		t.Fatal(err)
	}
	eachText(t, func(t *testing.T, set *Set, d *definition) {
		if slices.ContainsFunc(base.Rules, func(b ruleBlock) bool { return b.ID == d.rule.ID && b.Regex == d.regex.String() }) {
			t.SkipNow()
		}
		tree, err := syntax.Parse(d.regex.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		if n := longest(tree); n == unbounded || n > 16<<10 {
			t.Errorf("its longest match is %d bytes", n)
		}
		if p := alone(t, set, d).plan(); len(p.sweeps) > 0 {
			t.Error("its matches need not hold a keyword")
		}
	})
}

// TestBuiltinExamples checks that a rule finds each of its examples once at the start, in the middle and at the end of a
// fragment and across the cut of a block, and none of its negatives.
func TestBuiltinExamples(t *testing.T) {
	const filler = "The quick brown fox jumps over the lazy dog, and nothing of it is secret.\n"
	eachText(t, func(t *testing.T, set *Set, d *definition) {
		e := alone(t, set, d)
		small := cutInto(e, 256, runtime.GOMAXPROCS(0))
		seeds := fnv.New64a()
		seeds.Write([]byte(d.rule.ID))
		for i := range uint64(seedsPerExample) {
			for _, example := range d.examples {
				text, err := expand(example, seeds.Sum64()+i)
				if err != nil {
					t.Fatal(err)
				}
				want := values(t, e, text)
				if len(want) == 0 {
					t.Fatalf("it does not find %q (%q)", example, text)
				}
				if i > 0 {
					continue
				}
				for _, v := range want {
					if !strings.Contains(text, v) {
						t.Errorf("%q: the value %q is no part of it", example, v)
					}
				}
				pad := strings.Repeat(filler, 4)
				for where, context := range map[string]string{
					"at the start":  text + "\n" + pad,
					"in the middle": pad + text + "\n" + pad,
					"at the end":    pad + text,
				} {
					if got := values(t, e, context); !slices.Equal(got, want) {
						t.Errorf("%q %s: %q, want %q", example, where, got, want)
					}
				}
				for shift := 0; shift < 256; shift += 1 + len(text)/5 {
					context := strings.Repeat(".", shift) + "\n" + text + "\n" + pad
					if got := values(t, small, context); !slices.Equal(got, want) {
						t.Fatalf("%q cut %d bytes on: %q, want %q", example, shift, got, want)
					}
				}
			}
			for _, negative := range d.negatives {
				text, err := expand(negative, seeds.Sum64()+i)
				if err != nil {
					t.Fatal(err)
				}
				if got := values(t, e, text); len(got) > 0 {
					t.Fatalf("it finds %q in %q (%q)", got, negative, text)
				}
			}
		}
	})
}

// TestBuiltinSourcesAreClean checks that the rule files hold no credential themselves: what a scanner of this repository
// sees in them.
func TestBuiltinSourcesAreClean(t *testing.T) {
	files, err := builtin.ReadDir("builtin")
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(load(t, LoadOptions{}))
	for _, f := range files {
		text, err := builtin.ReadFile("builtin/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		ms, err := e.Search(context.Background(), Fragment{Path: "rules/builtin/" + f.Name(), Data: text})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range ms {
			t.Errorf("%s:%d: %s", f.Name(), m.Line, m.Rule.ID)
		}
	}
}
