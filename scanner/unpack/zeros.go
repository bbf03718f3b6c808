package unpack

import "encoding/binary"

// zerosBytes is the length of what nextZeros looks for: five zero bytes, and one that is none between each two. Six characters
// of UTF-16 up to U+00FF have that inside.
const zerosBytes = 9

// nextZeros returns where the first five such zero bytes begin, at or behind p; -1 where there are none.
func nextZeros(data []byte, p int) int {
	if vectors {
		z := vectorZeros(data, p)
		if z >= 0 {
			return z
		}
		p = ^z
	}
	return wordZeros(data, p)
}

// wordZeros is nextZeros by words of 8 bytes.
func wordZeros(data []byte, p int) int {
	const sevens = 0x7f7f7f7f7f7f7f7f
	least := p
	for ; p+8 <= len(data); p += 8 {
		v := binary.LittleEndian.Uint64(data[p:])
		// The high bit of each zero byte. One of the words has two of those with another byte between them.
		zero := ^((v&sevens + sevens) | v | sevens)
		if zero&(zero>>16)&^(zero>>8) == 0 {
			continue
		}
		if z := zerosWithin(data, max(least, p-8), p+8); z >= 0 {
			return z
		}
	}
	return zerosWithin(data, max(least, p-8), len(data))
}

// zerosWithin is nextZeros for those that begin before end.
func zerosWithin(data []byte, p, end int) int {
	const low, carry = 0x00ff00ff00ff00ff, 0x0100010001000100
	for ; p < end && p+zerosBytes <= len(data); p++ {
		v := binary.LittleEndian.Uint64(data[p:])
		if v&low == 0 && (v>>8+low)&carry == carry && data[p+8] == 0 {
			return p
		}
	}
	return -1
}
