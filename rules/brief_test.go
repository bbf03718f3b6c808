package rules

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBriefMatchesAlike holds the brief form of every rule's pattern, and the acceptor of every allowlist's, to what Go's
// regexp says of the pattern itself: on the rules' examples, whole, cut, and with bytes changed.
func TestBriefMatchesAlike(t *testing.T) {
	p, err := newPlan(load(t, LoadOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	texts := []string{"", "\n", "false", "a\xff\xc3(", "ſecret=K\u212aey"}
	for _, r := range p.rules {
		for _, e := range append(r.examples, r.negatives...) {
			e = e[:min(len(e), briefText)]
			b := []byte(e)
			for range 3 {
				b[random.IntN(len(b))] = "= '\";\n.-x0\xe2"[random.IntN(11)]
			}
			texts = append(texts, [...]string{e, e[random.IntN(len(e)):], string(b)}[random.IntN(3)])
		}
	}
	shortened := 0
	for _, r := range p.rules {
		if r.regex == nil || r.brief == nil || r.brief() == r.regex.regexp() {
			continue
		}
		shortened++
		for _, text := range texts {
			if diff := cmp.Diff(r.brief().FindAllStringSubmatchIndex(text, -1), r.regex.regexp().FindAllStringSubmatchIndex(text, -1)); diff != "" {
				t.Fatalf("%s in %q: %s", r.rule.ID, text, diff)
			}
		}
	}
	if shortened < 10 {
		t.Errorf("only %d patterns have a brief form", shortened)
	}
	s := newScratch(p)
	each := func(l *allowRun) {
		if l.regex == nil {
			return
		}
		for _, text := range texts {
			line := func() []byte { return []byte(text) }
			if got, want := s.regexHolds(l, text, text, line), l.regex.regexp().MatchString(text) && (text != "" || l.target == ""); got != want {
				t.Fatalf("%s in %q: %v, want %v", l.regex, text, got, want)
			}
		}
	}
	for _, l := range p.global {
		each(l)
	}
	for _, r := range p.rules {
		for _, l := range r.allow {
			each(l)
		}
	}
}

// TestHeadedMatchesAlike holds what is found from one match to the next to what Go's regexp says of the pattern: in texts of many
// matches, and of long ones.
func TestHeadedMatchesAlike(t *testing.T) {
	p, err := newPlan(load(t, LoadOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 6))
	headed := 0
	for _, r := range p.rules {
		if r.regex == nil || r.head() == nil {
			continue
		}
		headed++
		examples := append(slices.Clip(r.examples), r.negatives...)
		if len(examples) == 0 {
			examples = []string{`const apiKey = "` + strings.Repeat("0123456789abcdef", 20) + `"`, "type KeyData = original.KeyData\n", "xſ\xff"}
		}
		for range 20 {
			var text []byte
			for len(text) < 5*briefText {
				text = append(append(text, examples[random.IntN(len(examples))]...), "\n ;x\xe2\""[random.IntN(6)])
			}
			for range random.IntN(4) {
				text[random.IntN(len(text))] = "= '\";\n.-x0\xe2"[random.IntN(11)]
			}
			matches := r.matches(text)
			if diff := cmp.Diff(matches, r.regex.regexp().FindAllIndex(text, -1)); diff != "" {
				t.Fatalf("%s in %q: %s", r.rule.ID, text, diff)
			}
			for _, m := range matches {
				match := string(text[m[0]:m[1]])
				if diff := cmp.Diff(r.groups(match), r.regex.regexp().FindStringSubmatchIndex(match)); diff != "" {
					t.Fatalf("%s, the groups of %q: %s", r.rule.ID, match, diff)
				}
			}
		}
	}
	if headed < 3 {
		t.Errorf("only %d patterns have a form for the beginning of a text", headed)
	}
}

// TestBrief holds what a bound becomes that short texts cannot reach.
func TestBrief(t *testing.T) {
	long := strings.Repeat("(?:ab|cd)", 90)
	for _, test := range []struct{ pattern, want string }{
		{long + "x{2,150}?", long + "x{2,}?"},
		{long + "(?:xy){0,64}", long + "(?:xy){0,}"},
		{long + "(?:xy){0,63}" + strings.Repeat("z?", 60), ""},
		{long + "(?:x?){0,150}", ""},
		{"x{2,150}", ""},
	} {
		re, err := newExpression("regex", test.pattern)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if short := brief(re); short != re.regexp() {
			got = short.String()
		}
		if want := regexp.MustCompile(test.want); got != "" && canonical(t, got) != canonical(t, want.String()) || (got == "") != (test.want == "") {
			t.Errorf("%s became %q", test.pattern, got)
		}
	}
}

func canonical(t *testing.T, pattern string) string {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	return tree.String()
}
