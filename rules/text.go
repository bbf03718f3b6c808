package rules

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"hash"
	"slices"
	"strings"

	"dregs/report"
)

// text is a fragment while it is searched, block by block.
type text struct {
	engine  *engine
	scratch *scratch
	frag    Fragment
	look    look // but for the data
	shift   int
	inline  bool
	skipped bool
	sum     hash.Hash // of the data, where a rule looks at the path alone

	before extent  // of the blocks that were added
	after  []int64 // by rule: where its last match ended
	seen   []bool  // by rule that is gated: one of its keywords occurred; nil for none
	found  []candidate
	gated  int   // how many of those may turn out not to count, for want of a keyword
	full   bool  // of those that count more were left out
	cut    []int // gated rules of which some were
	more   bool  // a block held more that is encoded than was decoded
}

// open begins the search of a fragment.
func (e *engine) open(f Fragment, shift int) *text {
	t := &text{engine: e, scratch: e.borrow(), frag: f, shift: shift}
	t.inline = e.plan().set.inlineAllow && inlinePlace(f.Place)
	t.scratch.path.open(e.plan().paths, f.Path)
	t.look = lookOf(f, shift)
	t.skipped = t.scratch.path.holdsAny(e.plan().skipAll)
	if !t.skipped {
		for _, number := range e.plan().files {
			if t.scratch.runs(e.plan().rules[number]) {
				t.sum = sha256.New()
			}
		}
	}
	return t
}

// begin tells the search what the text begins with, before any block of it is searched.
func (t *text) begin(data []byte) {
	if t.look.setting != inText || t.shift > 0 {
		return
	}
	of := scriptOf(data)
	if of == "" || illustrates(t.frag.Path) {
		return
	}
	t.look.genre = program
	if shells[of] {
		t.look.setting = inConfig
	}
}

// result is what a block holds.
type result struct {
	found []candidate
	whole extent
	seen  []int // rules that are gated, and whose keywords occur
	last  []matched
	full  bool // it holds more that is encoded than was decoded
}

// matched is where a rule matched in the text.
type matched struct {
	rule       int // its number
	begin, end int64
}

// searchBlock searches one block. It uses s alone, and changes nothing in t.
func (e *engine) searchBlock(ctx context.Context, t *text, b block, s *scratch) (*result, error) {
	out := &result{}
	if t.skipped {
		return out, nil
	}
	s.look = t.look
	clear(s.dropped)
	err := s.search(ctx, b, func(f found) {
		if c, ok := s.judge(b, f, t.inline); ok {
			out.found = append(out.found, c)
		}
	})
	if err != nil {
		return nil, err
	}
	if b.hi < len(b.data) { // another block follows
		for _, l := range s.last {
			out.last = append(out.last, matched{l.rule, b.base + int64(l.match.lo), b.base + int64(l.match.hi)})
		}
	}
	for _, number := range e.plan().gated {
		if s.seen[number] {
			out.seen = append(out.seen, number)
		}
	}
	if !t.frag.Trial {
		e.suppressed.add(s.dropped)
	}
	t.frag.Tally.add(s.dropped)
	out.found = s.compose(b, t.inline, out.found)
	if e.plan().set.decode {
		if out.found, out.full, err = s.decode(ctx, b, t.inline, out.found); err != nil {
			return nil, err
		}
	}
	s.locate(b, t.shift, out)
	return out, nil
}

// compose drops the candidates of composite rules whose required rules do not hit near them.
func (s *scratch) compose(b block, inline bool, found []candidate) []candidate {
	hits := map[int][]candidate{}
	others := func(number int) []candidate {
		if known, ok := hits[number]; ok {
			return known
		}
		r := s.plan.rules[number]
		var out []candidate
		if r.regex != nil && s.runs(r) {
			for _, m := range r.regex.regexp().FindAllIndex(b.data, -1) {
				f, ok := inMatch(b.data, r, span{m[0], m[1]})
				if !ok {
					continue
				}
				if c, ok := s.judge(b, f, inline); ok {
					out = append(out, c)
				}
			}
		}
		hits[number] = out
		return out
	}
	return slices.DeleteFunc(found, func(c candidate) bool { return len(c.rule.require) > 0 && !c.satisfied(b, others) })
}

