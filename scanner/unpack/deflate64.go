package unpack

import (
	"bufio"
	"errors"
	"io"
)

// deflate64 reads Deflate64, method 9 of zip: Deflate (RFC 1951) with a window of 64 KiB, two more codes of distances, and
// a last code of lengths that has 16 extra bits. Windows makes such files, of what is large.
type deflate64 struct {
	src    *bufio.Reader
	bits   uint64 // read ahead, the next one lowest
	have   uint
	last   bool // the block is the last one
	stored int  // bytes left of a stored block
	codes  bool // a block of codes is open

	lengths, distances huffman64

	window [64 << 10]byte
	pos    uint16 // where in window the next byte goes
	filled int    // bytes in window
	run    int    // bytes left to be copied
	back   uint16 // from how far back
	err    error
}

func newDeflate64(src *bufio.Reader) *deflate64 { return &deflate64{src: src} }

var errDeflate64 = errors.New("damaged deflate64 stream")

// Base values and extra bits of the codes from 257 on, and of those of distances.
var (
	lengthBase64    = [29]uint32{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 3}
	lengthExtra64   = [29]uint{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 16}
	codeLengthOrder = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

// Read implements io.Reader.
func (d *deflate64) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) && d.err == nil {
		switch {
		case d.run > 0:
			p[n] = d.put(d.window[d.pos-d.back])
			d.run--
			n++
		case d.stored > 0:
			var c byte
			if c, d.err = d.byte(); d.err == nil {
				p[n] = d.put(c)
				d.stored--
				n++
			}
		case d.codes:
			var c int
			if c, d.err = d.symbol(); d.err == nil && c >= 0 {
				p[n] = d.put(byte(c))
				n++
			}
		case d.last:
			d.err = io.EOF
		default:
			d.err = d.block()
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, d.err
}

// put keeps a byte for what refers to it.
func (d *deflate64) put(c byte) byte {
	d.window[d.pos] = c
	d.pos++
	d.filled = min(d.filled+1, len(d.window))
	return c
}

// byte returns the next byte of a stored block, which begins at the boundary of one.
func (d *deflate64) byte() (byte, error) {
	v, err := d.take(8)
	return byte(v), err
}

// need reads ahead until there are n bits, of at most 32, or the input ends.
func (d *deflate64) need(n uint) error {
	for d.have < n {
		c, err := d.src.ReadByte()
		if err != nil {
			return noEOF(err)
		}
		d.bits |= uint64(c) << d.have
		d.have += 8
	}
	return nil
}

func (d *deflate64) take(n uint) (uint32, error) {
	if err := d.need(n); err != nil {
		return 0, err
	}
	v := uint32(d.bits & (1<<n - 1)) // n is at most 32
	d.bits >>= n
	d.have -= n
	return v, nil
}

// symbol reads one code of a block. It returns the byte that it stands for, or -1 where it stands for something else.
func (d *deflate64) symbol() (int, error) {
	c, err := d.lengths.next(d)
	if err != nil || c < 256 {
		return c, err
	}
	if c == 256 {
		d.codes = false
		return -1, nil
	}
	if c -= 257; c >= len(lengthBase64) {
		return -1, errDeflate64
	}
	extra, err := d.take(lengthExtra64[c])
	if err != nil {
		return -1, err
	}
	d.run = int(lengthBase64[c] + extra)
	code, err := d.distances.next(d)
	if err != nil {
		return -1, err
	}
	base, more := distance64(code)
	if extra, err = d.take(more); err != nil {
		return -1, err
	}
	back := base + int(extra)
	if back > d.filled {
		return -1, errDeflate64
	}
	d.back = uint16(back) // 64 KiB back is where the next byte goes
	return -1, nil
}

// distance64 returns the least distance of a code, and how many bits are added to it.
func distance64(code int) (base int, extra uint) {
	if code < 4 {
		return code + 1, 0
	}
	extra = uint(code/2 - 1) // a code is below 32
	return 1 + (2+code&1)<<extra, extra
}

// block begins the next block.
func (d *deflate64) block() error {
	head, err := d.take(3)
	if err != nil {
		return err
	}
	d.last = head&1 != 0
	switch head >> 1 {
	case 0:
		return d.storedBlock()
	case 1:
		var lengths [288]byte
		for i := range lengths {
			lengths[i] = 8
			if i >= 144 && i < 256 {
				lengths[i] = 9
			} else if i >= 256 && i < 280 {
				lengths[i] = 7
			}
		}
		var distances [32]byte
		for i := range distances {
			distances[i] = 5
		}
		d.codes = true
		return errors.Join(d.lengths.init(lengths[:]), d.distances.init(distances[:]))
	case 2:
		d.codes = true
		return d.dynamic()
	}
	return errDeflate64
}

func (d *deflate64) storedBlock() error {
	if _, err := d.take(d.have % 8); err != nil {
		return err
	}
	v, err := d.take(32)
	if err != nil {
		return err
	}
	if v&0xffff != ^v>>16 {
		return errDeflate64
	}
	d.stored = int(v & 0xffff)
	return nil
}

// dynamic reads the codes of a block that has its own.
func (d *deflate64) dynamic() error {
	head, err := d.take(14)
	if err != nil {
		return err
	}
	literals, distances, count := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	var order [19]byte
	for _, i := range codeLengthOrder[:count] {
		n, err := d.take(3)
		if err != nil {
			return err
		}
		order[i] = byte(n)
	}
	var codes huffman64
	if err := codes.init(order[:]); err != nil {
		return err
	}
	lengths := make([]byte, 0, literals+distances+138)
	for len(lengths) < literals+distances {
		if lengths, err = d.codeLength(&codes, lengths); err != nil {
			return err
		}
	}
	if len(lengths) > literals+distances {
		return errDeflate64
	}
	return errors.Join(d.lengths.init(lengths[:literals]), d.distances.init(lengths[literals:]))
}

// codeLength appends the next length, or run of lengths.
func (d *deflate64) codeLength(codes *huffman64, lengths []byte) ([]byte, error) {
	c, err := codes.next(d)
	if err != nil {
		return nil, err
	}
	if c < 16 {
		return append(lengths, byte(c)), nil
	}
	extra, least, same := [3]uint{2, 3, 7}[c-16], [3]int{3, 3, 11}[c-16], byte(0)
	n, err := d.take(extra)
	if err != nil {
		return nil, err
	}
	if c == 16 {
		if len(lengths) == 0 {
			return nil, errDeflate64
		}
		same = lengths[len(lengths)-1]
	}
	for range least + int(n) {
		lengths = append(lengths, same)
	}
	return lengths, nil
}

// huffman64 is a code in canonical order: how many codes there are of each length, and what they stand for.
type huffman64 struct {
	count   [16]int
	symbols [288]uint16
}

// init sets the code by the lengths of its symbols, 0 for one that does not occur. Fewer codes than there may be are
// allowed, more are not.
func (h *huffman64) init(lengths []byte) error {
	clear(h.count[:])
	for _, n := range lengths {
		h.count[n]++
	}
	h.count[0] = 0
	var at [16]int
	room := 1
	for n := 1; n < len(at); n++ {
		if room = room<<1 - h.count[n]; room < 0 {
			return errDeflate64
		}
		at[n] = at[n-1] + h.count[n-1]
	}
	for i, n := range lengths {
		if n > 0 {
			h.symbols[at[n]] = uint16(i)
			at[n]++
		}
	}
	return nil
}

// next reads one symbol.
func (h *huffman64) next(d *deflate64) (int, error) {
	code, first, index := 0, 0, 0
	for n := 1; n < len(h.count); n++ {
		if err := d.need(1); err != nil {
			return 0, err
		}
		code |= int(d.bits & 1)
		d.bits >>= 1
		d.have--
		if code-first < h.count[n] {
			return int(h.symbols[index+code-first]), nil
		}
		index += h.count[n]
		first = (first + h.count[n]) << 1
		code <<= 1
	}
	return 0, errDeflate64
}
