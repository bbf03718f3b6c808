package registry

import "slices"

// relation tells how the layers of an image stand to those of another.
type relation int

const (
	unrelated relation = iota // they begin with different layers
	rebuilt                   // they begin alike and go on differently
	same                      // the same layers
	extended                  // all of the old one's, with more on top
	inserted                  // all of the old one's in their order, with others between or below them
	truncated                 // the first ones of the old one's
)

// stack returns the identities of an image's layers: diff IDs, which compression does not change, or where the
// configuration tells none the digests of the blobs.
func (m *Manifest) stack() []string {
	ids := make([]string, len(m.Layers))
	for i, l := range m.Layers {
		ids[i] = firstOf(l.DiffID, l.Digest)
	}
	return ids
}

// relate tells how new stands to old.
func relate(old, new []string) relation {
	common := 0
	for common < min(len(old), len(new)) && old[common] == new[common] {
		common++
	}
	switch {
	case common == len(old) && common == len(new):
		return same
	case len(old) == 0 || len(new) == 0:
		return unrelated
	case common == len(old):
		return extended
	case common == len(new):
		return truncated
	case isWithin(old, new):
		return inserted
	case common > 0:
		return rebuilt
	}
	return unrelated
}

// isWithin tells that all of old come in new in their order.
func isWithin(old, new []string) bool {
	for _, layer := range old {
		at := slices.Index(new, layer)
		if at < 0 {
			return false
		}
		new = new[at+1:]
	}
	return true
}

// added returns the digests of the layers of new that old does not have.
func added(old, new *Manifest) []string {
	before := old.stack()
	var all []string
	for i, id := range new.stack() {
		if !slices.Contains(before, id) {
			all = append(all, new.Layers[i].Digest)
		}
	}
	return all
}
