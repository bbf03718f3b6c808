package layer

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dregs/report"
)

// extendedBytes is the most of one extended header (PAX records, a GNU long name, a GNU sparse map) that is read, the
// bound of archive/tar.
const extendedBytes = 1 << 20

// archive walks a tar archive. It finds the headers itself, so that one that is damaged or hostile does not hide what
// follows, and padding and gaps are seen. What a header means is left to archive/tar, which every container engine in
// Go uses too, but for the plainest ones.
type archive struct {
	content *content
	limits  Limits
	fn      func(*Entry) error
	fnErr   error // the error of fn that ended the walk
	slack   slackSet

	records recordList
	files   int
	names   int64 // bytes of paths and link targets
	holes   int64 // bytes that sparse entries made up

	pending []extended // extended headers that belong to the next entry
	blk     block
	pad     block // what follows an entry
}

// extended is an extended header as it stands in the archive.
type extended struct {
	typeflag byte
	raw      []byte // its block, data and padding
}

func newArchive(c *content, limits Limits, fn func(*Entry) error) *archive {
	return &archive{content: c, limits: limits, fn: fn}
}

// errEnd is how the steps of the walk tell that the archive is over.
var errEnd = errors.New("end of archive")

// walk reads the archive to its end, and the content to its own.
func (a *archive) walk(ctx context.Context) error {
	err := a.entries(ctx)
	if len(a.pending) > 0 {
		a.problem("an extended header belongs to no entry")
		a.drop()
	}
	if a.fnErr != nil || ctx.Err() != nil {
		return err
	}
	if err == errEnd {
		return a.tail(ctx)
	}
	if drained := a.content.drain(ctx); err == nil {
		err = drained
	}
	return err
}

// entries walks to the end of the archive, for which it returns errEnd, or nil where it has no end mark.
func (a *archive) entries(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := a.block(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if a.blk.zero() {
			err := a.block()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if a.blk.zero() {
				return errEnd
			}
			a.problem("one zero block stands before a header, where two end an archive")
		}
		if err := a.header(ctx); err != nil {
			return err
		}
	}
}

// problem records damage at the current position.
func (a *archive) problem(format string, args ...any) {
	a.slack.problem(report.Faultf(report.Corrupt, "reading tar: %s: "+format, append([]any{a.where()}, args...)...))
}

// where tells the current position.
func (a *archive) where() string {
	if a.records.n == 0 {
		return "before the first entry"
	}
	return fmt.Sprintf("after entry %d", a.records.n-1)
}

// block reads the next block, or returns io.EOF where the content has ended.
func (a *archive) block() error {
	n, err := a.full(a.blk[:])
	if err != io.ErrUnexpectedEOF {
		return err
	}
	rest := block{}
	copy(rest[:], a.blk[:n])
	if rest.zero() {
		return io.EOF
	}
	a.slack.add(TarGap, rest[:])
	return report.Faultf(report.Corrupt, "reading tar: the archive ends within a header")
}

// full reads as io.ReadFull does.
func (a *archive) full(p []byte) (int, error) { return io.ReadFull(a.content, p) }

// header reads what the block a.blk begins.
func (a *archive) header(ctx context.Context) error {
	size, ok := a.blk.size()
	if !a.blk.valid() {
		return a.gap(ctx)
	}
	if residue := a.blk.residue(); residue != nil {
		a.slack.add(TarPadding, residue)
	}
	switch t := a.blk.typeflag(); t {
	case 'x', 'L', 'K', 'g':
		if !ok {
			a.problem("the size of an extended header is no number")
			a.slack.add(TarGap, a.blk[:])
			return nil
		}
		return a.extended(ctx, t, size)
	default:
		return a.entry(ctx, a.blk[:], size, ok)
	}
}

// gap passes over blocks that are no header and keeps them as slack.
func (a *archive) gap(ctx context.Context) error {
	a.problem("a block is no header")
	a.drop() // what they belong to is lost
	run := a.slack.run(TarGap)
	for {
		run.write(a.blk[:])
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := a.block(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if !a.blk.zero() && a.blk.valid() {
			return a.header(ctx)
		}
	}
}

// extended reads an extended header. A global one is an entry of its own; any other waits for the entry it belongs to.
func (a *archive) extended(ctx context.Context, typeflag byte, size int64) error {
	if size > extendedBytes {
		a.slack.problem(report.Faultf(report.Limit, "reading tar: %s: an extended header of %d bytes is over the limit of %d",
			a.where(), size, extendedBytes))
		a.slack.add(TarGap, a.blk[:])
		return a.spill(ctx, size+padding(size))
	}
	raw := make([]byte, blockBytes+size+padding(size))
	data := raw[copy(raw, a.blk[:]):]
	n, err := a.full(data)
	if err != nil && (int64(n) < size || truncated(err) == err) {
		a.slack.add(TarGap, raw)
		return truncated(err)
	}
	a.keepPadding(data[size:])
	for i, e := range a.pending {
		if e.typeflag == typeflag { // the later of two counts
			a.slack.add(TarGap, e.raw)
			a.pending = append(a.pending[:i], a.pending[i+1:]...)
			break
		}
	}
	if typeflag == 'g' {
		a.drop() // archive/tar, and so the engines, let them go too
		return a.entry(ctx, raw, 0, true)
	}
	a.pending = append(a.pending, extended{typeflag, raw})
	return nil
}

// drop gives up the extended headers that are pending and keeps them as slack.
func (a *archive) drop() {
	for _, e := range a.pending {
		a.slack.add(TarGap, e.raw)
	}
	a.pending = a.pending[:0]
}

// spill keeps the next n bytes as slack.
func (a *archive) spill(ctx context.Context, n int64) error {
	run := a.slack.run(TarGap)
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := a.content.more(); err != nil {
			return truncated(err)
		}
		m := min(int64(len(a.content.buf)), n)
		run.write(a.content.buf[:m])
		a.content.buf = a.content.buf[m:]
		n -= m
	}
	return nil
}

// keepPadding keeps padding that is not zero.
func (a *archive) keepPadding(pad []byte) {
	for _, c := range pad {
		if c != 0 {
			a.slack.add(TarPadding, pad)
			return
		}
	}
}

// tail keeps what follows the end of the archive.
func (a *archive) tail(ctx context.Context) error {
	run := a.slack.run(TarTail)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := a.full(a.blk[:])
		run.write(a.blk[:n])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// padding returns the bytes that fill up the last block of n bytes.
func padding(n int64) int64 { return -n & (blockBytes - 1) }

// truncated returns the fault for content that ends within an entry; another error is returned as it is.
func truncated(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return report.Faultf(report.Corrupt, "reading tar: the archive ends within an entry")
	}
	return err
}
