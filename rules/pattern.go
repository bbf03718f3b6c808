package rules

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLiterals bounds the literals that one part of a pattern may stand for.
const maxLiterals = 64

// parts returns re as the sequence of parts that a match consists of, captures left out and nested sequences laid flat.
func parts(re *syntax.Regexp) []*syntax.Regexp {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	if re.Op != syntax.OpConcat {
		return []*syntax.Regexp{bare(re)}
	}
	var out []*syntax.Regexp
	for _, sub := range re.Sub {
		out = append(out, parts(sub)...)
	}
	return out
}

// bare returns re without captures.
func bare(re *syntax.Regexp) *syntax.Regexp {
	for re.Op == syntax.OpCapture {
		re = re.Sub[0]
	}
	return mapParts(re, bare)
}

// mapParts returns re with what change makes of each part right below it; re itself where that changes nothing.
func mapParts(re *syntax.Regexp, change func(*syntax.Regexp) *syntax.Regexp) *syntax.Regexp {
	out := re
	for i, sub := range re.Sub {
		part := change(sub)
		if part == sub {
			continue
		}
		if out == re {
			c := *re
			c.Sub = slices.Clone(re.Sub)
			out = &c
		}
		out.Sub[i] = part
	}
	return out
}

// maxCopies is how many times more often than at least loose lets a part of a pattern be repeated.
const maxCopies = 64

// loose returns a pattern that matches all that re does, and is as quick to tell where it does not: a part that may come many
// times may come any number of times. Each of those times would be a copy of it in the program, and a state for the texts that
// it repeats in.
func loose(re *syntax.Regexp) *syntax.Regexp {
	out := mapParts(re, loose)
	if re.Op != syntax.OpRepeat || re.Max <= re.Min+maxCopies {
		return out
	}
	c := *out
	c.Max = unbounded
	return &c
}

// join returns the sequence of parts as one pattern.
func join(parts []*syntax.Regexp) *syntax.Regexp {
	if len(parts) == 1 {
		return parts[0]
	}
	if len(parts) == 0 {
		return &syntax.Regexp{Op: syntax.OpEmptyMatch}
	}
	return &syntax.Regexp{Op: syntax.OpConcat, Sub: slices.Clone(parts)}
}

// literals returns every text that re matches, folded, or false where there are too many.
func literals(re *syntax.Regexp) ([]string, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{strings.Map(fold, string(re.Rune))}, true
	case syntax.OpCharClass:
		return classLiterals(re)
	case syntax.OpCapture:
		return literals(re.Sub[0])
	case syntax.OpQuest:
		l, ok := literals(re.Sub[0])
		return append([]string{""}, l...), ok
	case syntax.OpRepeat:
		if re.Min != re.Max || re.Max > 8 {
			return nil, false
		}
		return product(slices.Repeat([]*syntax.Regexp{re.Sub[0]}, re.Max))
	case syntax.OpConcat:
		return product(re.Sub)
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			l, ok := literals(sub)
			if out = unique(append(out, l...)); !ok || len(out) > maxLiterals {
				return nil, false
			}
		}
		return out, true
	}
	return nil, false
}

// classLiterals returns the members of a small class.
func classLiterals(re *syntax.Regexp) ([]string, bool) {
	size := 0
	for i := 0; i+1 < len(re.Rune); i += 2 {
		if size += int(re.Rune[i+1]-re.Rune[i]) + 1; size > 3*maxLiterals { // as many fold to one: k, K and U+212A
			return nil, false
		}
	}
	out := make([]string, 0, size)
	for i := 0; i+1 < len(re.Rune); i += 2 {
		for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
			out = append(out, letter(fold(r)))
		}
	}
	out = unique(out)
	return out, len(out) <= maxLiterals
}

// letter returns r as a string, without making one of an ASCII character.
func letter(r rune) string {
	if r < utf8.RuneSelf {
		return ascii[r : r+1]
	}
	return string(r)
}

// ascii holds the ASCII characters in order.
var ascii = newASCII()

func newASCII() string {
	var all [utf8.RuneSelf]byte
	for c := range all {
		all[c] = byte(c)
	}
	return string(all[:])
}

// product returns every text that a sequence matches.
func product(parts []*syntax.Regexp) ([]string, bool) {
	out := []string{""}
	for _, p := range parts {
		next, ok := literals(p)
		if !ok || len(out)*len(next) > maxLiterals {
			return nil, false
		}
		out = cross(out, next)
	}
	return out, true
}

// cross returns each of a followed by each of b, without repetitions.
func cross(a, b []string) []string {
	out := make([]string, 0, len(a)*len(b))
	for _, x := range a {
		for _, y := range b {
			out = append(out, x+y)
		}
	}
	return unique(out)
}

