package rules

import "testing"

func TestMasks(t *testing.T) {
	ways := map[string]func(data []byte) (in, first uint64){
		"words":  func(data []byte) (in, first uint64) { return wordMasks((*[64]byte)(data)) },
		"scan":   masksOf,
		"by one": func(data []byte) (in, first uint64) { return twoMasks(data[:63:63], data[63:64:64]) },
	}
	data := make([]byte, 128)
	for c := range 256 {
		for i := range data {
			data[i] = byte(c + i*7)
		}
		for name, masks := range ways {
			in, first := masks(data)
			for i := range 64 {
				if want := alphabet[data[i]]; in>>i&1 == 1 != want {
					t.Errorf("%s: byte %#x at %d: in the alphabet: want %v", name, data[i], i, want)
				}
				if want := firsts[data[i]] != 0; first>>i&1 == 1 != want {
					t.Errorf("%s: byte %#x at %d: begins an escape: want %v", name, data[i], i, want)
				}
			}
		}
	}
}

// twoMasks returns the masks of 64 bytes in two parts, each too short to be looked at in words.
func twoMasks(a, b []byte) (in, first uint64) {
	in, first = masksOf(a)
	i, f := masksOf(b)
	return in | i<<len(a), first | f<<len(a)
}
