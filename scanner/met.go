package scanner

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash/maphash"
)

// contentKey stands for all that a result depends on, in every scan: half of a SHA-256.
type contentKey [sha256.Size / 2]byte

// metKey stands for the same in this scan alone. It has seeds that nobody outside of the process knows, so that no two
// contents can be made to share it, and costs a fraction of what SHA-256 does.
type metKey [2]uint64

// examined is what a result depends on, beside the depth where that cut it.
type examined[S comparable] struct {
	sum   S // of the content
	size  int
	class string
	log   bool
}

// keyOf returns the contentKey of e at a depth, 0 where it does not matter.
func keyOf(e examined[[sha256.Size]byte], depth int) contentKey {
	sum := sha256.Sum256(fmt.Appendf(nil, "%x %d %q %v %d", e.sum, e.size, e.class, e.log, depth))
	return contentKey(sum[:])
}

// metKeyOf returns the metKey of data, which e is about but for its sum.
func (c *contents) metKeyOf(data []byte, e examined[uint64]) (key metKey) {
	for i, seed := range c.seeds {
		e.sum = maphash.Bytes(seed, data)
		key[i] = maphash.Comparable(seed, e)
	}
	return key
}

// at returns the metKey of what has key and lies at a depth.
func (c *contents) at(key metKey, depth int) (out metKey) {
	for i, seed := range c.seeds {
		out[i] = maphash.Comparable(seed, struct {
			metKey
			depth int
		}{key, depth})
	}
	return out
}

// meeting is what those who meet an equal content need of a result. The mutex of contents guards it.
type meeting struct {
	key     metKey // zero for one that nobody else is told of
	depth   int
	working bool             // the result is not set yet
	done    chan struct{}    // closed once it is; nil where nobody waits
	outer   *contentResult   // while working: the container that it is in; nil for none
	waiting []*contentResult // while working: the containers in which somebody waits for it; nil for none
}

// outerKey is where a context has the *contentResult of the container that is being unpacked.
type outerKey struct{}

// inside returns ctx for what is unpacked for r.
func (r *contentResult) inside(ctx context.Context) context.Context {
	return context.WithValue(ctx, outerKey{}, r)
}

// meet returns the result of the content of key at a depth, once it is set. With mine it is nobody's yet: the caller sets it
// and calls finish.
//
// One that the depth did not cut is the same at each depth that it fits into, and is shared by all of those.
func (c *contents) meet(ctx context.Context, key metKey, depth int) (r *contentResult, mine bool) {
	outer, _ := ctx.Value(outerKey{}).(*contentResult)
	c.mu.Lock()
	defer c.mu.Unlock()
	for alone := range 2 {
		if alone == 1 { // what others met is of no use here
			key = c.at(key, depth)
		}
		r, known := c.met[key]
		if !known {
			r = &contentResult{meeting: meeting{key: key, depth: depth, working: true, outer: outer}}
			c.met[key] = r
			return r, true
		}
		if r.working {
			if outer.awaited(r) {
				continue
			}
			if err := c.await(ctx, r, outer); err != nil {
				return &contentResult{err: err}, false
			}
		}
		if r.depth == depth || !r.cut && r.height <= depth {
			return r, false
		}
	}
	// Both are of other depths, or wait for this one, as in archives that hold one another.
	return &contentResult{meeting: meeting{depth: depth, working: true, outer: outer}}, true
}

// awaited tells whether other's result waits for r's, as that of a container that r is in does: then nobody in r may wait for it.
func (r *contentResult) awaited(other *contentResult) bool {
	for ; r != nil; r = r.outer {
		if r == other {
			return true
		}
		for _, waiting := range r.waiting {
			if waiting.awaited(other) {
				return true
			}
		}
	}
	return false
}

// await waits, for what is in outer, until r is set. The mutex is not held meanwhile.
func (c *contents) await(ctx context.Context, r, outer *contentResult) error {
	if r.done == nil {
		r.done = make(chan struct{})
	}
	r.waiting = append(r.waiting, outer)
	c.mu.Unlock()
	defer c.mu.Lock()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// finish tells those who wait for r that it is set. Results that say nothing are kept as one.
func (c *contents) finish(r *contentResult) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.working, r.outer, r.waiting = false, nil, nil
	if r.done != nil {
		close(r.done)
	}
	if r.key != (metKey{}) && r.silent() {
		c.met[r.key] = &c.silence
	}
}

// silent tells a result that has nothing to tell.
func (r *contentResult) silent() bool {
	return len(r.matches)+len(r.skipped)+len(r.faults)+len(r.nested)+len(r.sighted)+len(r.judged) == 0 &&
		r.files == 0 && r.bytes == 0 && r.height == 0 && !r.cut && !r.git && r.err == nil
}
