package layer

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"strconv"

	"dregs/report"
)

// entry reads the entry with the header raw, whose size field says size, and the extended headers that are pending, and
// calls fn for it.
func (a *archive) entry(ctx context.Context, raw []byte, size int64, sizeOK bool) error {
	if a.records.n >= a.limits.Entries {
		return report.Faultf(report.Limit, "reading tar: the layer has more than %d entries", a.limits.Entries)
	}
	b := &body{archive: a, start: a.content.offset()}
	hdr, err := a.parse(b, raw, size, sizeOK)
	if err != nil || hdr == nil {
		return err
	}
	b.sparse = hdr.Typeflag == tar.TypeGNUSparse || hdr.PAXRecords["GNU.sparse.realsize"] != "" || hdr.PAXRecords["GNU.sparse.size"] != ""
	physical := size
	if v := hdr.PAXRecords["size"]; v != "" {
		physical, _ = strconv.ParseInt(v, 10, 64) // parse has checked it
	}
	if headerOnly(hdr.Typeflag) || hdr.Typeflag == tar.TypeXGlobalHeader {
		physical, hdr.Size = 0, 0
	}
	rec, err := a.record(hdr)
	if err != nil {
		return err
	}
	e := &Entry{
		Record: rec, Index: a.records.n, RawName: hdr.Name, PAX: hdr.PAXRecords, ModTime: hdr.ModTime,
		UID: hdr.Uid, GID: hdr.Gid, User: hdr.Uname, Group: hdr.Gname, Body: b,
	}
	a.records.add(rec)
	if (rec.Type == tar.TypeReg || rec.Type == tar.TypeLink) && rec.Whiteout == NoWhiteout {
		a.files++
	}
	if err := a.fn(e); err != nil {
		a.fnErr = err
		return err
	}
	return a.finish(ctx, b, physical)
}

// finish skips what is left of an entry's body and looks at the padding. What is left of a sparse file is no part of its
// content by its map, and kept as slack.
func (a *archive) finish(ctx context.Context, b *body, physical int64) error {
	left := b.start + physical - a.content.offset()
	switch {
	case left > 0 && b.sparse:
		if err := a.spill(ctx, left); err != nil {
			return err
		}
	case left > 0:
		if _, err := a.content.discard(left); err != nil {
			return truncated(err)
		}
	}
	n, err := a.full(a.pad[:padding(a.content.offset())])
	a.keepPadding(a.pad[:n])
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil // readers accept an archive that ends here
	}
	return err
}

// parse has archive/tar read the header. Where it refuses, the header is read without its extended ones, or by its plain
// fields alone, so that the content is read whatever its description is worth. It returns nothing where even that
// cannot be done, and the walk goes on at the next block.
func (a *archive) parse(b *body, raw []byte, size int64, sizeOK bool) (*tar.Header, error) {
	if len(a.pending) == 0 && len(raw) == blockBytes {
		if hdr := (*block)(raw).plain(); hdr != nil {
			if headerOnly(hdr.Typeflag) {
				size = 0
			}
			b.whole = exactly{a.content, size}
			b.r = &b.whole
			return hdr, nil
		}
	}
	head := raw
	if len(a.pending) > 0 {
		head = nil
		for _, e := range a.pending {
			head = append(head, e.raw...)
		}
		head = append(head, raw...)
	}
	hdr, err := b.open(head)
	if hdr != nil {
		a.unused(hdr, raw)
	}
	if hdr != nil || err != nil {
		a.pending = a.pending[:0]
		return hdr, err
	}
	if len(a.pending) > 0 {
		a.problem("the extended headers are refused; the entry is read without them")
		a.drop()
		if hdr, err = b.open(raw); hdr != nil || err != nil {
			return hdr, err
		}
	}
	a.problem("a header is refused; only its name, type and size are read")
	if !sizeOK || len(raw) > blockBytes { // a global header has nothing else to it
		a.slack.add(TarGap, raw)
		return nil, nil
	}
	blk := (*block)(raw)
	hdr = &tar.Header{Typeflag: blk.typeflag(), Name: string(text(blk.name())), Linkname: string(text(blk.linkname())), Size: size}
	if hdr.Typeflag == 0 {
		hdr.Typeflag = tar.TypeReg
	}
	if prefix := text(blk.prefix()); blk.isUSTAR() && len(prefix) > 0 {
		hdr.Name = string(prefix) + "/" + hdr.Name
	}
	b.whole = exactly{b.source(), size}
	b.r = &b.whole
	return hdr, nil
}

// body is an entry's content while it is read.
type body struct {
	archive *archive
	start   int64     // where in the content the body begins
	r       io.Reader // what archive/tar makes of it
	taken   []byte    // what archive/tar took of the body to read a header that it refused in the end
	sparse  bool
	feed    feed
	whole   exactly
}

// open has archive/tar read head, and of the body what belongs to the header (a sparse map). It returns nothing where
// the header is refused.
func (b *body) open(head []byte) (*tar.Header, error) {
	b.feed = feed{head: head, body: b.source()}
	f := &b.feed
	r := tar.NewReader(f)
	hdr, err := r.Next()
	switch {
	case errors.Is(err, tar.ErrInsecurePath): // with GODEBUG=tarinsecurepath=0; names are cleaned here anyway
	case err != nil:
		b.taken = f.taken
		if f.err != nil {
			return nil, truncated(f.err)
		}
		return nil, nil
	}
	if hdr.Typeflag == tar.TypeGNUSparse {
		b.start = b.archive.content.offset() // the map stands before the body
	}
	if !numeric(f.taken) {
		b.archive.slack.add(TarPadding, f.taken) // the map of a sparse file, and what else is in its blocks
	}
	f.done = true
	b.r = r
	return hdr, nil
}

// source returns the stored bytes of the body: what was taken of it before, then the rest.
func (b *body) source() io.Reader {
	if len(b.taken) == 0 {
		return b.archive.content
	}
	return &feed{head: b.taken, body: b.archive.content, done: true}
}

// Read implements io.Reader. What sparse files make up counts towards the bytes of the layer.
func (b *body) Read(p []byte) (int, error) {
	a := b.archive
	if b.sparse && a.holes > a.limits.LayerBytes {
		return 0, report.Faultf(report.Limit, "reading tar: sparse files have more than the limit of %d bytes", a.limits.LayerBytes)
	}
	n, err := b.r.Read(p)
	if b.sparse {
		a.holes += int64(n)
	}
	switch {
	case err == nil, err == io.EOF, errors.Is(err, a.content.err):
		return n, err
	case err == io.ErrUnexpectedEOF:
		return n, truncated(err)
	}
	return n, report.Faultf(report.Corrupt, "reading tar: the map of a sparse file does not fit its content")
}

// feed is what archive/tar reads: a header from memory, then the body. It keeps what is read of the body until
// done.
type feed struct {
	head  []byte
	body  io.Reader
	taken []byte
	done  bool
	err   error // of body
}

// Read implements io.Reader.
func (f *feed) Read(p []byte) (int, error) {
	if len(f.head) > 0 {
		n := copy(p, f.head)
		f.head = f.head[n:]
		return n, nil
	}
	n, err := f.body.Read(p)
	if !f.done {
		f.taken = append(f.taken, p[:n]...)
		f.err = err
	}
	return n, err
}

// exactly reads n bytes of r, whose end before is an error.
type exactly struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (e *exactly) Read(p []byte) (int, error) {
	if e.n == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.n)])
	e.n -= int64(n)
	if err == io.EOF && e.n > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
