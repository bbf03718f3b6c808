package rules

import "encoding/binary"

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// groupMasks has a bit for each of 64 bytes that is in the alphabet, and for each that may begin an escape.
type groupMasks struct{ in, first uint64 }

// maskedGroups is how many groups are looked at in one call: their masks stay in the nearest cache.
const maskedGroups = 64

// masksOf sets masks to those of the groups that data begins with, the last of which may be short, and returns how many
// these are.
func masksOf(data []byte, masks *[maskedGroups]groupMasks) (groups int) {
	data = data[:min(len(data), 64*maskedGroups)]
	whole := len(data) / 64
	switch {
	case whole == 0:
	case wide:
		wideMasks(masks, &data[0], whole)
	default:
		for i := range whole {
			masks[i] = wordMasks((*[64]byte)(data[64*i:]))
		}
	}
	if len(data) == 64*whole {
		return whole
	}
	var m groupMasks
	for i, c := range data[64*whole:] {
		if alphabet[c] {
			m.in |= 1 << i
		}
		if firsts[c] != 0 {
			m.first |= 1 << i
		}
	}
	masks[whole] = m
	return whole + 1
}

// wordMasks returns the masks of 64 bytes, looked at by eight.
func wordMasks(data *[64]byte) (m groupMasks) {
	for i := 0; i < 64; i += 8 {
		in, first := masks(binary.LittleEndian.Uint64(data[i:]))
		m.in |= in << i
		m.first |= first << i
	}
	return m
}

// masks is wordMasks for eight bytes in a word, little end first: letters are a range once their case is folded, digits and
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
