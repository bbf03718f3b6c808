package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"
)

// zlibProof is how much a file's beginning has to decompress to at most, to be told as a stream of zlib.
const zlibProof = 64 << 10

// matchZlib tells a zlib stream (RFC 1950) with a window of 32 KiB and no dictionary. Its two first bytes come by chance, so
// that the whole of head has to decompress.
func matchZlib(head []byte) bool {
	if !zlibHeader(head) {
		return false
	}
	z, free, err := new(Memory).zlib(bytes.NewReader(head))
	if err != nil {
		return false
	}
	defer free()
	n, err := io.Copy(io.Discard, io.LimitReader(z, zlibProof))
	return n > 0 && (err == nil || errors.Is(err, io.ErrUnexpectedEOF) && len(head) >= HeadBytes)
}

// zlibHeader tells the header of such a stream, and a block that may be its first.
func zlibHeader(head []byte) bool {
	return len(head) >= 8 && head[0] == 0x78 && head[1]&0x20 == 0 && (uint(head[0])<<8|uint(head[1]))%31 == 0 && beginsZlib(head)
}

// unpackZlib yields the content of a zlib stream, and of those that follow it at once, as one, then what comes after.
func unpackZlib(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	z, freeZlib, err := out.memory.zlib(src)
	if err != nil {
		return err
	}
	defer freeZlib()
	if err := out.stream(ctx, "zlib", &zlibReader{src: src, z: z}); err != nil {
		return err
	}
	return out.trailing(ctx, "zlib", src)
}

// zlibReader reads zlib streams one after the other. It takes no byte of src beyond the last.
type zlibReader struct {
	src *bufio.Reader
	z   io.Reader
}

// Read implements io.Reader.
func (r *zlibReader) Read(p []byte) (int, error) {
	for {
		n, err := r.z.Read(p)
		if n > 0 && err == io.EOF {
			return n, nil
		}
		if err != io.EOF {
			return n, err
		}
		head, _ := r.src.Peek(8) // an error comes again when it is read
		if !zlibHeader(head) {
			return 0, io.EOF
		}
		if err := r.z.(zlib.Resetter).Reset(r.src, nil); err != nil {
			return 0, noEOF(err)
		}
	}
}
