package report

import (
	"fmt"
	"strings"
)

const (
	pageImages     = 40  // images whose layers are drawn
	pageImagesOpen = 3   // of these, unfolded from the start
	pageLanes      = 24  // secrets whose life is drawn beside the layers of one image
	pageEvents     = 12  // secrets named in one step of one kind
	pageStepRunes  = 400 // of an instruction
)

// pageImage is the timeline of one image.
type pageImage struct {
	Name, Note, More string
	Open             bool
	Digests          []pageField
	Lanes            []pageLane
	Steps            []pageStep
}

// pageLane is the head of the lane in which the life of one secret is drawn.
type pageLane struct{ ID, Severity, Title string }

// pageStep is one row of the timeline.
type pageStep struct {
	Layer, Instruction, Note, Size, Created, Class string
	Events                                         []pageEvent
	Lanes                                          []pageCell
}

// pageEvent names the secrets that came in or went in one step.
type pageEvent struct {
	Class, Mark, What, More string
	IDs                     []string
}

// pageCell is one lane in one step: Class says which halves of its line are drawn, solid or dashed.
type pageCell struct{ Class, Mark string }

// lives holds the occurrences of each secret in each image, and the images' timelines.
type lives struct {
	r         *Report
	timelines map[*Image]*timeline
}

func newLives(r *Report) *lives { return &lives{r: r, timelines: make(map[*Image]*timeline)} }

func (l *lives) timeline(m *Image) *timeline {
	t, ok := l.timelines[m]
	if !ok {
		t = newTimeline(m)
		l.timelines[m] = t
	}
	return t
}

// residents returns the secrets in each image, in the order given, with their occurrences there.
func residents(r *Report, order []*Secret) map[*Image][]resident {
	all := make(map[*Image][]resident)
	for _, s := range order {
		for i := range s.Occurrences {
			o := &s.Occurrences[i]
			m := r.imageOf(o)
			if m == nil || o.attested() {
				continue
			}
			l := all[m]
			if len(l) == 0 || l[len(l)-1].secret != s {
				l = append(l, resident{secret: s})
			}
			l[len(l)-1].all = append(l[len(l)-1].all, o)
			all[m] = l
		}
	}
	return all
}

// resident is a secret in one image.
type resident struct {
	secret *Secret
	all    []*Occurrence
	life   lifeline
}

// images draws the images that have layers or history; those with secrets first where not all are drawn.
func (p *page) images() {
	in := residents(p.r, p.order)
	type candidate struct{ target, image int }
	var with, without []candidate
	for i := range p.r.Targets {
		for j := range p.r.Targets[i].Images {
			m := &p.r.Targets[i].Images[j]
			switch {
			case m.Kind != "" || len(m.Layers)+len(m.History) == 0:
			case len(in[m]) > 0:
				with = append(with, candidate{i, j})
			default:
				without = append(without, candidate{i, j})
			}
		}
	}
	for _, c := range append(with, without...) {
		if len(p.Images) == pageImages {
			p.MoreImages = fmt.Sprintf("The layers of %s are not drawn; the JSON report has them.", count(len(with)+len(without)-pageImages, "more image"))
			return
		}
		m := &p.r.Targets[c.target].Images[c.image]
		image := p.image(m, in[m])
		image.Name = Escape(p.r.imageName(&Occurrence{Target: c.target, Image: &c.image}))
		if len(p.r.Targets[c.target].Images) == 1 {
			image.Note = list(Escape(shorten(m.Platform, 40)), image.Note)
		}
		image.Open = len(p.Images) < pageImagesOpen
		p.Images = append(p.Images, image)
	}
}

func (p *page) image(m *Image, in []resident) pageImage {
	t := p.lives.timeline(m)
	buried := 0
	for i := range in {
		in[i].life = t.lifeline(in[i].all)
		if n := len(t.steps); in[i].life.state[n-1] == hidden {
			buried++
		}
	}
	image := pageImage{
		Note: list(count(len(m.Layers), "layer"), count(len(in), "secret"), some(len(in)-buried, "still visible"), some(buried, "buried")),
		Digests: fields("manifest", m.Digest, "configuration", m.ID, "created", shorten(m.Created, 40), "tags", shorten(strings.Join(m.Tags, ", "), 200),
			"inside", shorten(strings.Join(m.Via, "!"), 200)),
	}
	if m.Base != nil {
		image.Digests = append(image.Digests, fields("base", shorten(firstOf(m.Base.Name, m.Base.Digest), 200)+" (told by its "+m.Base.Source+")")...)
	}
	drawn := in[:min(len(in), pageLanes)]
	for i := range drawn {
		s := drawn[i].secret
		image.Lanes = append(image.Lanes, pageLane{Escape(s.ID), severityClass(s.Severity), Escape(s.ID + " " + s.Rule + " " + s.Redacted)})
	}
	if n := len(in) - len(drawn); n > 0 {
		image.More = fmt.Sprintf("The lives of %s are not drawn here; each has its own in the list below.", count(n, "more secret"))
	}
	events := stepEvents(t, in)
	for i := range t.steps {
		row := newPageStep(&t.steps[i])
		row.Events = events[i]
		for j := range drawn {
			row.Lanes = append(row.Lanes, laneCell(&drawn[j], i))
		}
		image.Steps = append(image.Steps, row)
	}
	return image
}