// locate fills in where each candidate lies, and puts them in order of position. Extents are counted from the block's
// anchor to that of the next: a point inside the margin before it, so that what begins before the block is told too.
func (s *scratch) locate(b block, shift int, out *result) {
	slices.SortStableFunc(out.found, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(x.secret.lo, y.secret.lo), cmp.Compare(x.rule.number, y.rule.number))
	})
	anchor := nextRune(b.data, anchorAt)
	if b.base == 0 {
		anchor = min(shift, b.hi) // the key is no part of the text
	}
	at, so := anchor, extent{}
	for i := range out.found {
		c := &out.found[i]
		c.at = so
		if to := nextRune(b.data, c.secret.lo); to > at {
			so = so.then(measure(b.data[at:to]))
			at, c.at = to, so
		}
		c.begin, c.end, c.offset = b.base+int64(c.match.lo), b.base+int64(c.match.hi), b.base+int64(c.secret.lo)
		c.above = bytes.Count(b.data[min(c.match.lo+1, c.secret.lo):c.secret.lo], newline)
		if c.origin == nil {
			c.context = contextOf(b.data, c.secret.lo, c.secret.hi)
			c.verdict = verdict(c.rule.rule, b.data, c.secret, s.plan.set.now)
		}
	}
	if next := b.hi - margin; next > 0 && b.hi < len(b.data) {
		out.whole = measure(b.data[anchor:nextRune(b.data, next+anchorAt)])
	}
}

// anchorAt is where in a block's data its extents begin: far enough in that a code point across it can be told.
const anchorAt = 8

// add takes a block's result, in order of the blocks.
func (t *text) add(r *result) {
	if len(r.found)+len(r.last) > 0 && t.after == nil {
		t.after = make([]int64, len(t.engine.plan().rules))
	}
	for i := range r.found {
		c := &r.found[i]
		if c.rule.detector == nil && c.origin == nil && c.begin < t.after[c.rule.number] {
			continue // the block before found it, or the one that it overlaps
		}
		if c.origin == nil {
			t.after[c.rule.number] = c.end
		}
		if t.pending(c) {
			if t.gated == maxMatches {
				if !slices.Contains(t.cut, c.rule.number) {
					t.cut = append(t.cut, c.rule.number)
				}
				continue
			}
			t.gated++
		} else if t.full = len(t.found)-t.gated == maxMatches; t.full {
			return
		}
		c.at = t.before.then(c.at)
		t.found = append(t.found, *c)
	}
	for _, m := range r.last { // what was judged to be no secret takes its bytes too
		if m.begin >= t.after[m.rule] {
			t.after[m.rule] = m.end
		}
	}
	if len(r.seen) > 0 && t.seen == nil {
		t.seen = make([]bool, len(t.engine.plan().rules))
	}
	for _, number := range r.seen {
		t.seen[number] = true
	}
	t.before = t.before.then(r.whole)
	t.more = t.more || r.full
}

// pending tells whether c counts only where a keyword of its rule occurs, which may be in a later block.
func (t *text) pending(c *candidate) bool { return c.rule.gated && c.origin == nil }

// counts tells whether what a rule finds in the text counts, once all of that is read.
func (t *text) counts(r *ruleRun) bool { return !r.gated || t.seen != nil && t.seen[r.number] }

// finish returns the matches of all blocks; size is that of the data.
func (t *text) finish(size int64) ([]Match, error) {
	var out []Match
	t.found = slices.DeleteFunc(t.found, func(c candidate) bool { return t.pending(&c) && !t.counts(c.rule) })
	t.full = t.full || slices.ContainsFunc(t.cut, func(number int) bool { return t.counts(t.engine.plan().rules[number]) })
	for _, c := range unnamed(distinct(t.found)) {
		out = append(out, c.finding(int64(t.shift), slices.Clone(t.frag.Via)))
	}
	for _, number := range t.engine.plan().files {
		r := t.engine.plan().rules[number]
		if t.sum != nil && size > 0 && t.scratch.runs(r) && t.counts(r) {
			out = append(out, wholeFileSum(r.rule, t.frag.Via, t.sum.Sum(nil)))
		}
	}
	sortMatches(out)
	if t.full {
		return out, report.Faultf(report.Limit, "searching: more than %d matches in one file", maxMatches)
	}
	if t.more {
		return out, report.Faultf(report.Limit, "decoding: more than %d bytes of decoded text for each byte, or %d MiB inflated", maxDecoded, maxInflated>>20)
	}
	return out, nil
}

// maxNeighbours bounds with how many specific candidates of its line, to either side, a generic one is compared.
const maxNeighbours = 256

// distinct drops generic candidates whose secret a specific one on the same line holds, as gitleaks does.
func distinct(found []candidate) []candidate {
	specific := map[int][]int{} // by line: their positions in found, in order
	for i, c := range found {
		if !c.rule.rule.Generic && c.origin == nil {
			specific[c.line()] = append(specific[c.line()], i)
		}
	}
	var out []candidate
	for i, c := range found {
		if !c.rule.rule.Generic || c.origin != nil || !heldBy(found, c, i, specific[c.line()]) {
			out = append(out, c)
		}
	}
	return out
}

// heldBy tells whether one of others, nearest to found[i], holds the value of c.
func heldBy(found []candidate, c candidate, i int, others []int) bool {
	k, _ := slices.BinarySearch(others, i)
	for _, j := range others[max(0, k-maxNeighbours):min(len(others), k+maxNeighbours)] {
		if strings.Contains(found[j].value, c.value) {
			return true
		}
	}
	return false
}
