package unpack

import (
	"bytes"
	"context"
	"errors"
	"io"
)

// zlibProof is how much a file's beginning has to decompress to at most, to be told as a stream of zlib.
const zlibProof = 64 << 10

// matchZlib tells a zlib stream (RFC 1950) with a window of 32 KiB and no dictionary. Its two first bytes come by chance, so
// that the whole of head has to decompress.
func matchZlib(head []byte) bool {
	if len(head) < 8 || head[0] != 0x78 || head[1]&0x20 != 0 || (uint(head[0])<<8|uint(head[1]))%31 != 0 || !beginsZlib(head) {
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

// unpackZlib yields the content of a zlib stream and what follows it.
func unpackZlib(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	z, freeZlib, err := out.memory.zlib(src)
	if err != nil {
		return err
	}
	defer freeZlib()
	if err := out.stream(ctx, "zlib", z); err != nil {
		return err
	}
	return out.trailing(ctx, "zlib", src)
}
