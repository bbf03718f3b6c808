package unpack

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/therootcompany/xz"
)

func isXZ(head []byte) bool { return bytes.HasPrefix(head, []byte("\xfd7zXZ\x00")) }

// unpackXZ yields the content of all streams of an .xz file as one, and then what follows them.
func unpackXZ(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	taken := &xzSource{src: src}
	r, err := guarded(func() (io.Reader, error) {
		return xz.NewReader(taken, uint32(min(out.lim.Window, 1<<32-1)))
	})
	if err != nil {
		return xzError(err)
	}
	var tail []byte
	err = xzError(out.stream(ctx, "xz", &turned{&xzReader{r}, func(err error) error {
		if tail = taken.tail(err); tail != nil {
			return io.EOF
		}
		return err
	}}))
	if err != nil || tail == nil {
		return err
	}
	return out.trailing(ctx, "xz", io.MultiReader(bytes.NewReader(tail), src))
}

// xzReader tells the decoder's errors apart.
type xzReader struct{ src io.Reader }

// Read implements io.Reader.
func (x *xzReader) Read(p []byte) (int, error) {
	n, err := x.src.Read(p)
	return n, xzError(err)
}

func xzError(err error) error {
	switch {
	case errors.Is(err, xz.ErrMemlimit):
		return limited("xz dictionary: %w", err)
	case errors.Is(err, xz.ErrOptions), errors.Is(err, xz.ErrUnsupportedCheck):
		return unsupported("%w", err)
	}
	return err
}
