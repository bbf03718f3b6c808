package layer

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	zstdMagic     = 0xfd2fb528
	zstdSkippable = 0x184d2a50 // the low four bits are the user's
)

func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	magic := binary.LittleEndian.Uint32(head)
	return magic == zstdMagic || magic&^0xf == zstdSkippable
}

func openZstd(br *bufio.Reader, window int64, outer *slackSet) (io.Reader, error) {
	// One decoder and no goroutine of its own: the reading of layers is parallel already.
	// So it need not be closed either.
	return zstd.NewReader(&zstdFrames{br: br, outer: outer}, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(uint64(max(window, zstd.MinWindowSize))), zstd.WithDecoderMaxMemory(1<<62))
}

// zstdFrames hands the frames of RFC 8878 to the decoder and keeps the skippable ones. It ends at the first bytes that
// begin no frame, where the decoder would fail.
type zstdFrames struct {
	br    *bufio.Reader
	outer *slackSet

	left    int64 // bytes of the current run that pass through
	within  bool  // a frame is open: a block follows
	summed  bool  // its checksum follows its last block
	through bool  // the framing is broken: all that follows passes, for the decoder to refuse
}

// Read implements io.Reader.
func (z *zstdFrames) Read(p []byte) (int, error) {
	for z.left == 0 && !z.through {
		if err := z.next(); err != nil {
			return 0, err
		}
	}
	if !z.through {
		p = p[:min(int64(len(p)), z.left)]
	}
	n, err := z.br.Read(p)
	z.left -= int64(n)
	return n, err
}

// next finds the next run to pass through.
func (z *zstdFrames) next() error {
	if z.within {
		return z.block()
	}
	head, err := z.br.Peek(zstd.HeaderMaxSize)
	if err != nil && err != io.EOF {
		return err
	}
	if !isZstd(head) {
		return io.EOF
	}
	var h zstd.Header
	if err := h.Decode(head); err != nil {
		z.through = true
		return nil
	}
	if h.Skippable {
		return z.skip(h.HeaderSize, int64(h.SkippableSize))
	}
	z.left, z.within, z.summed = int64(h.HeaderSize), true, h.HasCheckSum
	return nil
}

// block passes one block, and the checksum after the last.
func (z *zstdFrames) block() error {
	const last, kindRLE, kindReserved = 1, 1, 3
	head, err := z.br.Peek(3)
	if err != nil && err != io.EOF {
		return err
	}
	if len(head) < 3 {
		z.through = true
		return nil
	}
	bits := uint32(head[0]) | uint32(head[1])<<8 | uint32(head[2])<<16
	size := int64(bits >> 3)
	switch bits >> 1 & 3 {
	case kindRLE:
		size = 1
	case kindReserved:
		z.through = true
		return nil
	}
	z.left = 3 + size
	if bits&last != 0 {
		z.within = false
		if z.summed {
			z.left += 4
		}
	}
	return nil
}

// skip keeps the content of a skippable frame.
func (z *zstdFrames) skip(head int, size int64) error {
	if _, err := z.br.Discard(head); err != nil {
		return err
	}
	run := z.outer.run(ZstdSkippable)
	for size > 0 {
		data, err := z.br.Peek(int(min(size, 4096)))
		run.write(data)
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		size -= int64(len(data))
		if _, err := z.br.Discard(len(data)); err != nil {
			return err
		}
	}
	return nil
}
