package logs

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"dregs/report"
)

const (
	bufferBytes = 256 << 10
	// lineBytes is what a longer line is cut to, pieces that overlap by twice windowBytes: what an identity's context is
	// told by lies in the piece that tells it, wherever the identity stands.
	lineBytes   = 64 << 10
	beforeBytes = 4 << 10 // of the lines before a line that its context is looked for in
)

// Finder tells the identities of one text that is written to it. Memory is bounded, time is linear in what is written, and
// the result does not depend on how the text is cut into writes. Its methods are not for use by several goroutines.
type Finder struct {
	buf    []byte // the end of what was read, then what is still to be read
	next   int    // where in buf the latter begins
	number int    // of the line that begins there, from 1
	piece  int    // how many pieces of this line were read
	before int    // code points in these

	table   *table
	array   int // the last line of a list of layers
	printed printed
	pushed  pushed
	pulled  pulled
	pending *pending

	found map[identityKey]*Identity
	order []*Identity
	full  bool

	emitFrom, emitTo int // bounds of what the piece that is read tells, in bytes of it
	kept             map[keptKey]bool
}

// keptKey is a spot that was told already: what two contexts tell of it counts once.
type keptKey struct {
	identityKey
	at int
}

// NewFinder returns a Finder for one text.
func NewFinder() *Finder {
	return &Finder{number: 1, found: make(map[identityKey]*Identity), kept: make(map[keptKey]bool)}
}

// Find returns the identities of text, which is the whole of one, as a Finder would that it was written to. Its error is that
// of Close.
func Find(text []byte) ([]Identity, error) {
	f := NewFinder()
	f.buf = text
	err := f.Close()
	return f.Identities(), err
}

// Write implements io.Writer. It keeps nothing of p and returns no error.
func (f *Finder) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if f.buf == nil {
			f.buf = make([]byte, 0, bufferBytes)
		}
		n := min(len(rest), cap(f.buf)-len(f.buf))
		f.buf = append(f.buf, rest[:n]...)
		rest = rest[n:]
		if len(f.buf) == cap(f.buf) {
			f.read()
			f.shift()
		}
	}
	return len(p), nil
}

// Close reads what is left. The identities are whole after it. Its error, a report.Fault, says that there were more than
// MaxIdentities.
func (f *Finder) Close() error {
	f.read()
	if f.next < len(f.buf) {
		f.last(f.buf[f.next:])
		f.next = len(f.buf)
	}
	f.buf = nil
	if f.full {
		return report.Faultf(report.Limit, "telling image identities: more than %d", MaxIdentities)
	}
	return nil
}

// Identities returns what was found, in the order of the first occurrences.
func (f *Finder) Identities() []Identity {
	all := make([]Identity, len(f.order))
	for i, id := range f.order {
		all[i] = *id
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i], &all[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return all
}

// shift drops what is no longer needed.
func (f *Finder) shift() {
	keep := max(0, f.next-beforeBytes)
	n := copy(f.buf, f.buf[keep:])
	f.buf, f.next = f.buf[:n], f.next-keep
}

// read reads the whole lines of the buffer, and as many pieces of the last one as lie in it.
func (f *Finder) read() {
	if f.piece > 0 && !f.pieces() {
		return
	}
	if end := bytes.LastIndexByte(f.buf[f.next:], '\n') + 1; end > 0 {
		f.lines(f.next + end)
	}
	if len(f.buf)-f.next >= lineBytes {
		f.pieces()
	}
}

// lines reads the whole lines up to end.
func (f *Finder) lines(end int) {
	found := newCandidates(f.buf[:end], f.next)
	for f.next < end {
		at := f.next
		if f.pending == nil {
			if at = found.next(f.next); at < 0 {
				at = end
			}
		}
		f.skip(at)
		if f.next == end {
			return
		}
		stop := f.next + bytes.IndexByte(f.buf[f.next:end], '\n')
		if stop-f.next >= lineBytes {
			f.pieces()
			continue
		}
		f.line(f.buf[f.next:stop], f.buf[max(0, f.next-beforeBytes):f.next], 0, stop-f.next)
		f.next = stop + 1
		f.number++
	}
}

// skip passes over the lines that end before at.
func (f *Finder) skip(at int) {
	between := f.buf[f.next:at]
	if n := bytes.LastIndexByte(between, '\n') + 1; n > 0 {
		f.number += bytes.Count(between[:n], []byte{'\n'})
		f.next += n
	}
}

// pieces reads pieces of a long line, and reports whether it came to the line's end.
func (f *Finder) pieces() bool {
	for {
		rest := f.buf[f.next:]
		from := 0
		if f.piece > 0 {
			from = windowBytes
		}
		if stop := bytes.IndexByte(rest[:min(len(rest), lineBytes)], '\n'); stop >= 0 {
			f.line(rest[:stop], nil, from, stop)
			f.next += stop + 1
			f.number++
			f.piece, f.before = 0, 0
			return true
		}
		if len(rest) < lineBytes {
			return false
		}
		if f.pending != nil || newCandidates(rest[:lineBytes], 0).next(0) >= 0 {
			f.line(rest[:lineBytes], nil, from, lineBytes-windowBytes)
		}
		step := lineBytes - 2*windowBytes
		f.before += utf8.RuneCount(rest[:step])
		f.next += step
		f.piece++
	}
}

// last reads the end of a text without a line end.
func (f *Finder) last(rest []byte) {
	from := 0
	if f.piece > 0 {
		from = windowBytes
	}
	f.line(rest, f.buf[max(0, f.next-beforeBytes):f.next], from, len(rest))
}

// line tells the identities of a line, or of a piece of one, that begin between its bytes from and to.
func (f *Finder) line(raw, before []byte, from, to int) {
	if f.piece > 0 {
		before = nil
	}
	at := &place{number: f.number, line: newLine(raw), before: before}
	f.emitFrom, f.emitTo = from, to
	clear(f.kept)
	if f.pending != nil {
		f.settle(at)
	}
	all := hashes(at.line)
	for i := range all {
		h := &all[i]
		s, ok := f.identify(h, at)
		if !ok {
			continue
		}
		if s.source == "docker push" && s.kind == ImageDigest {
			s.source = f.pushedDigest(h, at)
		}
		f.put(at.line, at.number, s)
	}
	f.names(at)
	f.copiedConfig(at)
}

// put adds one occurrence.
func (f *Finder) put(l *line, number int, s sighting) {
	raw := l.offset(s.at)
	key := identityKey{s.kind, s.value}
	if raw < f.emitFrom || raw >= f.emitTo && number == f.number || f.kept[keptKey{key, s.at}] {
		return
	}
	f.kept[keptKey{key, s.at}] = true
	id := f.found[key]
	if id == nil {
		if len(f.order) == MaxIdentities {
			f.full = true
			return
		}
		id = &Identity{Kind: s.kind, Value: s.value, Source: s.source, Line: number, Column: f.before + utf8.RuneCount(l.raw[:raw]) + 1}
		id.Snippet = l.snippet(s.at, min(len(l.text), s.at+len(s.value)))
		f.found[key] = id
		f.order = append(f.order, id)
	}
	id.Count++
	if n := len(id.Lines); n < MaxLines && (n == 0 || id.Lines[n-1] != number) {
		id.Lines = append(id.Lines, number)
	}
}
