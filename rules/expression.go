package rules

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"sync"
)

// expression is a regular expression of a rule file. It has been checked, and is compiled when a text first needs it: a
// scan needs few of a rule set's, and what Go makes of them all is larger than the rest of the set.
type expression struct {
	text     string
	groups   int // captures
	compiled func() *regexp.Regexp
}

// newExpression checks one regular expression of a rule file. Whatever it accepts can be compiled.
func newExpression(what, text string) (*expression, error) {
	e, _, err := parseExpression(what, text)
	return e, err
}

// parseExpression is newExpression, and returns the syntax tree too.
func parseExpression(what, text string) (*expression, *syntax.Regexp, error) {
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, nil, fmt.Errorf("compiling %s: %w", what, err)
	}
	return &expression{
		text:     text,
		groups:   tree.MaxCap(),
		compiled: sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) }),
	}, tree, nil
}

// String returns the text of e, empty where there is none.
func (e *expression) String() string {
	if e == nil {
		return ""
	}
	return e.text
}

// regexp returns e compiled, nil where there is none.
func (e *expression) regexp() *regexp.Regexp {
	if e == nil {
		return nil
	}
	return e.compiled()
}

// sources returns the texts of expressions.
func sources(of []*expression) []string {
	var out []string
	for _, e := range of {
		out = append(out, e.text)
	}
	return out
}

// regexps returns expressions compiled.
func regexps(of []*expression) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, e := range of {
		out = append(out, e.compiled())
	}
	return out
}
