package layer

// linkSet is the hard links of one layer: by entry, first the entry that the link was made of, in the end the one whose
// bytes it has. A layer of -1 stands for none: no link, or a link to nothing.
type linkSet struct {
	layer  int32
	target []packedRef
}

// init makes room for a layer of n entries.
func (l *linkSet) init(n int) {
	if l.target != nil {
		return
	}
	l.target = make([]packedRef, n)
	for i := range l.target {
		l.target[i].layer = -1
	}
}

// resolve follows chains of links to their end; below is the result for the layers below. A link in a circle of links
// is the end of what leads to it, and has no bytes but its own.
func (l *linkSet) resolve(below [][]packedRef) {
	const unseen, open, closed = 0, 1, 2
	seen := make([]uint8, len(l.target))
	var chain []int32
	for first := range l.target {
		chain = chain[:0]
		at := packedRef{l.layer, int32(first)}
		for l.isLink(at) && seen[at.entry] == unseen {
			seen[at.entry] = open
			chain = append(chain, at.entry)
			at = l.target[at.entry]
		}
		switch {
		case at.layer != l.layer:
			if b := below[at.layer]; b != nil && b[at.entry].layer >= 0 {
				at = b[at.entry]
			}
		case l.isLink(at) && seen[at.entry] == closed:
			at = l.target[at.entry]
		case l.isLink(at): // and open: the chain has run into itself
			for last := int32(-1); last != at.entry; {
				last = chain[len(chain)-1]
				chain = chain[:len(chain)-1]
				l.target[last].layer = -1
				seen[last] = closed
			}
		}
		for _, link := range chain {
			l.target[link] = at
			seen[link] = closed
		}
	}
}

// isLink tells whether r is a link of this layer that leads somewhere.
func (l *linkSet) isLink(r packedRef) bool {
	return r.layer == l.layer && l.target[r.entry].layer >= 0
}
