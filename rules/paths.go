package rules

import (
	"regexp"
	"regexp/syntax"
)

// pathTests holds every pattern of a set that looks at a fragment's path. One pass over the path tells which of them can
// match at all.
type pathTests struct {
	patterns []*regexp.Regexp
	index    map[string]int // by pattern
	always   []bool         // by test: it has no literal to look for
	literals map[string][]int
	words    *automaton
	tests    [][]int // by keyword of words
}

func newPathTests() *pathTests {
	return &pathTests{index: map[string]int{}, literals: map[string][]int{}}
}

// add returns the number of the test for joined, which holds where one of each matches.
func (p *pathTests) add(joined *regexp.Regexp, each ...*regexp.Regexp) int {
	if i, ok := p.index[joined.String()]; ok {
		return i
	}
	i := len(p.patterns)
	p.index[joined.String()] = i
	p.patterns = append(p.patterns, joined)
	p.always = append(p.always, false)
	for _, re := range each {
		tree, err := syntax.Parse(re.String(), syntax.Perl)
		var found []anchor
		if err == nil {
			found = anchorsOf(tree, longEnough)
		}
		if found == nil {
			p.always[i] = true
		}
		for _, a := range found {
			for _, l := range a.literals {
				for _, s := range spellings(l) {
					p.literals[s] = append(p.literals[s], i)
				}
			}
		}
	}
	return i
}

// finish builds the automaton after the last add.
func (p *pathTests) finish() {
	words := sortedKeys(p.literals)
	for _, w := range words {
		p.tests = append(p.tests, p.literals[w])
	}
	p.words = newAutomaton(words)
}

// pathView is what the tests say of one path; they are run when they are asked for.
type pathView struct {
	tests *pathTests
	path  string
	state []pathState
}

type pathState uint8

const (
	pathCannot pathState = iota
	pathMay
	pathDoes
	pathDoesNot
)

// open makes v the view of path.
func (v *pathView) open(tests *pathTests, path string) {
	v.tests, v.path = tests, path
	if len(v.state) != len(tests.patterns) {
		v.state = make([]pathState, len(tests.patterns))
	}
	clear(v.state)
	if path == "" {
		return
	}
	for i, always := range tests.always {
		if always {
			v.state[i] = pathMay
		}
	}
	tests.words.each(path, func(keyword int) {
		for _, t := range tests.tests[keyword] {
			v.state[t] = pathMay
		}
	})
}

// holds tells whether the path passes a test. No path passes none.
func (v *pathView) holds(test int) bool {
	switch v.state[test] {
	case pathDoes:
		return true
	case pathMay:
		if v.tests.patterns[test].MatchString(v.path) {
			v.state[test] = pathDoes
			return true
		}
		v.state[test] = pathDoesNot
	}
	return false
}

// holdsAny tells whether the path passes one of the tests.
func (v *pathView) holdsAny(tests []int) bool {
	for _, t := range tests {
		if v.holds(t) {
			return true
		}
	}
	return false
}
