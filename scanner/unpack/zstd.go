package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"slices"

	"github.com/klauspost/compress/zstd"
)

func isZstd(head []byte) bool { return beginsFrame(head, magicZstd) }

// unpackZstd yields the content of all frames of a zstd stream (RFC 8878) as one.
func unpackZstd(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	f := newFrameReader(src)
	z := newZstdFrame(f, out.lim)
	dec, err := out.memory.decoder(f)
	if err != nil {
		return err
	}
	g := &guard{src: dec}
	err = f.unpack(ctx, out, g)
	if g.fail == nil && z.most <= keptWindow {
		out.memory.free(dec)
	} else {
		dec.Close()
	}
	return err
}

// keptWindow is the largest window with which a decoder is kept.
const keptWindow = 8 << 20

// decoder returns a decoder of the frames in r, which has to bound their windows. It is to be closed or given to free.
func (m *Memory) decoder(r io.Reader) (*zstd.Decoder, error) {
	if dec, ok := m.decoders.Take(); ok {
		return dec, dec.Reset(r)
	}
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(1<<62))
}

// free takes back a decoder that did not panic.
func (m *Memory) free(dec *zstd.Decoder) {
	if dec.Reset(nil) == nil {
		m.decoders.Put(dec, keptDecoders)
	}
}

// zstdFrame follows the structure of one frame.
type zstdFrame struct {
	f        *frameReader
	window   int64
	most     uint64 // the largest window that was met
	checksum bool
}

// newZstdFrame makes f pass on zstd frames.
func newZstdFrame(f *frameReader, lim Limits) *zstdFrame {
	z := &zstdFrame{f: f, window: lim.Window}
	f.next = z.begin
	return z
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
	if most, ok := z.decoded(window); ok && !single && most < window {
		window, rest[0] = smallWindow(most)
	}
	z.most = max(z.most, window)
	z.f.step = z.block
	return nil
}

// maxZstdBlock is the most that a block decodes to: section 3.1.1.2.4.
const maxZstdBlock = 128 << 10

// decoded returns what the blocks of a frame decode to at most, where the frame is short enough to be seen in full. A short
// one may claim a window a thousand times what it decodes to, and a decoder makes room for that.
func (z *zstdFrame) decoded(window uint64) (most uint64, ok bool) {
	seen, _ := z.f.src.Peek(z.f.src.Size()) // as much as there is
	for len(seen) >= 3 {
		h := uint32(seen[0]) | uint32(seen[1])<<8 | uint32(seen[2])<<16
		size := int(h >> 3)
		switch h >> 1 & 3 {
		case 0:
			most += uint64(size)
		case 1:
			most, size = most+uint64(size), 1
		default:
			most += min(window, maxZstdBlock)
		}
		if seen = seen[3:]; size > len(seen) {
			return 0, false
		}
		if seen = seen[size:]; h&1 != 0 {
			return most, true
		}
	}
	return 0, false
}

// smallWindow returns the smallest window of a power of two that holds n bytes and any block, and its descriptor: section
// 3.1.1.1.2.
func smallWindow(n uint64) (window uint64, descriptor byte) {
	exponent := max(bits.Len64(max(n, 1)-1), bits.Len64(maxZstdBlock-1))
	return 1 << exponent, byte(exponent-10) << 3
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

// A frame is tried with a window of 1 MiB, whose descriptor this is (RFC 8878, section 3.1.1.1.2), and for as many bytes.
const (
	zstdProofWindow = 10 << 3
	zstdProof       = 1 << 20
)

// provesZstd tells whether what r yields, of which head is the beginning, is a frame whose first bytes can be decompressed. It
// does that with a small window in place of the one that the frame asks for, of up to 128 MiB: nothing can refer to more than
// was decompressed before. Where that is all of it, what is to be read instead of the first skip bytes is returned too.
func provesZstd(m *Memory, head []byte, r io.Reader) (instead []byte, skip int64, ok bool) {
	const single, size = 1 << 5, 6 // of the frame header descriptor: a frame of one segment has no window, but always a size
	if len(head) < 6 {
		return nil, 0, false
	}
	instead, skip = append(slices.Clone(head[:4]), head[4]&^single, zstdProofWindow), 6
	if head[4]&single != 0 {
		skip = 5
		if head[4]>>size == 0 { // a size of one byte, which there is not without the flag
			dictionary := []int64{0, 1, 2, 4}[head[4]&3]
			instead = append(instead, head[5:min(int64(len(head)), 5+dictionary)]...)
			skip += dictionary + 1
		}
	}
	if _, err := io.CopyN(io.Discard, r, skip); err != nil {
		return nil, 0, false
	}
	dec, err := m.decoder(io.MultiReader(bytes.NewReader(instead), r))
	if err != nil {
		return nil, 0, false
	}
	g := &guard{src: dec}
	n, err := io.CopyN(io.Discard, g, zstdProof) // behind a short frame anything may follow
	if g.fail == nil {
		m.free(dec)
	} else {
		dec.Close()
	}
	if err == nil {
		return nil, 0, true
	}
	return instead, skip, n > 0
}
