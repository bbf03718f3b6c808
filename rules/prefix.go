package rules

import (
	"regexp/syntax"
	"strings"
)

// maxPrefixes bounds how many literal beginnings of a rule's secret are told apart.
const maxPrefixes = 32

// maxChoices bounds the characters of a class that makes a choice of beginnings, as in gh[oprsu]_, and is none of an alphabet.
const maxChoices = 8

// documentedPrefixes returns the literals that every secret of the pattern begins with, lower-cased: what a provider
// documents as the token's prefix, and redaction may show. It is empty for a secret with no fixed beginning.
func documentedPrefixes(re *syntax.Regexp, group int) []string {
	node := capture(re, group)
	if node == nil {
		node = re
	}
	found, _ := leading(node)
	var out []string
	for _, p := range unique(found) {
		if len(p) < 2 {
			return nil
		}
		out = append(out, p)
	}
	return out
}

// prefixOf returns the length of the longest of prefixes that value begins with, whatever its case.
func prefixOf(value string, prefixes []string) int {
	n := 0
	for _, p := range prefixes {
		if len(p) > n && len(value) > len(p) && strings.EqualFold(value[:len(p)], p) {
			n = len(p)
		}
	}
	return n
}

// capture returns the group with that number; 0 means the first.
func capture(re *syntax.Regexp, group int) *syntax.Regexp {
	if re.Op == syntax.OpCapture && (group == 0 || re.Cap == group) {
		return re
	}
	for _, sub := range re.Sub {
		if c := capture(sub, group); c != nil {
			return c
		}
	}
	return nil
}

// leading returns the literals a match of re can begin with, and whether they are the whole of it.
func leading(re *syntax.Regexp) (literals []string, whole bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText,
		syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return []string{""}, true
	case syntax.OpLiteral:
		return []string{strings.ToLower(string(re.Rune))}, true
	case syntax.OpCharClass:
		for i := 0; i < len(re.Rune); i += 2 {
			for r := re.Rune[i]; r <= re.Rune[i+1]; r++ {
				if literals = append(literals, strings.ToLower(string(r))); len(literals) > maxChoices {
					return []string{""}, false
				}
			}
		}
		return unique(literals), true
	case syntax.OpQuest:
		if literals, whole = leading(re.Sub[0]); !whole {
			return []string{""}, false
		}
		return append(literals, ""), true
	case syntax.OpPlus, syntax.OpRepeat:
		if re.Op == syntax.OpRepeat && re.Min == 0 || re.Sub[0].Op == syntax.OpCharClass {
			return []string{""}, false // a class that repeats is an alphabet
		}
		literals, _ = leading(re.Sub[0])
		return literals, false
	case syntax.OpCapture:
		return leading(re.Sub[0])
	case syntax.OpAlternate:
		whole = true
		for _, sub := range re.Sub {
			l, w := leading(sub)
			literals, whole = append(literals, l...), whole && w
		}
		if len(literals) > maxPrefixes {
			return []string{""}, false
		}
		return literals, whole
	case syntax.OpConcat:
		literals = []string{""}
		for _, sub := range re.Sub {
			next, w := leading(sub)
			if len(literals)*len(next) > maxPrefixes {
				return literals, false
			}
			var product []string
			for _, a := range literals {
				for _, b := range next {
					product = append(product, a+b)
				}
			}
			literals = product
			if !w {
				return literals, false
			}
		}
		return literals, true
	}
	return []string{""}, false
}
