package rules

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// plan is a rule set made ready for the matcher. It is immutable.
type plan struct {
	set     *Set
	rules   []*ruleRun // in the set's order
	main    lexicon
	odd     lexicon // spellings with the two letters that fold to ASCII; main tells where to look for them
	anchors []anchorRun
	sweeps  []int // rules that are searched for in whole blocks
	gated   []int // rules that count only in texts in which one of their keywords occurs
	global  []*allowRun
	allows  map[*allowlist]*allowRun
	skipAll []int // path tests that take a fragment out
	paths   *pathTests
	files   []int // rules that look at the path alone

	sieve    *sieve
	assigner *assigner // of what names that say secret are given; nil if none of its rules was chosen
	entropic *ruleRun  // the rule of tokens that nothing names; nil if it was not chosen

	filed credentialFiles
}

// lexicon is a set of keywords and what each is for.
type lexicon struct {
	words   func() *automaton // made when a text first needs it
	uses    []use             // by keyword
	longest int               // the length of the longest keyword
}

// oddLetters are the two that equal an ASCII letter when case is ignored: U+212A is a k, U+017F an s.
var oddLetters = []string{"\u212a", "\u017f"}

// use tells what an occurrence of a keyword is good for.
type use struct {
	odd     bool  // it is one of oddLetters
	anchors []int // it may stand in a match
	gates   []int // rules that it allows to run
	leads   []lead
	names   []int // it is a word of the names that the assigner judges, or a vendor's name
	sign    sign  // it announces bytes that are written in another way
	size    int   // the length of the keyword of a sign
}

// lead tells that a keyword is a word of a rule's detector.
type lead struct{ rule, word int }

// anchorRun is an anchor made ready.
type anchorRun struct {
	rule    int
	accept  *acceptor
	before  *byteSet
	lead    int
	behind  behind
	bounded bool
	most    int // what no match of the rule is longer than, or unbounded
}

// ruleRun is a rule made ready.
type ruleRun struct {
	*definition
	number   int
	onPath   int // path test, or -1 for any path
	skip     []int
	allow    []*allowRun
	prefixes []string
	gated    bool                  // it counts only in texts in which one of its keywords occurs
	seek     []sought              // literals one of which each match holds, for a rule that is searched for in whole blocks
	sweep    *acceptor             // the same for one without them; nil means by its regex alone
	prelude  *prelude              // where the sweep can begin; nil for anywhere
	length   int                   // of its longest match, or unbounded
	brief    func() *regexp.Regexp // what stands for its regex in texts of at most briefText bytes
	head     func() *regexp.Regexp // what stands for it at the beginning of longer ones; nil for nothing
	rough    func() *acceptor      // tells where its regex need not be run; nil where nothing does
	require  []requireRun
}

// sought is a literal with its anchor.
type sought struct {
	literal string
	anchor  int
}

// requireRun is a requirement made ready.
type requireRun struct {
	requirement
	rule int
}

// allowRun is an allowlist made ready.
type allowRun struct {
	*allowlist
	onPath int              // path test, or -1 for none
	words  *automaton       // nil for no stop words
	number int              // among the plan's allowlists
	accept func() *acceptor // of its regex; nil where only Go's regexp can run it
}

// newPlan makes set ready.
func newPlan(set *Set) (*plan, error) {
	p := &plan{set: set, paths: newPathTests(), allows: map[*allowlist]*allowRun{}}
	uses := make(map[string]*use, 1<<13) // there are some 6,500 of the built-in rules
	numbers := map[string]int{}
	p.sieve = newSieve(set.rules)
	for i, d := range set.rules {
		numbers[d.rule.ID] = i
	}
	for _, l := range set.allow {
		p.global = append(p.global, p.allowlist(l, &p.skipAll))
	}
	for i, d := range set.rules {
		r := &ruleRun{definition: d, number: i, onPath: -1}
		p.rules = append(p.rules, r)
		if d.path != nil {
			r.onPath = p.paths.add(d.path, d.path)
		}
		for _, l := range d.allow {
			r.allow = append(r.allow, p.allowlist(l, &r.skip))
		}
		for _, q := range d.required {
			r.require = append(r.require, requireRun{q, numbers[q.id]})
		}
		if err := p.place(r, uses); err != nil {
			return nil, fmt.Errorf("preparing rule %q: %w", d.rule.ID, err)
		}
	}
	p.paths.finish()
	p.placeContext(uses)
	p.placeSigns(uses)
	p.placeCredentialFiles()
	main, odd := map[string]*use{}, map[string]*use{}
	for w, u := range uses {
		if strings.Contains(w, oddLetters[0]) || strings.Contains(w, oddLetters[1]) {
			odd[w] = u
		} else {
			main[w] = u
		}
	}
	for _, w := range oddLetters {
		main[w] = &use{odd: true}
	}
	var err error
	if p.main, err = p.lexicon(main, newScanner); err == nil {
		p.odd, err = p.lexicon(odd, newBounded)
	}
	return p, err
}

// lexicon returns the lexicon of keywords and their uses, its automaton made by build.
func (p *plan) lexicon(uses map[string]*use, build func([]string, []bool) *automaton) (lexicon, error) {
	l := lexicon{}
	words := sortedKeys(uses)
	if len(words) > 1<<16 {
		return l, fmt.Errorf("preparing the rules: they have %d keywords, more than %d", len(words), 1<<16)
	}
	l.uses = make([]use, 0, len(words))
	bounded := make([]bool, 0, len(words))
	for _, w := range words {
		l.uses = append(l.uses, *uses[w])
		bounded = append(bounded, isWord(w[0]) && p.begins(uses[w]))
		l.longest = max(l.longest, len(w))
	}
	l.words = sync.OnceValue(func() *automaton { return build(words, bounded) })
	return l, nil
}

