package unpack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
)

// scan yields what lies in a part of the file that the directory says nothing of: entries told by their local header,
// which are deleted ones, or those of a file whose directory is gone, and the bytes round them.
func (z *zipWalk) scan(ctx context.Context, s span) error {
	for at := s.from; at < s.to; {
		found, err := z.find(span{at, s.to})
		if err != nil {
			return err
		}
		if err := z.slack(ctx, span{at, found}); err != nil {
			return err
		}
		if found == s.to {
			return nil
		}
		if at, err = z.unlisted(ctx, found, s.to); err != nil {
			return err
		}
	}
	return nil
}

// find returns the offset of the first plausible local header in s, or the end of s.
func (z *zipWalk) find(s span) (int64, error) {
	const step = 64 << 10
	if z.codec.window == nil {
		z.codec.window = make([]byte, step+len(zipLocal)-1)
	}
	buf := z.codec.window
	for at := s.from; at < s.to; at += step {
		n, err := z.at.ReadAt(buf[:min(int64(len(buf)), s.to-at)], at)
		if err != nil && err != io.EOF {
			return 0, err
		}
		for i := 0; ; i++ {
			j := bytes.Index(buf[i:n], []byte(zipLocal))
			if j < 0 {
				break
			}
			i += j
			offset := at + int64(i)
			if h, err := z.localHeader(offset); err == nil && h.plausible() && h.data(offset) <= s.to {
				return offset, nil
			}
		}
	}
	return s.to, nil
}

// unlisted yields the entry whose local header is at offset and returns where to go on, before the offset to.
func (z *zipWalk) unlisted(ctx context.Context, offset, to int64) (int64, error) {
	e, err := z.local(offset)
	if err != nil {
		return 0, err
	}
	if err := z.texts(ctx, e); err != nil {
		return 0, err
	}
	e.facts = map[string]string{"unlisted": "true"}
	if e.flags&zipHasDescriptor == 0 || e.packed > 0 {
		if e.packed > to-e.data {
			z.out.fault(corrupt("reading zip entry %d: cut short", z.out.entries))
			e.packed = to - e.data
		}
		return z.sized(ctx, e)
	}
	if e.method == zipStore || e.encrypted() {
		return e.data, nil // its end is unknown; the bytes themselves are yielded
	}
	return z.endless(ctx, e, to)
}

// sized yields an unlisted entry whose header tells its size, and returns where to go on: behind its data, but at its
// data where that is damaged, since the header may be no header and the data hold others.
func (z *zipWalk) sized(ctx context.Context, e *zipEntry) (int64, error) {
	damaged := z.damaged
	if err := z.entry(ctx, e); err != nil {
		return 0, err
	}
	if z.damaged > damaged {
		return e.data, nil
	}
	end := e.data + e.packed
	return end + z.descriptor(e, end), nil
}

// endless yields an entry whose size follows its data: its stream tells where it ends.
func (z *zipWalk) endless(ctx context.Context, e *zipEntry, to int64) (int64, error) {
	e.packed, e.size = to-e.data, -1
	body, err := z.codec.stream(z.at, e, z.out.lim)
	if err != nil {
		z.out.fault(fmt.Errorf("reading zip entry %d: %w", z.out.entries, err))
		return e.data, z.out.count()
	}
	stream := &sticky{src: body} // the checksum follows the data too
	err = z.out.put(ctx, Member{Name: e.name, Steps: []string{e.name}, Size: -1, Kind: Content, Facts: e.facts, Body: stream})
	if err != nil {
		return 0, err
	}
	err = z.out.skip(ctx, stream)
	used := z.codec.consumed()
	if serr := z.spend(used); serr != nil {
		return 0, serr
	}
	if err != nil {
		if z.out.stopped != nil || isLimit(err) {
			return 0, err
		}
		return e.data, nil // it may be no entry at all: the bytes themselves are yielded
	}
	e.packed = used
	return e.data + used + z.descriptor(e, e.data+used), nil
}

// slack yields the bytes of s, unless they are nothing but zeros. The whole file is no slack of itself, or it would be
// taken for an archive again, and again what is in it.
func (z *zipWalk) slack(ctx context.Context, s span) error {
	if s.to-s.from < minText {
		return nil
	}
	if s.from == 0 && s.to == z.size {
		z.out.fault(corrupt("reading zip: it holds no entry"))
		return nil
	}
	r := io.NewSectionReader(z.at, s.from, s.to-s.from)
	full, err := anyByte(r)
	if err != nil || !full {
		return err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	step := "slack at " + strconv.FormatInt(s.from, 10)
	return z.out.emit(ctx, Member{Steps: []string{step}, Size: s.to - s.from, Kind: Content, Body: r})
}

// anyByte reports whether r holds anything but zeros.
func anyByte(r io.Reader) (bool, error) {
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		if len(bytes.TrimLeft(buf[:n], "\x00")) > 0 {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
}
