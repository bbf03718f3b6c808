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

// cutSet counts where code points begin and end that a pattern tells apart. The zero set is empty.
type cutSet struct {
	ascii [utf8.RuneSelf + 1]bool
	wide  map[rune]bool
	size  int
}

// add adds where r, and what folds to it, begins and ends.
func (c *cutSet) add(r rune) {
	c.cut(r)
	c.cut(r + 1)
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		c.cut(f)
		c.cut(f + 1)
	}
}

func (c *cutSet) cut(r rune) {
	if int(r) < len(c.ascii) {
		if !c.ascii[r] {
			c.size++
		}
		c.ascii[r] = true
		return
	}
	if c.wide == nil {
		c.wide = map[rune]bool{}
	}
	if !c.wide[r] {
		c.size++
	}
	c.wide[r] = true
}

// addPattern adds what re tells apart, as classify will: no more classes can come of it.
func (c *cutSet) addPattern(re *syntax.Regexp) {
	if re.Op == syntax.OpLiteral || re.Op == syntax.OpCharClass {
		for _, r := range re.Rune {
			c.add(r)
		}
	}
	for _, sub := range re.Sub {
		c.addPattern(sub)
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
