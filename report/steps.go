package report

// step is one row of an image's timeline: a history entry, the layer that it made, or a layer that no entry is tied to.
// The last step stands for the image as it runs.
type step struct {
	history *History
	layer   *Layer
	base    bool // of the base image
}

// final reports whether s stands for the image as it runs.
func (s *step) final() bool { return s.history == nil && s.layer == nil }

// timeline is the life of an image in steps, and where each layer and history entry stands among them.
type timeline struct {
	steps     []step
	histories map[int]int
	layers    map[int]int
}

// newTimeline returns the steps of m in order. A layer that no entry is tied to stands before the entry of a later layer.
func newTimeline(m *Image) *timeline {
	t := &timeline{histories: make(map[int]int), layers: make(map[int]int)}
	tied := make(map[int]bool)
	for i := range m.History {
		if l := m.History[i].Layer; l != nil {
			tied[*l] = true
		}
	}
	next := 0
	loose := func(before int) {
		for ; next < len(m.Layers) && m.Layers[next].Index < before; next++ {
			if l := &m.Layers[next]; !tied[l.Index] {
				t.add(step{layer: l, base: l.Base})
			}
		}
	}
	layers := make(map[int]*Layer, len(m.Layers))
	last := -1
	for i := range m.Layers {
		layers[m.Layers[i].Index] = &m.Layers[i]
		last = max(last, m.Layers[i].Index)
	}
	for i := range m.History {
		h := &m.History[i]
		s := step{history: h}
		if h.Layer != nil {
			loose(*h.Layer)
			s.layer = layers[*h.Layer]
			s.base = s.layer != nil && s.layer.Base
		}
		t.add(s)
	}
	loose(last + 1)
	t.add(step{})
	t.spreadBase()
	return t
}

func (t *timeline) add(s step) {
	if s.history != nil {
		t.histories[s.history.Index] = len(t.steps)
	}
	if s.layer != nil {
		t.layers[s.layer.Index] = len(t.steps)
	}
	t.steps = append(t.steps, s)
}

// spreadBase takes entries without a layer for the base image's where a layer of it follows.
func (t *timeline) spreadBase() {
	base := false
	for i := len(t.steps) - 1; i >= 0; i-- {
		base = base || t.steps[i].base
		t.steps[i].base = base
	}
}

// at returns the step of a history entry or, without one, of a layer.
func (t *timeline) at(history, layer *int) (int, bool) {
	if history != nil {
		if i, ok := t.histories[*history]; ok {
			return i, true
		}
	}
	if layer != nil {
		i, ok := t.layers[*layer]
		return i, ok
	}
	return 0, false
}

// What a step holds of a secret, the more telling last.
const (
	absent  = iota
	hidden  // no container shows it from here on, but the image has it
	inSight // a container started from here would show it
)

// Marks of a step in the life of a secret.
const (
	cameIn   = 1 << iota
	deleted  // by a whiteout
	replaced // overwritten, or changed by a later entry
)

// lifeline is the life of one secret across the steps of an image.
type lifeline struct {
	state []uint8
	marks []uint8
}

// lifeline returns the life of a secret with these occurrences, all of which lie in the image. Those of attestations have
// no place in it.
func (t *timeline) lifeline(all []*Occurrence) lifeline {
	l := lifeline{state: make([]uint8, len(t.steps)), marks: make([]uint8, len(t.steps))}
	for _, o := range all {
		if !o.attested() {
			t.draw(l, o)
		}
	}
	return l
}

func (t *timeline) draw(l lifeline, o *Occurrence) {
	final := len(t.steps) - 1
	start, known := t.at(o.History, o.Layer)
	if !known {
		start = final // of the configuration: only the image as it runs is known to have it
	}
	end := final + 1
	if o.Visibility != Visible {
		end = start
		if r := o.RemovedBy; r != nil {
			if i, ok := t.at(r.History, r.Layer); ok && i > start {
				end = i
			}
		}
	}
	if known {
		l.marks[start] |= cameIn
	}
	if end > start && end <= final {
		l.marks[end] |= map[bool]uint8{true: deleted, false: replaced}[o.Visibility == Deleted]
	}
	for i := start; i <= final; i++ {
		state := uint8(inSight)
		if i >= end {
			state = hidden
		}
		l.state[i] = max(l.state[i], state)
	}
}

// drawn reports whether there is anything to draw.
func (l lifeline) drawn() bool { return len(l.state) > 0 && l.state[len(l.state)-1] != absent }
