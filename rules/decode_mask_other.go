//go:build !amd64

package rules

// wide tells that there is no other way than by words.
const wide = false

func wideMasks(data *[64]byte) (in, first uint64) { return wordMasks(data) }
