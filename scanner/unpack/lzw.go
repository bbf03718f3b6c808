package unpack

import (
	"bufio"
	"context"
	"errors"
	"io"
)

// isCompress tells the .Z format of compress(1): magic number, no reserved bit, codes of 9 to 16 bits.
func isCompress(head []byte) bool {
	return len(head) >= 3 && head[0] == 0x1f && head[1] == 0x9d && head[2]&0x60 == 0 &&
		head[2]&0x1f >= 9 && head[2]&0x1f <= 16
}

// unpackCompress yields the content of a .Z file.
func unpackCompress(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	var head [3]byte
	if _, err := io.ReadFull(src, head[:]); err != nil {
		return noEOF(err)
	}
	return out.stream(ctx, "compress", newLZWReader(src, uint(head[2]&0x1f), head[2]&0x80 != 0))
}

const lzwClear = 256 // the code that empties the table, in block mode

// lzwReader decodes what compress(1) writes: LZW, least significant bit first, in groups of eight codes. Whenever the
// width of the codes changes, the rest of a group is padding.
type lzwReader struct {
	src      *bufio.Reader
	maxWidth uint
	block    bool

	width uint
	group []byte // of eight codes, or what the file ends with; in space
	space [16]byte
	bit   uint // position in group
	free  int  // next code to be defined
	prev  int  // code before, -1 at the start
	first byte // first byte of its string

	prefix [1 << 16]uint16
	suffix [1 << 16]byte
	text   [1 << 16]byte // decoded bytes from pos on
	pos    int
}

func newLZWReader(src *bufio.Reader, maxWidth uint, block bool) *lzwReader {
	l := &lzwReader{src: src, maxWidth: maxWidth, block: block, width: 9, prev: -1, pos: 1 << 16}
	l.free = l.firstFree()
	for i := range 256 {
		l.suffix[i] = byte(i)
	}
	return l
}

func (l *lzwReader) firstFree() int {
	if l.block {
		return lzwClear + 1
	}
	return lzwClear
}

// Read implements io.Reader.
func (l *lzwReader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if l.pos < len(l.text) {
			m := copy(p[n:], l.text[l.pos:])
			l.pos += m
			n += m
			continue
		}
		if err := l.decode(); err != nil {
			if n > 0 && errors.Is(err, io.EOF) {
				return n, nil
			}
			return n, err
		}
	}
	return n, nil
}

// code returns the next code.
func (l *lzwReader) code() (int, error) {
	if l.bit+l.width > uint(len(l.group))*8 {
		n, err := io.ReadFull(l.src, l.space[:l.width])
		l.group, l.bit = l.space[:n], 0
		if err != nil && err != io.ErrUnexpectedEOF {
			return 0, err
		}
		if l.width > uint(n)*8 {
			return 0, io.EOF
		}
	}
	at := l.bit / 8
	v := uint32(l.group[at])
	for i := uint(1); i < 4 && at+i < uint(len(l.group)); i++ {
		v |= uint32(l.group[at+i]) << (8 * i)
	}
	v = v >> (l.bit % 8) & (1<<l.width - 1)
	l.bit += l.width
	return int(v), nil
}

// decode decodes one code into text.
func (l *lzwReader) decode() error {
	code, err := l.code()
	if err != nil {
		return err
	}
	if l.block && code == lzwClear {
		l.free, l.prev = l.firstFree(), -1
		l.resize(9)
		return nil
	}
	if l.prev < 0 && code > 255 || code > l.free || l.prev >= 0 && code == l.free && l.free >= 1<<l.maxWidth {
		return errors.New("lzw code out of range")
	}
	at := len(l.text)
	c := code
	if code == l.free && l.prev >= 0 {
		at--
		l.text[at] = l.first
		c = l.prev
	}
	for c > 255 {
		at--
		l.text[at] = l.suffix[c]
		c = int(l.prefix[c])
	}
	at--
	l.text[at] = byte(c)
	l.first, l.pos = byte(c), at
	if l.prev >= 0 && l.free < 1<<l.maxWidth {
		l.prefix[l.free], l.suffix[l.free] = uint16(l.prev), l.first
		l.free++
		if l.free >= 1<<l.width && l.width < l.maxWidth {
			l.resize(l.width + 1)
		}
	}
	l.prev = code
	return nil
}

// resize sets the width of the codes and drops the rest of the group.
func (l *lzwReader) resize(width uint) {
	l.width = width
	l.group, l.bit = nil, 0
}
