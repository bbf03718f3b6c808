package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// Installers carry an archive behind a script, programs compressed files among their data, disk images the blocks of their
// files. Those are told by their first bytes, anywhere in a file, and then by what they decompress to: what is none of them
// soon fails.

// embedding is a kind of stream or archive that is looked for inside of other files.
type embedding struct {
	name  string
	lead  int // bytes of it before magic
	magic string
	key   int // the byte of magic that is looked for, one that is rare in programs
	// begins leaves out most of what only looks like one, by what it begins with; nil for all that have the magic.
	begins func(head []byte) bool
	// frame tells how far a stream reaches that begins at a position; nil where unpacking it does.
	frame  func(e *embedded, at int64) (embeddedFrame, error)
	cost   int64                                                 // of an attempt, in bytes that could be read meanwhile
	unpack func(ctx context.Context, in Input, out *sink) error  // a stream
	span   func(e *embedded, head []byte, at int64) (found span) // an archive, by where its magic is; empty for none
}

// embeddedFrame is a stream in a file.
type embeddedFrame struct {
	to      int64  // where it ends; where it begins, if there is none
	instead []byte // what is to be read in place of its first bytes, and how many those are
	skip    int64
	cost    int64 // of telling that, in bytes that could be read meanwhile
}

var embeddings = []embedding{
	{name: "gzip", magic: "\x1f\x8b\x08", begins: beginsGzip, unpack: unpackGzip},
	{name: "xz", magic: "\xfd7zXZ\x00", cost: 64 << 10, unpack: unpackXZ},
	{name: "zstd", magic: "\x28\xb5\x2f\xfd", key: 3, begins: beginsZstd, frame: (*embedded).zstdFrame, unpack: unpackZstd},
	{name: "bzip2", lead: 4, magic: "1AY&SY", key: 3, begins: isBzip2, cost: 1 << 20, unpack: unpackBzip2},
	{name: "zip", magic: zipEnd, key: 1, span: (*embedded).zip},
	{name: "7z", magic: sevenZipMagic, key: 2, span: (*embedded).sevenZip},
}

// zlibEmbeddings are looked for where they are known to be alone: two bytes come by chance.
var zlibEmbeddings = []embedding{
	{name: "zlib", magic: "\x78\x01", begins: beginsZlib, unpack: unpackZlib},
	{name: "zlib", magic: "\x78\x5e", begins: beginsZlib, unpack: unpackZlib},
	{name: "zlib", magic: "\x78\x9c", begins: beginsZlib, unpack: unpackZlib},
	{name: "zlib", magic: "\x78\xda", begins: beginsZlib, unpack: unpackZlib},
}

// embeddingKeys and zlibKeys are the keys of those without zlib, and with it.
var embeddingKeys, zlibKeys = keysOf(embeddings), keysOf(slices.Concat(embeddings, zlibEmbeddings))

func keysOf(all []embedding) (keys []byte) {
	for i := range all {
		if key := all[i].magic[all[i].key]; bytes.IndexByte(keys, key) < 0 {
			keys = append(keys, key)
		}
	}
	return keys
}

// embedded looks through one file.
type embedded struct {
	in     Input
	out    *sink
	zlib   span  // where zlib streams are looked for too
	passed int64 // what lies before is done
	wasted int64 // bytes that were read of what is none of them
	buf    []byte
	ending int64 // where the end record of a zip archive at the end of the file is, which the caller of the package looks for
}

const (
	embeddedWindow = 256 << 10
	embeddedLead   = 16   // before a key, at most
	embeddedHead   = 512  // behind it, of what begins functions look at
	embeddedProof  = 4096 // bytes that a stream has to decompress to, unless it ends before
)

// unpackEmbedded yields what streams in the file decompress to, and archives in it, each with its position. Streams of zlib
// are looked for in one part of it alone, and nothing in those of code, which are in their order.
func unpackEmbedded(ctx context.Context, in Input, out *sink, zlib span, code ...span) error {
	e := &embedded{in: in, out: out, zlib: zlib, ending: -1}
	from := max(0, in.Size-zipEndBytes)
	tail, err := e.window(from, in.Size-from)
	if err != nil {
		return err
	}
	if at := findZipEnd(tail); at >= 0 {
		e.ending = from + int64(at)
	}
	from = 0
	for _, c := range append(code, span{from: in.Size, to: in.Size}) {
		if err := e.part(ctx, span{from, c.from}); err != nil {
			return err
		}
		from = max(from, c.to)
	}
	return nil
}

