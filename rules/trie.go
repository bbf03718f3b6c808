package rules

import "slices"

// trie is the automaton while it is built.
type trie struct {
	child [][width]int32 // by node and class; -1 for none, and after link the full transition
	out   [][]uint16
}

// newTrie returns a trie that has room for some nodes.
func newTrie(room int) *trie {
	return &trie{make([][width]int32, 0, room), make([][]uint16, 0, room)}
}

// childless is a node that has no children.
var childless = newChildless()

func newChildless() (node [width]int32) {
	for c := range node {
		node[c] = -1
	}
	return node
}

func (t *trie) add() int32 {
	t.child = append(t.child, childless)
	t.out = append(t.out, nil)
	return int32(len(t.child) - 1)
}

// enter adds a path of classes from a node on, at the end of which a keyword's piece ends.
func (t *trie) enter(node int32, classes []uint8, id uint16) {
	for _, c := range classes {
		if t.child[node][c] < 0 {
			child := t.add() // which may move the nodes
			t.child[node][c] = child
		}
		node = t.child[node][c]
	}
	t.out[node] = append(t.out[node], id)
}

// link completes every node's transitions: a missing child is that of the longest proper suffix. It returns the nodes
// breadth first.
func (t *trie) link() []int32 {
	fail := make([]int32, len(t.child))
	queue := []int32{0}
	for i := 0; i < len(queue); i++ {
		node := queue[i]
		for c, child := range &t.child[node] {
			suffix := int32(0)
			if node != 0 {
				suffix = t.child[fail[node]][c]
			}
			if child < 0 {
				t.child[node][c] = suffix
				continue
			}
			if node == 0 && slices.Contains(queue, child) {
				continue // several bytes lead to it
			}
			fail[child] = suffix
			t.out[child] = append(t.out[child], t.out[suffix]...)
			queue = append(queue, child)
		}
	}
	return queue
}
