package unpack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Signatures of the records of a zip file (APPNOTE.TXT 6.3.10, section 4.3).
const (
	zipLocal      = "PK\x03\x04"
	zipCentral    = "PK\x01\x02"
	zipEnd        = "PK\x05\x06"
	zip64End      = "PK\x06\x06"
	zip64Locator  = "PK\x06\x07"
	zipDescriptor = "PK\x07\x08"
)

// isZip tells a zip file that begins with an entry, is empty, or is the one part of what could have been several.
func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte(zipLocal)) || bytes.HasPrefix(head, []byte(zipEnd)) ||
		bytes.HasPrefix(head, []byte(zipDescriptor+zipLocal))
}

// zipWalk is one zip file while it is read.
type zipWalk struct {
	at    io.ReaderAt
	size  int64
	out   *sink
	codec *zipCodec
	read  []span // of the file, as far as its records explain it
	spent int64  // compressed bytes that were decoded

	damaged int // entries that were read, in part, but could not be decoded to their end
}

// span is a part of a file.
type span struct{ from, to int64 }

// unpackZip yields the entries that the central directory lists, in its order, then what it does not list: local
// entries that can be told by their signature, and all other bytes that lie before, between and after those.
func unpackZip(ctx context.Context, in Input, out *sink) error {
	codec, free := out.memory.codec()
	defer free()
	z := &zipWalk{at: in.At, size: in.Size, out: out, codec: codec}
	end, err := z.end()
	if err != nil {
		return err
	}
	if end == nil {
		out.fault(corrupt("reading zip: no central directory"))
	} else {
		if err := z.directory(ctx, end); err != nil {
			return err
		}
		if err := out.text(ctx, Comment, end.comment, "comment"); err != nil {
			return err
		}
	}
	return z.gaps(ctx)
}

// directory yields what the central directory lists.
func (z *zipWalk) directory(ctx context.Context, end *zipEndRecord) error {
	src, free := z.out.memory.Reader(io.NewSectionReader(z.at, end.directory.from, end.directory.to-end.directory.from))
	defer free()
	d := &zipDirectory{src: src, pos: end.directory.from}
	for {
		e, err := d.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			z.out.fault(fmt.Errorf("reading zip directory entry %d: %w", d.entries, err))
			break
		}
		e.offset += end.base
		if err := z.listed(ctx, e); err != nil {
			return err
		}
	}
	z.read = append(z.read, span{end.directory.from, d.pos}, end.records)
	return nil
}

// listed yields an entry of the central directory.
func (z *zipWalk) listed(ctx context.Context, e *zipEntry) error {
	if err := z.texts(ctx, e); err != nil {
		return err
	}
	local, err := z.local(e.offset)
	if err != nil {
		z.out.fault(fmt.Errorf("reading zip entry %d: %w", z.out.entries, err))
		return z.out.count()
	}
	if local.name != e.name {
		if err := z.texts(ctx, local); err != nil {
			return err
		}
	}
	e.data = local.data
	if e.packed < 0 || e.packed > z.size-e.data {
		z.out.fault(corrupt("reading zip entry %d: its data lies beyond the end of the file", z.out.entries))
		e.packed = z.size - e.data
	}
	to := e.data + e.packed
	z.read = append(z.read, span{e.offset, to + z.descriptor(e, to)})
	return z.entry(ctx, e)
}

// texts yields the name of an entry and what else its header says in words.
func (z *zipWalk) texts(ctx context.Context, e *zipEntry) error {
	if err := z.out.name(ctx, e.name); err != nil {
		return err
	}
	if err := z.out.text(ctx, Comment, e.comment, e.name, "comment"); err != nil {
		return err
	}
	return z.out.text(ctx, Metadata, e.extraText(), e.name, "extra field")
}

// entry yields the content of an entry whose data is known to lie in the file.
func (z *zipWalk) entry(ctx context.Context, e *zipEntry) error {
	if e.packed == 0 && len(e.name) > 0 && e.name[len(e.name)-1] == '/' {
		return z.out.count()
	}
	if e.encrypted() {
		z.out.fault(unsupported("reading zip entry %d: it is encrypted", z.out.entries))
		return z.out.count()
	}
	if err := z.spend(e.packed); err != nil {
		return err
	}
	body, err := z.codec.open(z.at, e, z.out.lim)
	if err != nil {
		z.out.fault(fmt.Errorf("reading zip entry %d: %w", z.out.entries, err))
		return z.out.count()
	}
	stream := &sticky{src: body}
	err = z.out.put(ctx, Member{Name: e.name, Steps: []string{e.name}, Size: e.size, Kind: Content, Facts: e.facts, Body: stream})
	if stream.err != nil && !errors.Is(stream.err, io.EOF) {
		z.damaged++
	}
	return err
}

// spend holds what is decoded to about the size of the file: only entries that overlap, as those of a bomb do, go
// beyond it.
func (z *zipWalk) spend(packed int64) error {
	if z.spent += packed; z.spent > 2*z.size {
		return limited("unpacking zip entries that overlap")
	}
	return nil
}

// descriptor returns the length of the data descriptor of e at offset, 0 where there is none.
func (z *zipWalk) descriptor(e *zipEntry, offset int64) int64 {
	if e.flags&zipHasDescriptor == 0 {
		return 0
	}
	for _, n := range []int64{16, 24, 12, 20} { // with its signature first, and each in its short and its zip64 form
		if z.describes(offset, n, e.packed) {
			return n
		}
	}
	return 0
}

// describes tells whether a data descriptor of n bytes, for packed bytes of data, lies at offset.
func (z *zipWalk) describes(offset, n, packed int64) bool {
	var b [24]byte
	if _, err := z.at.ReadAt(b[:n], offset); err != nil {
		return false
	}
	d := b[:n]
	if n%8 == 0 {
		if string(d[:4]) != zipDescriptor {
			return false
		}
		d = d[4:]
	}
	if len(d) == 12 {
		return int64(binary.LittleEndian.Uint32(d[4:])) == packed
	}
	return int64(binary.LittleEndian.Uint64(d[4:])) == packed
}

// gaps yields what no record of the directory explains.
func (z *zipWalk) gaps(ctx context.Context) error {
	slices.SortFunc(z.read, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	at := int64(0)
	for _, s := range append(z.read, span{z.size, z.size}) {
		if s.from > at {
			if err := z.scan(ctx, span{at, min(s.from, z.size)}); err != nil {
				return err
			}
		}
		at = max(at, s.to)
	}
	return nil
}
