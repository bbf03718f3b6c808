package imagetest

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// Compression names how bytes are stored.
type Compression string

// The compressions that layers and archives come in.
const (
	Plain Compression = ""
	Gzip  Compression = "gzip"
	Zstd  Compression = "zstd"
	XZ    Compression = "xz"
)

// Compressions lists them all.
var Compressions = []Compression{Plain, Gzip, Zstd, XZ}

// Compress returns data stored with c.
func Compress(c Compression, data []byte) []byte {
	var buf bytes.Buffer
	var w io.WriteCloser
	var err error
	switch c {
	case Plain:
		return bytes.Clone(data)
	case Gzip:
		w = gzip.NewWriter(&buf)
	case Zstd:
		w, err = zstd.NewWriter(&buf, zstd.WithEncoderConcurrency(1))
	case XZ:
		w, err = xz.NewWriter(&buf)
	default:
		panic("imagetest: no compression " + string(c))
	}
	must(err)
	_, err = w.Write(data)
	must(err)
	must(w.Close())
	return buf.Bytes()
}

// gzipNamed is Compress with the name and comment of the gzip header filled in.
func gzipNamed(data []byte, name, comment string) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	w.Name, w.Comment = name, comment
	_, err := w.Write(data)
	must(err)
	must(w.Close())
	return buf.Bytes()
}
