package scanner

import "crypto/sha256"

// stackIndex finds stacks by all of their layers, so that the base of each of many images is found without comparing all
// with all.
type stackIndex struct {
	first map[stackKey]*stack   // of those with the same layers, the first in order of the scan
	named map[namedStack]*stack // the same, by digest of the manifest too
}

// stackKey stands for a run of layers that begins with the lowest; the zero one for none.
type stackKey [sha256.Size]byte

// namedStack is a run of layers of a manifest.
type namedStack struct {
	key    stackKey
	digest string
}

// above returns the key of the run that layer makes longer.
func (k stackKey) above(layer string) stackKey { return sha256.Sum256(append(k[:], layer...)) }

func indexStacks(all []stack) *stackIndex {
	x := &stackIndex{first: make(map[stackKey]*stack, len(all)), named: make(map[namedStack]*stack, len(all))}
	for i := range all {
		s := &all[i]
		var key stackKey
		for _, layer := range s.layers {
			key = key.above(layer)
		}
		if x.first[key] == nil {
			x.first[key] = s
		}
		if name := (namedStack{key, s.digest}); x.named[name] == nil {
			x.named[name] = s
		}
	}
	return x
}
