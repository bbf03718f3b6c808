package unpack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
)

// packNode is an object of a pack before it is restored.
type packNode struct {
	off    int64
	base   int32 // node of an ofs delta's base, -1 for none
	child  int32 // first of the deltas on this object, -1 for none
	next   int32 // next delta on the same base, -1 for the last
	weight int32 // objects that rest on it, itself included
	kept   int32 // where packFile.kept has its content, -1 for one that is inflated again
	size   int32 // of that content
	kind   gitKind
	broken bool // its stream is damaged; what comes before the damage is all there is
}

// leastPackObject is the length of the smallest object in a pack: a header, and a zlib stream of nothing.
const leastPackObject = 9

// scan finds the objects of a pack, from the first to the last, and ties ofs deltas to their bases. What cannot be
// inflated is passed over.
func (p *packFile) scan(ctx context.Context) error {
	budget := p.out.lim.FileBytes // for inflating, which yields nothing yet
	off := int64(packHead)
	salvage := int64(gitMemory)
	p.nodes = make([]packNode, 0, min(int64(p.count), int64(p.out.lim.Entries), p.end/leastPackObject))
	for off < p.end {
		if len(p.nodes) >= p.out.lim.Entries {
			p.out.fault(limited("more than %d objects", p.out.lim.Entries))
			break
		}
		if len(p.nodes)%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		next, err := p.note(off, &budget)
		if err == nil {
			off = next
			continue
		}
		if budget <= 0 {
			p.out.fault(p.out.exhausted())
			break
		}
		if int64(len(p.nodes)) >= int64(p.count) && p.end == p.at.Size() {
			break // the trailer of a pack whose checksum does not hold
		}
		p.out.fault(corrupt("reading pack object at byte %d: %w", off, err))
		if off = p.resume(ctx, off, &salvage); off < 0 {
			break
		}
	}
	if uint32(len(p.nodes)) != p.count && len(p.out.faults) == 0 { // at most Entries
		p.out.fault(corrupt("reading pack: %d objects where its header claims %d", len(p.nodes), p.count))
	}
	p.tie()
	return ctx.Err()
}

// note appends the object at off and returns where the next one begins. budget is what may be inflated.
func (p *packFile) note(off int64, budget *int64) (int64, error) {
	h, err := p.seek(off)
	if err != nil {
		return 0, noEOF(err)
	}
	n := packNode{off: off, base: -1, child: -1, next: -1, weight: 1, kept: -1, kind: h.kind}
	size, err := p.pass(&n, min(h.size, *budget))
	*budget -= size
	switch {
	case err != nil || size < h.size:
		n.broken = size > 0
	case size > h.size:
		err = errors.New("object longer than its header claims")
		n.broken = true
	}
	if err == nil && size < h.size {
		err = io.ErrUnexpectedEOF
	}
	if h.kind == gitOfsDelta && err == nil {
		base, ok := slices.BinarySearchFunc(p.nodes, off-h.back, func(n packNode, off int64) int {
			return int(n.off - off)
		})
		if ok {
			n.base = int32(base) // at most Entries
		} else {
			p.lost++
		}
	}
	if err != nil && (!n.broken || h.kind > gitTag) {
		return 0, noEOF(err)
	}
	if h.kind == gitRefDelta {
		key := keyOf(h.base)
		if first, ok := p.refs[key]; ok {
			n.next = first
		}
		p.refs[key] = int32(len(p.nodes)) // at most Entries
	}
	p.nodes = append(p.nodes, n)
	return p.pos(), noEOF(err)
}

// Small objects are kept from the first inflating to the second reading of a pack while there is room for them.
const (
	keptChunks = 32
	keptChunk  = 1 << 20
	keptObject = 64 << 10
)

// pass inflates the object that seek went to, up to one byte more than size, and returns the number of bytes.
func (p *packFile) pass(n *packNode, size int64) (int64, error) {
	room := p.room(size + 1)
	if room == nil {
		return io.Copy(io.Discard, io.LimitReader(p.zr, size+1))
	}
	m, err := io.ReadFull(p.zr, room)
	if (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)) && int64(m) == size && p.done() {
		last := len(p.kept) - 1
		n.kept, n.size = int32(last*keptChunk+len(p.kept[last])), int32(m) // below 32 MiB
		p.kept[last] = p.kept[last][:len(p.kept[last])+m]
		return size, nil
	}
	if err == nil {
		return int64(m), nil
	}
	return int64(m), noEOF(err)
}

// room returns n bytes where content may be kept, nil if there is none.
func (p *packFile) room(n int64) []byte {
	if n > keptObject {
		return nil
	}
	last := len(p.kept) - 1
	if last < 0 || int64(cap(p.kept[last])-len(p.kept[last])) < n {
		if len(p.kept) == keptChunks {
			return nil
		}
		p.kept = append(p.kept, make([]byte, 0, keptChunk))
		last++
	}
	used := len(p.kept[last])
	return p.kept[last][used : used+int(n)]
}

// content returns what was kept of n.
func (p *packFile) content(n packNode) []byte {
	chunk := p.kept[n.kept/keptChunk]
	start := n.kept % keptChunk
	return chunk[start : start+n.size : start+n.size]
}

// tie builds the lists of deltas on each base. A base lies before its deltas, so there are no cycles.
func (p *packFile) tie() {
	for i := len(p.nodes) - 1; i >= 0; i-- {
		n := &p.nodes[i]
		if n.base < 0 {
			continue
		}
		b := &p.nodes[n.base]
		n.next, b.child = b.child, int32(i) // at most Entries
		b.weight += n.weight
	}
}

// longestPackHeader is the length of the longest object header: 8 bytes of kind and size, a SHA-256.
const longestPackHeader = 8 + int(gitSHA256)

// resume looks for the next whole object after damage at off and returns where it begins, -1 if there is none. budget
// bounds the bytes that it may inflate in all.
func (p *packFile) resume(ctx context.Context, off int64, budget *int64) int64 {
	window := make([]byte, 64<<10)
	for off++; off < p.end && *budget > 0 && ctx.Err() == nil; {
		n, _ := p.at.ReadAt(window[:min(int64(len(window)), p.end-off)], off)
		if n < 2 {
			return -1
		}
		for i := 0; i+1 < n; i++ {
			if !zlibHead(window[i], window[i+1]) {
				continue
			}
			for start := max(0, i-longestPackHeader); start < i; start++ {
				if headerEnds(window[start:i], p.ids) && p.whole(off+int64(start), budget) {
					return off + int64(start)
				}
			}
		}
		if off+int64(n) >= p.end {
			return -1
		}
		off += int64(max(1, n-longestPackHeader-1))
	}
	return -1
}

// zlibHead reports whether two bytes can begin a zlib stream as git writes it (RFC 1950, no dictionary).
func zlibHead(cmf, flg byte) bool {
	return cmf == 0x78 && flg&0x20 == 0 && (uint(cmf)<<8|uint(flg))%31 == 0
}

// headerEnds reports whether p is an object header and nothing more.
func headerEnds(p []byte, ids gitSize) bool {
	r := bytes.NewReader(p)
	_, err := readPackHeader(r, ids)
	return err == nil && r.Len() == 0
}

// whole reports whether a whole object begins at off.
func (p *packFile) whole(off int64, budget *int64) bool {
	h, err := p.seek(off)
	if err != nil || h.size > *budget {
		return false
	}
	n, err := io.Copy(io.Discard, io.LimitReader(p.zr, h.size+1))
	*budget -= n + 64
	return err == nil && n == h.size
}
