package rules

import (
	"encoding/binary"
	"strconv"
)

// Bounds of a hexadecimal dump, as xxd and hexdump -C print it, and of a binary patch.
const (
	dumpLine   = 16 // bytes of a line
	dumpLead   = 16 // bytes before the offset that begin each line
	maxDump    = 128 << 10
	maxPatch   = 192 << 10 // less than margin: a longer one is read so far
	patchBytes = 52        // that a line stands for at most
)

// hexDump returns the bytes of the dump whose first offset stands at data[at], and where it ends. It goes on as long as each line
// follows the one before.
func hexDump(data []byte, at int) (out []byte, end int) {
	lead := at
	for lead > 0 && at-lead <= dumpLead && data[lead-1] != '\n' {
		lead--
	}
	if at-lead > dumpLead {
		return nil, at
	}
	before := string(data[lead:at])
	colon := hasAt(data, at, "00000000:")
	end = at
	for p := at; p-at < maxDump && p+8 < len(data); {
		offset, err := strconv.ParseUint(string(data[p:p+8]), 16, 32)
		if err != nil || int(offset) != len(out) || (data[p+8] == ':') != colon {
			break
		}
		n := len(out)
		out, p = dumped(out, data, p+9, colon)
		if len(out) == n {
			break
		}
		end = p
		if len(out)-n < dumpLine {
			break
		}
		for p < len(data) && p-end <= 4*dumpLine && data[p] != '\n' {
			p++
		}
		if p++; !hasAt(data, p, before) {
			break
		}
		p += len(before)
	}
	return out, end
}

// dumped appends the bytes of one line, whose digits begin behind data[p], and returns where they end. Two blanks are in the
// middle of a line of hexdump's, and before the characters of one of xxd's.
func dumped(out, data []byte, p int, colon bool) (all []byte, end int) {
	for n := 0; n < dumpLine; n++ {
		q := p
		for q < len(data) && q-p < 2 && data[q] == ' ' {
			q++
		}
		c, ok := hexByte(data, q)
		if !ok || q-p == 2 && (n > 0 && colon || n > 0 && n != dumpLine/2) || q == p && n == 0 || q == p && (!colon || n%2 == 0) {
			break
		}
		out, p = append(out, c), q+2
	}
	return out, p
}

// patch searches the two forms of a file, before and after, in the binary patch of git whose first line ends at data[at]: each is
// a line of its size, literal N or delta N, then lines of what zlib made of it in base 85.
func (d *decoding) patch(f *frame, at int) {
	p := nextLine(f.data, at)
	for range 2 {
		if p < 0 || !hasAt(f.data, p, "literal ") && !hasAt(f.data, p, "delta ") {
			return
		}
		for p < len(f.data) && f.data[p] != '\n' && p-at < maxPatch {
			p++
		}
		from := nextLine(f.data, p)
		if from < 0 {
			return
		}
		packed, end := base85Lines(f.data, from, at+maxPatch)
		if len(packed) >= sampled && packingOf(packed) == zlibbed && f.depth+2 <= maxDepth && f.touched(span{from, end}) {
			coded := &frame{up: f, step: "base85", from: span{from, end}, depth: f.depth + 1, data: packed, keep: span{0, len(packed)}}
			if d.left -= len(packed); d.left < 0 {
				d.full = true
				return
			}
			d.unpack(coded, zlibbed, nil)
		}
		p = nextLine(f.data, end)
	}
}

// base85Lines returns what the lines of base 85 from data[p] on stand for, up to the first that is none, and where they end: behind
// the newline of the last.
func base85Lines(data []byte, p, stop int) (out []byte, end int) {
	for p < len(data) && p < stop {
		n := 0
		switch c := data[p]; {
		case c >= 'A' && c <= 'Z':
			n = int(c-'A') + 1
		case c >= 'a' && c <= 'z':
			n = int(c-'a') + 27
		}
		digits := (n + 3) / 4 * 5
		if n == 0 || n > patchBytes || p+1+digits >= len(data) || data[p+1+digits] != '\n' {
			break
		}
		line, ok := appendBase85(out, data[p+1:p+1+digits])
		if !ok {
			break
		}
		out = line[:len(out)+n]
		p += 1 + digits + 1
	}
	return out, p
}

// base85 gives the value of a digit of git's base 85, and 85 for any other byte.
var base85 = func() (v [256]uint8) {
	for c := range v {
		v[c] = 85
	}
	for i, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~" {
		v[c] = uint8(i)
	}
	return v
}()

// appendBase85 appends what text, digits in groups of five, stands for.
func appendBase85(out, text []byte) (all []byte, ok bool) {
	for ; len(text) >= 5; text = text[5:] {
		n := uint64(0)
		for _, c := range text[:5] {
			if base85[c] > 84 {
				return out, false
			}
			n = 85*n + uint64(base85[c])
		}
		if n > 0xffffffff {
			return out, false
		}
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return out, true
}
