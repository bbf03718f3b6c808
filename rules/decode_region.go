package rules

import "bytes"

// Escapes are undone cell by cell, the cells lying at multiples of cellSize in the text: each cell's in the stretch of
// text from a little before its first to a little behind its last.
const (
	cellSize    = 128 << 10 // a divisor of blockSize
	cellOverlap = 64 << 10  // how far escapes that go on behind the cell are undone with it
	escapeGap   = 512       // escapes further apart are undone apart
	escapeReach = 128       // what is undone with an escape, to either side on its line
	escapeToken = 512       // and how much more, to the end of a token
)

// escapes undoes the escapes that begin in b, which is the data of f.
func (d *decoding) escapes(f *frame, b block) {
	for i := range dialects {
		for lo := b.lo; lo < b.hi; lo += cellSize {
			d.cell(f, &dialects[i], span{lo, min(b.hi, lo+cellSize)})
		}
	}
}

// cell undoes the escapes of a dialect that begin in a cell.
func (d *decoding) cell(f *frame, of *dialect, cell span) {
	open := false
	var cluster span
	undo := func() {
		if open && !d.full && d.err == nil {
			d.undo(f, of, cluster, cell)
		}
		open = false
	}
	all := escapesIn(of, f.data, cell.lo)
	for {
		end := cell.hi
		if open {
			end = min(cell.hi+cellOverlap, cluster.hi+escapeGap)
		}
		e, ok := all.before(max(end, cell.hi))
		if !ok || e.lo >= cell.hi && !open || e.lo >= cell.hi+cellOverlap {
			break
		}
		if !of.starts(f.data, e) || !f.touched(span{e.lo, e.hi}) {
			continue
		}
		if open && e.lo > cluster.hi+escapeGap {
			undo()
			if e.lo >= cell.hi {
				break
			}
		}
		if !open {
			cluster, open = span{e.lo, e.hi}, true
		}
		cluster.hi = e.hi
	}
	undo()
}

// undo searches the stretch around a cluster of escapes with all its escapes undone.
func (d *decoding) undo(f *frame, of *dialect, cluster, cell span) {
	inner := &frame{up: f, cell: cell}
	inner.from, inner.clipped = around(f.data, cluster)
	if inner.from.lo < f.shift {
		inner.from.lo = min(cluster.lo, f.shift)
	}
	out := make([]byte, 0, inner.from.hi-inner.from.lo)
	all := escapesIn(of, f.data[:inner.from.hi], inner.from.lo)
	at := inner.from.lo
	for {
		e, ok := all.before(inner.from.hi)
		if !ok {
			break
		}
		out = append(out, f.data[at:e.lo]...)
		inner.edits = append(inner.edits, edit{at: int32(len(out)), from: int32(e.lo), n: int16(e.hi - e.lo), size: e.size, kind: e.kind})
		out = append(out, e.stands[:e.size]...)
		at = e.hi
	}
	inner.data = append(out, f.data[at:inner.from.hi]...)
	d.examine(inner)
}

// around returns the stretch of data that is undone with a cluster, and whether its ends lie inside a token.
func around(data []byte, cluster span) (s span, clipped [2]bool) {
	s = cluster
	for stop := max(0, s.lo-escapeReach); s.lo > stop && data[s.lo-1] != '\n'; {
		s.lo--
	}
	for stop := max(0, s.lo-escapeToken); s.lo > stop && !endsToken(data[s.lo-1]); {
		s.lo--
	}
	for stop := min(len(data), s.hi+escapeReach); s.hi < stop && data[s.hi] != '\n'; {
		s.hi++
	}
	for stop := min(len(data), s.hi+escapeToken); s.hi < stop && !endsToken(data[s.hi]); {
		s.hi++
	}
	return s, [2]bool{s.lo > 0 && !endsToken(data[s.lo-1]), s.hi < len(data) && !endsToken(data[s.hi])}
}

// endsToken tells whether c stands between tokens.
func endsToken(c byte) bool { return c == '\n' || bytes.IndexByte([]byte(tokenEnds), c) >= 0 }
