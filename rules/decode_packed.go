package rules

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

// What a run stands for may be packed once more: compressed by gzip, zlib, xz, zstd or bzip2, as in a Helm release, a cloud-init
// document or a cookie, or UTF-16, as PowerShell's -EncodedCommand has it. It is told by the first bytes, so that other runs cost no
// more than a look at four characters.

// maxInflated bounds what all compressed runs of one block inflate to. It is more than a Helm release of the largest size,
// and no more than gzip makes of a short file.
const maxInflated = 16 << 20

// packing is a way in which bytes hold a text.
type packing int

const (
	unpacked packing = iota
	gzipped
	zlibbed
	xzed
	zstded
	bzipped
	littleUTF16
	bigUTF16
)

var packingSteps = [...]string{gzipped: "gzip", zlibbed: "zlib", xzed: "xz", zstded: "zstd", bzipped: "bzip2", littleUTF16: "utf-16", bigUTF16: "utf-16"}

// packs tells of the first two bytes of a run whether something packed may begin so.
func packs(first, second byte) bool {
	switch {
	case second == 0:
		return isText(first) || first >= 0xa0
	case first == 0:
		return isText(second) || second >= 0xa0
	case first == 0x1f:
		return second == 0x8b
	case first == xzMagic[0]:
		return second == xzMagic[1]
	case first == zstdMagic[0]:
		return second == zstdMagic[1]
	case first == bzipMagic[0]:
		return second == bzipMagic[1]
	case first == 0x78:
		return second == 0x01 || second == 0x5e || second == 0x9c || second == 0xda
	}
	return first == 0xff && second == 0xfe || first == 0xfe && second == 0xff
}

// maybePacked tells of the beginning of a run, of four characters or more, whether what it stands for may be packed.
func maybePacked(run []byte) bool {
	if packedStarts[0][run[0]]&packedStarts[1][run[1]]&packedStarts[2][run[2]] == 0 {
		return false // nearly always
	}
	a, b, c := sextet[run[0]], sextet[run[1]], sextet[run[2]]
	return packs(a<<2|b>>4, b<<4|c>>2) || maybePackedHex(run)
}

// packedStarts has, for each of the first three characters, a bit for each way in which something packed begins that goes on
// with that character.
var packedStarts = newPackedStarts()

func newPackedStarts() (starts [3][256]uint16) {
	add := func(way int, at ...func(c byte) bool) {
		for i, holds := range at {
			for c := range starts[i] {
				if holds(byte(c)) {
					starts[i][c] |= 1 << way
				}
			}
		}
	}
	in := func(set string) func(byte) bool {
		return func(c byte) bool { return bytes.IndexByte([]byte(set), c) >= 0 }
	}
	digit := func(c byte) bool { return nibble[c] < 16 }
	add(0, func(c byte) bool { return alphabet[c] }, in("AQgw"), in("ABCD"))                        // the second byte is zero
	add(1, in("A"), func(c byte) bool { return sextet[c] < 16 }, func(c byte) bool { return true }) // the first byte is zero
	add(2, in("H"), in("4"), in("stuv"))                                                            // 1f 8b
	add(3, in("e"), in("AFJN"), func(c byte) bool { return alphabet[c] })                           // 78 and what may follow
	add(4, in("/_"), in("/_"), in("456789+/-_"))                                                    // ff fe
	add(5, in("/_"), in("v"), in("89+/-_"))                                                         // fe ff
	add(6, digit, digit, in("0589dDfF"))                                                            // hexadecimal, but for
	add(7, in("0"), in("0"), digit)                                                                 // a first byte that is zero
	add(8, in("/_"), in("T"), in("cdef"))                                                           // fd 37
	add(9, in("K"), in("L"), in("UVWX"))                                                            // 28 b5
	add(10, in("Q"), in("l"), in("opqr"))                                                           // 42 5a
	add(11, in("24fF"), in("28dD"), in("35bB"))                                                     // the same three
	return starts
}

// maybePackedHex tells the same of hexadecimal alone.
func maybePackedHex(run []byte) bool {
	return nibble[run[0]]|nibble[run[1]]|nibble[run[2]]|nibble[run[3]] < 16 &&
		packs(nibble[run[0]]<<4|nibble[run[1]], nibble[run[2]]<<4|nibble[run[3]])
}

// packingOf tells how data is packed by its beginning.
func packingOf(data []byte) packing {
	if len(data) < sampled {
		return unpacked
	}
	head := data[:sampled]
	switch {
	case head[0] == 0x1f && head[1] == 0x8b:
		if head[2] == 8 && head[3] < 0x20 { // deflate, and no flag that is reserved
			return gzipped
		}
	case head[0] == 0x78 && packs(head[0], head[1]) && head[1] != 0:
		return zlibbed
	case bytes.HasPrefix(head, []byte(xzMagic)):
		return xzed
	case bytes.HasPrefix(head, []byte(zstdMagic)):
		return zstded
	case bytes.HasPrefix(head, []byte(bzipMagic)) && head[3] >= '1' && head[3] <= '9' && bytes.HasPrefix(head[4:], []byte(bzipBlock)):
		return bzipped
	case head[0] == 0xff && head[1] == 0xfe || latinUTF16(head, 0):
		return littleUTF16
	case head[0] == 0xfe && head[1] == 0xff || latinUTF16(head, 1):
		return bigUTF16
	}
	return unpacked
}

