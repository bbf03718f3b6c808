package unpack

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/bits"
)

// Property IDs of a 7z header (7zFormat.txt).
const (
	szEnd               = 0x00
	szHeader            = 0x01
	szMainStreams       = 0x04
	szFiles             = 0x05
	szPackInfo          = 0x06
	szUnpackInfo        = 0x07
	szSubStreams        = 0x08
	szSize              = 0x09
	szCRC               = 0x0a
	szFolder            = 0x0b
	szCodersUnpackSize  = 0x0c
	szNumUnpackStream   = 0x0d
	szEncodedHeader     = 0x17
	szSignatureBytes    = 32
	sevenZipHeaderBytes = 64 << 20 // bounds a header, packed or not
	sevenZipEntries     = 250_000  // bounds the files, for each of which the decoder holds some hundred bytes
	sevenZipCoders      = 8        // bounds the coders of one folder
)

// sevenZipHeader reads a header as far as memory depends on it. The first error stays.
type sevenZipHeader struct {
	b   []byte
	lim Limits
	err error
}

// check7z returns the offset of the end of an archive, and an error for one whose header asks for more than the limits
// allow, or cannot be parsed.
func check7z(at io.ReaderAt, size int64, lim Limits) (end int64, err error) {
	var start [szSignatureBytes]byte
	if _, err := at.ReadAt(start[:], 0); err != nil {
		return 0, noEOF(err)
	}
	if crc32.ChecksumIEEE(start[12:]) != binary.LittleEndian.Uint32(start[8:]) {
		return 0, corrupt("reading 7z: checksum mismatch")
	}
	offset, length := binary.LittleEndian.Uint64(start[12:]), binary.LittleEndian.Uint64(start[20:])
	if offset > uint64(size) || length > uint64(size) || szSignatureBytes+offset+length > uint64(size) {
		return 0, corrupt("reading 7z: header beyond the end of the file")
	}
	if length > sevenZipHeaderBytes {
		return 0, limited("7z header of %d bytes", length)
	}
	raw := make([]byte, length)
	if _, err := at.ReadAt(raw, int64(szSignatureBytes+offset)); err != nil {
		return 0, noEOF(err)
	}
	return int64(szSignatureBytes + offset + length), check7zHeader(at, raw, lim)
}

func check7zHeader(at io.ReaderAt, raw []byte, lim Limits) error {
	h := &sevenZipHeader{b: raw, lim: lim}
	if h.byte() == szEncodedHeader {
		folders, packed, position := h.streams()
		if h.err != nil {
			return h.err
		}
		if len(folders) != 1 || len(packed) == 0 {
			return corrupt("reading 7z: encoded header of %d streams", len(folders))
		}
		text, err := folders[0].decode(at, szSignatureBytes+int64(position), packed[0])
		if err != nil {
			return err
		}
		h = &sevenZipHeader{b: text, lim: lim}
		h.byte()
	}
	for h.err == nil {
		switch id := h.byte(); id {
		case szMainStreams:
			h.streams()
		case szFiles:
			return h.files()
		case szEnd:
			return h.err
		default:
			return unsupported("reading 7z: property %d", id)
		}
	}
	return h.err
}

func (h *sevenZipHeader) fail(err error) {
	if h.err == nil {
		h.err = err
		h.b = nil
	}
}

func (h *sevenZipHeader) byte() byte {
	if len(h.b) == 0 {
		h.fail(corrupt("reading 7z: header cut short"))
		return 0
	}
	c := h.b[0]
	h.b = h.b[1:]
	return c
}

func (h *sevenZipHeader) skip(n uint64) {
	if n > uint64(len(h.b)) {
		h.fail(corrupt("reading 7z: header cut short"))
		return
	}
	h.b = h.b[n:]
}

// number reads a number of one to nine bytes: as many leading ones as bytes follow the first.
func (h *sevenZipHeader) number() uint64 {
	first := h.byte()
	n := bits.LeadingZeros8(^first)
	v := uint64(0)
	for i := range n {
		v |= uint64(h.byte()) << (8 * i)
	}
	if n < 7 {
		v |= uint64(first&(1<<(7-n)-1)) << (8 * n)
	}
	return v
}

// count reads how many of something follow, each of which takes at least one byte of the header or is held in memory.
func (h *sevenZipHeader) count() uint64 {
	n := h.number()
	if n > sevenZipEntries {
		h.fail(limited("7z header of more than %d entries", sevenZipEntries))
		return 0
	}
	return n
}

// digests reads checksums of n streams.
func (h *sevenZipHeader) digests(n uint64) {
	defined := n
	if h.byte() == 0 {
		defined = 0
		for i := uint64(0); i < n && h.err == nil; i += 8 {
			defined += uint64(bits.OnesCount8(h.byte()))
		}
	}
	h.skip(4 * defined)
}

