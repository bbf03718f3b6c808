package unpack

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

func isZstd(head []byte) bool { return beginsFrame(head, magicZstd) }

// unpackZstd yields the content of all frames of a zstd stream (RFC 8878) as one.
func unpackZstd(ctx context.Context, in Input, out *sink) error {
	f := newFrameReader(bufio.NewReaderSize(in.Reader, 64<<10))
	z := &zstdFrame{f: f, window: out.lim.Window}
	f.next = z.begin
	dec, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(max(out.lim.Window, 1<<10))), zstd.WithDecoderMaxMemory(1<<62))
	if err != nil {
		return err
	}
	defer dec.Close()
	return f.unpack(ctx, out, &guard{src: dec})
}

// zstdFrame follows the structure of one frame.
type zstdFrame struct {
	f        *frameReader
	window   int64
	checksum bool
}

func (z *zstdFrame) begin(magic uint32) (func() error, error) {
	if magic != magicZstd {
		return nil, io.EOF
	}
	return z.header, nil
}

// header reads a frame header: RFC 8878, section 3.1.1.1.
func (z *zstdFrame) header() error {
	fixed, err := z.f.take(5)
	if err != nil {
		return err
	}
	d := fixed[4]
	single := d&0x20 != 0
	z.checksum = d&0x04 != 0
	size := [4]int{0, 2, 4, 8}[d>>6]
	if single && size == 0 {
		size = 1
	}
	n := size + [4]int{0, 1, 2, 4}[d&3]
	if !single {
		n++
	}
	rest, err := z.f.take(n)
	if err != nil {
		return err
	}
	var le [8]byte
	copy(le[:], rest[n-size:])
	window := binary.LittleEndian.Uint64(le[:])
	if !single {
		base := uint64(1) << (10 + rest[0]>>3)
		window = base + base/8*uint64(rest[0]&7)
	}
	if window > uint64(z.window) {
		return limited("zstd window of %d bytes", window)
	}
	z.f.step = z.block
	return nil
}

// block reads a block header: section 3.1.1.2.
func (z *zstdFrame) block() error {
	b, err := z.f.take(3)
	if err != nil {
		return err
	}
	h := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	z.f.left = int64(h >> 3)
	switch h >> 1 & 3 {
	case 1: // one byte, repeated
		z.f.left = 1
	case 3:
		return errors.New("reserved block type")
	}
	if h&1 != 0 {
		z.f.step = z.end
	}
	return nil
}

func (z *zstdFrame) end() error {
	if z.checksum {
		z.f.left = 4
	}
	z.f.step = z.f.magic
	return nil
}
