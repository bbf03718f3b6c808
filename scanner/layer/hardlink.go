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

// resolve follows chains of links to their end; below is the result for the layers below. A link in a circle of links,
// or one that leads into a circle, has no bytes but its own.
func (l *linkSet) resolve(below [][]packedRef) {
	const unseen, open, closed = 0, 1, 2
	seen := make([]uint8, len(l.target))
	circle := packedRef{layer: -1}
	var chain []int32
	for first := range l.target {
		chain = chain[:0]
		at := packedRef{l.layer, int32(first)}
		for at.layer == l.layer && l.target[at.entry].layer >= 0 && seen[at.entry] == unseen {
			seen[at.entry] = open
			chain = append(chain, at.entry)
			at = l.target[at.entry]
		}
		switch {
		case len(chain) == 0:
			continue
		case at.layer != l.layer:
			if b := below[at.layer]; b != nil && b[at.entry].layer >= 0 {
				at = b[at.entry]
			}
		case seen[at.entry] == open:
			at = circle
		case seen[at.entry] == closed:
			at = l.target[at.entry]
		}
		for _, link := range chain {
			l.target[link] = at
			seen[link] = closed
		}
	}
}
