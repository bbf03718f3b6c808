package unpack

import (
	"math/rand/v2"
	"testing"

	"golang.org/x/sync/errgroup"
)

// TestBuffersAreOnesOwn has several goroutines write into what they were given, beyond what regions hold, and look whether
// anybody else did.
func TestBuffersAreOnesOwn(t *testing.T) {
	var b buffers
	var group errgroup.Group
	for worker := range 4 {
		group.Go(func() error {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			held := map[byte][]byte{}
			for round := range 400 {
				mark := byte(worker<<6 | round%8)
				if data := held[mark]; data != nil {
					for i := 0; i < len(data); i += 1 << leastBuffer {
						if data[i] != mark {
							t.Errorf("byte %d of %d is another's: %#x, want %#x", i, len(data), data[i], mark)
						}
					}
					b.put(data[:random.IntN(len(data))])
				}
				n := random.IntN(1 << random.IntN(mostBuffer+2))
				data := b.take(n, 1<<mostBuffer)
				if len(data) < n {
					t.Errorf("%d bytes were asked for: %d", n, len(data))
				}
				for i := 0; i < len(data); i += 1 << leastBuffer { // nothing smaller is handed out
					data[i] = mark
				}
				held[mark] = data
			}
			return nil
		})
	}
	_ = group.Wait()
	if b.made > keptBuffers || b.idle > keptBuffers {
		t.Errorf("%d bytes of regions and %d that nobody uses; want at most %d of each", b.made, b.idle, keptBuffers)
	}
}

func TestBuffersAreUsedAgain(t *testing.T) {
	var b buffers
	for _, n := range []int{0, 1, 4096, 4097, 300 << 10, 8 << 20} {
		first := b.take(n, 1<<mostBuffer)
		b.put(first[:0])
		if again := b.take(n, 1<<mostBuffer); &again[0] != &first[0] {
			t.Errorf("%d bytes: what was put back is not given out again", n)
		} else {
			b.put(again)
		}
	}
	if big := b.take(8<<20+1, 1<<mostBuffer); len(big) != 8<<20+1 {
		t.Errorf("more than the largest buffer: %d bytes", len(big))
	} else {
		b.put(big)
	}
	if want := 2 * regionBytes; b.made != want || b.idle+len(b.rest) != want {
		t.Errorf("%d bytes of regions, %d of them there; want %d", b.made, b.idle+len(b.rest), want)
	}
}

// Where all regions are in buffers of another size, a larger one is handed out before more memory is asked for.
func TestBuffersOfAnotherSize(t *testing.T) {
	var b buffers
	var all [][]byte
	for range keptBuffers / regionBytes {
		all = append(all, b.take(regionBytes, regionBytes))
	}
	for _, data := range all {
		b.put(data)
	}
	if data := b.take(1000, regionBytes/2); len(data) >= regionBytes {
		t.Errorf("%d bytes where half as many may be handed out", len(data))
	}
	data := b.take(1000, regionBytes)
	if len(data) != regionBytes {
		t.Errorf("%d bytes of memory of its own", len(data))
	}
	b.put(data[:1000])
	if b.idle != keptBuffers {
		t.Errorf("%d bytes that nobody uses, want %d", b.idle, keptBuffers)
	}
}
