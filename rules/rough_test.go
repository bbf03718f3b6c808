package rules

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestRough has no rough acceptor leave out what its rule's regex matches: in the rules' examples, whole, cut, changed and in
// longer texts.
func TestRough(t *testing.T) {
	p, err := newPlan(load(t, LoadOptions{}))
	if err != nil {
		t.Fatal(err)
	}
	s := newScratch(p)
	random := rand.New(rand.NewPCG(5, 6))
	matched, spared := 0, 0
	for _, r := range p.rules {
		if r.rough == nil || r.rough() == nil {
			continue
		}
		for _, e := range append(r.examples, r.negatives...) {
			b := []byte(e)
			b[random.IntN(len(b))] = "= '\";\n.-x0\xe2"[random.IntN(11)]
			for _, text := range []string{e, e[random.IntN(len(e)):], string(b), "some words\n" + e + strings.Repeat("\nand others", random.IntN(400))} {
				s.roughs[r.number] = roughTest{}
				matches, holds := r.regex.regexp().MatchString(text), s.holds([]byte(text), r, span{0, len(text)})
				if matches && !holds {
					t.Errorf("%s does not match %q", r.rule.ID, text)
				}
				if matches {
					matched++
				} else if !holds {
					spared++
				}
			}
		}
	}
	if matched < 300 || spared < 1000 {
		t.Errorf("of texts that match %d were tested, of those that do not %d spared", matched, spared)
	}
}

// TestRoughIsGivenUp has a test that holds for all stop being asked, and one that holds for none go on.
func TestRoughIsGivenUp(t *testing.T) {
	always, never := roughTest{asked: manyAsked, held: manyAsked}, roughTest{asked: 10 * manyAsked}
	if always.useful() || !never.useful() {
		t.Error("what holds for all is asked further, or what holds for none is not")
	}
}
