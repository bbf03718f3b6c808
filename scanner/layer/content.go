package layer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"hash"
	"io"
)

// content is the uncompressed bytes of a layer, chunk by chunk, hashed as they are taken.
type content struct {
	// next returns the next chunk, valid until it is called again, or an error and no chunk: io.EOF at the end.
	next func() ([]byte, error)
	hash hash.Hash // nil where the stored bytes, which are the same, are hashed already
	size int64     // bytes of the chunks taken
	buf  []byte    // what is left of the current chunk
	err  error     // sticky
}

// newContent returns the content that r yields.
func newContent(r io.Reader, hashed bool) *content {
	c := &content{next: chunksOf(r, make([]byte, readBytes))}
	if hashed {
		c.hash = sha256.New()
	}
	return c
}

// chunksOf reads r into buf again and again, as full as it gets.
func chunksOf(r io.Reader, buf []byte) func() ([]byte, error) {
	return func() ([]byte, error) {
		n, err := fill(r, buf)
		if n > 0 {
			err = nil // r is sticky and returns it again
		}
		return buf[:n], err
	}
}

// fill reads r until buf is full or an error occurs.
func fill(r io.Reader, buf []byte) (n int, err error) {
	for empty := 0; n < len(buf) && err == nil; {
		var m int
		m, err = r.Read(buf[n:])
		n += m
		if empty++; m > 0 {
			empty = 0
		}
		if empty == 100 {
			err = io.ErrNoProgress
		}
	}
	return n, err
}

// more makes sure that buf holds something.
func (c *content) more() error {
	for len(c.buf) == 0 && c.err == nil {
		c.buf, c.err = c.next()
		c.size += int64(len(c.buf))
		if c.hash != nil {
			c.hash.Write(c.buf)
		}
	}
	if len(c.buf) > 0 {
		return nil
	}
	return c.err
}

// ended tells whether the content was taken to its end.
func (c *content) ended() bool { return c.err == io.EOF }

// offset returns how much of the content was read.
func (c *content) offset() int64 { return c.size - int64(len(c.buf)) }

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := c.more(); err != nil {
		return 0, err
	}
	n := copy(p, c.buf)
	c.buf = c.buf[n:]
	return n, nil
}

// discard skips n bytes and returns how many it skipped; fewer than n come with the error.
func (c *content) discard(n int64) (skipped int64, err error) {
	for skipped < n {
		if err := c.more(); err != nil {
			return skipped, err
		}
		m := min(int64(len(c.buf)), n-skipped)
		c.buf = c.buf[m:]
		skipped += m
	}
	return skipped, nil
}

// drain reads what is left. It returns nil at the end.
func (c *content) drain(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		c.buf = nil
		if err := c.more(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// isTar looks at the first chunk. A first block that carries the magic of a header counts as one although its checksum
// does not hold: the walk tells what is wrong with it.
func (c *content) isTar() bool {
	if err := c.more(); err != nil {
		return err == io.EOF
	}
	if len(c.buf) >= blockBytes {
		b := (*block)(c.buf[:blockBytes])
		if b.valid() || string(b[257:262]) == "ustar" {
			return true
		}
	}
	return len(c.buf) < emptyBytes && len(bytes.Trim(c.buf, "\x00")) == 0
}
