package scanner

import (
	"math/bits"

	"dregs/scanner/unpack"
)

// Sizes of the buffers that are kept, as powers of two: from 4 KiB to wholeBytes.
const (
	leastBuffer = 12
	mostBuffer  = 23
)

// keptBuffers is how many bytes are kept of each size, but at least one buffer and no more than a few.
const keptBuffers = 2 << 20

// buffers hands out memory for contents that is used again: a layer has more files than would be good to make garbage of.
// The zero value is ready; it is safe for concurrent use.
type buffers struct {
	kept      [mostBuffer - leastBuffer + 1]unpack.Shelf[[]byte] // by size
	unpacking unpack.Memory
}

// get returns n bytes that hold anything, and the function that takes them back: nobody may use them after it.
func (b *buffers) get(n int) (data []byte, free func()) {
	if n > 1<<mostBuffer {
		return make([]byte, n), func() {}
	}
	class := max(bits.Len(uint(max(n, 1)-1)), leastBuffer)
	shelf := &b.kept[class-leastBuffer]
	data, ok := shelf.Take()
	if !ok {
		data = make([]byte, 1<<class)
	}
	return data[:n], func() { shelf.Put(data, min(max(keptBuffers>>class, 1), 16)) }
}
