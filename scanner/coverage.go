package scanner

import (
	"maps"
	"slices"
	"strings"

	"dregs/report"
	"dregs/rules"
)

// coverage counts what was read and what was not.
type coverage struct {
	images, layers, files int
	bytes                 int64
	unpackedFiles         int
	unpackedBytes         int64
	skipped               map[string]*report.Skipped
	judged                map[string]int // by reason: candidates that the searcher had judged before this scan
}

// skippedPaths is how many paths are named for one reason.
const skippedPaths = 20

// Reasons for which something was left out, beside those of what is unpacked.
const (
	foreignLayer     = "foreign layer"
	unfinishedUpload = "end of an unfinished upload"
	allowedByComment = "allowed by a comment in the Dockerfile" // no content, but what was found in it
)

// leftOut returns a problem for content that was left out, which a strict scan tells.
func leftOut(where, reason string) report.Problem {
	kind := report.Unsupported
	switch {
	case reason == foreignLayer:
		kind = report.Missing
	case reason == unfinishedUpload, strings.HasPrefix(reason, report.Corrupt):
		kind = report.Corrupt
	}
	return report.NewProblem(where, report.Faultf(kind, "left out: %s", reason))
}

// blob counts one blob that was read.
func (c *coverage) blob(r *blobResult) {
	c.layers++
	c.files += r.summary.Files
	c.bytes += r.summary.Bytes
	for i := range r.inner {
		c.inner(&r.inner[i])
	}
}

// skip counts something that was left out on purpose.
func (c *coverage) skip(reason, path string, bytes int64) {
	if c.skipped == nil {
		c.skipped = make(map[string]*report.Skipped)
	}
	s := c.skipped[reason]
	if s == nil {
		s = &report.Skipped{Reason: reason}
		c.skipped[reason] = s
	}
	s.Count++
	s.Bytes += max(0, bytes)
	s.Candidates = reason == allowedByComment
	if len(s.Paths) < skippedPaths {
		s.Paths = append(s.Paths, path)
	}
}

func (c *coverage) report() report.Coverage {
	r := report.Coverage{Images: c.images, Layers: c.layers, Files: c.files, Bytes: c.bytes,
		UnpackedFiles: c.unpackedFiles, UnpackedBytes: c.unpackedBytes, Skipped: []report.Skipped{}}
	for _, reason := range slices.Sorted(maps.Keys(c.skipped)) {
		r.Skipped = append(r.Skipped, *c.skipped[reason])
	}
	return r
}

// candidates adds what search judged to be no secrets since the scan began, and what earlier ones did, by reason.
func (c *coverage) candidates(r *report.Coverage, search rules.Searcher, earlier map[string]int) {
	now := judged(search)
	if now == nil {
		now = make(map[string]int)
	}
	for reason, n := range earlier {
		now[reason] += n
	}
	for _, reason := range slices.Sorted(maps.Keys(now)) {
		if n := now[reason] - c.judged[reason]; n > 0 {
			r.Skipped = append(r.Skipped, report.Skipped{Reason: reason, Count: n, Candidates: true})
		}
	}
}

// judged returns how many candidates a searcher has judged to be no secrets, by reason.
func judged(search rules.Searcher) map[string]int {
	if s, ok := search.(rules.Suppressor); ok {
		return s.Suppressed()
	}
	return nil
}

// inner counts what was unpacked from one file, and what of it was left out.
func (c *coverage) inner(p *innerPart) {
	c.unpackedFiles += p.files
	c.unpackedBytes += p.bytes
	for _, s := range p.skipped {
		c.skip(s.reason, trail(p.path, s.via), s.bytes)
	}
}

// trail shows a path and the steps inside it.
func trail(path string, via []string) string {
	return strings.Join(append([]string{path}, via...), "!")
}
