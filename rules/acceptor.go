package rules

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"slices"
	"sync"
	"unicode/utf8"
)

// acceptor tells how far the longest match of a pattern reaches from a given position, and so whether there is one. What loose
// makes of the pattern may have a match where it has none, or a longer one. It is
// the immutable half; acceptorCache holds the states of a deterministic automaton that are made as texts need them.
// Assertions (^ $ \b) see their true context.
type acceptor struct {
	search   bool         // a match may begin at any later position too
	compiled func() error // sets what follows, once

	prog    *syntax.Prog
	ascii   [128]uint8
	cuts    []rune  // from cuts[i] on, code points are of class[i]
	class   []uint8 // by cut
	kinds   []kind  // by class: what a code point of it is to an assertion
	samples []rune  // by class: one code point of it
	end     uint8   // the class that stands for the end of the text
}

// kind is what an assertion sees of a code point beside it.
type kind uint8

const (
	textEdge kind = iota
	lineBreak
	wordRune
	otherRune
	kindCount
)

// newAcceptor returns the acceptor of re; with search set a match may begin anywhere. It is compiled when a text first needs
// it, since few of a rule set's are met in a scan, unless only that tells whether it can be.
func newAcceptor(re *syntax.Regexp, search bool) (*acceptor, error) {
	a := &acceptor{search: search}
	a.compiled = sync.OnceValue(func() error { return a.compile(re) })
	var cuts cutSet
	cuts.addPattern(re)
	if cuts.size+len(fixedCuts) <= maxClasses {
		return a, nil
	}
	if err := a.compiled(); err != nil {
		return nil, err
	}
	return a, nil
}

// compile makes the program and the classes of re.
func (a *acceptor) compile(re *syntax.Regexp) error {
	if !a.search {
		re = loose(re)
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return fmt.Errorf("compiling a part of a pattern: %w", err)
	}
	a.prog = prog
	if !a.classify() {
		return fmt.Errorf("the pattern tells more than %d classes of code points apart", maxClasses)
	}
	return nil
}

// maxStates bounds the states an acceptorCache holds; more, and it starts afresh.
const maxStates = 2048

// acceptorCache holds the states of an acceptor that have been met. It is not safe for concurrent use.
//
// A state is a set of places in the program before assertions are resolved, and the kind of the code point before it.
// State 0 is dead.
type acceptorCache struct {
	a      *acceptor
	ids    map[string]int32 // by the bytes of a state's set and kind
	places []uint32         // of all states' sets, one behind the other
	from   []int32          // by state: where its set begins; and where the next one's will
	before []kind
	next   []int32          // by state and class: the next state twice, plus one if a match ends before the class; -1 unknown
	start  [kindCount]int32 // -1 unknown
	trail  trail

	// What a step works with.
	stack []uint32
	taken []uint32 // places that consume something
	out   []uint32 // places behind them
	seen  []uint32 // by place: the round in which it was met
	round uint32
	key   []byte

	block uint64 // the block of the scratch that trail and back are about
	back  span   // the last way back from an anchor, from hi down to lo
}

// newCache returns an empty cache for a.
func (a *acceptor) newCache() *acceptorCache {
	if err := a.compiled(); err != nil {
		panic(err) // newAcceptor has seen that there are few enough classes
	}
	c := &acceptorCache{a: a, seen: make([]uint32, len(a.prog.Inst))}
	c.reset()
	return c
}

// reset forgets every state.
func (c *acceptorCache) reset() {
	c.ids = map[string]int32{}
	c.places, c.before, c.next = c.places[:0], c.before[:0], c.next[:0]
	c.from = append(c.from[:0], 0)
	c.add(nil, textEdge)
	for k := range c.start {
		c.start[k] = -1
	}
	c.trail.forget()
}

// begin returns the state of a beginning after a code point of kind k.
func (c *acceptorCache) begin(k kind) int32 {
	if c.start[k] < 0 {
		c.start[k] = c.add([]uint32{uint32(c.a.prog.Start)}, k)
	}
	return c.start[k]
}

// add returns the state of set, which must be sorted, after a code point of that kind.
func (c *acceptorCache) add(set []uint32, before kind) int32 {
	c.key = append(c.key[:0], byte(before))
	for _, pc := range set {
		c.key = binary.AppendUvarint(c.key, uint64(pc))
	}
	if id, ok := c.ids[string(c.key)]; ok {
		return id
	}
	id := int32(len(c.before))
	if len(set) == 0 && id != 0 {
		return 0
	}
	c.ids[string(c.key)] = id
	c.places = append(c.places, set...)
	c.from = append(c.from, int32(len(c.places)))
	c.before = append(c.before, before)
	for range c.a.kinds {
		c.next = append(c.next, -1)
	}
	return id
}

// step computes the transition of state on class.
func (c *acceptorCache) step(state int32, class uint8) int32 {
	before, after := c.before[state], c.a.kinds[class]
	accepted := c.resolve(c.places[c.from[state]:c.from[state+1]], assertions(before, after))
	c.out = c.out[:0]
	if class != c.a.end {
		r := c.a.samples[class]
		for _, pc := range c.taken {
			if inst := &c.a.prog.Inst[pc]; takes(inst, r) {
				c.out = append(c.out, inst.Out)
			}
		}
		if c.a.search {
			c.out = append(c.out, uint32(c.a.prog.Start))
		}
		slices.Sort(c.out)
		c.out = slices.Compact(c.out)
	}
	if len(c.before) >= maxStates {
		return c.afresh(c.out, after, accepted)
	}
	next := c.add(c.out, after)<<1 | int32(boolByte(accepted))
	c.next[int(state)*len(c.a.kinds)+int(class)] = next
	return next
}

