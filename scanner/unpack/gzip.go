package unpack

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// Flags of a gzip header (RFC 1952, section 2.3.1).
const (
	gzipCRC     = 1 << 1
	gzipExtra   = 1 << 2
	gzipName    = 1 << 3
	gzipComment = 1 << 4
)

// gzipText bounds a name or comment, and all of them together: most are file names, but those who read parts of large files
// keep their index in the comment.
const gzipText = 16 << 20

// isGzip tells RFC 1952: the only method there is, and no reserved flag.
func isGzip(head []byte) bool {
	return len(head) >= 10 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8 && head[3]&0xe0 == 0
}

// unpackGzip yields the content of all members of the stream as one, as gunzip does, then the names, comments and extra
// fields of their headers, and what follows the last one.
func unpackGzip(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	g := &gzipReader{src: src, memory: out.memory}
	defer g.close()
	err := g.header()
	if err == nil {
		err = out.stream(ctx, "gzip", g)
	}
	if out.stopped != nil {
		return err
	}
	if g.mismatch {
		out.fault(corrupt("reading gzip: checksum mismatch"))
	}
	for _, t := range g.texts {
		if terr := out.text(ctx, t.kind, t.text, "gzip", t.what); terr != nil {
			return errors.Join(err, terr)
		}
	}
	if err != nil {
		return err
	}
	return out.trailing(ctx, "gzip", src)
}

// headerText is free text of a stream's header.
type headerText struct {
	kind Kind
	what string
	text []byte
}

// gzipReader reads the members of a gzip stream one after the other. It takes no byte of src beyond the last member.
type gzipReader struct {
	src   *bufio.Reader
	flate io.ReadCloser
	crc   uint32
	size  uint32
	texts []headerText
	held  int // bytes in texts

	memory *Memory
	free   func() // gives flate back

	mismatch bool // a checksum was wrong
}

// Read implements io.Reader.
func (g *gzipReader) Read(p []byte) (int, error) {
	for {
		n, err := g.flate.Read(p)
		g.crc = crc32.Update(g.crc, crc32.IEEETable, p[:n])
		g.size += uint32(n)
		if err == nil || n > 0 && err == io.EOF {
			return n, nil
		}
		if err != io.EOF {
			return n, err
		}
		if err := g.trailer(); err != nil {
			return 0, err
		}
		head, err := g.src.Peek(10)
		if !isGzip(head) {
			if err == io.EOF || err == nil {
				return 0, io.EOF
			}
			return 0, err
		}
		if err := g.header(); err != nil {
			return 0, err
		}
	}
}

// header reads the header of a member.
func (g *gzipReader) header() error {
	var fixed [10]byte
	if _, err := io.ReadFull(g.src, fixed[:]); err != nil {
		return err
	}
	flags := fixed[3]
	if flags&gzipExtra != 0 {
		var size [2]byte
		if _, err := io.ReadFull(g.src, size[:]); err != nil {
			return err
		}
		extra := make([]byte, binary.LittleEndian.Uint16(size[:]))
		if _, err := io.ReadFull(g.src, extra); err != nil {
			return err
		}
		if err := g.keep(Metadata, "extra field", extra); err != nil {
			return err
		}
	}
	if flags&gzipName != 0 {
		if err := g.text(Name, "name"); err != nil {
			return err
		}
	}
	if flags&gzipComment != 0 {
		if err := g.text(Comment, "comment"); err != nil {
			return err
		}
	}
	if flags&gzipCRC != 0 {
		if _, err := g.src.Discard(2); err != nil {
			return err
		}
	}
	g.crc, g.size = 0, 0
	if g.flate == nil {
		var err error
		g.flate, g.free, err = g.memory.inflater(g.src)
		return err
	}
	return g.flate.(flate.Resetter).Reset(g.src, nil)
}

// close gives back what g borrowed.
func (g *gzipReader) close() {
	if g.free != nil {
		g.free()
	}
}

// text reads a text that ends in NUL.
func (g *gzipReader) text(kind Kind, what string) error {
	var text []byte
	for {
		part, err := g.src.ReadSlice(0)
		text = append(text, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull) && len(text) <= gzipText:
		case errors.Is(err, bufio.ErrBufferFull):
			return limited("gzip header text of more than %d bytes", gzipText)
		case err != nil:
			return err
		default:
			return g.keep(kind, what, text[:len(text)-1])
		}
	}
}

func (g *gzipReader) keep(kind Kind, what string, text []byte) error {
	if g.held += len(text); g.held > gzipText {
		return limited("gzip header texts of more than %d bytes", gzipText)
	}
	g.texts = append(g.texts, headerText{kind, what, text})
	return nil
}

// trailer checks the member that was read.
func (g *gzipReader) trailer() error {
	var t [8]byte
	if _, err := io.ReadFull(g.src, t[:]); err != nil {
		return noEOF(err)
	}
	if binary.LittleEndian.Uint32(t[:]) != g.crc || binary.LittleEndian.Uint32(t[4:]) != g.size {
		g.mismatch = true // what was read is searched, and the members after it are too
	}
	return nil
}
