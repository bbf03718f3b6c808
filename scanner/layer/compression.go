package layer

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"

	"dregs/report"
)

// compression is one way in which a layer may be stored.
type compression struct {
	name string
	is   func(head []byte) bool
	// open returns a reader that ends with io.EOF at the end of the compressed stream, leaving what follows in br.
	open func(br *bufio.Reader, window int64, outer *slackSet) (io.Reader, error)
}

// compressions are told by magic bytes, in this order.
var compressions = []compression{
	{"gzip", isGzip, openGzip},
	{"zstd", isZstd, openZstd},
	{"xz", isXZ, openXZ},
	{"bzip2", isBzip2, openBzip2},
}

// magicBytes is how much of a blob must be seen to tell its compression, or that it begins with a tar header.
const magicBytes = blockBytes

// compressionOf returns the compression of a blob that begins with head, nil where it is stored plain. A blob that
// begins with a valid tar header is plain, whatever the name in that header looks like.
func compressionOf(head []byte) *compression {
	if len(head) >= blockBytes && (*block)(head[:blockBytes]).valid() {
		return nil
	}
	for i := range compressions {
		if compressions[i].is(head) {
			return &compressions[i]
		}
	}
	return nil
}

const xzMagic = "\xfd7zXZ\x00"

func isXZ(head []byte) bool { return bytes.HasPrefix(head, []byte(xzMagic)) }

// isBzip2 asks for the magic of the first block, or of the end, beyond that of the file: "BZh" alone begins too much else.
func isBzip2(head []byte) bool {
	return len(head) >= 10 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90")
}

// xzStreams reads the streams of an xz file one by one. It feeds the decoder four bytes at a time, the alignment of the
// format, so that it never takes more than the streams.
type xzStreams struct {
	br  *bufio.Reader
	dec *xz.Reader
	fed int // bytes at the head of br that the decoder has
}

func openXZ(br *bufio.Reader, window int64, _ *slackSet) (io.Reader, error) {
	x := &xzStreams{br: br}
	dec, err := xz.NewReader(xzFeed{x}, uint32(min(window, 1<<31)))
	if err != nil {
		return nil, err
	}
	dec.Multistream(false)
	x.dec = dec
	return x, nil
}

// Read implements io.Reader.
func (x *xzStreams) Read(p []byte) (int, error) {
	for {
		n, err := x.dec.Read(p)
		if n > 0 && err == io.EOF {
			err = nil // there may be another stream
		}
		if n > 0 || err != io.EOF {
			return n, err
		}
		// The decoder has looked at the bytes after the padding without using them.
		head, err := x.br.Peek(len(xzMagic))
		if err != nil && err != io.EOF {
			return 0, err
		}
		if !isXZ(head) {
			return 0, io.EOF
		}
		x.fed = 0
		if err := x.dec.Reset(xzFeed{x}); err != nil {
			return 0, err
		}
		x.dec.Multistream(false)
	}
}

// xzFeed is what the decoder reads.
type xzFeed struct{ *xzStreams }

// Read implements io.Reader. What it gives stays in the buffer until the next call.
func (f xzFeed) Read(p []byte) (int, error) {
	if _, err := f.br.Discard(f.fed); err != nil {
		return 0, err
	}
	head, err := f.br.Peek(min(4, len(p)))
	f.fed = copy(p, head)
	if f.fed > 0 {
		err = nil
	}
	return f.fed, err
}

// bzip2Streams reads a bzip2 file. The decoder takes two bytes beyond the last stream before it sees that no other
// follows.
type bzip2Streams struct {
	dec   io.Reader
	br    *bufio.Reader
	last  [2]byte // the last two bytes that the decoder took
	outer *slackSet
}

func openBzip2(br *bufio.Reader, _ int64, outer *slackSet) (io.Reader, error) {
	b := &bzip2Streams{br: br, outer: outer}
	b.dec = bzip2.NewReader(bzip2Feed{b})
	return b, nil
}

// Read implements io.Reader.
func (b *bzip2Streams) Read(p []byte) (int, error) {
	n, err := b.dec.Read(p)
	var bad bzip2.StructuralError
	if errors.As(err, &bad) && strings.Contains(string(bad), "continuation") {
		b.outer.lead = b.last[:]
		err = io.EOF
	}
	return n, err
}

// bzip2Feed is what the decoder reads; an io.ByteReader, so that it does not buffer.
type bzip2Feed struct{ *bzip2Streams }

// Read implements io.Reader.
func (f bzip2Feed) Read(p []byte) (int, error) { return f.br.Read(p) }

// ReadByte implements io.ByteReader.
func (f bzip2Feed) ReadByte() (byte, error) {
	c, err := f.br.ReadByte()
	if err == nil {
		f.last[0], f.last[1] = f.last[1], c
	}
	return c, err
}

// inflateFault returns the fault for an error of a decompressor.
func inflateFault(name string, err error) error {
	var fault *report.Fault
	switch {
	case errors.As(err, &fault):
		return err
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded), errors.Is(err, xz.ErrMemlimit):
		return report.Faultf(report.Limit, "inflating %s: %w", name, err)
	case errors.Is(err, zstd.ErrUnknownDictionary), errors.Is(err, xz.ErrUnsupportedCheck), errors.Is(err, xz.ErrOptions):
		return report.Faultf(report.Unsupported, "inflating %s: %w", name, err)
	}
	return report.Faultf(report.Corrupt, "inflating %s: %w", name, err)
}
