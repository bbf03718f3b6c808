package rules

import (
	"bytes"
	"compress/bzip2"

	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// How streams begin: of xz, zstd and bzip2, and the first block of the latter.
const (
	xzMagic   = "\xfd7zXZ\x00"
	zstdMagic = "\x28\xb5\x2f\xfd"
	bzipMagic = "BZh"
	bzipBlock = "1AY&SY"
)

// packedWindow bounds the windows of what is decompressed, and streamCost is what making a reader costs at most, in bytes that
// could have been inflated instead: a text full of beginnings costs no more than one of streams.
const (
	packedWindow = 8 << 20
	streamCost   = 256 << 10
)

// decompress reads what data, packed as p, holds, as far as it can be read.
func (d *decoding) decompress(data []byte, p packing) (text []byte, whole bool) {
	if d.inflatable -= streamCost; d.inflatable <= 0 {
		d.inflatable = 0
		return nil, false
	}
	src := bytes.NewReader(data)
	switch p {
	case xzed:
		r, err := xz.NewReader(src, packedWindow)
		if err != nil {
			return nil, true
		}
		return d.inflate(r)
	case zstded:
		r, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(packedWindow))
		if err != nil {
			return nil, true
		}
		defer r.Close()
		return d.inflate(r)
	}
	return d.inflate(bzip2.NewReader(src))
}
