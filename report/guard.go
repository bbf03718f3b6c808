package report

import (
	"slices"
	"strings"
	"unicode"
)

// Guard tells texts that hold a value of a report: what clearing would change. It keeps no text that it is asked about. It
// is safe for one goroutine.
type Guard struct {
	clearing *clearing
	short    []string
}

// NewGuard returns the Guard of the values of r, in all their spellings as of Clear. Of the values that Clear replaces at their
// own places only, those of 4 bytes or more that are more than letters, and no common words, count anywhere, as they stand. A
// value of severity low that could be guessed does not count: words of packages are, and names of files.
func NewGuard(r *Report) *Guard {
	which := *r
	which.Secrets = slices.DeleteFunc(slices.Clone(r.Secrets), func(s Secret) bool {
		return s.Severity == Low && s.sealed == nil && !unguessable(s.value.Reveal())
	})
	g := &Guard{clearing: newClearing(&which, nil)}
	for _, l := range g.clearing.locals {
		if len(l.text) >= namedFrom && !commonWord(l.text) && strings.ContainsFunc(l.text, notLetter) {
			g.short = append(g.short, l.text)
		}
	}
	return g
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// Holds reports whether text holds a value, or whether that cannot be told.
func (g *Guard) Holds(text string) bool {
	for _, s := range g.short {
		if strings.Contains(text, s) {
			return true
		}
	}
	if len(text) < gram || g.clearing.none() {
		return false
	}
	marks, all := g.clearing.marks(text, false)
	return len(marks) > 0 || !all
}
