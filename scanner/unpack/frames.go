package unpack

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
)

// Magic numbers that zstd (RFC 8878) and LZ4 frames begin with. Skippable frames, which decoders pass over, are common
// to both; their last four bits are free.
const (
	magicZstd      = 0xfd2fb528
	magicLZ4       = 0x184d2204
	magicLZ4Legacy = 0x184c2102
	magicSkippable = 0x184d2a50
)

// skippableBytes bounds what is kept of the skippable frames of one stream.
const skippableBytes = 16 << 20

// frameReader passes the frames of a stream on to their decoder: it ends where they end, fails where one is cut short,
// and keeps what decoders pass over.
type frameReader struct {
	src    *bufio.Reader
	step   func() error // reads the next part of the structure into held, or sets left
	next   func(magic uint32) (func() error, error)
	held   []byte // bytes to be passed on, from space
	left   int64  // bytes to be passed on from src after those
	space  [32]byte
	frames int
	err    error // that ended the stream; decoders do not tell every one
	over   bool  // more than skippableBytes were skipped

	skipped      [][]byte
	skippedBytes int
}

func newFrameReader(src *bufio.Reader) *frameReader {
	f := &frameReader{src: src}
	f.step = f.magic
	return f
}

// Read implements io.Reader.
func (f *frameReader) Read(p []byte) (int, error) {
	for {
		switch {
		case len(f.held) > 0:
			n := copy(p, f.held)
			f.held = f.held[n:]
			return n, nil
		case f.left > 0:
			if int64(len(p)) > f.left {
				p = p[:f.left]
			}
			n, err := f.src.Read(p)
			f.left -= int64(n)
			f.err = noEOF(err)
			return n, f.err
		}
		if f.err == nil {
			f.err = f.step()
		}
		if f.err != nil {
			return 0, f.err
		}
	}
}

// take reads n bytes of structure, to be passed on after those that are held.
func (f *frameReader) take(n int) ([]byte, error) {
	from := len(f.held)
	if from == 0 {
		f.held = f.space[:0]
	}
	f.held = f.held[:from+n]
	if _, err := io.ReadFull(f.src, f.held[from:]); err != nil {
		f.held = f.held[:from]
		return nil, noEOF(err)
	}
	return f.held[from:], nil
}

// magic begins a frame. Anything that is none ends the stream.
func (f *frameReader) magic() error {
	head, err := f.src.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(head) < 4 {
		return io.EOF
	}
	m := binary.LittleEndian.Uint32(head)
	if m&^0xf == magicSkippable {
		return f.skip()
	}
	step, err := f.next(m)
	if err != nil {
		return err
	}
	f.frames++
	f.step = step
	return nil
}

// skip keeps the content of a skippable frame, which is not passed on.
func (f *frameReader) skip() error {
	var head [8]byte
	if _, err := io.ReadFull(f.src, head[:]); err != nil {
		return noEOF(err)
	}
	size := int64(binary.LittleEndian.Uint32(head[4:]))
	keep := min(size, int64(skippableBytes-f.skippedBytes))
	f.over = f.over || keep < size
	if keep > 0 {
		text, err := io.ReadAll(io.LimitReader(f.src, keep))
		f.skipped = append(f.skipped, text)
		f.skippedBytes += len(text)
		if err != nil {
			return err
		}
		if int64(len(text)) < keep {
			return io.ErrUnexpectedEOF
		}
	}
	_, err := io.CopyN(io.Discard, f.src, size-keep)
	return noEOF(err)
}

// unpack yields what decoded, the content of the frames, gives, then the skippable frames and what follows.
func (f *frameReader) unpack(ctx context.Context, out *sink, decoded io.Reader) error {
	err := out.stream(ctx, out.format, decoded)
	if out.stopped != nil {
		return err
	}
	for _, text := range f.skipped {
		m := memoryMember(Content, text, out.format, "skippable frame")
		if serr := out.emit(ctx, m); serr != nil {
			return serr
		}
	}
	if f.over {
		out.fault(limited("skippable frames of more than %d bytes", skippableBytes))
	}
	if err != nil {
		return err
	}
	if f.err != nil && !errors.Is(f.err, io.EOF) {
		return f.err
	}
	if f.frames == 0 {
		return io.ErrUnexpectedEOF
	}
	return out.trailing(ctx, out.format, f.src)
}

// beginsFrame tells a stream whose first frame that is not skippable has one of magics, or lies beyond head.
func beginsFrame(head []byte, magics ...uint32) bool {
	for first := true; len(head) >= 8; first = false {
		m := binary.LittleEndian.Uint32(head)
		for _, magic := range magics {
			if m == magic {
				return true
			}
		}
		if m&^0xf != magicSkippable {
			return false
		}
		size := uint64(binary.LittleEndian.Uint32(head[4:])) + 8
		if size+4 > uint64(len(head)) {
			return first
		}
		head = head[size:]
	}
	return false
}