// part looks through one part of the file.
func (e *embedded) part(ctx context.Context, part span) error {
	if e.in.Data != nil && part.to > part.from {
		return e.scan(ctx, e.in.Data, 0, part)
	}
	size := min(embeddedLead+embeddedWindow+embeddedHead, max(0, part.to-part.from+embeddedLead+embeddedHead))
	for from := part.from; from < part.to; from += embeddedWindow {
		base := from - min(from, embeddedLead)
		data, err := e.window(base, size)
		if err != nil {
			return err
		}
		if err := e.scan(ctx, data, base, span{from, min(from+embeddedWindow, part.to)}); err != nil {
			return err
		}
	}
	return nil
}

// window returns n bytes from an offset on, fewer at the end of the file, until it is called again.
func (e *embedded) window(at, n int64) ([]byte, error) {
	if e.in.Data != nil {
		return e.in.Data[at:min(e.in.Size, at+n)], nil
	}
	e.buf = slices.Grow(e.buf[:0], int(n))[:n]
	got, err := e.in.At.ReadAt(e.buf, at)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return e.buf[:got], err
}

// scan looks at the keys in a part of the file, all of which is in data, which lies at base.
func (e *embedded) scan(ctx context.Context, data []byte, base int64, part span) error {
	keys := embeddingKeys
	if e.zlib.from < part.to && e.zlib.to > part.from {
		keys = zlibKeys
	}
	n := int(min(part.to-base, int64(len(data))))
	var next [16]int // of each key
	for k := range keys {
		next[k] = indexFrom(data[:n], keys[k], min(n, int(part.from-base)))
	}
	for {
		k := 0
		for other := range keys {
			if next[other] < next[k] {
				k = other
			}
		}
		i := next[k]
		if i == n {
			return nil
		}
		next[k] = indexFrom(data[:n], keys[k], i+1)
		at := base + int64(i)
		if at < e.passed {
			continue
		}
		if err := e.look(ctx, embeddings, data, i, base); err != nil {
			return err
		}
		if at >= e.zlib.from && at < e.zlib.to {
			if err := e.look(ctx, zlibEmbeddings, data, i, base); err != nil {
				return err
			}
		}
	}
}

// indexFrom returns the first position of c in data from at on, its length where there is none.
func indexFrom(data []byte, c byte, at int) int {
	if i := bytes.IndexByte(data[at:], c); i >= 0 {
		return at + i
	}
	return len(data)
}

