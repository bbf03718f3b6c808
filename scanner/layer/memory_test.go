package layer_test

import (
	"fmt"
	"io"
	"runtime"
	"testing"

	"dregs/scanner/layer"
)

// headers is an archive of n empty files, made while it is read.
type headers struct {
	n, next int
	blk     [512]byte
	left    []byte
}

// Read implements io.Reader.
func (h *headers) Read(p []byte) (int, error) {
	if len(h.left) == 0 {
		if h.next == h.n {
			return 0, io.EOF
		}
		h.blk = [512]byte{156: '0', 157: 0}
		copy(h.blk[:], fmt.Sprintf("usr/lib/node_modules/package-%06d/lib/file-%07d.js", h.next/50, h.next))
		copy(h.blk[257:], "ustar\x0000")
		checksum(h.blk[:])
		h.next++
		h.left = h.blk[:]
	}
	n := copy(p, h.left)
	h.left = h.left[n:]
	return n, nil
}

// TestMemory holds that the records of a layer, and the timeline of them, stay compact: at a million entries, the most
// that a layer may have, well under 150 MB each.
func TestMemory(t *testing.T) {
	const n = 100_000
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	s, err := layer.Open(&headers{n: n}, layer.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	summary, err := s.Walk(t.Context(), func(*layer.Entry) error { return nil })
	if err != nil || len(summary.Records) != n {
		t.Fatalf("got %d records, %v", len(summary.Records), err)
	}
	s = nil
	walked := heap()
	tl := layer.NewTimeline([][]layer.Record{summary.Records})
	resolved := heap()
	runtime.KeepAlive(summary)
	runtime.KeepAlive(tl)
	t.Logf("an entry costs %d bytes, and %d in the timeline", (walked-before)/n, (resolved-walked)/n)
	if per := (walked - before) / n; per > 140 {
		t.Errorf("records: %d bytes an entry", per)
	}
	if per := (resolved - walked) / n; per > 140 {
		t.Errorf("timeline: %d bytes an entry", per)
	}
}
