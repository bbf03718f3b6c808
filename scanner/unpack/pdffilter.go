package unpack

import (
	"bufio"
	"bytes"
	"compress/lzw"
	"errors"
	"io"

	tifflzw "golang.org/x/image/tiff/lzw"
)

// pdfLateChange is set where codes of LZW grow one code later than TIFF, and PDF by default, have it.
var pdfLateChange = late(`/EarlyChange\s+0\b`)

// pdfLZW reads what the LZW filter of a stream's dictionary packed (ISO 32000-1, 7.4.4).
func pdfLZW(src io.Reader, dict []byte) io.Reader {
	if pdfLateChange().Match(dict) {
		return lzw.NewReader(src, lzw.MSB, 8)
	}
	return tifflzw.NewReader(src, tifflzw.MSB, 8)
}

// runLength reads what the RunLength filter packed (ISO 32000-1, 7.4.5): a length below 128 goes before one byte more than
// that as they are, a length above it before a byte that is repeated 257 times less the length, and 128 ends it.
type runLength struct {
	src  *bufio.Reader
	left int    // bytes of the run
	same []byte // the byte that is repeated in it, empty for none
	err  error
}

func newRunLength(src io.Reader) *runLength { return &runLength{src: bufio.NewReader(src)} }

// Read implements io.Reader.
func (r *runLength) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && r.err == nil {
		if r.left == 0 {
			r.err = r.begin()
			continue
		}
		m := min(r.left, len(p)-n)
		if len(r.same) > 0 {
			copy(p[n:], bytes.Repeat(r.same, m))
		} else if m, r.err = r.src.Read(p[n : n+m]); errors.Is(r.err, io.EOF) {
			r.err = io.ErrUnexpectedEOF
		}
		r.left -= m
		n += m
	}
	if n > 0 {
		return n, nil
	}
	return 0, r.err
}

// begin reads the length of a run, and the byte that is repeated.
func (r *runLength) begin() error {
	length, err := r.src.ReadByte()
	if err != nil {
		return err // writers leave out the end
	}
	r.same = r.same[:0]
	switch {
	case length < 128:
		r.left = int(length) + 1
	case length == 128:
		return io.EOF
	default:
		c, err := r.src.ReadByte()
		if err != nil {
			return noEOF(err)
		}
		r.left, r.same = 257-int(length), append(r.same, c)
	}
	return nil
}
