package unpack

import "math/bits"

// gitBuffers are buffers for restored objects, most of which are soon given back.
type gitBuffers struct {
	free  [][][]byte // by class, buffers to use again
	freed int        // bytes in them
}

// alloc returns a buffer of n bytes, which is never nil.
func (g *gitBuffers) alloc(n int64) []byte {
	class, size := gitBufferClass(n)
	for c := class; c < min(class+gitBufferSpan, len(g.free)); c++ {
		if last := len(g.free[c]) - 1; last >= 0 {
			b := g.free[c][last]
			g.free[c] = g.free[c][:last]
			g.freed -= cap(b)
			return b[:n]
		}
	}
	return make([]byte, n, size)
}

// gitBufferClass returns the class of the buffers for objects of n bytes and how large they are: four classes to each
// power of two, from the smallest on.
func gitBufferClass(n int64) (class int, size int64) {
	if n <= minGitBuffer {
		return 0, minGitBuffer
	}
	step := int64(1) << bits.Len64(uint64(n-1)) / 8
	size = (n + step - 1) / step * step
	doubled := bits.Len64(uint64(n-1)) - bits.Len64(minGitBuffer)
	return 4*doubled + int(size/step) - 4, size
}

const (
	minGitBuffer  = 512
	gitBufferSpan = 8       // an object may have a buffer of so many classes, a factor of four
	keptFree      = 8 << 20 // bounds the bytes of buffers that are used again
)

// reuse takes back a buffer of alloc that nobody looks at any more.
func (g *gitBuffers) reuse(b []byte) {
	class, size := gitBufferClass(int64(cap(b)))
	if size != int64(cap(b)) || g.freed+cap(b) > keptFree {
		return
	}
	for len(g.free) <= class {
		g.free = append(g.free, nil)
	}
	g.free[class] = append(g.free[class], b)
	g.freed += cap(b)
}
