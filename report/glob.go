package report

import (
	"errors"
	"regexp"
	"strings"
)

// globBytes bounds a pattern.
const globBytes = 4096

// glob matches paths and names: * is any run of characters but /, ** any run at all, ? one character but /, a backslash
// takes the next character as it is. A leading / of pattern or text does not count. Matching is linear in the text.
type glob struct{ re *regexp.Regexp }

func newGlob(pattern string) (glob, error) {
	if len(pattern) > globBytes {
		return glob{}, errors.New("the pattern is too long")
	}
	pattern = strings.TrimPrefix(pattern, "/")
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**/"):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(`.*`)
			i++
		case c == '*':
			b.WriteString(`[^/]*`)
		case c == '?':
			b.WriteString(`[^/]`)
		case c == '\\' && i+1 == len(pattern):
			return glob{}, errors.New("the pattern ends in a backslash")
		case c == '\\':
			i++
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	b.WriteString(`\z`)
	re, err := regexp.Compile(b.String())
	if err != nil {
		return glob{}, errors.New("the pattern is not UTF-8")
	}
	return glob{re}, nil
}

// match reports whether the glob is unset or matches one of texts.
func (g glob) match(texts ...string) bool {
	if g.re == nil {
		return true
	}
	for _, t := range texts {
		if g.re.MatchString(strings.TrimPrefix(t, "/")) {
			return true
		}
	}
	return false
}