// afresh forgets every state and returns the transition into set.
func (c *acceptorCache) afresh(set []uint32, before kind, accepted bool) int32 {
	c.reset()
	return c.add(set, before)<<1 | int32(boolByte(accepted))
}

// takes tells whether inst consumes r.
func takes(inst *syntax.Inst, r rune) bool {
	switch inst.Op {
	case syntax.InstRune, syntax.InstRune1:
		return inst.MatchRune(r)
	case syntax.InstRuneAny:
		return true
	case syntax.InstRuneAnyNotNL:
		return r != '\n'
	}
	return false
}

// resolve follows all that consumes nothing from set, to what does, which is in c.taken then, and tells whether a match
// ends there.
func (c *acceptorCache) resolve(set []uint32, holds syntax.EmptyOp) (accepted bool) {
	c.round++
	c.taken = c.taken[:0]
	c.stack = append(c.stack[:0], set...)
	for len(c.stack) > 0 {
		pc := c.stack[len(c.stack)-1]
		c.stack = c.stack[:len(c.stack)-1]
		if c.seen[pc] == c.round {
			continue
		}
		c.seen[pc] = c.round
		switch inst := &c.a.prog.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			c.stack = append(c.stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			c.stack = append(c.stack, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^holds == 0 {
				c.stack = append(c.stack, inst.Out)
			}
		case syntax.InstMatch:
			accepted = true
		case syntax.InstFail:
		default:
			c.taken = append(c.taken, pc)
		}
	}
	return accepted
}

// assertions returns those that hold between two code points of these kinds.
func assertions(before, after kind) syntax.EmptyOp {
	var op syntax.EmptyOp
	switch before {
	case textEdge:
		op |= syntax.EmptyBeginText | syntax.EmptyBeginLine
	case lineBreak:
		op |= syntax.EmptyBeginLine
	}
	switch after {
	case textEdge:
		op |= syntax.EmptyEndText | syntax.EmptyEndLine
	case lineBreak:
		op |= syntax.EmptyEndLine
	}
	if (before == wordRune) != (after == wordRune) {
		return op | syntax.EmptyWordBoundary
	}
	return op | syntax.EmptyNoWordBoundary
}

// kindBefore returns the kind of the code point that ends at data[:at].
func kindBefore(data []byte, at int) kind {
	if at == 0 {
		return textEdge
	}
	if b := data[at-1]; b < utf8.RuneSelf {
		return kindOf(rune(b))
	}
	return otherRune
}

// reach returns the end of the longest match that begins at data[at], or -1 for none. It looks at no byte from limit on, and
// tells no match that ends there. The end of data is the end of the text.
func (c *acceptorCache) reach(data []byte, at, limit int) int {
	end := -1
	width := int32(len(c.a.kinds))
	s := c.begin(kindBefore(data, at))
	ascii := &c.a.ascii
	run := c.trail.begin()
	i := at
	for {
		stop := min(limit, (i|(trailStride-1))+1)
		for i < stop {
			size, class := 1, uint8(0)
			if b := data[i]; b < utf8.RuneSelf {
				class = ascii[b]
			} else {
				var r rune
				r, size = utf8.DecodeRune(data[i:])
				class = c.a.classOf(r)
			}
			t := c.next[s*width+int32(class)]
			if t < 0 {
				t = c.step(s, class)
			}
			if t&1 != 0 {
				end = i
			}
			if s = t >> 1; s == 0 {
				run.finish(end)
				return end
			}
			i += size
		}
		if i >= limit {
			break
		}
		if run.meet(i, s) {
			if c.trail.end >= i {
				end = c.trail.end
			}
			if c.trail.limit >= limit {
				return end
			}
			i, s = run.join(i)
		}
	}
	if limit < len(data) {
		run.cut(end, limit, i, s)
		return end
	}
	if t := c.step(s, c.a.end); t&1 != 0 {
		end = len(data)
	}
	run.finish(end)
	return end
}

// accepts calls found with the end of every match of a searching acceptor that begins and ends in data[lo:hi], until that returns
// false.
func (c *acceptorCache) accepts(data []byte, lo, hi int, found func(end int) bool) {
	width := int32(len(c.a.kinds))
	s := c.begin(kindBefore(data, lo))
	for i := lo; i < hi; {
		size, class := 1, uint8(0)
		if b := data[i]; b < utf8.RuneSelf {
			class = c.a.ascii[b]
		} else {
			var r rune
			r, size = utf8.DecodeRune(data[i:])
			class = c.a.classOf(r)
		}
		t := c.next[s*width+int32(class)]
		if t < 0 {
			t = c.step(s, class)
		}
		if t&1 != 0 && !found(i) {
			return
		}
		s = t >> 1
		i += size
	}
	if hi == len(data) {
		if t := c.step(s, c.a.end); t&1 != 0 {
			found(hi)
		}
	}
}
