package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/therootcompany/xz"
)

// xzTail returns where what follows the streams of an .xz file begins, of one that ends in failure because that is no stream;
// 0 where the file is damaged, or cannot be read again.
func xzTail(ctx context.Context, in Input, lim Limits, failure error) int64 {
	if in.At == nil || errors.Is(failure, io.EOF) || isLimit(failure) {
		return 0
	}
	end := xzEnd(ctx, in, lim)
	head := make([]byte, 6)
	if n, _ := in.At.ReadAt(head, end); end == 0 || isXZ(head[:n]) {
		return 0
	}
	return end
}

// xzEnd returns where the last sound stream ends, 0 where there is none. It decodes them once more: the decoder reads ahead,
// and does not tell how far.
func xzEnd(ctx context.Context, in Input, lim Limits) int64 {
	end := int64(0)
	for {
		src := &wordReader{ctx: ctx, src: bufio.NewReader(io.NewSectionReader(in.At, end, in.Size-end))}
		if head, _ := src.src.Peek(6); !isXZ(head) {
			return end
		}
		_, err := guarded(func() (io.Reader, error) {
			r, err := xz.NewReader(src, uint32(min(lim.Window, 1<<32-1)))
			if err != nil {
				return nil, err
			}
			r.Multistream(false)
			_, err = io.CopyN(io.Discard, r, lim.FileBytes+1)
			return nil, err
		})
		if !errors.Is(err, io.EOF) {
			return end
		}
		end += src.n - src.ahead
	}
}

// wordReader reads four bytes at a time, of which all parts of an .xz file are multiples, so that nobody reads beyond one.
type wordReader struct {
	ctx context.Context // of the call that reads all of it
	src *bufio.Reader
	n   int64

	ahead int64 // bytes of the last word where it is no padding: the decoder takes one to see that a stream has ended
}

// Read implements io.Reader.
func (w *wordReader) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(w.src, p[:min(len(p), 4)])
	w.n += int64(n)
	if w.ahead = int64(n); len(bytes.Trim(p[:n], "\x00")) == 0 {
		w.ahead = 0
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // the end comes again
	}
	return n, err
}
