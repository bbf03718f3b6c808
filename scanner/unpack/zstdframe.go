package unpack

import (
	"bytes"
	"errors"
	"io"
	"slices"
)

// zstdShape is what the headers of a frame and its blocks tell of it, before anything is decompressed.
type zstdShape struct {
	head []byte // magic, descriptor and the rest of the frame header
	zstdHeader
	to   int64  // where it ends; where it begins, if there is none
	most uint64 // bytes that it decodes to at most
	cost int64  // of telling that, in bytes that could be read meanwhile
}

const (
	zstdBlockCost = 64
	zstdProof     = 1 << 20 // bytes that a frame of more is decoded to before it gets a window for all
)

// zstdFrame tells how far the frame reaches that begins at a position, and with what header it is to be decoded.
//
// A frame may ask for a window of 128 MiB, and a decoder makes room for that before it decompresses anything. Nothing refers to
// more than was decompressed before, so the window need not be larger than what a frame decodes to.
func (e *embedded) zstdFrame(at int64) (found embeddedFrame, err error) {
	z, err := zstdShapeAt(e.in, at)
	found.to, found.cost = z.to, z.cost
	if err != nil || z.to == at {
		return found, err
	}
	if min(z.most, z.window) > zstdProof {
		instead, skip := z.within(zstdProof)
		n := decodesTo(e.out.memory, io.MultiReader(bytes.NewReader(instead), io.NewSectionReader(e.in.At, at+skip, z.to-at-skip)))
		found.cost += n
		switch {
		case n == 0:
			found.to = at
		case n < zstdProof:
			z.most = uint64(n)
		}
	}
	found.instead, found.skip = z.within(z.most)
	return found, nil
}

// zstdShapeAt follows a frame from block to block, each of which tells where the next one is: what only looks like a frame soon
// has one that none can have. Of a frame that breaks off it is what lies before. One that needs a dictionary is none.
func zstdShapeAt(in Input, at int64) (z zstdShape, err error) {
	z.to = at
	head, err := bytesAt(in, at, zstdHeaderFixed+zstdHeaderMost)
	if err != nil || len(head) < zstdHeaderFixed {
		return z, err
	}
	z.zstdHeader = describedZstd(head[zstdHeaderFixed-1])
	size := zstdHeaderFixed + z.size()
	if len(head) < size || z.dictionary > 0 {
		return z, nil
	}
	z.head = head[:size]
	z.read(z.head[zstdHeaderFixed:])
	for next, last := at+int64(size), false; !last; {
		b, err := bytesAt(in, next, zstdBlockHeader)
		if err != nil {
			return z, err
		}
		z.cost += zstdBlockCost
		if len(b) < zstdBlockHeader {
			break
		}
		block := readZstdBlock(b)
		if next += int64(len(b) + block.size); block.kind == zstdReserved || max(block.size, block.most) > maxZstdBlock || next > in.Size {
			break
		}
		last, z.most = block.last, z.most+uint64(block.most)
		if z.to = next; last && z.checksum {
			z.to = min(next+4, in.Size)
		}
	}
	return z, nil
}

// within returns the header of the frame with a window for what it decodes to, most bytes, and how many bytes of the frame that
// stands for: none where it asks for no larger one.
func (z *zstdShape) within(most uint64) (instead []byte, skip int64) {
	window, descriptor := smallWindow(most)
	if window >= z.window {
		return nil, 0
	}
	instead = append(slices.Clone(z.head[:zstdHeaderFixed-1]), z.head[zstdHeaderFixed-1]&^zstdSingle, descriptor)
	if z.content == 1 { // there is such a size in frames of one segment alone
		return instead, int64(len(z.head))
	}
	return instead, int64(len(z.head) - z.content)
}

// decodesTo returns to how many bytes r, a stream of zstd, decodes before it fails, up to zstdProof.
func decodesTo(m *Memory, r io.Reader) int64 {
	dec, err := m.decoder(r)
	if err != nil {
		return 0
	}
	g := &guard{src: dec}
	n, _ := io.CopyN(io.Discard, g, zstdProof)
	if g.fail == nil {
		m.free(dec)
	} else {
		dec.Close()
	}
	return n
}

// bytesAt returns n bytes from a position on, fewer at the end.
func bytesAt(in Input, at int64, n int) ([]byte, error) {
	if in.Data != nil {
		return in.Data[min(at, in.Size):min(at+int64(n), in.Size)], nil
	}
	b := make([]byte, n)
	n, err := in.At.ReadAt(b, at)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b[:n], err
}
