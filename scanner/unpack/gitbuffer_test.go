package unpack

import "testing"

// TestGitBuffers gives out buffers of all sizes, and again once they were given back.
func TestGitBuffers(t *testing.T) {
	var g gitBuffers
	last := -1
	for n := int64(0); n < 200_000; n++ {
		class, size := gitBufferClass(n)
		if again, same := gitBufferClass(size); again != class || same != size {
			t.Fatalf("%d bytes: class %d of %d bytes is class %d of %d", n, class, size, again, same)
		}
		if size < n || size > max(minGitBuffer, n+n/4) || class < last || class > last+1 {
			t.Fatalf("%d bytes: class %d of %d bytes after class %d", n, class, size, last)
		}
		last = class
		if n%997 != 0 {
			continue
		}
		b := g.alloc(n)
		if int64(len(b)) != n {
			t.Fatalf("%d bytes asked for, %d given", n, len(b))
		}
		g.reuse(b)
		kept := g.freed
		if g.alloc(n); kept-g.freed != cap(b) {
			t.Fatalf("a buffer of %d bytes was not used again", n)
		}
	}
	for range 100 {
		g.reuse(make([]byte, 1<<20))
	}
	if g.freed > keptFree {
		t.Errorf("%d bytes are kept", g.freed)
	}
}
