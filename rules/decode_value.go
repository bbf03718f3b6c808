package rules

import "bytes"

// maxTries bounds how many beginnings are tried in one run, and maxWhole how many of them may be decoded in full.
const (
	maxTries = 64
	maxWhole = 8
	// worthTrying is the length from which on a run is decoded even if it seems to be no text.
	worthTrying = mixedText / 3 * 4
)

// run decodes a run: as hexadecimal, else as base64. Where that gives nothing, its parts are tried: a run takes in the
// marks / - _ + that stand beside a value in a path or a compound name.
func (d *decoding) run(f *frame, r run) {
	if !r.wrapped && r.hi-r.lo < worthTrying && !likely(f.data[r.lo:r.hi]) && !maybeBase32(f.data[r.lo:r.hi]) {
		return
	}
	text := r.characters(f.data)
	named := assigned(f.data, r.lo)
	if maybePacked(text) && d.packed(f, &base64Runs, part(r, 0, len(text)), text, named) {
		return
	}
	if d.hex(f, r, text, named) {
		return
	}
	next := nextMark(text, 0)
	some := false
	for at, wholes, tries := 0, 0, 0; tries < maxTries && wholes < maxWhole; tries++ {
		named := named && at == 0
		if at > 0 && maybePacked(text[at:]) && d.packed(f, &base64Runs, part(r, at, len(text)), text[at:], named) {
			return
		}
		var v []byte
		if maybeText(text[at:]) {
			v = base64Runs.value(text[at:], named)
		}
		if v != nil {
			some = true
			wholes++
			d.decoded(f, base64Runs.step, part(r, at, len(text)), v, named)
			next = nextMark(text, min(len(text), at+len(v)/base64Runs.out*base64Runs.in))
		}
		if next < 0 || len(text)-next-1 < longRun {
			break
		}
		at = next + 1
		next = nextMark(text, at)
	}
	if some {
		return
	}
	e, v := &base32Runs, []byte(nil)
	if len(text) >= leastBase32 && allBase32(text) {
		v = e.value(text, named)
	}
	if v == nil {
		e, v = &base64Runs, base64Runs.anything(text)
	}
	if v != nil {
		d.decoded(f, e.step, part(r, 0, len(text)), v, named && e == &base32Runs)
	}
}

// likely tells whether one of the beginnings of a run may stand for text, packed or not.
func likely(run []byte) bool {
	for {
		if maybeText(run) || maybePacked(run) {
			return true
		}
		next := nextMark(run, 0)
		if next < 0 || len(run)-next-1 < longRun {
			return false
		}
		run = run[next+1:]
	}
}

// beginsText tells of the first character of a run whether maybeText may hold.
var beginsText = newBeginsText()

func newBeginsText() (begins [256]bool) {
	for c := range begins {
		for next := range sextet {
			first := sextet[c]<<2 | sextet[next]>>4
			begins[c] = begins[c] || sextet[c] < 64 && sextet[next] < 64 && (isText(first) || first >= 0xc2) || nibble[c] < 16
		}
	}
	return begins
}

// maybeText tells of the beginning of a run whether what it stands for, as base64 or hexadecimal, may begin as text.
func maybeText(run []byte) bool {
	if !beginsText[run[0]] {
		return false
	}
	a, b, c, d := sextet[run[0]], sextet[run[1]], sextet[run[2]], sextet[run[3]]
	first, second, third := a<<2|b>>4, b<<4|c>>2, c<<6|d
	if isText(first) {
		return isText(second) && (isText(third) || third >= 0xc2) || second >= 0xc2 || maybeHex(run)
	}
	return first >= 0xc2 && second >= 0x80 && second < 0xc0 || maybeHex(run)
}

// maybeHex tells the same of hexadecimal alone.
func maybeHex(run []byte) bool {
	if run[0] == '0' && run[1]|0x20 == 'x' {
		return true
	}
	a, b := nibble[run[0]]<<4|nibble[run[1]], nibble[run[2]]<<4|nibble[run[3]]
	return nibble[run[0]]|nibble[run[1]]|nibble[run[2]]|nibble[run[3]] < 16 && (isText(a) || a >= 0xc2) && (isText(b) || b >= 0x80)
}