// look tries those of all whose key may be data[i].
func (e *embedded) look(ctx context.Context, all []embedding, data []byte, i int, base int64) error {
	for k := range all {
		kind := &all[k]
		start := i - kind.key - kind.lead
		at := base + int64(start)
		if start < 0 || at < e.passed || data[i] != kind.magic[kind.key] || !bytes.HasPrefix(data[start+kind.lead:], []byte(kind.magic)) {
			continue
		}
		head := data[start:min(len(data), start+embeddedHead)]
		if kind.begins != nil && !kind.begins(head) {
			continue
		}
		var err error
		if kind.span != nil {
			err = e.archive(ctx, kind, head, at)
		} else {
			err = e.stream(ctx, kind, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// archive yields the archive whose magic is at a position.
func (e *embedded) archive(ctx context.Context, kind *embedding, head []byte, at int64) error {
	s := kind.span(e, head, at)
	if s.to <= s.from || s.from < e.passed {
		return nil
	}
	m := Member{
		Steps: []string{fmt.Sprintf("%s at %d", kind.name, s.from)}, Size: s.to - s.from, Kind: Content,
		Body: io.NewSectionReader(e.in.At, s.from, s.to-s.from),
	}
	if e.in.Data != nil {
		m.Data = e.in.Data[s.from:s.to]
	}
	e.passed = s.to
	return e.out.put(ctx, m)
}

// errNoStream ends the unpacking of what is no stream.
var errNoStream = errors.New("no stream")

// stream yields what the stream at a position decompresses to, if there is one.
func (e *embedded) stream(ctx context.Context, kind *embedding, at int64) error {
	frame := embeddedFrame{to: e.in.Size}
	if kind.frame != nil {
		var err error
		if frame, err = kind.frame(e, at); err != nil {
			return err
		}
		if frame.to == at {
			return e.waste(ctx, frame.cost)
		}
	}
	from := at + frame.skip
	rest := &growing{src: io.NewSectionReader(e.in.At, from, frame.to-from), most: 512}
	src, free := e.out.memory.Reader(io.MultiReader(bytes.NewReader(frame.instead), rest))
	defer free()
	step, found := fmt.Sprintf("%s at %d", kind.name, at), false
	inner := newSink(kind.name, e.out.lim, func(m Member) error {
		if !found && m.Kind == Content {
			proof := make([]byte, embeddedProof)
			n, err := io.ReadFull(m.Body, proof)
			if n == 0 || err != nil && err != io.ErrUnexpectedEOF { // anything but the end is wrapped
				if kind.frame != nil && isLimit(err) {
					return err // there is a stream, as its frame tells
				}
				return errNoStream
			}
			found = true
			m.Body = io.MultiReader(bytes.NewReader(proof[:n]), m.Body)
		}
		if m.Steps[len(m.Steps)-1] == trailingStep {
			return nil // it is looked through on its own
		}
		m.Steps, m.Size = slices.Concat([]string{step}, m.Steps[1:]), -1
		return e.out.put(ctx, m)
	})
	inner.memory = e.out.memory
	err := inner.result(kind.unpack(ctx, Input{Reader: src}, inner))
	used := frame.skip + rest.n - int64(src.Buffered())
	if found && inner.stopped != nil {
		return inner.stopped
	}
	if (found || kind.frame != nil) && isLimit(err) {
		e.out.fault(err)
	}
	if !found {
		return e.waste(ctx, used+embeddedProof+kind.cost+frame.cost)
	}
	e.passed = max(at+1, at+used-embeddedLead) // decoders take a few bytes more than they use
	return nil
}

// waste notes what an attempt in vain cost.
func (e *embedded) waste(ctx context.Context, bytes int64) error {
	if e.wasted += bytes; e.wasted > 4*e.in.Size+16<<20 {
		return limited("looking for embedded streams: too much looks like one")
	}
	return ctx.Err()
}

// growing reads src in pieces, small ones at first: most that is tried soon fails.
type growing struct {
	src  io.Reader
	n    int64
	most int
}

// Read implements io.Reader.
func (g *growing) Read(p []byte) (int, error) {
	n, err := g.src.Read(p[:min(len(p), g.most)])
	g.n += int64(n)
	g.most = min(2*g.most, readerBytes)
	return n, err
}

// beginsGzip tells the header of a member as programs write it: with a name or nothing, and a block behind it.
func beginsGzip(head []byte) bool {
	if !isGzip(head) || head[3]&^(gzipName|1) != 0 || head[8]&^6 != 0 || head[9] > 13 && head[9] != 0xff {
		return false
	}
	rest := head[10:]
	if head[3]&gzipName != 0 {
		end := bytes.IndexByte(rest, 0)
		if end < 0 {
			return false
		}
		rest = rest[end+1:]
	}
	return beginsDeflate(rest)
}

func beginsZlib(head []byte) bool { return beginsDeflate(head[2:]) }

// beginsDeflate tells what may be the first block of a deflate stream (RFC 1951, section 3.2.3).
func beginsDeflate(head []byte) bool {
	const stored, reserved = 0, 3
	if len(head) < 5 {
		return len(head) > 1
	}
	switch head[0] >> 1 & 3 {
	case stored:
		return binary.LittleEndian.Uint16(head[1:]) == ^binary.LittleEndian.Uint16(head[3:])
	case reserved:
		return false
	}
	return true
}

// beginsZstd tells a frame whose reserved bit is not set (RFC 8878, section 3.1.1.1.1).
func beginsZstd(head []byte) bool { return len(head) > 5 && head[4]&8 == 0 }

// zip finds an archive by its end record. That of one at the end of the file is left to whoever looks there.
func (e *embedded) zip(head []byte, at int64) span {
	if len(head) < 22 || at == e.ending {
		return span{}
	}
	size, offset := int64(binary.LittleEndian.Uint32(head[12:])), int64(binary.LittleEndian.Uint32(head[16:]))
	s := span{from: at - size - offset, to: at + 22 + int64(binary.LittleEndian.Uint16(head[20:]))}
	if s.from < 0 || s.to > e.in.Size || size == 0 || !e.has(s.from, zipLocal) || !e.has(at-size, zipCentral) {
		return span{}
	}
	return s
}

// has tells whether the file has the signature at offset.
func (e *embedded) has(offset int64, signature string) bool {
	var b [4]byte
	_, err := e.in.At.ReadAt(b[:], offset)
	return err == nil && string(b[:]) == signature
}

// sevenZip finds an archive by its first header, whose checksum has to hold.
func (e *embedded) sevenZip(head []byte, at int64) span {
	if len(head) < 32 || binary.LittleEndian.Uint32(head[8:]) != crc32.ChecksumIEEE(head[12:32]) {
		return span{}
	}
	offset, size := binary.LittleEndian.Uint64(head[12:]), binary.LittleEndian.Uint64(head[20:])
	left := uint64(e.in.Size - at - 32) // head is as long
	if offset > left || size > left-offset {
		return span{}
	}
	return span{from: at, to: at + 32 + int64(offset+size)}
}
