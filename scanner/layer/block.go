package layer

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"
)

// blockBytes is the unit of a tar archive.
const blockBytes = 512

// block is one block of a tar archive, as a header where it is one (POSIX pax, ustar, GNU and V7 agree on these fields).
type block [blockBytes]byte

func (b *block) name() []byte      { return b[0:100] }
func (b *block) sizeField() []byte { return b[124:136] }
func (b *block) checksum() []byte  { return b[148:156] }
func (b *block) typeflag() byte    { return b[156] }
func (b *block) linkname() []byte  { return b[157:257] }
func (b *block) user() []byte      { return b[265:297] }
func (b *block) group() []byte     { return b[297:329] }
func (b *block) prefix() []byte    { return b[345:500] }

// isUSTAR tells whether the prefix field is one; GNU tar has other fields there.
func (b *block) isUSTAR() bool { return string(b[257:263]) == "ustar\x00" }

// isGNU tells whether there are GNU tar's fields in the prefix's stead.
func (b *block) isGNU() bool { return string(b[257:265]) == "ustar  \x00" }

// isStar tells whether a header of POSIX ends as star's do, with two times behind a shorter prefix.
func (b *block) isStar() bool { return string(b[508:]) == "tar\x00" }

func (b *block) zero() bool { return *b == block{} }

// valid tells whether b is a header: whether its checksum holds, of unsigned bytes as POSIX has it or of signed ones.
func (b *block) valid() bool {
	want, ok := octal(b.checksum())
	if !ok {
		return false
	}
	// Eight bytes at a time: each 16-bit lane takes 128 bytes at most.
	const even, tops = 0x00ff00ff00ff00ff, 0x8080808080808080
	var lanes uint64
	var high int64 // bytes that are negative where they are signed
	for at := 0; at < blockBytes; at += 8 {
		v := binary.LittleEndian.Uint64(b[at:])
		lanes += v&even + v>>8&even
		high += int64(bits.OnesCount64(v & tops))
	}
	sum := int64(lanes&0xffff + lanes>>16&0xffff + lanes>>32&0xffff + lanes>>48)
	for _, c := range b.checksum() { // counts as spaces
		sum += ' ' - int64(c)
		high -= int64(c >> 7)
	}
	return want == sum || want == sum-high<<8
}

// size returns the size field; not ok where it is no number, or a negative one.
func (b *block) size() (n int64, ok bool) {
	field := b.sizeField()
	if field[0]&0x80 == 0 {
		n, ok = octal(field)
		return n, ok && n >= 0
	}
	if field[0]&0x40 != 0 {
		return 0, false // base 256, negative
	}
	n = int64(field[0] & 0x3f)
	for _, c := range field[1:] {
		if n >= 1<<55 {
			return 0, false
		}
		n = n<<8 | int64(c)
	}
	return n, true
}

// octal reads a number as writers of tar archives leave it: padded with spaces and NULs on either side.
func octal(field []byte) (int64, bool) {
	if n, ok := plainOctal(field); ok {
		return n, true
	}
	field = text(bytes.Trim(field, " \x00"))
	if len(field) == 0 {
		return 0, true
	}
	n, err := strconv.ParseUint(string(field), 8, 64)
	return int64(n), err == nil
}

// plainOctal reads a number that stands alone in its field, which has at most 12 bytes.
func plainOctal(field []byte) (n int64, ok bool) {
	field = bytes.Trim(field, " \x00")
	for _, c := range field {
		if c < '0' || c > '7' {
			return 0, false
		}
		n = n<<3 | int64(c-'0')
	}
	return n, true
}

// text returns field up to its first NUL.
func text(field []byte) []byte {
	if i := bytes.IndexByte(field, 0); i >= 0 {
		return field[:i]
	}
	return field
}

// headerOnly tells whether an entry of this type has no body, whatever its size field says.
func headerOnly(typeflag byte) bool { return typeflag >= '1' && typeflag <= '6' }
