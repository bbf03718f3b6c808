package rules

import "sync"

// A bound of some hundred makes Go's regexp go through as many copies of what it bounds, for each byte, and takes long to compile.
// Without those bounds a deterministic automaton soon tells of most windows that there is no match.

// roughOf returns the acceptor of what loose makes of a rule's pattern, searching; nil where that is the same, or none can be made.
func roughOf(d *definition) func() *acceptor {
	return sync.OnceValue(func() *acceptor {
		tree := bare(d.tree)
		without := loose(tree)
		if without == tree {
			return nil
		}
		a, err := newAcceptor(without, true)
		if err != nil || a.compiled() != nil {
			return nil
		}
		return a
	})
}

// roughTest is a rule's rough acceptor in use, and what became of the windows that it was asked for.
type roughTest struct {
	cache       *acceptorCache
	asked, held int
}

// manyAsked is after how many windows a test is given up that holds for nearly all.
const manyAsked = 32

// useful tells whether the test spares enough of the windows.
func (t *roughTest) useful() bool { return t.asked < manyAsked || t.held < t.asked-t.asked/8 }

// holds tells whether a match of r may lie in window w of data, as far as its rough acceptor knows. A window was made wide enough
// for all of a match, so that none goes on outside of it.
func (s *scratch) holds(data []byte, r *ruleRun, w span) bool {
	a := r.rough()
	if a == nil {
		return true
	}
	t := &s.roughs[r.number]
	if t.cache == nil {
		t.cache = a.newCache()
	}
	if !t.useful() {
		return true
	}
	held := false
	t.cache.accepts(data, runeStart(data, w.lo), min(len(data), w.hi), func(int) bool {
		held = true
		return false
	})
	t.asked++
	if held {
		t.held++
	}
	return held
}
