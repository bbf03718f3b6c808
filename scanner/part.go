package scanner

import (
	"context"

	"dregs/rules"
	"dregs/scanner/unpack"
)

// parts examines the parts of a member of the container f. There is seldom anything in them, so they are tried as one; a
// search for each would cost more than they do.
func (c *contents) parts(ctx context.Context, f rules.Fragment, m unpack.Member, depth int) *contentResult {
	if c.plain(ctx, f, &m) {
		return &contentResult{files: len(m.Parts), bytes: int64(len(m.Data))}
	}
	res := &contentResult{}
	for _, p := range m.Parts {
		one := p.Member(m.Kind)
		part := c.member(ctx, f, one, depth)
		res.add(&one, part)
		res.height = max(res.height, part.height)
		if part.err != nil {
			res.err = part.err
			break
		}
	}
	return res
}

// plain tells that there is nothing in the parts of m: none unpacks, and a search of all of them comes to nothing, not even
// to a candidate.
func (c *contents) plain(ctx context.Context, f rules.Fragment, m *unpack.Member) bool {
	for _, p := range m.Parts {
		head := p.Data[:min(len(p.Data), unpack.HeadBytes)]
		tail := p.Data[max(0, len(p.Data)-unpack.TailBytes):]
		if unpack.IsImageArchive(head) || unpack.Detect(head) != nil || unpack.DetectTail(tail) != nil {
			return false
		}
	}
	all := rules.Fragment{Place: f.Place, Path: innerPath(f.Path, m.Parts[0].Member(m.Kind)), Data: m.Data, Trial: true}
	if rules.IsLog(all) {
		return false
	}
	var res contentResult
	c.searchWhole(ctx, all, &res)
	return res.silent()
}
