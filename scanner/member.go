package scanner

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/unpack"
)

// unpack takes a container apart and examines its members. It returns whether the container could not be read in full
// for a reason that is ordinary in images (damaged or encrypted test data), so that its raw bytes are to be searched.
func (c *contents) unpack(ctx context.Context, format *unpack.Format, in unpack.Input, f rules.Fragment, depth int, res *contentResult) (damaged bool) {
	deep := report.Faultf(report.Limit, "unpacking %s: nested too deep", format.Name)
	if !format.Guessed {
		if depth <= 0 {
			res.cut = true
			res.fault(f.Via, deep)
			return true
		}
		res.height = max(res.height, 1)
	}
	res.git = res.git || strings.HasPrefix(format.Name, "git ")
	err := guarded("unpacking "+format.Name, func() error {
		return format.Unpack(ctx, in, c.limits, func(m unpack.Member) error {
			if depth <= 0 {
				res.cut = true
				return deep
			}
			part := c.member(ctx, f, m, depth-1)
			res.add(&m, part)
			res.height = max(res.height, part.height+1)
			if part.err != nil {
				return part.err
			}
			if res.bytes > c.limits.FileBytes {
				return report.Faultf(report.Limit, "unpacking %s: more than %d bytes in all", format.Name, c.limits.FileBytes)
			}
			return nil
		})
	})
	switch kind := faultKind(err); {
	case err == nil:
		return false
	case ctx.Err() != nil:
		res.err = ctx.Err()
		return false
	case kind == report.Corrupt || kind == report.Unsupported:
		res.skipped = append(res.skipped, skippedPart{reason: kind + " " + format.Name, via: slices.Clone(f.Via), bytes: in.Size})
		return true
	}
	res.fault(f.Via, err)
	return true
}

// faultKind is the problem kind of err, empty where it has none.
func faultKind(err error) string {
	var f *report.Fault
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}

// member examines one member of the container f.
func (c *contents) member(ctx context.Context, f rules.Fragment, m unpack.Member, depth int) *contentResult {
	if m.Parts != nil {
		return c.parts(ctx, f, m, depth)
	}
	inner := rules.Fragment{Place: f.Place, Path: innerPath(f.Path, m)}
	body := &countingReader{r: memberBody{m.Body}}
	head, small, free := c.memberHead(m, body)
	defer free()
	n := int64(len(head))
	refers := small && c.git.AddReference(inner.Path, head)
	var res *contentResult
	switch {
	case !small:
		rest := io.MultiReader(bytes.NewReader(head), body)
		if m.Kind == unpack.Content {
			res = c.stream(ctx, inner, rest, depth)
		} else {
			res = &contentResult{}
			c.searchReader(ctx, inner, rest, res)
		}
	case m.Kind == unpack.Content:
		inner.Data = head
		res = c.whole(ctx, inner, depth)
	default:
		inner.Data = head
		res = &contentResult{}
		c.searchWhole(ctx, inner, res)
	}
	out := *res
	out.git = out.git || refers
	if m.Kind == unpack.Content {
		out.files++
	}
	out.bytes += max(n, body.n)
	return &out
}

// memberHead returns the content of a small member, or the first wholeBytes of another, until free is called.
func (c *contents) memberHead(m unpack.Member, body io.Reader) (head []byte, small bool, free func()) {
	if m.Data != nil && len(m.Data) < wholeBytes {
		return m.Data, true, func() {}
	}
	size := int64(16 << 10)
	if m.Size > 0 { // as the file claims: a lie costs no more than the bound
		size = min(m.Size, wholeBytes-1) + 1 // one more tells the end
	}
	buf, free := c.memory.Buffer(int(size))
	for n := 0; ; {
		m, err := body.Read(buf[n:])
		n += m
		if n == wholeBytes {
			return buf, false, free
		}
		if err != nil {
			return buf[:n], true, free
		}
		if n == len(buf) {
			more, freeMore := c.memory.Buffer(min(2*n, wholeBytes))
			copy(more, buf)
			free()
			buf, free = more, freeMore
		}
	}
}

// add adds what member m gave. What an inner container tells of a match goes before what an outer one does.
func (r *contentResult) add(member *unpack.Member, part *contentResult) {
	steps := member.Steps
	for _, m := range part.matches {
		m.Via = slices.Concat(steps, m.Via)
		if len(member.Facts) > 0 {
			facts := maps.Clone(member.Facts)
			maps.Copy(facts, m.facts)
			m.facts = facts
		}
		r.matches = append(r.matches, m)
	}
	for _, s := range part.skipped {
		s.via = slices.Concat(steps, s.via)
		r.skipped = append(r.skipped, s)
	}
	for _, f := range part.faults {
		f.via = slices.Concat(steps, f.via)
		r.faults = append(r.faults, f)
	}
	for _, n := range part.nested {
		r.nested = append(r.nested, &nested{via: slices.Concat(steps, n.via), contents: n.contents, results: n.results})
	}
	for _, s := range part.sighted {
		s.via = slices.Concat(steps, s.via)
		r.sighted = append(r.sighted, s)
	}
	r.judged.add(part.judged)
	r.cut = r.cut || part.cut
	r.git = r.git || part.git
	r.files += part.files
	r.bytes += part.bytes
}

// innerPath is the path that path rules see for a member: after the container's path and '!' for a member that has a
// name, the container's path without the ending that compression gave it for one that has none.
func innerPath(path string, m unpack.Member) string {
	if m.Name != "" {
		return path + "!" + m.Name
	}
	if len(m.Steps) == 1 {
		for _, ending := range []string{".gz", ".zst", ".xz", ".bz2", ".lz4", ".Z", ".lz"} {
			if cut, ok := strings.CutSuffix(path, ending); ok {
				return cut
			}
		}
	}
	return path
}

// memberBody is the body of a member. It ends where that is damaged or goes beyond a bound: Unpack tells why.
type memberBody struct{ r io.Reader }

func (b memberBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

// countingReader counts what was read.
type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}
