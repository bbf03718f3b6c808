package credfile

import (
	"slices"
	"strings"
)

// node is a value of a document that was read as a tree: an object's member, an element or attribute, a section or the
// setting in it.
type node struct {
	name string
	key  string // the name, folded
	value
	leaf bool
	kids []*node
	up   *node
}

// tree builds the nodes of a document within the bounds.
type tree struct {
	root  *node
	count int
}

func newTree() *tree { return &tree{root: &node{}} }

// add returns a new child of n.
func (t *tree) add(n *node, name string) (*node, error) {
	if t.count++; t.count > maxNodes {
		return nil, errTooMuch
	}
	kid := &node{name: name, key: fold(name), up: n}
	n.kids = append(n.kids, kid)
	return kid, nil
}

// set gives n the value of a scalar.
func (n *node) set(v value) { n.value, n.leaf = v, true }

// fold returns a name as names are compared: in lower case and without what parts its words.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '-' || r == '_' || r == '.' || r == ' ':
			return -1
		case r >= 'A' && r <= 'Z':
			return r | 0x20
		}
		return r
	}, name)
}

// maxNeighbours bounds among how many children of a node a neighbour is sought, so that the cost of a file of nothing but
// secrets is no square of its size.
const maxNeighbours = 512

// child returns the first child of n that has one of names, folded, and the earlier name first; nil for none.
func (n *node) child(names ...string) *node {
	for _, name := range names {
		for _, k := range n.kids[:min(len(n.kids), maxNeighbours)] {
			if k.key == name {
				return k
			}
		}
	}
	return nil
}

// says returns the value of the child of n with one of names, the earlier name first, or "".
func (n *node) says(names ...string) string { return n.saysAfter("", names) }

// saysAfter is says for names that stand behind stem.
func (n *node) saysAfter(stem string, names []string) string {
	text, best := "", len(names)
	for _, k := range n.kids[:min(len(n.kids), maxNeighbours)] {
		name, ok := strings.CutPrefix(k.key, stem)
		if !ok || !k.leaf || k.text == "" {
			continue
		}
		if i := slices.Index(names[:best], name); i >= 0 {
			text, best = k.text, i
		}
	}
	return text
}

// near looks for the child with one of names in n and in what encloses it, to three levels up. It does not look into what
// n's neighbours hold.
func (n *node) near(names []string) string {
	for levels := 0; n != nil && levels < 3; n, levels = n.up, levels+1 {
		if text := n.saysAfter("", names); text != "" {
			return text
		}
	}
	return ""
}

// each calls fn for n and all below it, in the order of the document. The depth of a tree is bounded when it is read.
func (n *node) each(fn func(*node)) {
	fn(n)
	for _, k := range n.kids {
		k.each(fn)
	}
}

// below tells whether n lies in a node of that folded name.
func (n *node) below(name string) bool {
	for up := n.up; up != nil; up = up.up {
		if up.key == name {
			return true
		}
	}
	return false
}

// above returns the name of the node so many above n, or of what encloses that if it is an element of a list; that of n for
// hostSelf; or "".
func (n *node) above(levels int) string {
	switch levels {
	case 0:
		return ""
	case hostSelf:
		return n.name
	}
	for ; n != nil && (levels > 0 || n.name == ""); levels-- {
		n = n.up
	}
	if n == nil {
		return ""
	}
	return n.name
}

// firstOf returns the first text that is not empty.
func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
