package unpack

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// Methods of compression (APPNOTE.TXT, section 4.4.5) that can be read.
const (
	zipStore     = 0
	zipDeflate   = 8
	zipDeflate64 = 9
	zipBzip2     = 12
	zipLZMA      = 14
	zipZstdOld   = 20
	zipZstd      = 93
	zipXZ        = 95
	zipWinZipAE  = 99
)

// zipMethods are the methods that an entry without a place in the directory may have.
var zipMethods = map[uint16]bool{
	zipStore: true, zipDeflate: true, zipBzip2: true, zipLZMA: true, zipZstdOld: true, zipZstd: true, zipXZ: true,
	zipDeflate64: true, zipWinZipAE: true,
}

// zipCodec decodes the entries of one file at a time, one at a time, with buffers that it keeps.
type zipCodec struct {
	window  []byte // of the file, where headers are looked for
	section *io.SectionReader
	src     *bufio.Reader
	flate   io.ReadCloser
	small   []byte // packed data of an entry that is short; decoding from memory is the faster way
	memory  bytes.Reader
}

// zipSmall is the length of packed data up to which it is decoded from memory.
const zipSmall = 64 << 10

// codec returns a zipCodec, until free is called.
func (m *Memory) codec() (c *zipCodec, free func()) {
	c, ok := m.codecs.Take()
	if !ok {
		c = new(zipCodec)
	}
	return c, func() {
		c.section = nil
		c.memory.Reset(nil)
		if c.src != nil {
			c.src.Reset(nil)
		}
		m.codecs.Put(c, keptLarge)
	}
}

// open returns the content of e, checked against its checksum. It is valid until the next open.
func (c *zipCodec) open(at io.ReaderAt, e *zipEntry, lim Limits) (io.Reader, error) {
	c.section = io.NewSectionReader(at, e.data, e.packed)
	var r io.Reader = c.section
	var err error
	switch {
	case e.method == zipStore:
	case e.method == zipDeflate && e.packed <= zipSmall:
		r, err = c.deflated(e)
	default:
		r, err = c.stream(at, e, lim)
	}
	if err != nil {
		return nil, err
	}
	return &checked{src: r, want: e.crc}, nil
}

// stream returns the content of e, of which packed may be more than its data: the stream tells where it ends, and
// consumed how far that was. It is valid until the next stream or open.
func (c *zipCodec) stream(at io.ReaderAt, e *zipEntry, lim Limits) (io.Reader, error) {
	c.section = io.NewSectionReader(at, e.data, e.packed)
	if c.src == nil {
		c.src = bufio.NewReaderSize(c.section, 32<<10)
	} else {
		c.src.Reset(c.section)
	}
	return c.method(e, lim)
}

func (c *zipCodec) method(e *zipEntry, lim Limits) (io.Reader, error) {
	switch e.method {
	case zipDeflate:
		return c.inflate(c.src)
	case zipDeflate64:
		return newDeflate64(c.src), nil
	case zipBzip2:
		return bzip2.NewReader(c.src), nil
	case zipLZMA:
		return zipLZMAReader(c.src, e, lim)
	case zipZstd, zipZstdOld:
		return guarded(func() (io.Reader, error) {
			f := newFrameReader(c.src)
			newZstdFrame(f, lim)
			d, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
				zstd.WithDecoderMaxMemory(1<<62))
			if err != nil {
				return nil, err
			}
			return d, nil
		})
	case zipXZ:
		r, err := guarded(func() (io.Reader, error) { return xz.NewReader(c.src, uint32(min(lim.Window, 1<<32-1))) })
		if err != nil {
			return nil, xzError(err)
		}
		return &xzReader{r}, nil
	}
	return nil, unsupported("compression method %d", e.method)
}

// deflated reads the data of e, which is short, and inflates it.
func (c *zipCodec) deflated(e *zipEntry) (io.Reader, error) {
	if c.small == nil {
		c.small = make([]byte, zipSmall)
	}
	n, err := io.ReadFull(c.section, c.small[:e.packed])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	c.memory.Reset(c.small[:n])
	return c.inflate(&c.memory)
}

func (c *zipCodec) inflate(src io.Reader) (io.Reader, error) {
	if c.flate == nil {
		c.flate = flate.NewReader(src)
		return c.flate, nil
	}
	return c.flate, c.flate.(flate.Resetter).Reset(src, nil)
}

// zipLZMAReader decodes an LZMA entry: version, length of the properties, properties, stream (APPNOTE.TXT, section 5.8).
func zipLZMAReader(src *bufio.Reader, e *zipEntry, lim Limits) (io.Reader, error) {
	var head [9]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return nil, noEOF(err)
	}
	if binary.LittleEndian.Uint16(head[2:]) != 5 {
		return nil, corrupt("lzma properties")
	}
	size := uint64(e.size)
	if e.flags&zipEndMarker != 0 {
		size = 1<<64 - 1
	}
	classic := binary.LittleEndian.AppendUint64(append([]byte(nil), head[4:]...), size)
	return lzmaReader(&prefixed{head: classic, Reader: src}, int64(binary.LittleEndian.Uint32(head[5:])), lim)
}

// consumed returns how many bytes the decoder of the last stream took.
func (c *zipCodec) consumed() int64 {
	n, _ := c.section.Seek(0, io.SeekCurrent)
	return n - int64(c.src.Buffered())
}
