package source

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"

	"dregs/report"
)

// sniffLength is how much of a file tells what it is: the first block of a tar archive.
const sniffLength = 512

// compressions lists the magic bytes of compressed archives and how each is read.
var compressions = []struct {
	name  string
	magic []byte
	open  func(r io.Reader) (io.ReadCloser, error)
}{
	{"gzip", []byte{0x1f, 0x8b}, func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) }},
	{"zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, openZstd},
	{"xz", []byte{0xfd, '7', 'z', 'X', 'Z', 0}, func(r io.Reader) (io.ReadCloser, error) {
		x, err := xz.NewReader(r, maxWindow)
		return io.NopCloser(x), err
	}},
	{"bzip2", []byte("BZh"), func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }},
}

func openZstd(r io.Reader) (io.ReadCloser, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// isCompressed tells a compressed stream by its magic bytes.
func isCompressed(head []byte) bool {
	for _, c := range compressions {
		if bytes.HasPrefix(head, c.magic) {
			return true
		}
	}
	return false
}

// inflate returns the uncompressed bytes of r, or r's own where it is not compressed. More than limit uncompressed bytes
// of a compressed stream are a fault of kind limit.
func inflate(r *bufio.Reader, limit int64) (io.ReadCloser, error) {
	head, err := r.Peek(sniffLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading archive: %w", err)
	}
	for _, c := range compressions {
		if !bytes.HasPrefix(head, c.magic) {
			continue
		}
		inner, err := c.open(r)
		if err != nil {
			return nil, report.Faultf(report.Corrupt, "reading %s archive: %w", c.name, err)
		}
		return &inflater{ReadCloser: inner, name: c.name, left: limit, limit: limit}, nil
	}
	return io.NopCloser(r), nil
}

// inflater bounds what a compressed stream inflates to and says what it was when it breaks.
type inflater struct {
	io.ReadCloser
	name        string
	left, limit int64
}

func (z *inflater) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, report.Faultf(report.Limit, "archive inflates to more than %d bytes", z.limit)
	}
	if int64(len(p)) > z.left {
		p = p[:z.left]
	}
	n, err := z.ReadCloser.Read(p)
	z.left -= int64(n)
	if err != nil && err != io.EOF {
		err = report.Faultf(report.Corrupt, "inflating %s archive: %w", z.name, err)
	}
	return n, err
}

// isTar tells whether block, the first of a file, is the header of a tar archive by its checksum (POSIX.1-2017 pax,
// ustar interchange format; the sum is older than the magic, which V7 archives lack).
func isTar(block []byte) bool {
	if len(block) < sniffLength {
		return false
	}
	const from, to = 148, 156
	var stated, sum int64
	digits := 0
	for _, b := range block[from:to] {
		if b >= '0' && b <= '7' {
			stated = stated<<3 | int64(b-'0')
			digits++
		} else if digits > 0 {
			break
		}
	}
	for i, b := range block[:sniffLength] {
		if i >= from && i < to {
			b = ' '
		}
		sum += int64(b)
	}
	return digits > 0 && stated == sum && block[0] != 0
}
