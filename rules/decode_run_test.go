package rules

import "testing"

func TestMasks(t *testing.T) {
	data := make([]byte, 128)
	for c := range 256 {
		for i := range data {
			data[i] = byte(c + i*7)
		}
		in, first := masksOf(data)
		for i := range 64 {
			if want := alphabet[data[i]]; in>>i&1 == 1 != want {
				t.Errorf("byte %#x at %d: in the alphabet: want %v", data[i], i, want)
			}
			if want := firsts[data[i]] != 0; first>>i&1 == 1 != want {
				t.Errorf("byte %#x at %d: begins an escape: want %v", data[i], i, want)
			}
		}
	}
}
