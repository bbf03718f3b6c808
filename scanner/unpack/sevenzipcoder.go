package unpack

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// sevenZipFolder is a stream as it is decoded.
type sevenZipFolder struct {
	coders  []sevenZipCoder
	outputs uint64
	sizes   []uint64 // of the outputs
	need    uint64   // memory that the coders ask for, together
}

type sevenZipCoder struct {
	id         uint64
	properties []byte
	need       uint64 // memory that it asks for
}

// IDs of coders that hold memory.
const (
	szLZMA   = 0x030101
	szLZMA2  = 0x21
	szPPMD   = 0x030401
	szAES    = 0x06f10701
	szZstd   = 0x04f71101
	szBrotli = 0x04f71102
	szLZ4    = 0x04f71104
)

// check tells how much memory the coder asks for, and returns an error where that cannot be told.
func (c *sevenZipCoder) check() error {
	switch c.id {
	case szLZMA, szPPMD:
		if len(c.properties) < 5 {
			return corrupt("reading 7z: properties cut short")
		}
		c.need = uint64(binary.LittleEndian.Uint32(c.properties[1:]))
	case szLZMA2:
		if len(c.properties) != 1 || c.properties[0] > 40 {
			return corrupt("reading 7z: lzma2 properties")
		}
		c.need = uint64(2|c.properties[0]&1) << (c.properties[0]/2 + 11)
	case szAES:
		return unsupported("reading 7z: it is encrypted")
	case szZstd, szBrotli, szLZ4:
		return unsupported("reading 7z: coder %x", c.id)
	}
	return nil
}

// decode decodes an encoded header, which encoders pack by LZMA alone.
func (f *sevenZipFolder) decode(at io.ReaderAt, offset int64, packed uint64) ([]byte, error) {
	if len(f.coders) != 1 || f.coders[0].id != szLZMA || len(f.sizes) != 1 {
		return nil, unsupported("reading 7z: header not packed by lzma")
	}
	if f.sizes[0] > sevenZipHeaderBytes || packed > sevenZipHeaderBytes {
		return nil, limited("7z header of %d bytes", f.sizes[0])
	}
	classic := binary.LittleEndian.AppendUint64(append([]byte(nil), f.coders[0].properties[:5]...), f.sizes[0])
	src := io.MultiReader(bytes.NewReader(classic), io.NewSectionReader(at, offset, int64(packed)))
	r, err := guarded(func() (io.Reader, error) { return lzma.NewReader(src) })
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(f.sizes[0])))
	if err != nil {
		return nil, err
	}
	return text, nil
}
