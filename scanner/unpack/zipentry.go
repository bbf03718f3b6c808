package unpack

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// Bits of the general purpose flag of an entry.
const (
	zipEncrypted     = 1 << 0
	zipEndMarker     = 1 << 1 // of LZMA: the stream has an end marker
	zipHasDescriptor = 1 << 3
	zipStrong        = 1 << 6
	zipMasked        = 1 << 13
	zipUnused        = 1<<7 | 1<<8 | 1<<9 | 1<<10 | 1<<12 | 1<<14 | 1<<15
)

// zipEntry is what a header, local or central, says of an entry.
type zipEntry struct {
	name    string
	flags   uint16
	method  uint16
	crc     uint32
	packed  int64 // bytes of data in the file
	size    int64 // of the content, as claimed
	offset  int64 // of the local header
	data    int64 // offset of the data
	extra   []byte
	comment []byte
	facts   map[string]string
}

func (e *zipEntry) encrypted() bool { return e.flags&(zipEncrypted|zipStrong|zipMasked) != 0 }

// zipPlainExtra are extra fields that hold times, owners, sizes, alignment, or a name once more.
var zipPlainExtra = map[uint16]bool{
	0x0001: true, 0x000a: true, 0x5455: true, 0x5855: true, 0x7855: true, 0x7875: true, 0xcafe: true, 0xd935: true,
	0x9901: true, 0xa11e: true, 0x0017: true,
}

// extraText returns the content of the extra fields that may hold text, one a line.
func (e *zipEntry) extraText() []byte {
	var text []byte
	for rest := e.extra; len(rest) >= 4; {
		id, n := binary.LittleEndian.Uint16(rest), int(binary.LittleEndian.Uint16(rest[2:]))
		n = min(n, len(rest)-4)
		if !zipPlainExtra[id] && n >= minText {
			text = append(append(text, rest[4:4+n]...), '\n')
		}
		rest = rest[4+n:]
	}
	return text
}

// minText is the length from which a run of stray bytes is worth a look.
const minText = 8

// widen replaces sizes that do not fit their fields with those of the zip64 extra field.
func (e *zipEntry) widen() {
	for rest := e.extra; len(rest) >= 4; {
		id, n := binary.LittleEndian.Uint16(rest), int(binary.LittleEndian.Uint16(rest[2:]))
		n = min(n, len(rest)-4)
		if id == 1 {
			field := rest[4 : 4+n]
			for _, v := range []*int64{&e.size, &e.packed, &e.offset} {
				if *v == 1<<32-1 && len(field) >= 8 {
					*v = int64(binary.LittleEndian.Uint64(field) &^ (1 << 63))
					field = field[8:]
				}
			}
			return
		}
		rest = rest[4+n:]
	}
}

const zipLocalBytes = 30 // of a local header before the name

// zipLocalHeader is the part of a local header that has a fixed size.
type zipLocalHeader [zipLocalBytes]byte

// data returns the offset of the data, of an entry whose header is at offset.
func (h *zipLocalHeader) data(offset int64) int64 {
	return offset + zipLocalBytes + int64(binary.LittleEndian.Uint16(h[26:])) + int64(binary.LittleEndian.Uint16(h[28:]))
}

// plausible tells a local header from bytes that look like its signature.
func (h *zipLocalHeader) plausible() bool {
	return binary.LittleEndian.Uint16(h[6:])&zipUnused == 0 && zipMethods[binary.LittleEndian.Uint16(h[8:])] &&
		binary.LittleEndian.Uint16(h[26:]) > 0
}

// localHeader reads the fixed part of the local header at offset.
func (z *zipWalk) localHeader(offset int64) (*zipLocalHeader, error) {
	if offset < 0 || offset > z.size-zipLocalBytes {
		return nil, corrupt("local header beyond the end of the file")
	}
	var h zipLocalHeader
	if _, err := z.at.ReadAt(h[:], offset); err != nil {
		return nil, noEOF(err)
	}
	if string(h[:4]) != zipLocal {
		return nil, corrupt("no local header where the directory says")
	}
	if h.data(offset) > z.size {
		return nil, corrupt("local header cut short")
	}
	return &h, nil
}

// local reads the local header at offset.
func (z *zipWalk) local(offset int64) (*zipEntry, error) {
	h, err := z.localHeader(offset)
	if err != nil {
		return nil, err
	}
	nameLen := int(binary.LittleEndian.Uint16(h[26:]))
	rest := make([]byte, h.data(offset)-offset-zipLocalBytes)
	if _, err := z.at.ReadAt(rest, offset+zipLocalBytes); err != nil && err != io.EOF {
		return nil, err
	}
	e := &zipEntry{
		name:   string(rest[:nameLen]),
		flags:  binary.LittleEndian.Uint16(h[6:]),
		method: binary.LittleEndian.Uint16(h[8:]),
		crc:    binary.LittleEndian.Uint32(h[14:]),
		packed: int64(binary.LittleEndian.Uint32(h[18:])),
		size:   int64(binary.LittleEndian.Uint32(h[22:])),
		offset: offset,
		data:   h.data(offset),
		extra:  rest[nameLen:],
	}
	e.widen()
	return e, nil
}

// zipDirectory reads the entries of a central directory.
type zipDirectory struct {
	src     *bufio.Reader
	pos     int64 // offset in the file
	entries int
}

// next returns the next entry, and io.EOF at the end of the directory.
func (d *zipDirectory) next() (*zipEntry, error) {
	head, err := d.src.Peek(46)
	if len(head) < 4 || !bytes.HasPrefix(head, []byte(zipCentral)) {
		if err != nil && err != io.EOF {
			return nil, err
		}
		return nil, io.EOF
	}
	if err != nil {
		return nil, noEOF(err)
	}
	e := &zipEntry{
		flags:  binary.LittleEndian.Uint16(head[8:]),
		method: binary.LittleEndian.Uint16(head[10:]),
		crc:    binary.LittleEndian.Uint32(head[16:]),
		packed: int64(binary.LittleEndian.Uint32(head[20:])),
		size:   int64(binary.LittleEndian.Uint32(head[24:])),
		offset: int64(binary.LittleEndian.Uint32(head[42:])),
	}
	nameLen, extraLen := int(binary.LittleEndian.Uint16(head[28:])), int(binary.LittleEndian.Uint16(head[30:]))
	rest := make([]byte, nameLen+extraLen+int(binary.LittleEndian.Uint16(head[32:])))
	if _, err := d.src.Discard(46); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(d.src, rest); err != nil {
		return nil, noEOF(err)
	}
	e.name, e.extra, e.comment = string(rest[:nameLen]), rest[nameLen:nameLen+extraLen], rest[nameLen+extraLen:]
	e.widen()
	d.pos += 46 + int64(len(rest))
	d.entries++
	return e, nil
}