// begins tells whether an occurrence inside a word is of no use.
func (p *plan) begins(u *use) bool {
	free := func(anchor int) bool { return !p.anchors[anchor].bounded }
	return len(u.anchors) > 0 && !slices.ContainsFunc(u.anchors, free) && !u.odd && u.sign == noSign && len(u.gates)+len(u.leads)+len(u.names) == 0
}

// allowlist makes l ready. One that can be decided by the path alone goes to skip.
func (p *plan) allowlist(l *allowlist, skip *[]int) *allowRun {
	a := p.allows[l]
	if a == nil {
		a = &allowRun{allowlist: l, onPath: -1, number: len(p.allows)}
		a.accept = sync.OnceValue(func() *acceptor { return searching(l.regex) })
		if l.path != nil {
			a.onPath = p.paths.add(l.path, l.paths...)
		}
		if len(l.stopwords) > 0 {
			a.words = newAutomaton(l.stopwords)
		}
		p.allows[l] = a
	}
	if a.onPath >= 0 && (!l.all || len(l.commits)+len(l.regexes)+len(l.stopwords) == 0) {
		*skip = append(*skip, a.onPath)
	}
	return a
}

// place decides how a rule is looked for: by anchors, where every match provably holds one of its keywords, or else some literal,
// else in whole blocks; what does not hold its keywords counts only where they occur in the text.
func (p *plan) place(r *ruleRun, uses map[string]*use) error {
	if r.auxiliary {
		return nil
	}
	at := func(word string) *use {
		if uses[word] == nil {
			uses[word] = &use{}
		}
		return uses[word]
	}
	gate := func() {
		if r.gated = len(r.rule.Keywords) > 0; r.gated {
			p.gated = append(p.gated, r.number)
		}
		for _, k := range r.rule.Keywords {
			for _, s := range spellings(k) {
				at(s).gates = append(at(s).gates, r.number)
			}
		}
	}
	if r.detector != nil {
		for i, w := range r.detector.words() {
			at(w).leads = append(at(w).leads, lead{r.number, i})
		}
		return nil
	}
	if r.regex == nil {
		p.files = append(p.files, r.number)
		gate()
		return nil
	}
	r.length = longest(r.tree)
	r.brief = sync.OnceValue(func() *regexp.Regexp { return brief(r.regex) })
	r.head = sync.OnceValue(func() *regexp.Regexp { return headed(r.regex, r.tree) })
	r.rough = roughOf(r.definition)
	r.prefixes = r.begins()
	useful := longEnough
	if len(r.rule.Keywords) > 0 {
		useful = holdsKeyword(r.rule.Keywords)
	}
	if p.anchor(r, anchorsOf(r.tree, useful), at) {
		return nil
	}
	gate()
	switch {
	case r.gated && p.seek(r):
		p.sweeps = append(p.sweeps, r.number)
	case r.gated && p.anchor(r, anchorsOf(r.tree, distinctive), at):
	default:
		p.sweeps = append(p.sweeps, r.number)
		if sweep, err := newAcceptor(bare(r.tree), true); err == nil {
			r.sweep, r.prelude = sweep, preludeOf(r.tree) // else the regex itself will do
		}
	}
	return nil
}

// seek has a rule looked for by literals that its keywords say nothing of, where those occur alone: in few texts. It returns
// false where there are none that can be looked for as they are.
func (p *plan) seek(r *ruleRun) bool {
	found := anchorsOf(r.tree, longEnough)
	if slices.ContainsFunc(found, func(a anchor) bool { return a.folds }) {
		return false
	}
	runs := anchorRuns(r, found)
	for i := range runs {
		for _, l := range found[i].literals {
			r.seek = append(r.seek, sought{l, len(p.anchors) + i})
		}
	}
	p.anchors = append(p.anchors, runs...)
	return len(runs) > 0
}

// anchorRuns makes anchors of a rule ready; it returns none where one of them cannot be run.
func anchorRuns(r *ruleRun, found []anchor) []anchorRun {
	runs := make([]anchorRun, 0, len(found))
	for _, a := range found {
		accept, err := newAcceptor(a.tail, false)
		if err != nil {
			return nil
		}
		runs = append(runs, anchorRun{r.number, accept, a.before, a.lead, a.behind, a.bounded, mostOf(r.length)})
	}
	return runs
}

// anchor enters a rule's anchors, or returns false where there are none or one of them cannot be run.
func (p *plan) anchor(r *ruleRun, found []anchor, at func(string) *use) bool {
	runs := anchorRuns(r, found)
	if len(runs) == 0 {
		return false
	}
	for i, a := range found {
		for _, l := range a.literals {
			words := []string{l}
			if a.folds {
				words = spellings(l)
			}
			for _, w := range words {
				if u := at(w); !slices.Contains(u.anchors, len(p.anchors)+i) {
					u.anchors = append(u.anchors, len(p.anchors)+i)
				}
			}
		}
	}
	p.anchors = append(p.anchors, runs...)
	return true
}

// mostOf returns what no match of a rule whose longest one has length bytes, nor the code point behind it, goes beyond: a round
// number, not small; or unbounded.
func mostOf(length int) int {
	const least = 512
	if length == unbounded || length > maxMatch/2 {
		return unbounded
	}
	n := least
	for n < length+utf8.UTFMax {
		n *= 2
	}
	return n
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
