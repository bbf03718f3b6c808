package rules

import (
	"regexp/syntax"
	"slices"
)

// pathTests holds every pattern of a set that looks at a fragment's path. One pass over the path tells which of them can
// match at all.
type pathTests struct {
	patterns []*expression  // by test
	index    map[string]int // by pattern
	parts    []pathPart
	literals map[string][]int // parts by a literal that they need
	always   []int            // parts that have no literal to look for
	words    *automaton
	byWord   [][]int // parts by keyword of words
}

// pathPart is one of the regexes of a test. They run apart: most need a literal that few paths have, and joined they
// would all run wherever one of them may match.
type pathPart struct {
	test int
	re   *expression
}

func newPathTests() *pathTests {
	return &pathTests{index: map[string]int{}, literals: map[string][]int{}}
}

// add returns the number of the test for joined, which holds where one of each matches.
func (p *pathTests) add(joined *expression, each ...*expression) int {
	if i, ok := p.index[joined.String()]; ok {
		return i
	}
	i := len(p.patterns)
	p.index[joined.String()] = i
	p.patterns = append(p.patterns, joined)
	for _, re := range each {
		part := len(p.parts)
		p.parts = append(p.parts, pathPart{test: i, re: re})
		tree, err := syntax.Parse(re.String(), syntax.Perl)
		var found []anchor
		if err == nil {
			found = anchorsOf(tree, longEnough)
		}
		if found == nil {
			p.always = append(p.always, part)
		}
		for _, a := range found {
			for _, l := range a.literals {
				for _, s := range spellings(l) {
					p.literals[s] = append(p.literals[s], part)
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
		p.byWord = append(p.byWord, p.literals[w])
	}
	p.words = newAutomaton(words)
}

// pathView is what the tests say of one path; they are run when they are asked for.
type pathView struct {
	tests *pathTests
	path  string
	state []pathState // by test
	may   []int       // the parts that may match
}

type pathState uint8

const (
	pathCannot pathState = iota
	pathMay
	pathDoes
	pathDoesNot
)

// open makes v the view of path. What is known of the path that it was the view of stays: contents ask for their class
// before they are searched, and members without a name share their container's path.
func (v *pathView) open(tests *pathTests, path string) {
	if v.tests == tests && v.path == path && len(v.state) == len(tests.patterns) {
		return
	}
	v.tests, v.path = tests, path
	if len(v.state) != len(tests.patterns) {
		v.state = make([]pathState, len(tests.patterns))
	}
	clear(v.state)
	v.may = v.may[:0]
	if path == "" {
		return
	}
	v.may = append(v.may, tests.always...)
	tests.words.each(path, func(keyword int) {
		v.may = append(v.may, tests.byWord[keyword]...)
	})
	slices.Sort(v.may)
	v.may = slices.Compact(v.may)
	for _, part := range v.may {
		v.state[tests.parts[part].test] = pathMay
	}
}

// holds tells whether the path passes a test. No path passes none.
func (v *pathView) holds(test int) bool {
	switch v.state[test] {
	case pathDoes:
		return true
	case pathMay:
		for _, i := range v.may {
			if part := v.tests.parts[i]; part.test == test && part.re.regexp().MatchString(v.path) {
				v.state[test] = pathDoes
				return true
			}
		}
		v.state[test] = pathDoesNot
	}
	return false
}

// holding calls found with each test that the path passes, in order.
func (v *pathView) holding(found func(test int)) {
	last := -1
	for _, i := range v.may {
		if test := v.tests.parts[i].test; test != last && v.holds(test) {
			found(test)
		}
		last = v.tests.parts[i].test
	}
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
