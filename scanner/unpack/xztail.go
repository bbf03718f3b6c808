package unpack

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// xzRecent is how many bytes of an .xz file are remembered, several times as many as the decoder reads ahead.
const xzRecent = 64 << 10

// xzSource is what the decoder reads, and remembers the end of that: the decoder reads ahead, and does not tell how far.
type xzSource struct {
	src    io.Reader
	recent []byte // up to 2*xzRecent bytes
}

// Read implements io.Reader.
func (x *xzSource) Read(p []byte) (int, error) {
	n, err := x.src.Read(p)
	if len(x.recent)+n > 2*xzRecent {
		keep := x.recent[max(0, len(x.recent)-xzRecent):]
		x.recent = x.recent[:copy(x.recent, keep)]
	}
	x.recent = append(x.recent, p[max(0, n-xzRecent):n]...)
	return n, err
}

// tail returns what was read behind the last stream of a file that ended in failure because no stream follows it; nil where
// the file is damaged.
func (x *xzSource) tail(failure error) []byte {
	if errors.Is(failure, io.EOF) || isLimit(failure) {
		return nil
	}
	for at := 0; ; {
		i := bytes.Index(x.recent[at:], []byte("YZ"))
		if i < 0 {
			return nil
		}
		at += i + 2
		rest := x.recent[at:]
		if next := bytes.TrimLeft(rest, "\x00"); endsXZ(x.recent[:at]) && len(next) > 0 && !isXZ(next) {
			return rest
		}
	}
}

// endsXZ tells whether data ends with the footer of a stream (the .xz file format, section 2.1.2).
func endsXZ(data []byte) bool {
	if len(data) < 12 {
		return false
	}
	footer := data[len(data)-12:]
	return binary.LittleEndian.Uint32(footer) == crc32.ChecksumIEEE(footer[4:10])
}
