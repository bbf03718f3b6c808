package rules

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
)

// anchor is a way to look for a pattern: every match that takes it holds one of literals, after at most lead bytes of the
// set before, and tail matches from the literal on. The anchors of a pattern cover every match of it.
type anchor struct {
	literals []string // folded; what the automaton looks for
	folds    bool     // the literal may be spelled with U+212A or U+017F too
	bounded  bool     // the literal begins a word
	before   *byteSet
	lead     int // or unbounded
	behind   behind
	tail     *syntax.Regexp
}

// behind is what must stand before the literal of an anchor: one byte of hold, and then nothing but bytes of skip. The zero
// behind is true of any place.
type behind struct{ hold, skip *byteSet }

// maxBehind bounds the bytes that are looked at before a literal, so that the cost stays linear.
const maxBehind = 64

// at tells whether it may stand before data[start].
func (b behind) at(data []byte, start int) bool {
	if b.hold == nil {
		return true
	}
	for i := start - 1; i >= max(0, start-maxBehind); i-- {
		if b.hold[data[i]] {
			return true
		}
		if !b.skip[data[i]] {
			return false
		}
	}
	return start > maxBehind
}

// behindOf returns what must stand before whatever follows seq.
func behindOf(seq []*syntax.Regexp) behind {
	skip, hold := new(byteSet), new(byteSet)
	for _, p := range slices.Backward(seq) {
		if shortest(p) == 0 {
			skip.addBytes(p)
			continue
		}
		if p.Op == syntax.OpLiteral {
			last := *p
			last.Rune = p.Rune[len(p.Rune)-1:]
			p = &last
		}
		hold.addBytes(p)
		return behind{hold, skip}
	}
	return behind{}
}

// maxAnchors bounds the branches of a pattern that are anchored one by one.
const maxAnchors = 64

// anchorsOf returns anchors that cover every match of re, such that useful holds for each of their literals, or nil if
// that cannot be proved.
func anchorsOf(re *syntax.Regexp, useful func(literal string) bool) []anchor {
	budget := maxAnchors
	return anchorSequence(parts(re), useful, &budget)
}

// anchorSequence anchors a sequence of parts: by a run of parts that stands for few literals, or else by each branch of
// an alternation in it.
func anchorSequence(seq []*syntax.Regexp, useful func(string) bool, budget *int) []anchor {
	from, to, lits := bestRun(seq, useful)
	if from > 0 && edgeOrMore(seq[from-1]) {
		if out := anchorBranches(seq, from-1, useful, budget); out != nil {
			return out
		}
	}
	if lits != nil {
		*budget--
		a := anchor{literals: lits, before: new(byteSet), lead: longestOf(seq[:from]), behind: behindOf(seq[:from]), tail: join(seq[from:])}
		for _, p := range seq[:from] {
			a.before.addBytes(p)
		}
		a.bounded = isEdge(seq[from]) || from > 0 && precedesWord(seq[from-1])
		a.folds = slices.ContainsFunc(seq[from:to], folds)
		return []anchor{a}
	}
	for i := range seq {
		if out := anchorBranches(seq, i, useful, budget); out != nil {
			return out
		}
	}
	return nil
}

// anchorBranches anchors a sequence by each branch of its part number i, nil where that has none or one cannot be anchored.
func anchorBranches(seq []*syntax.Regexp, i int, useful func(string) bool, budget *int) []anchor {
	var out []anchor
	for _, branch := range branches(seq[i]) {
		if *budget <= 0 {
			return nil
		}
		found := anchorSequence(slices.Concat(seq[:i], branch, seq[i+1:]), useful, budget)
		if found == nil {
			return nil
		}
		out = append(out, found...)
	}
	return out
}

// edgeOrMore tells whether p is the edge of a word or something else, such as an escape: what follows is looked for at the edges
// and, longer by what stands in their place, elsewhere, and not inside of every word.
func edgeOrMore(p *syntax.Regexp) bool {
	return p.Op == syntax.OpAlternate && slices.ContainsFunc(p.Sub, isEdge) && !precedesWord(p)
}

