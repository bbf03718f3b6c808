package validate

import (
	"regexp"
	"sync"
)

// late returns a regular expression that is compiled when it is first asked for: all of them would take a tenth of the time
// that a process needs to start, and few are needed.
func late(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
