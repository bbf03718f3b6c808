package rules

import (
	"fmt"
	"slices"
	"strings"
)

// addContextual adds the rules that look at names and at rarity, and those that code alone describes.
func (c *collection) addContextual() error {
	shaped := map[string]bool{}
	for _, d := range c.rules {
		if !d.rule.Generic && d.rule.Vendor != "" && (d.rule.Origin == "dregs" || d.tellsShape()) {
			shaped[strings.ToLower(d.rule.Vendor)] = true
		}
	}
	vendors, err := vendorDefinitions(shaped)
	if err != nil {
		return err
	}
	for _, d := range slices.Concat(assignmentDefinitions(), entropyDefinitions(), agentKeyDefinitions(), mnemonicDefinitions(), concourseDefinitions(), vendors) {
		if c.rules[d.rule.ID] != nil {
			return fmt.Errorf("adding rule %q: it exists already", d.rule.ID)
		}
		c.rules[d.rule.ID] = d
	}
	return nil
}

// tellsShape tells whether a rule knows its vendor's tokens by what they begin with. Most of gitleaks' rules look for the
// vendor's name beside them.
func (d *definition) tellsShape() bool {
	return d.regex != nil && slices.ContainsFunc(d.begins(), tellsProvider)
}

// placeContext makes the rules of addContextual ready.
func (p *plan) placeContext(uses map[string]*use) {
	a := newAssigner(p.rules)
	for _, r := range p.rules {
		if _, ok := r.detector.(contextual); ok && r.rule.ID == entropyRule {
			p.entropic = r
		}
	}
	if a == nil {
		return
	}
	a.sieve = p.sieve
	p.assigner = a
	lead := func(word string, number int) {
		if uses[word] == nil {
			uses[word] = &use{}
		}
		uses[word].names = append(uses[word].names, number)
	}
	for i, w := range nameWords {
		lead(w.word, i)
	}
	for i, v := range a.leads {
		lead(v.word, len(nameWords)+i)
	}
}

// lookOf returns what a detector sees of a fragment, whose data begins at shift, but for the text.
func lookOf(f Fragment, shift int) look {
	s, g := placeOf(f)
	return look{setting: s, genre: g, key: shift, whole: shift + len(f.Data)}
}

// assignment judges the name at data[at]: word counts nameWords and, behind them, the vendors' names.
func (s *scratch) assignment(b block, word, at int) {
	l := s.look
	l.data = b.data
	if n := word - len(nameWords); n >= 0 {
		if f, ok := s.plan.assigner.led(l, n, at); ok {
			s.led = append(s.led, f)
		}
		return
	}
	if b.base > 0 || l.whole > len(b.data) {
		l.key = 0
	}
	f, reason, ok := s.plan.assigner.find(l, word, at)
	if ok {
		s.led = append(s.led, f)
		return
	}
	if reason != "" {
		s.dropped[reason]++
	}
	s.led = s.plan.assigner.columned(l, word, at, s.led)
}

// Suppressor is a Searcher that counts what it judged to be no secrets.
type Suppressor interface {
	// Suppressed returns, by reason, how many candidates of all searches so far were judged to be no secrets: placeholders,
	// references, ordinary words. What stands in encoded text is not counted.
	Suppressed() map[string]int
}

// Suppressed implements Suppressor.
func (e *engine) Suppressed() map[string]int {
	return e.suppressed.Counts()
}
