package rules

import (
	"regexp/syntax"
	"slices"
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