func newPageStep(s *step) pageStep {
	if s.final() {
		return pageStep{Instruction: "the image as it runs", Class: "final"}
	}
	row := pageStep{Class: "empty"}
	if h := s.history; h != nil {
		row.Instruction, row.Created = h.Instruction, h.Created
		if h.Untied != "" {
			row.Note = Escape(shorten(h.Untied, 120))
		}
	}
	if l := s.layer; l != nil {
		row.Class, row.Layer, row.Size = "layer", fmt.Sprint(l.Index), Size(l.Size)
		row.Instruction, row.Created = firstOf(row.Instruction, l.Instruction), firstOf(row.Created, l.Created)
		if s.history == nil && row.Note == "" {
			row.Note = "no history entry is tied to this layer"
		}
	}
	if s.base {
		row.Class = "base"
		row.Note = list("base image", row.Note)
	}
	row.Instruction = Escape(shorten(instructionText(row.Instruction), pageStepRunes))
	row.Created = Escape(day(row.Created))
	return row
}

// day returns the date of a time in RFC 3339, or nothing for one that is not set.
func day(created string) string {
	d, _, _ := strings.Cut(created, "T")
	if strings.HasPrefix(d, "0001-") {
		return ""
	}
	return shorten(d, 12)
}

// stepEvents names, for each step, the secrets that came in and those that went.
func stepEvents(t *timeline, in []resident) [][]pageEvent {
	kinds := []struct {
		mark uint8
		pageEvent
	}{
		{cameIn, pageEvent{Class: "in", Mark: "●", What: "brought in"}},
		{deleted, pageEvent{Class: "out", Mark: "✕", What: "deleted, yet kept below,"}},
		{replaced, pageEvent{Class: "out", Mark: "◆", What: "overwrote or changed, yet kept below,"}},
	}
	events := make([][]pageEvent, len(t.steps))
	for i := range t.steps {
		for _, kind := range kinds {
			e, n := kind.pageEvent, 0
			for j := range in {
				if in[j].life.marks[i]&kind.mark == 0 {
					continue
				}
				if n++; n <= pageEvents {
					e.IDs = append(e.IDs, Escape(in[j].secret.ID))
				}
			}
			if n > pageEvents {
				e.More = fmt.Sprintf("and %d more", n-pageEvents)
			}
			if n > 0 {
				events[i] = append(events[i], e)
			}
		}
	}
	return events
}

// laneCell draws step i of a life: the line from above, the mark, the line down.
func laneCell(in *resident, i int) pageCell {
	l := in.life
	classes := []string{severityClass(in.secret.Severity)}
	final := i == len(l.state)-1
	if i > 0 {
		switch l.state[i-1] {
		case inSight:
			classes = append(classes, "tv")
		case hidden:
			classes = append(classes, "th")
		}
	}
	if !final {
		switch l.state[i] {
		case inSight:
			classes = append(classes, "bv")
		case hidden:
			classes = append(classes, "bh")
		}
	}
	mark := ""
	switch {
	case final && l.state[i] == inSight:
		mark = "◉"
	case final && l.state[i] == hidden:
		mark = "○"
	case l.marks[i]&cameIn != 0:
		mark = "●"
	case l.marks[i]&deleted != 0:
		mark = "✕"
	case l.marks[i]&replaced != 0:
		mark = "◆"
	}
	return pageCell{strings.Join(classes, " "), mark}
}

// severityClass returns the class of a severity; what is none has none.
func severityClass(severity string) string {
	if Rank(severity) == 0 {
		return ""
	}
	return severity
}

// fields returns the pairs of label and value whose value is not empty, escaped.
func fields(pairs ...string) []pageField {
	var out []pageField
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, pageField{pairs[i], Escape(pairs[i+1])})
		}
	}
	return out
}
