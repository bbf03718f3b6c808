package unpack

import (
	"math/bits"
	"sync"
)

const (
	leastBuffer = 12       // sizes of buffers are powers of two, from 4 KiB
	mostBuffer  = 23       // to 8 MiB
	regionBytes = 8 << 20  // are asked for at a time
	keptBuffers = 24 << 20 // of regions, and of buffers that nobody uses
)

// buffers hands out memory for contents that is used again: a layer has more files than would be good to make garbage of, and
// a page that is touched for the first time costs more than what is then done with it. The zero value is ready; it is safe for
// concurrent use.
type buffers struct {
	mu   sync.Mutex
	free [mostBuffer - leastBuffer + 1][][]byte // by size
	idle int                                    // bytes of those
	rest []byte                                 // of the last region: not handed out yet
	made int                                    // bytes of all regions
}

// take returns a buffer of at least n bytes that hold anything, and no more than most where n is less. Nobody may use it after
// it was put back.
func (b *buffers) take(n, most int) []byte {
	if n > 1<<mostBuffer {
		return make([]byte, n)
	}
	size := max(bits.Len(uint(max(n, 1)-1)), leastBuffer)
	b.mu.Lock()
	defer b.mu.Unlock()
	if data := b.idleOf(size); data != nil {
		return data
	}
	if len(b.rest) < 1<<size {
		if b.made >= keptBuffers {
			for larger := size + 1; larger <= mostBuffer && 1<<larger <= most; larger++ {
				if data := b.idleOf(larger); data != nil {
					return data
				}
			}
			return make([]byte, 1<<size)
		}
		b.split()
		b.rest = newRegion(b)
		b.made += len(b.rest)
	}
	data := b.rest[: 1<<size : 1<<size]
	b.rest = b.rest[1<<size:]
	return data
}

// idleOf takes a buffer of that size which nobody uses, if there is one.
func (b *buffers) idleOf(size int) []byte {
	shelf := &b.free[size-leastBuffer]
	last := len(*shelf) - 1
	if last < 0 {
		return nil
	}
	data := (*shelf)[last]
	*shelf = (*shelf)[:last]
	b.idle -= len(data)
	return data
}

// split makes buffers of what is left of a region.
func (b *buffers) split() {
	for size := mostBuffer; size >= leastBuffer; size-- {
		for len(b.rest) >= 1<<size {
			b.shelve(size, b.rest[:1<<size:1<<size])
			b.rest = b.rest[1<<size:]
		}
	}
}

// shelve keeps a buffer of that size.
func (b *buffers) shelve(size int, data []byte) {
	b.free[size-leastBuffer] = append(b.free[size-leastBuffer], data)
	b.idle += len(data)
}

// put takes back what take returned, whatever was cut off its end.
func (b *buffers) put(data []byte) {
	data = data[:cap(data)]
	size := bits.Len(uint(len(data) - 1))
	b.mu.Lock()
	defer b.mu.Unlock()
	if size <= mostBuffer && b.idle+len(data) <= keptBuffers {
		b.shelve(size, data)
	}
}
