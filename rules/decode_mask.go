package rules

import "encoding/binary"

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// dull tells quickly of 64 bytes that no run or escape begins or ends in them, as is so in most of a binary: no four
// neighbours are all printable, and the last byte is not.
func dull(data []byte) bool {
	data = data[:64]
	if c := data[63]; c >= '%' && c < 0x80 {
		return false
	}
	for i := 0; i < 64; i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		bad := (w | ^((w | highs) - '%'*ones)) & highs
		if uint32(bad) == 0 || bad>>32 == 0 {
			return false
		}
	}
	return true
}

// masksOf returns a bit for each of the first 64 bytes of data that is in the alphabet, and for each that may begin an
// escape.
func masksOf(data []byte) (in, first uint64) {
	if len(data) < 64 {
		for i, c := range data {
			if alphabet[c] {
				in |= 1 << i
			}
			if firsts[c] != 0 {
				first |= 1 << i
			}
		}
		return in, first
	}
	if wide {
		return wideMasks((*[64]byte)(data))
	}
	return wordMasks((*[64]byte)(data))
}

// wordMasks is masksOf for 64 bytes, eight at a time.
func wordMasks(data *[64]byte) (in, first uint64) {
	for i := 0; i < 64; i += 8 {
		x, y := masks(binary.LittleEndian.Uint64(data[i:]))
		in |= x << i
		first |= y << i
	}
	return in, first
}

// masks is masksOf for eight bytes in a word, little end first: letters are a range once their case is folded, digits and
// marks are one but for the comma and the full stop, which one bit tells apart, and there is the underscore; of what may
// begin an escape, two are neighbours.
func masks(w uint64) (in, first uint64) {
	low := w &^ highs
	folded := low | 0x20*ones
	in = (folded + (0x80-'a')*ones) &^ (folded + (0x7f-'z')*ones)
	in |= (low + (0x80-'+')*ones) &^ (low + (0x7f-'9')*ones) & ((low&^(2*ones) ^ ','*ones) + 0x7f*ones)
	in |= ^((low ^ '_'*ones) + 0x7f*ones)
	first = (low + (0x80-'%')*ones) &^ (low + (0x7f-'&')*ones)
	first |= ^(((low ^ '='*ones) + 0x7f*ones) & ((low ^ '\\'*ones) + 0x7f*ones))
	return (in &^ w & highs) * gather >> 56, (first &^ w & highs) * gather >> 56
}

// gather moves the high bits of eight bytes to the highest byte.
const gather = 0x0002040810204081
