package rules

import "slices"

// trie is the automaton while it is built.
type trie struct {
	nodes   []trieNode
	edges   []trieEdge
	entered []entered
}

// trieNode is a node; none of what it refers to is at 0.
type trieNode struct {
	edge  int32 // the first that leads on from it, in the order of classes
	words int32 // what was entered there last
}

// trieEdge leads to a node where a class of bytes follows.
type trieEdge struct {
	class uint8
	to    int32
	next  int32 // of the same node
}

// entered is a keyword whose piece ends at a node.
type entered struct {
	keyword uint16
	before  int32 // what was entered there before
}

// newTrie returns a trie of a root, with room for some nodes.
func newTrie(room int) *trie {
	return &trie{append(make([]trieNode, 0, room), trieNode{}), make([]trieEdge, 1, room), make([]entered, 1, room)}
}

func (t *trie) add() int32 {
	t.nodes = append(t.nodes, trieNode{})
	return int32(len(t.nodes) - 1)
}

// child returns the node to which a class leads from another, 0 for none.
func (t *trie) child(node int32, class uint8) int32 {
	e := t.nodes[node].edge
	for e != 0 && t.edges[e].class < class {
		e = t.edges[e].next
	}
	if e == 0 || t.edges[e].class != class {
		return 0
	}
	return t.edges[e].to
}

// lead lets a class for which there is no child yet lead from a node to another.
func (t *trie) lead(node int32, class uint8, to int32) {
	at := &t.nodes[node].edge
	for *at != 0 && t.edges[*at].class < class {
		at = &t.edges[*at].next
	}
	added := trieEdge{class, to, *at}
	*at = int32(len(t.edges))
	t.edges = append(t.edges, added)
}

// enter adds a path of classes from a node on, at the end of which a keyword's piece ends.
func (t *trie) enter(node int32, classes []uint8, id uint16) {
	for _, c := range classes {
		to := t.child(node, c)
		if to == 0 {
			to = t.add()
			t.lead(node, c, to)
		}
		node = to
	}
	t.entered = append(t.entered, entered{id, t.nodes[node].words})
	t.nodes[node].words = int32(len(t.entered) - 1)
}

// words appends the keywords that were entered at a node.
func (t *trie) words(node int32, out []uint16) []uint16 {
	from := len(out)
	for w := t.nodes[node].words; w != 0; w = t.entered[w].before {
		out = append(out, t.entered[w].keyword)
	}
	slices.Reverse(out[from:])
	return out
}

// link returns the nodes breadth first, and by node the one of its longest proper suffix, where what follows it is looked
// for if it has no child.
func (t *trie) link() (order, suffix []int32) {
	order, suffix = make([]int32, 1, len(t.nodes)), make([]int32, len(t.nodes))
	linked := make([]bool, len(t.nodes))
	for i := 0; i < len(order); i++ {
		node := order[i]
		for e := t.nodes[node].edge; e != 0; e = t.edges[e].next {
			to := t.edges[e].to
			if linked[to] {
				continue // several classes lead to it
			}
			linked[to] = true
			if node != 0 {
				suffix[to] = t.follow(suffix[node], suffix, t.edges[e].class)
			}
			order = append(order, to)
		}
	}
	return order, suffix
}

// follow returns the node to which a class leads from a node that is linked, or from the longest suffix that has a child.
func (t *trie) follow(node int32, suffix []int32, class uint8) int32 {
	for {
		if to := t.child(node, class); to != 0 || node == 0 {
			return to
		}
		node = suffix[node]
	}
}
