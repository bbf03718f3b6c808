package source

import (
	"errors"
	"fmt"

	"dregs/report"
)

// Selection says which part of a registry is read. The zero value means all of it.
type Selection struct {
	List         []string // the only repositories to read, for where the catalog is closed; nil asks the catalog
	Repositories []string // globs of which a repository has to match one, where there are any
	Tags         []string // the same of tags
	Limit        int      // tags of one repository, the newest first; 0 means all
}

// choice is a Selection made ready.
type choice struct {
	repositories, tags []report.Glob
	list               map[string]bool // the only repositories; nil for all
	limit              int
}

func (s Selection) choice() (*choice, error) {
	c := &choice{limit: s.Limit}
	if s.List != nil {
		c.list = make(map[string]bool, len(s.List))
	}
	for _, name := range s.List {
		c.list[name] = true
	}
	for _, part := range []struct {
		globs []string
		into  *[]report.Glob
	}{{s.Repositories, &c.repositories}, {s.Tags, &c.tags}} {
		for _, glob := range part.globs {
			if glob == "" {
				return nil, errors.New("reading a glob: it is empty")
			}
			g, err := report.NewGlob(glob)
			if err != nil {
				return nil, fmt.Errorf("reading the glob %q: %w", glob, err)
			}
			*part.into = append(*part.into, g)
		}
	}
	return c, nil
}

// repository tells whether the one of that name is chosen.
func (c *choice) repository(name string) bool {
	return takes(c.repositories, name) && (c.list == nil || c.list[name])
}

// everywhere tells that no repository is left out.
func (c *choice) everywhere() bool { return len(c.repositories) == 0 && c.list == nil }

// narrows tells that some tags are left out.
func (c *choice) narrows() bool { return len(c.tags) > 0 || c.limit > 0 }

// takes tells whether name matches one of the globs, or there are none.
func takes(globs []report.Glob, name string) bool {
	for _, g := range globs {
		if g.Match(name) {
			return true
		}
	}
	return len(globs) == 0
}

// Narrows tells that a part of the registry is left out.
func (s Selection) Narrows() bool {
	return s.List != nil || len(s.Repositories) > 0 || len(s.Tags) > 0 || s.Limit > 0
}