// streams reads where the packed streams lie, and how they are to be decoded.
func (h *sevenZipHeader) streams() (folders []sevenZipFolder, packed []uint64, position uint64) {
	for h.err == nil {
		switch id := h.byte(); id {
		case szPackInfo:
			position, packed = h.packInfo()
		case szUnpackInfo:
			folders = h.folders()
		case szSubStreams:
			h.subStreams(folders)
		case szEnd:
			return folders, packed, position
		default:
			h.fail(unsupported("reading 7z: property %d", id))
		}
	}
	return nil, nil, 0
}

func (h *sevenZipHeader) packInfo() (position uint64, sizes []uint64) {
	position = h.number()
	n := h.count()
	for h.err == nil {
		switch id := h.byte(); id {
		case szSize:
			for i := uint64(0); i < n && h.err == nil; i++ {
				sizes = append(sizes, h.number())
			}
		case szCRC:
			h.digests(n)
		case szEnd:
			return position, sizes
		default:
			h.fail(unsupported("reading 7z: property %d", id))
		}
	}
	return 0, nil
}

func (h *sevenZipHeader) folders() []sevenZipFolder {
	if h.byte() != szFolder {
		h.fail(corrupt("reading 7z: no folders"))
		return nil
	}
	n := h.count()
	if h.byte() != 0 {
		h.fail(unsupported("reading 7z: external folders"))
		return nil
	}
	var folders []sevenZipFolder
	for i := uint64(0); i < n && h.err == nil; i++ {
		folders = append(folders, h.folder())
	}
	if h.byte() != szCodersUnpackSize {
		h.fail(corrupt("reading 7z: no sizes"))
	}
	for i := range folders {
		for j := uint64(0); j < folders[i].outputs && h.err == nil; j++ {
			folders[i].sizes = append(folders[i].sizes, h.number())
		}
	}
	id := h.byte()
	if id == szCRC {
		h.digests(n)
		id = h.byte()
	}
	if id != szEnd {
		h.fail(unsupported("reading 7z: property %d", id))
	}
	return folders
}

func (h *sevenZipHeader) folder() sevenZipFolder {
	var f sevenZipFolder
	inputs := uint64(0)
	n := h.number()
	if n == 0 || n > sevenZipCoders {
		h.fail(unsupported("reading 7z: %d coders", n))
		return f
	}
	for i := uint64(0); i < n && h.err == nil; i++ {
		c, in, out := h.coder()
		f.coders = append(f.coders, c)
		f.need += c.need
		inputs += in
		f.outputs += out
	}
	if h.err != nil {
		return f
	}
	if f.need > uint64(h.lim.Window) {
		h.fail(limited("7z dictionaries of %d bytes", f.need))
		return f
	}
	if inputs < f.outputs || inputs > 4*sevenZipCoders {
		h.fail(corrupt("reading 7z: coders of %d inputs and %d outputs", inputs, f.outputs))
		return f
	}
	bound := f.outputs - 1
	for i := uint64(0); i < 2*bound; i++ {
		h.number()
	}
	if loose := inputs - bound; loose > 1 {
		for range loose {
			h.number()
		}
	}
	return f
}

// coder reads a coder and checks what memory it asks for.
func (h *sevenZipHeader) coder() (c sevenZipCoder, in, out uint64) {
	flags := h.byte()
	for range flags & 0xf {
		c.id = c.id<<8 | uint64(h.byte())
	}
	in, out = 1, 1
	if flags&0x10 != 0 {
		in, out = h.number(), h.number()
		if in == 0 || in > 4 || out != 1 {
			h.fail(unsupported("reading 7z: coder of %d inputs and %d outputs", in, out))
		}
	}
	if flags&0x20 != 0 {
		n := h.number()
		if n > 1<<10 || n > uint64(len(h.b)) {
			h.fail(corrupt("reading 7z: properties of %d bytes", n))
			return c, 0, 0
		}
		c.properties = h.b[:n:n]
		h.skip(n)
	}
	if err := c.check(); err != nil {
		h.fail(err)
	}
	return c, in, out
}

// subStreams reads how many files each folder holds, and their sizes.
func (h *sevenZipHeader) subStreams(folders []sevenZipFolder) {
	streams := make([]uint64, len(folders))
	total := uint64(0)
	for i := range streams {
		streams[i] = 1
	}
	id := h.byte()
	if id == szNumUnpackStream {
		for i := range streams {
			streams[i] = h.count()
		}
		id = h.byte()
	}
	for _, n := range streams {
		total += n
	}
	if total > sevenZipEntries {
		h.fail(limited("7z header of %d files", total))
		return
	}
	if id == szSize {
		for _, n := range streams {
			for i := uint64(1); i < n && h.err == nil; i++ {
				h.number()
			}
		}
		id = h.byte()
	}
	if id == szCRC {
		h.digests(total)
		id = h.byte()
	}
	if id != szEnd {
		h.fail(unsupported("reading 7z: property %d", id))
	}
}

// files reads how many files there are.
func (h *sevenZipHeader) files() error {
	h.count()
	return h.err
}
