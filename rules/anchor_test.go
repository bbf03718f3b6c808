package rules

import (
	"maps"
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"
)

// TestAnchorsThatBeginWords lists patterns whose keyword begins a word wherever they match, and such where it need not.
func TestAnchorsThatBeginWords(t *testing.T) {
	for pattern, want := range map[string]bool{
		`\bkey[0-9]{8}`:                 true,
		`\b(?:key.*z|(key[0-9]{8}))`:    true,
		`(?:^|[\s"'=])(key[0-9]{8})`:    true,
		`(?m)^key[0-9]{8}`:              true,
		`["']+key[0-9]{8}`:              true,
		`[:=]{1,3}key[0-9]{8}`:          true,
		`\b(?:my)?key[0-9]{8}`:          false,
		`key[0-9]{8}`:                   false,
		`[^a-z]key[0-9]{8}`:             false,
		`["']*key[0-9]{8}`:              false,
		`["']?key[0-9]{8}`:              false,
		`\b.key[0-9]{8}`:                false,
		`\Bkey[0-9]{8}`:                 false,
		`(?:^|[\s"'=]|x)(key[0-9]{8})`:  false,
		`(?:[a-z]:|[0-9])key[0-9]{8}`:   false,
		`key:key[0-9]{8}`:               false,
		`(?:\bkey|mykey)(?:[0-9]{8,9})`: false,
	} {
		tree, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		anchors := anchorsOf(tree, holdsKeyword([]string{"key"}))
		if len(anchors) == 0 {
			t.Errorf("%s: no anchors", pattern)
			continue
		}
		free := slices.ContainsFunc(anchors, func(a anchor) bool {
			return !a.bounded && slices.ContainsFunc(a.literals, longEnough)
		})
		if free == want {
			t.Errorf("%s: bounded %v", pattern, !free)
		}
	}
}

// TestAnchorsBehindEscapes holds that what begins a word, or stands behind an escape, is not looked for inside of every word.
func TestAnchorsBehindEscapes(t *testing.T) {
	tree, err := syntax.Parse(`(?:\b|\\n)(?:key|keys) [0-9]{8}`, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for _, a := range anchorsOf(tree, holdsKeyword([]string{"key"})) {
		for _, l := range a.literals {
			got[l] = a.bounded
		}
	}
	if want := map[string]bool{"key ": true, "keys ": true, `\nkey `: false, `\nkeys `: false}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestBehind holds what is told of the bytes before a literal against patterns that end there.
func TestBehind(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for _, lead := range []string{
		`kind:[ \t]*["']?\b`, `(?i)kind:[ \t]*["']?`, `[a-c]`, `[^x]`, `x+`, `(?:ab|c)d?`, `(?:ab|c?)d?`, `x{2,}y{0,3}`, `ſ`, `(?i)s`, `é|:`, `.\s*`, `$`,
	} {
		tree, err := syntax.Parse(lead, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		b := behindOf(parts(tree))
		whole := regexp.MustCompile(`(?:` + lead + `)secret`)
		refused := 0
		for range 3000 {
			var text []byte
			for range random.IntN(8) {
				text = append(text, pick(random, "kind:", "KIND:", " ", "\t", `"`, "a", "b", "c", "d", "x", "y", "ſ", "K", "S", "é", "\xff", "\n")...)
			}
			if random.IntN(50) == 0 {
				text = append(text, strings.Repeat(" ", random.IntN(2*maxBehind))...)
			}
			start := len(text)
			text = append(text, "secret"...)
			told := b.at(text, start)
			if !told {
				refused++
			}
			at := whole.FindAllIndex(text, -1)
			if len(at) > 0 && at[len(at)-1][1] == len(text) && !told {
				t.Fatalf("%s matches before the literal of %q", lead, text)
			}
		}
		if refused == 0 && b.hold != nil && lead != `.\s*` {
			t.Errorf("%s: nothing was refused", lead)
		}
	}
}
