package unpack

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"context"
	"errors"
	"io"
)

// isBzip2 tells a stream by its header and the magic number of its first block, or of its end where it is empty.
func isBzip2(head []byte) bool {
	if len(head) < 10 || string(head[:3]) != "BZh" || head[3] < '1' || head[3] > '9' {
		return false
	}
	magic := string(head[4:10])
	return magic == "\x31\x41\x59\x26\x53\x59" || magic == "\x17\x72\x45\x38\x50\x90"
}

// errBzip2Tail is how the decoder says that something else than a stream follows one.
const errBzip2Tail = bzip2.StructuralError("bad magic value in continuation file")

// unpackBzip2 yields the content of all streams of a bzip2 file as one, and then what follows them.
func unpackBzip2(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	taken := &lastTwo{src: src}
	tail := false
	err := out.stream(ctx, "bzip2", &turned{bzip2.NewReader(taken), func(err error) error {
		if tail = errors.Is(err, errBzip2Tail); tail {
			return io.EOF
		}
		return err
	}})
	if err != nil || !tail {
		return err
	}
	return out.trailing(ctx, "bzip2", io.MultiReader(bytes.NewReader(taken.last[:]), src))
}

// lastTwo is a byte reader, beyond which the decoder does not read, that remembers the last two bytes: those that it takes
// to see that no stream follows.
type lastTwo struct {
	src  *bufio.Reader
	last [2]byte
}

// ReadByte implements io.ByteReader.
func (l *lastTwo) ReadByte() (byte, error) {
	c, err := l.src.ReadByte()
	if err == nil {
		l.last = [2]byte{l.last[1], c}
	}
	return c, err
}

// Read implements io.Reader, as far as the type asks for it.
func (l *lastTwo) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := l.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

// turned is src whose errors are what turn makes of them.
type turned struct {
	src  io.Reader
	turn func(error) error
}

// Read implements io.Reader.
func (t *turned) Read(p []byte) (int, error) {
	n, err := t.src.Read(p)
	if err != nil {
		err = t.turn(err)
	}
	return n, err
}
