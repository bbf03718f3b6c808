package source

import (
	"fmt"
	"regexp"
	"strings"
)

// Selection says which part of a registry is read. The zero value means all of it.
type Selection struct {
	List         []string // repositories to read where the catalog is closed; nil asks the catalog
	Repositories []string // globs of which a repository has to match one, where there are any
	Tags         []string // the same of tags
	Limit        int      // tags of one repository, the newest first; 0 means all
}

// choice is a Selection made ready.
type choice struct {
	repositories, tags []*regexp.Regexp
	limit              int
}

func (s Selection) choice() (*choice, error) {
	c := &choice{limit: s.Limit}
	for _, part := range []struct {
		globs []string
		into  *[]*regexp.Regexp
	}{{s.Repositories, &c.repositories}, {s.Tags, &c.tags}} {
		for _, glob := range part.globs {
			re, err := globPattern(glob)
			if err != nil {
				return nil, err
			}
			*part.into = append(*part.into, re)
		}
	}
	return c, nil
}

// narrows tells that some tags are left out.
func (c *choice) narrows() bool { return len(c.tags) > 0 || c.limit > 0 }

// globPattern returns the pattern of a glob: * and ? stand for what is within one part of a name, ** for anything.
func globPattern(glob string) (*regexp.Regexp, error) {
	if glob == "" {
		return nil, fmt.Errorf("reading a glob: it is empty")
	}
	var b strings.Builder
	b.WriteString("^")
	for rest := glob; rest != ""; {
		switch {
		case strings.HasPrefix(rest, "**"):
			b.WriteString(".*")
			rest = rest[2:]
		case rest[0] == '*':
			b.WriteString("[^/]*")
			rest = rest[1:]
		case rest[0] == '?':
			b.WriteString("[^/]")
			rest = rest[1:]
		default:
			b.WriteString(regexp.QuoteMeta(rest[:1]))
			rest = rest[1:]
		}
	}
	b.WriteString("$")
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, fmt.Errorf("reading the glob %q: %w", glob, err)
	}
	return re, nil
}

// takes tells whether name matches one of the globs, or there are none.
func takes(globs []*regexp.Regexp, name string) bool {
	for _, g := range globs {
		if g.MatchString(name) {
			return true
		}
	}
	return len(globs) == 0
}

// Narrows tells that a part of the registry is left out.
func (s Selection) Narrows() bool {
	return s.List != nil || len(s.Repositories) > 0 || len(s.Tags) > 0 || s.Limit > 0
}