// fold returns the ASCII letter in lower case that r equals under (?i), or else r in lower case. U+212A folds to k,
// U+017F to s.
func fold(r rune) rune {
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if 'a' <= f && f <= 'z' {
			return f
		}
	}
	return unicode.ToLower(r)
}

// folds tells whether any part of re ignores case, so that it may match what strings.ToLower does not make equal.
func folds(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		return re.Flags&syntax.FoldCase != 0
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			if re.Rune[i] <= 0x212A && 0x212A <= re.Rune[i+1] || re.Rune[i] <= 0x17F && 0x17F <= re.Rune[i+1] {
				return true
			}
		}
	}
	return slices.ContainsFunc(re.Sub, folds)
}

// spellings returns the UTF-8 texts that fold to a folded keyword apart from ASCII case, itself first. At most
// maxLiterals.
func spellings(keyword string) []string {
	out, from := []string{""}, 0
	for at, r := range keyword {
		same := []string{letter(r)}
		if r >= 'a' && r <= 'z' || r > unicode.MaxASCII {
			for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
				if f > unicode.MaxASCII {
					same = append(same, string(f))
				}
			}
		}
		if len(same) > 1 && len(out)*len(same) <= maxLiterals {
			out = cross(cross(out, []string{keyword[from:at]}), same)
			from = at + len(same[0])
		}
	}
	return cross(out, []string{keyword[from:]})
}

// unbounded is the length of what has no longest match.
const unbounded = -1

// longest returns the length in bytes of the longest match of re, or unbounded.
func longest(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		n := 0
		for _, r := range re.Rune {
			n += utf8.RuneLen(r)
			if re.Flags&syntax.FoldCase != 0 {
				n += widest(r) - utf8.RuneLen(r)
			}
		}
		return n
	case syntax.OpCharClass:
		n := 0
		for i := 1; i < len(re.Rune); i += 2 {
			n = max(n, utf8.RuneLen(re.Rune[i]))
		}
		return max(n, 1)
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return utf8.UTFMax
	case syntax.OpCapture, syntax.OpQuest:
		return longest(re.Sub[0])
	case syntax.OpStar, syntax.OpPlus:
		if longest(re.Sub[0]) == 0 {
			return 0
		}
		return unbounded
	case syntax.OpRepeat:
		n := longest(re.Sub[0])
		if re.Max < 0 && n != 0 || n == unbounded {
			return unbounded
		}
		return n * max(re.Max, 0)
	case syntax.OpConcat:
		return longestOf(re.Sub)
	case syntax.OpAlternate:
		n := 0
		for _, sub := range re.Sub {
			m := longest(sub)
			if m == unbounded {
				return unbounded
			}
			n = max(n, m)
		}
		return n
	}
	return 0
}

// longestOf is longest for a sequence.
func longestOf(parts []*syntax.Regexp) int {
	n := 0
	for _, p := range parts {
		m := longest(p)
		if m == unbounded {
			return unbounded
		}
		n += m
	}
	return n
}

// shortest returns a length in bytes that no match of re is under: the least, where code points over ASCII that equal
// others under (?i) count as one byte.
func shortest(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return len(re.Rune)
		}
		return len(string(re.Rune))
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return shortest(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min * shortest(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n += shortest(sub)
		}
		return n
	case syntax.OpAlternate:
		n := shortest(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			n = min(n, shortest(sub))
		}
		return n
	}
	return 0
}

// widest returns the length of the longest code point that equals r under (?i).
func widest(r rune) int {
	n := utf8.RuneLen(r)
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		n = max(n, utf8.RuneLen(f))
	}
	return n
}

// byteSet is a set of bytes.
type byteSet [256]bool

// addBytes adds every byte that a match of re may hold; bytes over ASCII are told apart no further.
func (s *byteSet) addBytes(re *syntax.Regexp) {
	high := false
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			s.addRune(r)
			if re.Flags&syntax.FoldCase != 0 {
				for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
					s.addRune(f)
				}
			}
		}
	case syntax.OpCharClass:
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1] && r <= unicode.MaxASCII; r++ {
				s[r] = true
			}
			high = high || re.Rune[i+1] > unicode.MaxASCII
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		for b := range unicode.MaxASCII + 1 {
			s[b] = s[b] || b != '\n' || re.Op == syntax.OpAnyChar
		}
		high = true
	}
	if high {
		s.addRune(utf8.RuneError)
	}
	for _, sub := range re.Sub {
		s.addBytes(sub)
	}
}

func (s *byteSet) addRune(r rune) {
	if r <= unicode.MaxASCII {
		s[r] = true
		return
	}
	for b := unicode.MaxASCII + 1; b < 256; b++ {
		s[b] = true
	}
}