// nextMark returns where the next mark stands at or after at, or -1.
func nextMark(text []byte, at int) int {
	for ; at < len(text); at++ {
		if marks[text[at]] {
			return at
		}
	}
	return -1
}

// hex decodes a run that is hexadecimal, or holds stretches that are; it returns whether the run has been dealt with.
func (d *decoding) hex(f *frame, r run, text []byte, named bool) bool {
	done := false
	for at := 0; len(text)-at >= hexRuns.in*shortValue; {
		if last := at + longRun - 1; last < len(text) && nibble[text[last]] == 16 { // no long stretch begins before it
			at = last + 1
			continue
		}
		n := 0
		for at+n < len(text) && nibble[text[at+n]] < 16 {
			n++
		}
		whole := n == len(text)
		switch {
		case n >= longRun && maybePackedHex(text[at:]) &&
			d.packed(f, &hexRuns, part(r, at, at+n), text[at:at+n], named && whole):
			done = true
		case n >= longRun || whole && named:
			v := hexRuns.value(text[at:at+n], named && whole)
			if v == nil {
				v = hexRuns.anything(text[at : at+n])
			}
			if v != nil {
				d.decoded(f, hexRuns.step, part(r, at, at+n), v, named && whole)
				done = true
			}
		}
		at += n + 1
	}
	return done
}

// part returns the stretch of a run that its characters lo to hi make; of a wrapped one, the whole run.
func part(r run, lo, hi int) span {
	if r.wrapped {
		return span{r.lo, r.hi}
	}
	return span{r.lo + lo, r.lo + hi}
}

// decoded searches what a stretch of f stands for. A value of one line keeps the name it was given.
func (d *decoding) decoded(f *frame, step string, from span, text []byte, named bool) {
	inner := &frame{up: f, data: text, from: from, step: step}
	if named {
		inner.call(nameBefore(f.data, from.lo))
	}
	d.examine(inner)
}

// call puts name, if there is one, before a text of one line.
func (f *frame) call(name []byte) {
	if name == nil || bytes.IndexByte(bytes.TrimRight(f.data, "\r\n"), '\n') >= 0 {
		return
	}
	f.shift = len(name) + 1
	f.data = append(append(append(make([]byte, 0, f.shift+len(f.data)), name...), '='), f.data...)
}

// piece decodes what is in sight of a run that is longer than that. told is where what this block tells begins.
func (d *decoding) piece(f *frame, r run, told span) {
	e := &base64Runs
	text := r.characters(f.data)
	before := len(run{r.lo, max(r.lo, told.lo), r.wrapped}.characters(f.data))
	within := len(run{max(r.lo, told.lo), told.hi, r.wrapped}.characters(f.data))
	if allHex(text[:min(len(text), cutLead)]) {
		e = &hexRuns
	}
	skip, most := 0, -1
	for k := range e.in {
		if r.lo == told.lo && k > 0 {
			break // the run begins here
		}
		if n := texts(e.decode(nil, text[k:min(len(text), cutLead)])); n > most {
			skip, most = k, n
		}
	}
	text = text[skip:]
	if r.lo == told.lo && d.beginning(f, e, r, text) {
		return
	}
	v := e.anything(text)
	if v == nil {
		return
	}
	at := func(characters int) int { return max(0, characters-skip) / e.in * e.out }
	inner := &frame{up: f, data: v, from: span{r.lo, r.hi}, step: e.step}
	inner.keep = span{at(before), at(before + within)}
	if told.hi == r.hi {
		inner.keep.hi = len(v)
	}
	if told.lo > r.lo {
		inner.from.lo = told.lo
	}
	d.examine(inner)
}

// beginning searches what the first piece of a run holds packed, and returns false where it holds nothing so. That the rest
// of a compressed text is out of sight is told as a limit.
func (d *decoding) beginning(f *frame, e *encoding, r run, text []byte) bool {
	if !maybePacked(text) {
		return false
	}
	d.cut = false
	found := d.packed(f, e, span{r.lo, r.hi}, text, false)
	d.full = d.full || found && d.cut
	return found
}

// allHex tells whether text is hexadecimal digits alone.
func allHex(text []byte) bool {
	for _, c := range text {
		if nibble[c] > 15 {
			return false
		}
	}
	return true
}
