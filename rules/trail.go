package rules

// trailStride is the distance of the positions at which a trail notes the state.
const trailStride = 64

// trail remembers the way that an acceptor last went through a text, so that one which begins later and comes to the same
// state at the same position need not go it again. Without it, a text of nothing but keywords in front of an endless
// token would cost the square of its length.
type trail struct {
	first  int // position of states[0]
	states []int32
	end    int // where the run found its longest match to end
	limit  int // where the run was cut; math.MaxInt if it was not

	next trailRun
}

// trailRun is a run while it goes on.
type trailRun struct {
	t      *trail
	first  int
	states []int32
}

// forget drops what is remembered: positions or states mean something else from here on.
func (t *trail) forget() {
	t.states = t.states[:0]
	t.next.states = t.next.states[:0]
}

// begin starts a run.
func (t *trail) begin() *trailRun {
	t.next.t = t
	t.next.states = t.next.states[:0]
	return &t.next
}

// meet notes the state at a multiple of trailStride, or returns what the remembered run, if it was not cut before limit, found
// from there on: the end of its longest match, or -1 if that is not beyond.
func (r *trailRun) meet(at int, state int32, limit int) (end int, met bool) {
	if at%trailStride != 0 {
		return 0, false
	}
	if i := (at - r.t.first) / trailStride; at >= r.t.first && i < len(r.t.states) && r.t.states[i] == state && r.t.limit >= limit {
		if r.t.end < at {
			return -1, true
		}
		return r.t.end, true
	}
	if len(r.states) == 0 {
		r.first = at
	}
	for at > r.first+len(r.states)*trailStride {
		r.states = append(r.states, -1)
	}
	r.states = append(r.states, state)
	return 0, false
}

// finish makes the run, which was cut at limit, the remembered one if it went far enough to be worth it.
func (r *trailRun) finish(end, limit int) {
	if len(r.states) == 0 {
		return
	}
	t := r.t
	t.first, t.end, t.limit = r.first, end, limit
	t.states, r.states = r.states, t.states
}
