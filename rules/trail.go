package rules

import "math"

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

	// Where and in which state a run that was cut stood.
	at    int
	state int32

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

// meet notes the state at a multiple of trailStride, or tells that the remembered run was in the same one there: then its end, where
// that is not before, is this run's too, and so is all of its way.
func (r *trailRun) meet(at int, state int32) bool {
	if at%trailStride != 0 {
		return false
	}
	if i := (at - r.t.first) / trailStride; at >= r.t.first && i < len(r.t.states) && r.t.states[i] == state {
		return true
	}
	r.note(at, state)
	return false
}

// note notes states, the first one at a multiple of trailStride, the others at those that follow.
func (r *trailRun) note(at int, states ...int32) {
	if len(r.states) == 0 {
		r.first = at
	}
	for at > r.first+len(r.states)*trailStride {
		r.states = append(r.states, -1)
	}
	r.states = append(r.states, states...)
}

// join takes over the way of the remembered run, which was cut, from where the two met, and returns where it stood then.
func (r *trailRun) join(met int) (at int, state int32) {
	r.note(met, r.t.states[(met-r.t.first)/trailStride:]...)
	return r.t.at, r.t.state
}

// finish makes the run the remembered one if it went far enough to be worth it.
func (r *trailRun) finish(end int) { r.cut(end, math.MaxInt, 0, 0) }

// cut is finish for a run that was cut at limit, where it stood at a position in a state.
func (r *trailRun) cut(end, limit, at int, state int32) {
	if len(r.states) == 0 {
		return
	}
	t := r.t
	t.first, t.end, t.limit, t.at, t.state = r.first, end, limit, at, state
	t.states, r.states = r.states, t.states
}
