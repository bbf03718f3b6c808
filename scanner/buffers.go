package scanner

import (
	"math/bits"
	"sync"

	"dregs/scanner/unpack"
)

// Sizes of the buffers that are kept, as powers of two: from 4 KiB to wholeBytes.
const (
	leastBuffer = 12
	mostBuffer  = 23
)

// buffers hands out memory for contents that is used again: a layer has more files than would be good to make garbage of.
// The zero value is ready; it is safe for concurrent use.
type buffers struct {
	kept      [mostBuffer - leastBuffer + 1]sync.Pool // of *[]byte, by size
	unpacking unpack.Memory
}

// get returns n bytes that hold anything, and the function that takes them back: nobody may use them after it.
func (b *buffers) get(n int) (data []byte, free func()) {
	if n > 1<<mostBuffer {
		return make([]byte, n), func() {}
	}
	class := max(bits.Len(uint(max(n, 1)-1)), leastBuffer)
	pool := &b.kept[class-leastBuffer]
	buf, ok := pool.Get().(*[]byte)
	if !ok {
		made := make([]byte, 1<<class)
		buf = &made
	}
	return (*buf)[:n], func() { pool.Put(buf) }
}
