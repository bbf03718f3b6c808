package unpack

import (
	"math/rand/v2"
	"testing"
)

// TestZerosByWords has words and vectors find what a look at each position does.
func TestZerosByWords(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 20_000 {
		data := make([]byte, random.IntN(300))
		rare := 1 + random.IntN(12)
		for i := range data {
			if i%2 == 0 || random.IntN(rare) == 0 {
				data[i] = byte(random.IntN(3))
			} else {
				data[i] = byte(random.IntN(256))
			}
			if random.IntN(rare) > 0 && i%2 == 0 {
				data[i] = 0
			}
		}
		for p := 0; p <= len(data); p += 1 + random.IntN(40) {
			want := zerosWithin(data, p, len(data))
			if got := wordZeros(data, p); got != want {
				t.Fatalf("%x from %d on, by words: %d, want %d", data, p, got, want)
			}
			if got := nextZeros(data, p); got != want {
				t.Fatalf("%x from %d on: %d, want %d", data, p, got, want)
			}
			if want >= 0 {
				found++
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d are there", found)
	}
}
