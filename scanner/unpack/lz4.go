package unpack

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/pierrec/lz4/v4"
)

func isLZ4(head []byte) bool { return beginsFrame(head, magicLZ4, magicLZ4Legacy) }

// unpackLZ4 yields the content of all frames of an LZ4 stream, those of the legacy format of Linux kernels included.
func unpackLZ4(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	f := newFrameReader(src)
	l := &lz4Frame{f: f}
	f.next = l.begin
	return f.unpack(ctx, out, &guard{src: lz4.NewReader(f)})
}

// Bounds of a block: 4 MiB and what does not compress, or 8 MiB in the legacy format.
const (
	lz4Block       = 4 << 20
	lz4LegacyBlock = 8<<20 + 8<<20/255 + 16
)

// lz4Frame follows the structure of one frame.
type lz4Frame struct {
	f             *frameReader
	blockChecksum bool
	checksum      bool
}

func (l *lz4Frame) begin(magic uint32) (func() error, error) {
	switch magic {
	case magicLZ4:
		return l.header, nil
	case magicLZ4Legacy:
		return l.legacy, nil
	}
	return nil, io.EOF
}

// header reads a frame descriptor.
func (l *lz4Frame) header() error {
	b, err := l.f.take(6)
	if err != nil {
		return err
	}
	flags := b[4]
	l.blockChecksum = flags&0x10 != 0
	l.checksum = flags&0x04 != 0
	n := 1
	if flags&0x08 != 0 {
		n += 8
	}
	if flags&0x01 != 0 {
		return unsupported("lz4 frame that needs a dictionary")
	}
	if _, err := l.f.take(n); err != nil {
		return err
	}
	l.f.step = l.block
	return nil
}

func (l *lz4Frame) block() error {
	b, err := l.f.take(4)
	if err != nil {
		return err
	}
	size := binary.LittleEndian.Uint32(b) &^ (1 << 31)
	if size > lz4Block {
		return corrupt("lz4 block of %d bytes", size)
	}
	l.f.left = int64(size)
	if size == 0 {
		if l.checksum {
			l.f.left = 4
		}
		l.f.step = l.f.magic
		return nil
	}
	if l.blockChecksum {
		l.f.left += 4
	}
	return nil
}

// legacy passes the magic number on; legacyBlock follows.
func (l *lz4Frame) legacy() error {
	if _, err := l.f.take(4); err != nil {
		return err
	}
	l.f.step = l.legacyBlock
	return nil
}

// legacyBlock reads a block of the legacy format, which has no end mark: a frame ends with the file or with what cannot
// be the size of a block.
func (l *lz4Frame) legacyBlock() error {
	head, err := l.f.src.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(head) == 0 {
		return io.EOF
	}
	if len(head) < 4 {
		return io.ErrUnexpectedEOF
	}
	size := binary.LittleEndian.Uint32(head)
	if size == 0 || size > lz4LegacyBlock {
		l.f.step = l.f.magic
		return nil
	}
	if _, err := l.f.take(4); err != nil {
		return err
	}
	l.f.left = int64(size)
	return nil
}