// latinUTF16 tells whether head is UTF-16 in the letters of Latin-1; ascii is where the byte of a unit lies that is not zero.
func latinUTF16(head []byte, ascii int) bool {
	for i := 0; i+1 < len(head); i += 2 {
		if c := head[i+ascii]; head[i+1-ascii] != 0 || !isText(c) && c < 0xa0 {
			return false
		}
	}
	return true
}

// packed searches what text, which e makes a stretch of f, holds packed. It returns false where it holds nothing so.
func (d *decoding) packed(f *frame, e *encoding, from span, text []byte, named bool) bool {
	var head [sampled]byte
	p := packingOf(e.decode(head[:0], text[:min(len(text), sampled/e.out*e.in)]))
	if p == unpacked || f.depth+2 > maxDepth {
		return false
	}
	coded := &frame{up: f, step: e.step, from: from, depth: f.depth + 1}
	coded.data = e.decode(make([]byte, 0, len(text)/e.in*e.out+2), text)
	coded.keep = span{0, len(coded.data)}
	if d.left -= len(coded.data); d.left < 0 {
		d.full = true
		return true
	}
	var name []byte
	if named {
		name = nameBefore(f.data, from.lo)
	}
	return d.unpack(coded, p, name)
}

// unpack searches the text that p makes of the data of f, which was given a name or none. It returns false where it is too
// little.
func (d *decoding) unpack(f *frame, p packing, name []byte) bool {
	text, whole := d.opened(f.data, p)
	d.left += len(text) // bounded by maxInflated, or not longer than f.data by much
	inner := &frame{up: f, step: packingSteps[p], from: span{0, len(f.data)}, data: text}
	found := true
	again := packingOf(text)
	n := textLength(text)
	switch {
	case again != unpacked && f.depth+2 <= maxDepth:
		inner.depth = f.depth + 1
		inner.keep = span{0, len(text)}
		found = d.unpack(inner, again, name)
	case worthwhile(text):
		inner.call(name)
		d.examine(inner)
	case n >= shortText || name != nil && n == len(text) && n >= shortValue:
		inner.data = text[:n]
		inner.call(name)
		d.examine(inner)
	default:
		found = false
	}
	d.full = d.full || !whole
	return found
}

// opened returns what data, packed as p, holds, and whether that is all of it that can be read.
func (d *decoding) opened(data []byte, p packing) (text []byte, whole bool) {
	switch p {
	case gzipped:
		return d.gunzip(data)
	case zlibbed:
		return d.unzlib(data)
	case xzed, zstded, bzipped:
		return d.decompress(data, p)
	case bigUTF16:
		return fromUTF16(data, 1), true
	}
	return fromUTF16(data, 0), true
}

// gunzip inflates all members of a gzip file, as far as they can be read.
func (d *decoding) gunzip(data []byte) (text []byte, whole bool) {
	s := d.scratch
	if s.gzip == nil {
		s.gzip = new(gzip.Reader)
	}
	if s.gzip.Reset(bytes.NewReader(data)) != nil {
		return nil, true
	}
	return d.inflate(s.gzip)
}

// unzlib inflates a zlib stream, as far as it can be read.
func (d *decoding) unzlib(data []byte) (text []byte, whole bool) {
	s := d.scratch
	if s.zlib == nil {
		r, err := zlib.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, true
		}
		s.zlib = r
	} else if s.zlib.(zlib.Resetter).Reset(bytes.NewReader(data), nil) != nil {
		return nil, true
	}
	return d.inflate(s.zlib)
}

// inflate reads r to its end or damage. It returns false where the block has inflated too much before that.
func (d *decoding) inflate(r io.Reader) (text []byte, whole bool) {
	var b bytes.Buffer
	n, err := io.CopyN(&b, r, int64(d.inflatable)+1)
	if d.inflatable -= int(n); d.inflatable >= 0 {
		d.cut = d.cut || errors.Is(err, io.ErrUnexpectedEOF)
		return b.Bytes(), true
	}
	d.inflatable = 0
	return b.Bytes()[:n-1], false
}

// fromUTF16 returns data as UTF-8, without its mark. What cannot be decoded becomes U+FFFD. ascii is where the byte of a
// unit lies that holds ASCII.
func fromUTF16(data []byte, ascii int) []byte {
	unit := func(i int) rune { return rune(data[i+ascii]) | rune(data[i+1-ascii])<<8 }
	out := make([]byte, 0, len(data)/2+len(data)/8)
	for i := 0; i+1 < len(data); i += 2 {
		r := unit(i)
		if i == 0 && r == 0xfeff {
			continue
		}
		if r >= 0xd800 && r < 0xdc00 && i+3 < len(data) {
			if low := unit(i + 2); low >= 0xdc00 && low < 0xe000 {
				r = 0x10000 + (r-0xd800)<<10 + (low - 0xdc00)
				i += 2
			}
		}
		out = utf8.AppendRune(out, r) // a half of a pair is U+FFFD
	}
	return out
}
