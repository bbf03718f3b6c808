package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
)

// stream yields the content of a compressed stream and reads it to its end, so that what follows it can be told.
func (s *sink) stream(ctx context.Context, format string, r io.Reader) error {
	r = &sticky{src: r}
	err := s.put(ctx, Member{Steps: []string{format}, Size: -1, Kind: Content, Body: r})
	if err != nil {
		return err
	}
	return s.skip(ctx, r)
}

// sticky repeats the error of src instead of reading on.
type sticky struct {
	src io.Reader
	err error
}

// Read implements io.Reader.
func (s *sticky) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.src.Read(p)
	s.err = err
	return n, err
}

// counted counts what is read from src.
type counted struct {
	src io.Reader
	n   int64
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	c.n += int64(n)
	return n, err
}

// trailingStep is the step to what follows the end of a stream or archive.
const trailingStep = "trailing bytes"

// trailing yields what follows the end of a stream or archive, leading zeros left out: they are padding.
func (s *sink) trailing(ctx context.Context, format string, r io.Reader) error {
	src, ok := r.(*bufio.Reader)
	if !ok {
		src = bufio.NewReaderSize(r, 32<<10)
	}
	more, err := skipZeros(src)
	if err != nil || !more {
		return err
	}
	return s.emit(ctx, Member{Steps: []string{format, trailingStep}, Size: -1, Kind: Content, Body: src})
}

// skipZeros discards the zeros that src begins with and reports whether anything follows them.
func skipZeros(src *bufio.Reader) (bool, error) {
	for {
		if _, err := src.Peek(1); err == io.EOF {
			return false, nil
		} else if err != nil {
			return false, err
		}
		held, _ := src.Peek(src.Buffered())
		rest := bytes.TrimLeft(held, "\x00")
		if _, err := src.Discard(len(held) - len(rest)); err != nil {
			return false, err
		}
		if len(rest) > 0 {
			return true, nil
		}
	}
}

// noEOF turns the end of a stream where more was due into an error that is no end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
