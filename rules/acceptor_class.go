package rules

import (
	"regexp/syntax"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// maxClasses bounds the classes of one acceptor.
const maxClasses = 250

// addCuts adds where the code points that re tells apart begin and end, as classify will: no more classes can come of it.
func addCuts(re *syntax.Regexp, cuts map[rune]bool) {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			cuts[r], cuts[r+1] = true, true
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				cuts[f], cuts[f+1] = true, true
			}
		}
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for _, r := range []rune{re.Rune[i], re.Rune[i+1]} {
				cuts[r], cuts[r+1] = true, true
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					cuts[f], cuts[f+1] = true, true
				}
			}
		}
	}
	for _, sub := range re.Sub {
		addCuts(sub, cuts)
	}
}

// fixedCuts are where assertions tell code points apart.
var fixedCuts = []rune{0, '\n', '\n' + 1, '0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1, 128}

// classify splits the code points into classes that no instruction and no assertion tells apart, and tells whether they
// are few enough to be numbered.
func (a *acceptor) classify() bool {
	cuts := slices.Clone(fixedCuts)
	tests := a.tests()
	for _, inst := range tests {
		if len(inst.Rune) == 1 {
			r := inst.Rune[0]
			cuts = append(cuts, r, r+1)
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				cuts = append(cuts, f, f+1)
			}
			continue
		}
		for j := 0; j+1 < len(inst.Rune); j += 2 {
			cuts = append(cuts, inst.Rune[j], inst.Rune[j+1]+1)
		}
	}
	slices.Sort(cuts)
	a.cuts = slices.Compact(cuts)
	ids := map[string]uint8{}
	a.class = make([]uint8, 0, len(a.cuts))
	signature := make([]byte, 0, 1+len(tests))
	for _, r := range a.cuts {
		signature = append(signature[:0], byte(kindOf(r)))
		for _, inst := range tests {
			signature = append(signature, boolByte(inst.MatchRune(r)))
		}
		id, ok := ids[string(signature)]
		if !ok {
			if len(ids) == maxClasses {
				return false
			}
			id = uint8(len(ids))
			ids[string(signature)] = id
			a.kinds = append(a.kinds, kindOf(r))
			a.samples = append(a.samples, r)
		}
		a.class = append(a.class, id)
	}
	a.end = uint8(len(ids))
	a.kinds = append(a.kinds, textEdge)
	a.samples = append(a.samples, -1)
	for i, id := range a.class {
		for b := a.cuts[i]; b < utf8.RuneSelf && (i+1 == len(a.cuts) || b < a.cuts[i+1]); b++ {
			a.ascii[b] = id
		}
	}
	return true
}

// tests returns one instruction for each different test of a code point in the program.
func (a *acceptor) tests() []*syntax.Inst {
	var tests []*syntax.Inst
	for i := range a.prog.Inst {
		inst := &a.prog.Inst[i]
		if inst.Op != syntax.InstRune && inst.Op != syntax.InstRune1 {
			continue
		}
		known := slices.ContainsFunc(tests, func(t *syntax.Inst) bool {
			return (t.Arg^inst.Arg)&uint32(syntax.FoldCase) == 0 && slices.Equal(t.Rune, inst.Rune)
		})
		if !known {
			tests = append(tests, inst)
		}
	}
	return tests
}

// classOf returns the class of r.
func (a *acceptor) classOf(r rune) uint8 {
	i := sort.Search(len(a.cuts), func(i int) bool { return a.cuts[i] > r })
	return a.class[i-1]
}

func kindOf(r rune) kind {
	switch {
	case r == '\n':
		return lineBreak
	case syntax.IsWordChar(r):
		return wordRune
	}
	return otherRune
}

func boolByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
