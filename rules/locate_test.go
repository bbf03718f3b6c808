package rules

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

func TestCodePoints(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const wide = "é€😀"
	for range 20_000 {
		text := make([]byte, random.IntN(60))
		for i := range text {
			switch random.IntN(3) {
			case 0:
				text[i] = byte(random.IntN(256))
			case 1:
				text[i] = wide[random.IntN(len(wide))]
			default:
				text[i] = 'a'
			}
		}
		if got, want := codePoints(text), utf8.RuneCount(text); got != want {
			t.Fatalf("%q: %d code points, want %d", text, got, want)
		}
	}
}

func BenchmarkCodePoints(b *testing.B) {
	text := make([]byte, 1<<20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		codePoints(text)
	}
}
