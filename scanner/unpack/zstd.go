package unpack

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"

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

// zstdHeader is what a frame header says: RFC 8878, section 3.1.1.1.
type zstdHeader struct {
	window     uint64
	single     bool // the frame is one segment, and has no window descriptor
	checksum   bool
	dictionary int // bytes of the dictionary's ID
	content    int // bytes of the content's size
}

const (
	zstdHeaderFixed = 5  // bytes of magic and descriptor
	zstdHeaderMost  = 13 // of what follows, at most
	zstdSingle      = 1 << 5
)

// describedZstd returns what a frame header descriptor says: section 3.1.1.1.1.
func describedZstd(d byte) zstdHeader {
	h := zstdHeader{single: d&zstdSingle != 0, checksum: d&0x04 != 0, dictionary: [4]int{0, 1, 2, 4}[d&3], content: [4]int{0, 2, 4, 8}[d>>6]}
	if h.single && h.content == 0 {
		h.content = 1
	}
	return h
}

// size is that of what follows the descriptor.
func (h *zstdHeader) size() int {
	if h.single {
		return h.dictionary + h.content
	}
	return 1 + h.dictionary + h.content
}

// read takes the window from what follows the descriptor.
func (h *zstdHeader) read(rest []byte) {
	if !h.single {
		base := uint64(1) << (10 + rest[0]>>3)
		h.window = base + base/8*uint64(rest[0]&7)
		return
	}
	var le [8]byte
	copy(le[:], rest[h.dictionary:])
	h.window = binary.LittleEndian.Uint64(le[:])
}

// header reads a frame header.
func (z *zstdFrame) header() error {
	fixed, err := z.f.take(zstdHeaderFixed)
	if err != nil {
		return err
	}
	h := describedZstd(fixed[4])
	rest, err := z.f.take(h.size())
	if err != nil {
		return err
	}
	h.read(rest)
	if h.window > uint64(z.window) {
		return limited("zstd window of %d bytes", h.window)
	}
	if most, ok := z.decoded(); ok && !h.single {
		if window, descriptor := smallWindow(most); window < h.window {
			h.window, rest[0] = window, descriptor
		}
	}
	z.checksum, z.most = h.checksum, max(z.most, h.window)
	z.f.step = z.block
	return nil
}

// maxZstdBlock is the most that a block decodes to: section 3.1.1.2.4.
const maxZstdBlock = 128 << 10

// zstdBlock is what a block header says: section 3.1.1.2.
type zstdBlock struct {
	last bool
	kind uint32
	size int // of what follows in the file
	most int // that it decodes to
}

const (
	zstdBlockHeader                = 3
	zstdRaw, zstdRLE, zstdReserved = 0, 1, 3 // kinds; the one between is compressed
)

func readZstdBlock(b []byte) zstdBlock {
	h := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	block := zstdBlock{last: h&1 != 0, kind: h >> 1 & 3, size: int(h >> 3), most: int(h >> 3)}
	switch block.kind {
	case zstdRaw:
	case zstdRLE: // one byte, repeated
		block.size = 1
	default:
		block.most = maxZstdBlock
	}
	return block
}

// decoded returns what the blocks of a frame decode to at most, where the frame is short enough to be seen in full. A short
// one may claim a window a thousand times what it decodes to, and a decoder makes room for that.
func (z *zstdFrame) decoded() (most uint64, ok bool) {
	seen, _ := z.f.src.Peek(z.f.src.Size()) // as much as there is
	for len(seen) >= zstdBlockHeader {
		block := readZstdBlock(seen)
		most += uint64(block.most)
		if seen = seen[zstdBlockHeader:]; block.size > len(seen) {
			return 0, false
		}
		if seen = seen[block.size:]; block.last {
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

// block reads a block header.
func (z *zstdFrame) block() error {
	b, err := z.f.take(zstdBlockHeader)
	if err != nil {
		return err
	}
	block := readZstdBlock(b)
	if block.kind == zstdReserved {
		return errors.New("reserved block type")
	}
	z.f.left = int64(block.size)
	if block.last {
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
