package scanner

import (
	"bytes"
	"context"
	"io"
	"slices"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/origin"
	"dregs/scanner/unpack"
)

// file examines the content of r, of any size, in one piece where it is small.
func (c *contents) file(ctx context.Context, f rules.Fragment, r io.Reader, depth int) *contentResult {
	body := &faultReader{r: r}
	head, small, free := c.memberHead(unpack.Member{}, body)
	defer free()
	if !small {
		return c.stream(ctx, f, io.MultiReader(bytes.NewReader(head), body), depth)
	}
	f.Data = head
	res := *c.whole(ctx, f, depth)
	res.faults = slices.Clip(res.faults) // others have it too
	if body.err != nil {
		res.end(ctx, f.Via, body.err)
	}
	return &res
}

// faultReader keeps the error that ended the reading, if that is not the end.
type faultReader struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (f *faultReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// stream examines the content of r, of any size, as it is read.
func (c *contents) stream(ctx context.Context, f rules.Fragment, r io.Reader, depth int) *contentResult {
	res := &contentResult{}
	c.read(ctx, f, r, depth, res, nil)
	return res
}

// streamSummed is stream, and returns the hashes that hasher makes of the content too if something was found in it and it
// could be read to its end.
func (c *contents) streamSummed(ctx context.Context, f rules.Fragment, r io.Reader, depth int, hasher *origin.Hasher) (*contentResult, *origin.Sums) {
	res, sum := &contentResult{}, &lateSum{hasher: hasher}
	c.read(ctx, f, r, depth, res, sum)
	if len(res.matches) == 0 {
		return res, nil
	}
	return res, sum.sums
}

// lateSum is the hashes of a content. Most that are kept while they are searched never need them, and are not hashed.
type lateSum struct {
	hasher *origin.Hasher
	sums   *origin.Sums
}

// of reads what is left of a content. It may be called on nil, which does nothing.
func (s *lateSum) of(r io.Reader) {
	if s == nil {
		return
	}
	if _, err := io.Copy(s.hasher, r); err == nil { // whoever reads the layer is told the error too
		s.sums = s.hasher.Sums()
	}
}

// read examines the content of r for res.
func (c *contents) read(ctx context.Context, f rules.Fragment, r io.Reader, depth int, res *contentResult, sum *lateSum) {
	br, free := c.memory.Reader(r)
	defer free()
	head, _ := br.Peek(unpack.HeadBytes) // an error comes again when it is read
	format := unpack.Detect(head)
	if format == nil && unpack.Fronts(head) {
		format = unpack.Binary()
	}
	if format != nil && format.Opaque { // random access would show no more of it
		res.skipped = append(res.skipped, skippedPart{reason: report.Unsupported + " " + format.Name, via: slices.Clone(f.Via)})
		format = nil
	}
	text := format == nil
	if text || !format.Random && !format.Raw && !unpack.IsImageArchive(head) {
		src := io.Reader(br)
		if sum != nil {
			src = io.TeeReader(br, sum.hasher)
		}
		if !text && c.unpack(ctx, format, unpack.Input{Reader: src, Git: c.git, Memory: &c.memory}, f, depth, res) {
			f.Via = append(slices.Clip(f.Via), "remaining bytes")
			text = true
		}
		if text {
			var end ending
			c.searchReader(ctx, f, io.TeeReader(c.wideTee(ctx, f, src, depth, res), &end), res)
			if behind := unpack.DetectTail(end.data[max(0, len(end.data)-unpack.TailBytes):]); behind != nil {
				res.fault(f.Via, report.Faultf(report.Limit, "unpacking %s at the end of a large file: it is known of some beginnings alone", behind.Name))
			}
		}
		sum.of(br)
		return
	}
	head = bytes.Clone(head) // it lies in the buffer that is read on
	spooled, release, err := c.spool(br)
	defer release()
	if err != nil {
		res.fault(f.Via, err)
	}
	if spooled == nil {
		return
	}
	defer spooled.Close()
	c.container(ctx, head, format, unpack.Input{At: spooled, Size: spooled.Size(), Git: c.git, Memory: &c.memory}, f, depth, res)
	if err == nil && len(res.matches) > 0 {
		sum.of(io.NewSectionReader(spooled, 0, spooled.Size()))
	}
}

// wideTee returns a reader of a content. What is read of one that is no text is searched for text in UTF-16 meanwhile.
func (c *contents) wideTee(ctx context.Context, f rules.Fragment, r io.Reader, depth int, res *contentResult) io.Reader {
	step := &unpack.Member{Steps: slices.Concat(f.Via, []string{"utf-16 text"})}
	return &wideReader{r: r, take: func(text []byte) error {
		part := c.whole(ctx, rules.Fragment{Place: f.Place, Path: f.Path, Data: text}, depth)
		res.add(step, part)
		return part.err
	}}
}

// wideReader gives what is read of r to a WideText, from the first bytes on that are no text.
type wideReader struct {
	r    io.Reader
	take func(text []byte) error
	wide *unpack.WideText // nil until there are such
	err  error            // sticky
}

// Read implements io.Reader.
func (w *wideReader) Read(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.r.Read(p)
	if w.wide == nil && unpack.DetectBinary(p[:n]) != nil {
		w.wide = unpack.NewWideText(w.take)
	}
	if w.wide != nil {
		_, failed := w.wide.Write(p[:n])
		if err != nil && failed == nil {
			failed = w.wide.Close()
		}
		if failed != nil {
			err = failed
		}
	}
	w.err = err
	return n, err
}

// ending keeps the last bytes that are written to it: what unpack.DetectTail wants to see, or more.
type ending struct{ data []byte }

func (e *ending) Write(p []byte) (int, error) {
	n := len(p)
	p = p[max(0, n-unpack.TailBytes):]
	if kept := unpack.TailBytes - len(p); len(e.data)+len(p) > 2*unpack.TailBytes {
		e.data = e.data[:copy(e.data, e.data[len(e.data)-min(len(e.data), kept):])]
	}
	e.data = append(e.data, p...)
	return n, nil
}

// spoolMemory is how much of a spooled file is held in memory, while the bytes in flight leave room for that; the rest
// goes to a scratch file. Nothing waits here: whoever spools may already hold bytes that others wait for.
const spoolMemory = 32 << 20

func (c *contents) spool(r io.Reader) (s *unpack.Spooled, release func(), err error) {
	memory, release := int64(0), func() {}
	if room := min(spoolMemory, c.most); c.flight.TryAcquire(room) {
		memory, release = room, func() { c.flight.Release(room) }
	}
	s, err = c.memory.Spool(r, c.limits.SpoolBytes, memory)
	return s, release, err
}
