package dockerfile

import (
	"sort"
	"strconv"
	"strings"
)

// Text is text of a file, of which quotes, escapes and line ends may have been taken out, that knows where in the file
// each of its bytes stands.
type Text struct {
	s    string
	runs []run
	from int // of s in what runs count
}

// run says that the bytes from at on stand in the file from source on.
type run struct{ at, source int }

// String returns the text.
func (t Text) String() string { return t.s }

// Source returns where in the file the byte at i stands; i may be the length of the text.
func (t Text) Source(i int) int {
	i += t.from
	n := sort.Search(len(t.runs), func(k int) bool { return t.runs[k].at > i })
	if n == 0 {
		return 0
	}
	r := t.runs[n-1]
	return r.source + i - r.at
}

// slice returns t[lo:hi].
func (t Text) slice(lo, hi int) Text {
	return Text{s: t.s[lo:hi], runs: t.runs, from: t.from + lo}
}

// blanks separates words.
const blanks = " \t\v\f\r\n"

func blank(c byte) bool { return strings.IndexByte(blanks, c) >= 0 }

// textBuilder puts a Text together.
type textBuilder struct {
	b    strings.Builder
	runs []run
}

// file adds bytes that stand in the file at source.
func (b *textBuilder) file(s []byte, source int) {
	if len(s) == 0 {
		return
	}
	b.mark(source)
	b.b.Write(s)
}

// part adds t[lo:hi].
func (b *textBuilder) part(t Text, lo, hi int) {
	for lo < hi {
		source := t.Source(lo)
		b.mark(source)
		// The runs of t go on being runs here.
		n := sort.Search(len(t.runs), func(k int) bool { return t.runs[k].at > lo+t.from })
		end := hi
		if n < len(t.runs) {
			end = min(end, t.runs[n].at-t.from)
		}
		b.b.WriteString(t.s[lo:end])
		lo = end
	}
}

// made adds s, that something at source was decoded to.
func (b *textBuilder) made(s string, source int) {
	for i := range len(s) {
		b.runs = append(b.runs, run{b.b.Len(), source})
		b.b.WriteByte(s[i])
	}
}

func (b *textBuilder) mark(source int) {
	at := b.b.Len()
	if n := len(b.runs); n > 0 && b.runs[n-1].source+at-b.runs[n-1].at == source {
		return
	}
	b.runs = append(b.runs, run{at, source})
}

func (b *textBuilder) text() Text { return Text{s: b.b.String(), runs: b.runs} }

func number(n int) string { return strconv.Itoa(n) }
