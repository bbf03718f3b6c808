package unpack

import (
	"bufio"
	"hash/crc32"
	"io"
)

// exactReader reads the left bytes that a member has in an archive. It fails where the archive ends before.
type exactReader struct {
	src  *bufio.Reader
	left int64
}

// Read implements io.Reader.
func (e *exactReader) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > e.left {
		p = p[:e.left]
	}
	n, err := e.src.Read(p)
	e.left -= int64(n)
	return n, noEOF(err)
}

// discard skips what is left.
func (e *exactReader) discard() error {
	n, err := io.CopyN(io.Discard, e.src, e.left)
	e.left -= n
	return noEOF(err)
}

// orEOF returns err, or io.EOF where there is none.
func orEOF(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}

// checked checks the CRC-32 of content at its end.
type checked struct {
	src  io.Reader
	sum  uint32
	want uint32
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	if err == io.EOF && c.sum != c.want {
		return n, corrupt("checksum mismatch")
	}
	return n, err
}
