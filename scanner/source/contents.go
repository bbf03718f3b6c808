package source

import (
	"fmt"
	"slices"
	"strings"

	"dregs/report"
)

// problemList collects problems up to a bound, the last of them saying that there were more.
type problemList struct {
	list []report.Problem
}

func (p *problemList) add(where string, err error) {
	if err != nil {
		p.list = append(p.list, report.NewProblem(where, err))
	}
}

// bounded returns the problems, at most maxProblems and a last one.
func (p *problemList) bounded() []report.Problem {
	if len(p.list) <= maxProblems {
		return p.list
	}
	rest := report.Faultf(report.Limit, "%d further problems are not listed", len(p.list)-maxProblems)
	return append(slices.Clone(p.list[:maxProblems]), report.NewProblem("target", rest))
}

// contents applies the platform filter: images of other platforms go, and all that refers to them. It is an error where
// there were images and none is left.
func (g *graph) contents() (*Contents, error) {
	kept, others := g.admitted()
	if len(kept) == 0 && len(others) > 0 {
		slices.Sort(others)
		return nil, fmt.Errorf("choosing platform %s: the target has only %s", g.opts.Platform, strings.Join(slices.Compact(others), ", "))
	}
	c := &Contents{}
	all := problemList{list: g.problems.list}
	for _, n := range kept {
		c.Images = append(c.Images, n.Image)
		all.list = append(all.list, n.problems...)
	}
	c.Problems = all.bounded()
	return c, nil
}

// admitted returns the images that the filter leaves, and the platforms of the others.
func (g *graph) admitted() (kept []*node, others []string) {
	dropped := map[string]bool{}
	others = slices.Clone(g.others)
	for _, n := range g.nodes {
		if !g.filter.admits(n.Platform) {
			dropped[n.Digest] = true
			others = append(others, n.Platform)
		}
	}
	delete(dropped, "")
	drops := func(n *node) bool {
		return !g.filter.admits(n.Platform) || dropped[n.Digest] || n.Subject != "" && (dropped[n.Subject] || g.excluded[n.Subject])
	}
	for changed := true; changed; {
		changed = false
		for _, n := range g.nodes {
			if n.Digest != "" && !dropped[n.Digest] && drops(n) {
				dropped[n.Digest] = true
				changed = true
			}
		}
	}
	for _, n := range g.nodes {
		if !drops(n) {
			kept = append(kept, n)
		}
	}
	return kept, others
}

// isEncrypted tells a media type of the OCI image encryption extension.
func isEncrypted(mediaType string) bool { return strings.HasSuffix(mediaType, encryptedSuffix) }
