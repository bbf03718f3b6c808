package rules

import "testing"

func TestAlphabetMask(t *testing.T) {
	data := make([]byte, 128)
	for c := range 256 {
		for i := range data {
			data[i] = byte(c + i*7)
		}
		got := alphabetMask(data)
		for i := range 64 {
			if want := alphabet[data[i]]; got>>i&1 == 1 != want {
				t.Errorf("byte %#x at %d: want %v", data[i], i, want)
			}
		}
	}
}
