package rules

import (
	"bytes"
	"slices"
)

// Escapes are undone cell by cell, the cells lying at multiples of cellSize in the text: each cell's in the stretch of
// text from a little before its first to a little behind its last.
const (
	cellSize    = 128 << 10 // a divisor of blockSize
	cellOverlap = 64 << 10  // how far escapes that go on behind the cell are undone with it
	escapeGap   = 512       // escapes further apart are undone apart
	escapeReach = 128       // what is undone with an escape, to either side on its line
	escapeToken = 512       // and how much more, to the end of a token
)

// escapes undoes the escapes of a dialect in b, which is the data of f. marked are those to look around.
func (d *decoding) escapes(f *frame, b block, of *dialect, marked []int) {
	for len(marked) > 0 && !d.full && d.err == nil {
		lo := b.lo + (marked[0]-b.lo)/cellSize*cellSize
		cell := span{lo, min(b.hi, lo+cellSize)}
		d.cell(f, b, of, cell, marked)
		n, _ := slices.BinarySearch(marked, cell.hi)
		marked = marked[n:]
	}
}

// cell undoes the escapes that begin in a cell: marked[0] is the first of them.
func (d *decoding) cell(f *frame, b block, of *dialect, cell span, marked []int) {
	e, _ := of.parse(f.data, marked[0])
	cluster := span{e.lo, e.hi}
	for _, at := range marked[1:] {
		if at >= cell.hi+cellOverlap {
			break
		}
		e, _ := of.parse(f.data, at)
		if at > cluster.hi+escapeGap {
			d.undo(f, of, cluster, cell)
			if at >= cell.hi {
				return
			}
			cluster.lo = at
		}
		cluster.hi = e.hi
	}
	if stop := min(len(f.data), cell.hi+cellOverlap); stop > b.hi && cluster.hi+escapeGap >= b.hi {
		all := escapesIn(of, f.data[:stop], b.hi) // what follows the block is not marked
		for {
			e, ok := all.before(cluster.hi + escapeGap + 1)
			if !ok {
				break
			}
			if of.starts(f.data, e) {
				cluster.hi = e.hi
			}
		}
	}
	d.undo(f, of, cluster, cell)
}

// undo searches the stretch around a cluster of escapes with all its escapes undone.
func (d *decoding) undo(f *frame, of *dialect, cluster, cell span) {
	if d.full || d.err != nil {
		return
	}
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
