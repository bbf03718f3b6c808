package rules

import "testing"

func TestMasks(t *testing.T) {
	ways := map[string]func(data []byte) groupMasks{
		"words":  func(data []byte) groupMasks { return wordMasks((*[64]byte)(data)) },
		"scan":   func(data []byte) groupMasks { return lastMasks(data[:64]) },
		"fourth": func(data []byte) groupMasks { return lastMasks(append(make([]byte, 3*64), data[:64]...)) },
		"by one": func(data []byte) groupMasks {
			most, last := lastMasks(data[:63:63]), lastMasks(data[63:64:64])
			return groupMasks{most.in | last.in<<63, most.first | last.first<<63}
		},
	}
	data := make([]byte, 128)
	for c := range 256 {
		for i := range data {
			data[i] = byte(c + i*7)
		}
		for name, masks := range ways {
			m := masks(data)
			for i := range 64 {
				if want := alphabet[data[i]]; m.in>>i&1 == 1 != want {
					t.Errorf("%s: byte %#x at %d: in the alphabet: want %v", name, data[i], i, want)
				}
				if want := firsts[data[i]] != 0; m.first>>i&1 == 1 != want {
					t.Errorf("%s: byte %#x at %d: begins an escape: want %v", name, data[i], i, want)
				}
			}
		}
	}
}

// lastMasks returns the masks of the last group of data.
func lastMasks(data []byte) groupMasks {
	var masks [maskedGroups]groupMasks
	return masks[masksOf(data, &masks)-1]
}
