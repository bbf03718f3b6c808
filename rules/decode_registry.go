package rules

import "bytes"

// registryText returns the bytes of UTF-16 that a value of a Windows registry file lists, whose keyword ends at data[at], and
// where they lie: of the types REG_SZ, REG_EXPAND_SZ and REG_MULTI_SZ, of which regedit writes the first so only where it has
// line breaks. What parts strings becomes such a break.
func registryText(data []byte, at int) (text []byte, from span) {
	if at+2 >= len(data) || data[at] != '1' && data[at] != '2' && data[at] != '7' || data[at+1] != ')' || data[at+2] != ':' {
		return nil, span{at, at}
	}
	p := at + 3
	from = span{p, p}
	for stop := min(len(data), at+maxListText); p < stop; {
		c, ok := hexByte(data, p)
		if !ok {
			break
		}
		text, from.hi = append(text, c), p+2
		if p += 2; p >= len(data) || data[p] != ',' {
			break
		}
		if p++; p < len(data) && data[p] == '\\' {
			p = blanks(data, p+1, true)
		}
	}
	text = text[:len(text)&^1]
	for i := 0; i < len(text); i += 2 {
		if text[i] == 0 && text[i+1] == 0 {
			text[i] = '\n'
		}
	}
	for bytes.HasSuffix(text, []byte("\n\x00")) {
		text = text[:len(text)-2]
	}
	return text, from
}

// registry searches the text of the value whose keyword lies there, by the name that the value is given.
func (d *decoding) registry(f *frame, keyword span) (end int) {
	text, from := registryText(f.data, keyword.hi)
	if len(text) < 2*shortValue || packingOf(text) != littleUTF16 || f.depth+2 > maxDepth || !f.touched(from) {
		return from.hi
	}
	if d.left -= len(text); d.left < 0 {
		d.full = true
		return from.hi
	}
	coded := &frame{up: f, step: hexRuns.step, from: from, depth: f.depth + 1, data: text, keep: span{0, len(text)}}
	d.unpack(coded, littleUTF16, nameBefore(f.data, keyword.lo+1))
	return from.hi
}
