package unpack

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// isLZMA tells the .lzma format, which has no magic number, by a header as encoders write it: the usual properties, a
// dictionary of 2^n or 2^n+2^(n-1) bytes, a size that is unknown or below 256 GiB, and a first byte of zero, which the
// range coder wants.
func isLZMA(head []byte) bool {
	if len(head) < 14 || head[0] != 0x5d || head[13] != 0 {
		return false
	}
	dict := binary.LittleEndian.Uint32(head[1:])
	size := binary.LittleEndian.Uint64(head[5:])
	if size != 1<<64-1 && size >= 1<<38 {
		return false
	}
	low := dict & -dict
	return low >= 1<<11 && (dict == low || dict == 3*low || dict == 1<<32-1)
}

// unpackLZMA yields the content of an .lzma file and what follows it.
func unpackLZMA(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	head, err := src.Peek(lzma.HeaderLen)
	if err != nil {
		return noEOF(err)
	}
	r, err := lzmaReader(src, int64(binary.LittleEndian.Uint32(head[1:])), out.lim)
	if err != nil {
		return noEOF(err)
	}
	if err := out.stream(ctx, "lzma", r); err != nil {
		return err
	}
	return out.trailing(ctx, "lzma", src)
}

// lzmaReader decodes the .lzma stream of src, whose header asks for a dictionary of dict bytes.
func lzmaReader(src io.Reader, dict int64, lim Limits) (io.Reader, error) {
	if dict > lim.Window {
		return nil, limited("lzma dictionary of %d bytes", dict)
	}
	return guarded(func() (io.Reader, error) { return lzma.NewReader(src) })
}

func isLzip(head []byte) bool {
	return len(head) >= 6 && string(head[:4]) == "LZIP" && head[4] == 1 && head[5]&0x1f >= 12 && head[5]&0x1f <= 29
}

// unpackLzip yields the content of all members of an lzip file as one, and what follows them.
func unpackLzip(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	l := &lzipReader{src: src, lim: out.lim}
	err := out.stream(ctx, "lzip", l)
	if l.mismatch {
		out.fault(corrupt("reading lzip: checksum mismatch"))
	}
	if err != nil {
		return err
	}
	if l.members == 0 {
		return io.ErrUnexpectedEOF
	}
	return out.trailing(ctx, "lzip", l.src)
}

// lzipReader reads the members of an lzip file one after the other.
type lzipReader struct {
	src      *bufio.Reader
	lim      Limits
	member   io.Reader // nil between members
	members  int
	crc      uint32
	size     uint64
	mismatch bool
}

// Read implements io.Reader.
func (l *lzipReader) Read(p []byte) (int, error) {
	for {
		if l.member == nil {
			if err := l.header(); err != nil {
				return 0, err
			}
		}
		n, err := l.member.Read(p)
		l.crc = crc32.Update(l.crc, crc32.IEEETable, p[:n])
		l.size += uint64(n)
		if errors.Is(err, io.EOF) {
			l.member = nil
			err = l.trailer()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// header reads the header of a member, and io.EOF where there is none.
func (l *lzipReader) header() error {
	head, err := l.src.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !isLzip(head) {
		return io.EOF
	}
	base := int64(1) << (head[5] & 0x1f)
	dict := base - base/16*int64(head[5]>>5)
	if _, err := l.src.Discard(6); err != nil {
		return err
	}
	// The member is an LZMA stream of fixed properties, and of a size that its end marker tells.
	classic := binary.LittleEndian.AppendUint32([]byte{0x5d}, uint32(dict))
	classic = binary.LittleEndian.AppendUint64(classic, 1<<64-1)
	l.crc, l.size = 0, 0
	l.members++
	l.member, err = lzmaReader(&prefixed{head: classic, Reader: l.src}, dict, l.lim)
	return noEOF(err)
}

func (l *lzipReader) trailer() error {
	var t [20]byte
	if _, err := io.ReadFull(l.src, t[:]); err != nil {
		return noEOF(err)
	}
	if binary.LittleEndian.Uint32(t[:]) != l.crc || binary.LittleEndian.Uint64(t[4:]) != l.size {
		l.mismatch = true
	}
	return nil
}

// prefixed reads head before the rest, and takes no byte too many from it.
type prefixed struct {
	head []byte
	*bufio.Reader
}

// Read implements io.Reader.
func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.Reader.Read(b)
}

// ReadByte implements io.ByteReader.
func (p *prefixed) ReadByte() (byte, error) {
	if len(p.head) > 0 {
		b := p.head[0]
		p.head = p.head[1:]
		return b, nil
	}
	return p.Reader.ReadByte()
}
