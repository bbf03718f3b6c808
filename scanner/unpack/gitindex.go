package unpack

import (
	"hash/maphash"
)

// gitKey is the part of an object's identity by which the graph knows it: all of a SHA-1, the first 20 bytes of a
// SHA-256.
type gitKey [gitSHA1]byte

// gitKeys numbers identities in the order in which they come, at some 30 bytes each.
type gitKeys struct {
	seed  maphash.Seed
	keys  []gitKey
	slots []int32 // number + 1, 0 free; a power of two of them
}

func newGitKeys() gitKeys { return gitKeys{seed: maphash.MakeSeed()} }

// find returns the number of key, -1 for one that was never added.
func (k *gitKeys) find(key gitKey) int32 {
	if len(k.slots) == 0 {
		return -1
	}
	return k.slots[k.slot(key)] - 1
}

// slot returns the slot that holds key, or the free one where it belongs.
func (k *gitKeys) slot(key gitKey) int {
	mask := len(k.slots) - 1
	for i := int(maphash.Bytes(k.seed, key[:])) & mask; ; i = (i + 1) & mask { // masked
		if n := k.slots[i]; n == 0 || k.keys[n-1] == key {
			return i
		}
	}
}

// add returns the number of key, a new one if it has none.
func (k *gitKeys) add(key gitKey) int32 {
	if 4*len(k.keys) >= 3*len(k.slots) {
		k.grow()
	}
	i := k.slot(key)
	if k.slots[i] == 0 {
		k.keys = append(k.keys, key)
		k.slots[i] = int32(len(k.keys)) // the graph's bound keeps it far below
	}
	return k.slots[i] - 1
}

func (k *gitKeys) grow() {
	k.slots = make([]int32, max(64, 2*len(k.slots)))
	for n, key := range k.keys {
		k.slots[k.slot(key)] = int32(n) + 1 // as above
	}
}