// precedesWord tells whether what stands behind each match of p, if it is a letter, a digit or an underscore, begins a word
// as \b has it.
func precedesWord(p *syntax.Regexp) bool {
	switch p.Op {
	case syntax.OpLiteral:
		return !wordRunes(p.Rune[len(p.Rune)-1], p.Rune[len(p.Rune)-1])
	case syntax.OpCharClass:
		for i := 0; i+1 < len(p.Rune); i += 2 {
			if wordRunes(p.Rune[i], p.Rune[i+1]) {
				return false
			}
		}
		return true
	case syntax.OpCapture, syntax.OpPlus:
		return precedesWord(p.Sub[0])
	case syntax.OpRepeat:
		return p.Min > 0 && precedesWord(p.Sub[0])
	case syntax.OpConcat:
		return precedesWord(p.Sub[len(p.Sub)-1])
	case syntax.OpAlternate:
		return !slices.ContainsFunc(p.Sub, func(sub *syntax.Regexp) bool { return !precedesWord(sub) })
	}
	return isEdge(p)
}

// isEdge tells whether p matches nothing but a place at which no word goes on.
func isEdge(p *syntax.Regexp) bool {
	return p.Op == syntax.OpWordBoundary || p.Op == syntax.OpBeginText || p.Op == syntax.OpBeginLine
}

// wordRunes tells whether one of the code points from lo to hi is part of a word.
func wordRunes(lo, hi rune) bool {
	for r := lo; r <= min(hi, unicode.MaxASCII); r++ {
		if syntax.IsWordChar(r) {
			return true
		}
	}
	return false
}

// branches returns the sequences of which every match of p is one, where that tells more than p: the branches of an
// alternation, and the first round of a repetition that must occur.
func branches(p *syntax.Regexp) [][]*syntax.Regexp {
	switch {
	case p.Op == syntax.OpAlternate:
		var out [][]*syntax.Regexp
		for _, sub := range p.Sub {
			out = append(out, parts(sub))
		}
		return out
	case p.Op == syntax.OpPlus:
		rest := &syntax.Regexp{Op: syntax.OpStar, Flags: p.Flags, Sub: p.Sub}
		return [][]*syntax.Regexp{append(parts(p.Sub[0]), rest)}
	case p.Op == syntax.OpRepeat && p.Min > 0 && p.Sub[0].Op != syntax.OpCharClass:
		rest := *p
		rest.Min--
		if rest.Max > 0 {
			rest.Max--
		}
		return [][]*syntax.Regexp{append(parts(p.Sub[0]), &rest)}
	}
	return nil
}

// bestRun returns the run of parts whose literals are all useful and longest, measured by the shortest of them; fewer
// literals win between equals.
func bestRun(seq []*syntax.Regexp, useful func(string) bool) (from, to int, best []string) {
	score := 0
	each := make([][]string, len(seq)) // nil where there are too many
	for i, p := range seq {
		if lits, ok := literals(p); ok {
			each[i] = lits
		}
	}
	for i := range seq {
		lits := []string{""}
		for j := i; j < len(seq); j++ {
			if each[j] == nil || len(lits)*len(each[j]) > maxLiterals {
				break
			}
			lits = cross(lits, each[j])
			if slices.ContainsFunc(lits, func(l string) bool { return l == "" || !useful(l) }) {
				continue
			}
			n := len(slices.MinFunc(lits, func(a, b string) int { return len(a) - len(b) }))
			if s := n*maxLiterals - len(lits); best == nil || s > score {
				from, to, best, score = i, j+1, lits, s
			}
		}
	}
	return from, to, best
}

// holdsKeyword returns the test that a literal holds one of keywords.
func holdsKeyword(keywords []string) func(string) bool {
	return func(literal string) bool {
		return slices.ContainsFunc(keywords, func(k string) bool { return strings.Contains(literal, k) })
	}
}

// minFactor is the shortest literal that is worth looking for on behalf of a rule without keywords.
const minFactor = 3

func longEnough(literal string) bool { return len(literal) >= minFactor }

// distinctive tells a literal that few texts hold.
func distinctive(literal string) bool { return len(literal) > minFactor }
