package scanner

import (
	"maps"

	"dregs/scanner/unpack"
)

// facts are what a report tells of a match besides its spot: the facts of its container, and for a git object the commit
// that reaches it, from whichever layer that commit is.
func (c *contents) facts(of map[string]string) map[string]string {
	if len(of) == 0 {
		return nil
	}
	out := maps.Clone(of)
	if of[unpack.FactObject] == "" {
		return out
	}
	if at, ok := c.git.Locate(of); ok {
		for key, value := range map[string]string{
			unpack.FactCommit: at.Commit, unpack.FactPath: at.Path, unpack.FactDate: at.Date, unpack.FactTag: at.Tag,
		} {
			if value != "" {
				out[key] = value
			}
		}
	}
	return out
}
