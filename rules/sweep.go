package rules

import "bytes"

// barred tells whether b is all of its text and none of the keywords occurs in it without which r does not count.
func (s *scratch) barred(b block, r *ruleRun) bool {
	return r.gated && !s.seen[r.number] && b.base == 0 && b.lo == 0 && b.hi == len(b.data)
}

// sweep looks for a rule that no keyword anchors.
func (s *scratch) sweep(b block, r *ruleRun) {
	if s.barred(b, r) || !s.runs(r) {
		return
	}
	if len(r.seek) > 0 {
		s.seek(b, r)
		return
	}
	reach := maxMatch
	if r.length != unbounded {
		reach = min(reach, r.length)
	}
	to := min(len(b.data), b.hi+reach)
	if r.sweep == nil {
		s.window(r.number, span{b.lo, to})
		return
	}
	c := s.sweeps[r.number]
	if c == nil {
		c = r.sweep.newCache()
		s.sweeps[r.number] = c
	}
	from, to := runeStart(b.data, max(0, b.lo-slack)), min(len(b.data), to+slack)
	accept := func(lo, hi int) {
		c.accepts(b.data, lo, hi, func(end int) bool {
			w := span{max(b.lo, end-reach), end}
			if r.length == unbounded {
				w.lo = b.lo
			}
			s.window(r.number, w)
			return true
		})
	}
	if r.prelude == nil || r.length == unbounded {
		accept(from, to)
		return
	}
	var stretches []span // what follows one prelude may hold the next: nothing is gone through twice
	r.prelude.each(b.data, from, to, func(lo, hi int) { stretches = append(stretches, span{lo, min(to, hi+reach+slack)}) })
	for _, w := range merge(stretches) {
		accept(w.lo, w.hi)
	}
}

// seek opens windows for the literals of a rule in b, and for those beside it that verge is about.
func (s *scratch) seek(b block, r *ruleRun) {
	from, to := max(0, b.lo-verge), min(len(b.data), b.hi+verge)
	for _, l := range r.seek {
		literal := []byte(l.literal)
		for at := from; ; at++ {
			n := bytes.Index(b.data[at:to], literal)
			if n < 0 {
				break
			}
			at += n
			s.open(b, at, []int{l.anchor})
		}
	}
}
