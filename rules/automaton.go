package rules

import (
	"cmp"
	"slices"
)

// automaton finds every occurrence of a set of keywords in one pass: a dense Aho-Corasick automaton over classes of
// bytes, in which ASCII letters of either case are one class. It is immutable and safe for concurrent use.
//
// A state is the index of its row in next, so that a step is one addition and two loads. States in which a keyword ends
// have the highest numbers, so that one comparison tells them.
type automaton struct {
	class   [256]uint8
	next    []uint32
	shift   uint   // log2 of the row length
	final   uint32 // the first state in which a keyword ends
	outputs [][]uint16
	longest int
	lengths []int
}

// hit is an occurrence of a keyword that ends before end.
type hit struct {
	end     int
	keyword uint16
}

// newAutomaton builds the automaton of keywords, whose ASCII letters must be lower case. None may be empty.
func newAutomaton(keywords []string) *automaton {
	a := &automaton{}
	classes := a.classify(keywords)
	t := newTrie(keywords, &a.class)
	t.link(classes)
	a.number(t, classes)
	for _, k := range keywords {
		a.lengths = append(a.lengths, len(k))
		a.longest = max(a.longest, len(k))
	}
	return a
}

// classify gives each byte that occurs in a keyword a class of its own and returns the number of classes; class 0 is all
// the others.
func (a *automaton) classify(keywords []string) int {
	n := 1
	for _, k := range keywords {
		for i := range len(k) {
			if a.class[k[i]] == 0 {
				a.class[k[i]] = uint8(n)
				n++
			}
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		a.class[c-'a'+'A'] = a.class[c]
	}
	for 1<<a.shift < n {
		a.shift++
	}
	return n
}

// trie is the automaton while it is built.
type trie struct {
	child [][]int32 // by node and class; -1 for none, and after link the full transition
	out   [][]uint16
}

func newTrie(keywords []string, class *[256]uint8) *trie {
	t := &trie{}
	t.add()
	for id, k := range keywords {
		node := int32(0)
		for i := range len(k) {
			c := class[k[i]]
			if t.child[node][c] < 0 {
				t.child[node][c] = t.add()
			}
			node = t.child[node][c]
		}
		t.out[node] = append(t.out[node], uint16(id))
	}
	return t
}

func (t *trie) add() int32 {
	row := make([]int32, 256)
	for i := range row {
		row[i] = -1
	}
	t.child = append(t.child, row)
	t.out = append(t.out, nil)
	return int32(len(t.child) - 1)
}

// link completes every node's transitions, breadth first: a missing child is that of the longest proper suffix.
func (t *trie) link(classes int) {
	fail := make([]int32, len(t.child))
	queue := []int32{0}
	for len(queue) > 0 {
		node := queue[0]
		queue = queue[1:]
		for c := range classes {
			child := t.child[node][c]
			suffix := int32(0)
			if node != 0 {
				suffix = t.child[fail[node]][c]
			}
			if child < 0 {
				t.child[node][c] = suffix
				continue
			}
			fail[child] = suffix
			t.out[child] = append(t.out[child], t.out[suffix]...)
			queue = append(queue, child)
		}
	}
}

// number lays the states out, those with outputs last.
func (a *automaton) number(t *trie, classes int) {
	order := make([]int32, len(t.child))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(x, y int32) int {
		return cmp.Compare(min(1, len(t.out[x])), min(1, len(t.out[y])))
	})
	state := make([]uint32, len(order))
	a.final = uint32(len(order)) << a.shift
	for i, node := range order {
		state[node] = uint32(i) << a.shift
		if len(t.out[node]) > 0 {
			a.final = min(a.final, state[node])
			a.outputs = append(a.outputs, t.out[node])
		}
	}
	a.next = make([]uint32, len(order)<<a.shift)
	for node, row := range t.child {
		for c := range classes {
			a.next[state[node]+uint32(c)] = state[row[c]]
		}
	}
}

// minParallel is the length from which scan walks four parts of a text side by side.
const minParallel = 512

// scan appends the occurrences that end in data[lo:hi], in order of their ends, and returns hits. It looks at no byte
// outside data[lo-longest:hi].
func (a *automaton) scan(data []byte, lo, hi int, hits *[4][]hit) []hit {
	for i := range hits {
		hits[i] = hits[i][:0]
	}
	quarter := (hi - lo) / 4
	if hi-lo < minParallel {
		hits[0] = a.walk(data, a.warm(data, lo), lo, hi, hits[0])
		return hits[0]
	}
	p0, p1, p2, p3 := lo, lo+quarter, lo+2*quarter, lo+3*quarter
	d0, d1, d2, d3 := data[p0:p0+quarter], data[p1:p1+quarter], data[p2:p2+quarter], data[p3:p3+quarter]
	d1, d2, d3 = d1[:len(d0)], d2[:len(d0)], d3[:len(d0)]
	s0, s1, s2, s3 := a.warm(data, p0), a.warm(data, p1), a.warm(data, p2), a.warm(data, p3)
	next, class, final := a.next, &a.class, a.final
	for i := range d0 {
		s0 = next[s0+uint32(class[d0[i]])]
		s1 = next[s1+uint32(class[d1[i]])]
		s2 = next[s2+uint32(class[d2[i]])]
		s3 = next[s3+uint32(class[d3[i]])]
		if max(s0, s1, s2, s3) >= final {
			if s0 >= final {
				hits[0] = a.emit(s0, p0+i+1, hits[0])
			}
			if s1 >= final {
				hits[1] = a.emit(s1, p1+i+1, hits[1])
			}
			if s2 >= final {
				hits[2] = a.emit(s2, p2+i+1, hits[2])
			}
			if s3 >= final {
				hits[3] = a.emit(s3, p3+i+1, hits[3])
			}
		}
	}
	hits[3] = a.walk(data, s3, p3+quarter, hi, hits[3])
	hits[0] = append(append(append(hits[0], hits[1]...), hits[2]...), hits[3]...)
	return hits[0]
}

// warm returns the state before data[at]: it depends on the bytes of one keyword's length alone.
func (a *automaton) warm(data []byte, at int) uint32 {
	s := uint32(0)
	for _, b := range data[max(0, at-a.longest):at] {
		s = a.next[s+uint32(a.class[b])]
	}
	return s
}

// walk is scan in one stream from state s.
func (a *automaton) walk(data []byte, s uint32, lo, hi int, hits []hit) []hit {
	for i := lo; i < hi; i++ {
		s = a.next[s+uint32(a.class[data[i]])]
		if s >= a.final {
			hits = a.emit(s, i+1, hits)
		}
	}
	return hits
}

// emit appends the keywords that end in state s.
func (a *automaton) emit(s uint32, end int, hits []hit) []hit {
	for _, k := range a.outputs[(s-a.final)>>a.shift] {
		hits = append(hits, hit{end, k})
	}
	return hits
}

// has tells whether a keyword occurs in text.
func (a *automaton) has(text string) bool {
	s := uint32(0)
	for i := range len(text) {
		s = a.next[s+uint32(a.class[text[i]])]
		if s >= a.final {
			return true
		}
	}
	return false
}
