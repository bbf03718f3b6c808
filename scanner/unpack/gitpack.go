package unpack

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1" // packs end in one
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
)

// packHead is the length of a pack's header: PACK, a version, the number of objects.
const packHead = 12

// zlibHeadBytes is the length of a zlib stream's header without a dictionary.
const zlibHeadBytes = 2

func matchPack(head []byte) bool {
	if len(head) < packHead || string(head[:4]) != "PACK" {
		return false
	}
	version := binary.BigEndian.Uint32(head[4:])
	return version == 2 || version == 3
}

// unpackPack yields the commits and tags of a pack (gitformat-pack), the names in its trees, and then its blobs, with
// their paths where a commit of the same pack reaches them. Every object that can be restored is yielded, whether
// anything refers to it or not; the index file is not needed.
func unpackPack(ctx context.Context, in Input, out *sink) error {
	return unpackPackAt(ctx, in, 0, out)
}

// unpackPackAt is unpackPack for a pack that begins at start.
func unpackPackAt(ctx context.Context, in Input, start int64, out *sink) error {
	p, err := openPack(ctx, io.NewSectionReader(in.At, start, in.Size-start), out)
	if err != nil {
		return err
	}
	if err := p.scan(ctx); err != nil {
		out.fault(err)
		if ctx.Err() != nil {
			return err
		}
	}
	r := newResolver(p, out)
	err = r.run(ctx)
	if in.Git != nil {
		in.Git.merge(r.graph)
	}
	return err
}

// packFile reads the objects of a pack one at a time.
type packFile struct {
	at    *io.SectionReader
	end   int64   // of the objects
	ids   gitSize // of base names and of the trailer
	out   *sink
	count uint32 // of objects, as the header claims

	src   packSource
	buf   *bufio.Reader // of src
	zr    io.ReadCloser
	fr    io.ReadCloser    // for objects whose checksum was verified
	nodes []packNode       // in order of offset
	refs  map[gitKey]int32 // by identity of the base: the first of the ref deltas on it
	lost  int              // objects whose delta cannot be tied to a base
	kept  [][]byte         // what small objects inflate to, in chunks of keptChunk bytes, until there are enough
}

// packSource counts what is read of a pack.
type packSource struct {
	at  io.ReaderAt
	off int64
}

// Read implements io.Reader.
func (s *packSource) Read(p []byte) (int, error) {
	n, err := s.at.ReadAt(p, s.off)
	s.off += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// packHeader is the head of one object in a pack.
type packHeader struct {
	kind gitKind
	size int64 // inflated
	back int64 // of an ofs delta: how far before it its base lies
	base []byte
}

// openPack reads the header and the trailer.
func openPack(ctx context.Context, at *io.SectionReader, out *sink) (*packFile, error) {
	var head [packHead]byte
	if _, err := at.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	if !matchPack(head[:]) {
		return nil, corrupt("reading pack: no header")
	}
	p := &packFile{refs: map[gitKey]int32{}, at: at, out: out, count: binary.BigEndian.Uint32(head[8:]), end: at.Size()}
	p.src.at = at
	p.buf = bufio.NewReaderSize(&p.src, 32<<10)
	for _, size := range []gitSize{gitSHA1, gitSHA256} {
		ok, err := p.sealed(ctx, size)
		if err != nil {
			return nil, err
		}
		if ok {
			p.ids, p.end = size, at.Size()-int64(size)
			return p, nil
		}
	}
	out.fault(corrupt("reading pack: its content does not match its checksum"))
	p.ids = p.guess()
	return p, nil
}

// sealed reports whether the pack ends in its own hash of size bytes.
func (p *packFile) sealed(ctx context.Context, size gitSize) (bool, error) {
	length := p.at.Size() - int64(size)
	if length < packHead {
		return false, nil
	}
	var h hash.Hash = sha1.New() // the format's choice
	if size == gitSHA256 {
		h = sha256.New()
	}
	chunk := make([]byte, 256<<10)
	for off := int64(0); off < length; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n, err := p.at.ReadAt(chunk[:min(int64(len(chunk)), length-off)], off)
		h.Write(chunk[:n])
		off += int64(n)
		if n == 0 {
			return false, err
		}
	}
	trailer := make([]byte, size)
	if _, err := p.at.ReadAt(trailer, length); err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.Equal(trailer, h.Sum(nil)), nil
}

