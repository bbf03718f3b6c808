package report

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
)

const (
	gram      = 8  // bytes by which needles are looked up
	crowd     = 64 // a gram that more needles share is not looked up where the needle has others
	lineBytes = 16 // a line of a multi-line value is looked for by itself from this length
	runBytes  = 24 // half of a value is looked for by itself from this length
)

// needle is one value to be found. It has at least gram bytes.
type needle struct {
	text     string
	redacted string
	shown    int // leading bytes that its redacted form shows
	lines    []span
}

// span is a range of bytes, end excluded.
type span struct{ start, end int }

// run is a span of a text that equals a part of a needle; whole where it is all of it.
type run struct {
	span
	needle int
	whole  bool
}

// needles finds values in texts: whole ones anywhere, and parts of them where a text was cut through a value. It looks up
// every 8 bytes of a text among grams taken from the needles at a stride of 8 and at their ends, and compares from there
// to both sides. It is safe for concurrent use once built.
type needles struct {
	all   []needle
	heads map[uint64]int32
	refs  []gramRef
	bloom []uint64
	shift uint
}

// gramRef is one position of a gram; next is the following reference of the same gram, or -1.
type gramRef struct{ needle, offset, next int32 }

func newNeedles(all []needle) *needles {
	n := &needles{all: all, heads: make(map[uint64]int32)}
	count := make(map[uint64]int)
	for i := range all {
		for _, off := range gramOffsets(all[i].text) {
			count[gramAt(all[i].text, off)]++
		}
	}
	size := bits.Len(uint(len(count)*16 + 64))
	n.shift = uint(64 - size)
	n.bloom = make([]uint64, 1<<size/64+1)
	for i := range all {
		offs := gramOffsets(all[i].text)
		rarest := offs[0]
		kept := 0
		for _, off := range offs {
			c := count[gramAt(all[i].text, off)]
			if c < count[gramAt(all[i].text, rarest)] {
				rarest = off
			}
			if c <= crowd {
				n.add(i, off)
				kept++
			}
		}
		if kept == 0 {
			n.add(i, rarest)
		}
		all[i].lines = linesOf(all[i].text)
	}
	return n
}

func (n *needles) add(i, off int) {
	g := gramAt(n.all[i].text, off)
	next, ok := n.heads[g]
	if !ok {
		next = -1
	}
	n.heads[g] = int32(len(n.refs))
	n.refs = append(n.refs, gramRef{needle: int32(i), offset: int32(off), next: next})
	b := n.bucket(g)
	n.bloom[b/64] |= 1 << (b % 64)
}

func (n *needles) bucket(g uint64) uint64 { return g * 0x9E3779B97F4A7C15 >> n.shift }

func gramAt(s string, off int) uint64 {
	return binary.LittleEndian.Uint64([]byte(s[off : off+gram]))
}

// gramOffsets returns every eighth position and the last one that a gram fits at.
func gramOffsets(s string) []int {
	var offs []int
	for off := 0; off+gram <= len(s); off += gram {
		offs = append(offs, off)
	}
	if last := len(s) - gram; last%gram != 0 {
		offs = append(offs, last)
	}
	return offs
}

// linesOf returns the lines of a multi-line value that are looked for by themselves. The armour of a key is public.
func linesOf(s string) []span {
	if !strings.Contains(s, "\n") {
		return nil
	}
	var lines []span
	start := 0
	for line := range strings.Lines(s) {
		text := strings.TrimSpace(line)
		if len(text) >= lineBytes && !strings.HasPrefix(text, "-----") {
			from := start + strings.Index(line, text)
			lines = append(lines, span{from, from + len(text)})
		}
		start += len(line)
	}
	return lines
}

// find returns the runs of needles in text that must not be shown. window says that text was cut out of a longer one,
// perhaps through a value.
func (n *needles) find(text []byte, window bool) []run {
	var out []run
	type diagonal struct{ needle, shift int }
	ends := make(map[diagonal]int) // where the last run on a diagonal ended
	for p := 0; p+gram <= len(text); p++ {
		g := binary.LittleEndian.Uint64(text[p:])
		b := n.bucket(g)
		if n.bloom[b/64]>>(b%64)&1 == 0 {
			continue
		}
		at, ok := n.heads[g]
		for ok && at >= 0 {
			ref := n.refs[at]
			at = ref.next
			d := diagonal{int(ref.needle), p - int(ref.offset)}
			if end, seen := ends[d]; seen && p+gram <= end {
				continue
			}
			r, part := n.extend(text, p, ref)
			ends[d] = r.end
			if r.whole || n.telling(text, r.span, part, r.needle, window) {
				out = append(out, r)
			}
		}
	}
	return out
}

// extend returns the longest run through the gram at p, and the part of the needle that it equals.
func (n *needles) extend(text []byte, p int, ref gramRef) (r run, part span) {
	value := n.all[ref.needle].text
	a, va := p, int(ref.offset)
	for a > 0 && va > 0 && text[a-1] == value[va-1] {
		a--
		va--
	}
	b, vb := p+gram, int(ref.offset)+gram
	for b < len(text) && vb < len(value) && text[b] == value[vb] {
		b++
		vb++
	}
	return run{span{a, b}, int(ref.needle), va == 0 && vb == len(value)}, span{va, vb}
}

// telling reports whether a part of a needle says too much to be shown: the larger half of the value, a line of it, or
// what a cut left of it.
func (n *needles) telling(text []byte, r, part span, i int, window bool) bool {
	v := &n.all[i]
	size := part.end - part.start
	if size >= runBytes && size*2 >= len(v.text) {
		return true
	}
	for _, line := range v.lines {
		if part.start <= line.start && line.end <= part.end {
			return true
		}
	}
	if !window {
		return false
	}
	atStart, atEnd := cutBefore(text, r.start), cutAfter(text, r.end)
	switch {
	case part.start == 0:
		return atEnd && size >= v.shown+4
	case part.end == len(v.text):
		return atStart
	}
	return atStart && atEnd
}

func cutBefore(text []byte, i int) bool {
	return i == 0 || bytes.HasSuffix(text[:i], []byte(Ellipsis)) || bytes.HasSuffix(text[:i], []byte("..."))
}

func cutAfter(text []byte, i int) bool {
	return i == len(text) || bytes.HasPrefix(text[i:], []byte(Ellipsis)) || bytes.HasPrefix(text[i:], []byte("..."))
}