// guess returns the hash that the first commit of a damaged pack tells, SHA-1 where there is none.
func (p *packFile) guess() gitSize {
	p.ids = gitSHA1
	off := int64(packHead)
	for range 64 {
		h, err := p.seek(off)
		if err != nil {
			break
		}
		var head [128]byte
		n, err := p.inflate(head[:])
		if h.kind == gitCommit {
			line, _, _ := bytes.Cut(head[:n], []byte("\n"))
			if len(line) == len("tree ")+2*int(gitSHA256) {
				return gitSHA256
			}
			break
		}
		if err == nil {
			_, err = io.CopyN(io.Discard, p.zr, gitMemory)
		}
		if !errors.Is(err, io.EOF) {
			break
		}
		off = p.pos()
	}
	return gitSHA1
}

// pos returns the offset of the next byte to be read.
func (p *packFile) pos() int64 { return p.src.off - int64(p.buf.Buffered()) }

// move goes to off.
func (p *packFile) move(off int64) {
	if ahead := off - p.pos(); ahead >= 0 && ahead <= int64(p.buf.Buffered()) {
		_, _ = p.buf.Discard(int(ahead))
		return
	}
	p.src.off = off
	p.buf.Reset(&p.src)
}

// seek goes to the object at off and reads its header.
func (p *packFile) seek(off int64) (packHeader, error) {
	p.move(off)
	h, err := readPackHeader(p.buf, p.ids)
	if err != nil {
		return h, err
	}
	if p.zr == nil {
		p.zr, err = zlib.NewReader(p.buf)
		return h, err
	}
	return h, p.zr.(zlib.Resetter).Reset(p.buf, nil)
}

// open goes to an object that was inflated before and returns its content, the checksum of which is not verified again.
func (p *packFile) open(off int64) (packHeader, io.Reader, error) {
	p.move(off)
	h, err := readPackHeader(p.buf, p.ids)
	if err != nil {
		return h, nil, err
	}
	if _, err := p.buf.Discard(zlibHeadBytes); err != nil {
		return h, nil, noEOF(err)
	}
	if p.fr == nil {
		p.fr = flate.NewReader(p.buf)
		return h, p.fr, nil
	}
	return h, p.fr, p.fr.(flate.Resetter).Reset(p.buf, nil)
}

// inflate fills buf with content of the object that seek went to. A shorter object gives io.EOF.
func (p *packFile) inflate(buf []byte) (int, error) {
	n, err := io.ReadFull(p.zr, buf)
	if errors.Is(err, io.ErrUnexpectedEOF) && n < len(buf) && p.done() {
		err = io.EOF
	}
	return n, err
}

// done reports whether the compressed stream came to its end, its checksum included.
func (p *packFile) done() bool {
	var one [1]byte
	n, err := p.zr.Read(one[:])
	return n == 0 && errors.Is(err, io.EOF)
}

var errPackHeader = errors.New("damaged object header")

// readPackHeader reads the head of an object: kind, size, and the base of a delta.
func readPackHeader(r io.ByteReader, ids gitSize) (packHeader, error) {
	c, err := r.ReadByte()
	if err != nil {
		return packHeader{}, err
	}
	h := packHeader{kind: gitKind(c >> 4 & 7), size: int64(c & 15)}
	for shift := 4; c >= 0x80; shift += 7 {
		if shift > 53 {
			return h, errPackHeader
		}
		if c, err = r.ReadByte(); err != nil {
			return h, err
		}
		h.size |= int64(c&0x7f) << shift
	}
	switch h.kind {
	case gitCommit, gitTree, gitBlob, gitTag:
		return h, nil
	case gitOfsDelta:
		h.back, err = readPackOffset(r)
		return h, err
	case gitRefDelta:
		h.base = make([]byte, ids)
		for i := range h.base {
			if h.base[i], err = r.ReadByte(); err != nil {
				return h, err
			}
		}
		return h, nil
	}
	return h, errPackHeader
}

// readPackOffset reads how far back the base of a delta lies.
func readPackOffset(r io.ByteReader) (int64, error) {
	c, err := r.ReadByte()
	if err != nil {
		return 0, err
	}
	back := int64(c & 0x7f)
	for c >= 0x80 {
		if c, err = r.ReadByte(); err != nil {
			return 0, err
		}
		back = (back+1)<<7 | int64(c&0x7f)
		if back > 1<<48 {
			return 0, errPackHeader
		}
	}
	if back == 0 {
		return 0, errPackHeader
	}
	return back, nil
}
