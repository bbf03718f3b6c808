package report

import (
	"fmt"
	"strings"
)

// pageSecret is one secret of the list.
type pageSecret struct {
	ID, Severity, Status, Rule, State, Places string
	Shown, Where, More, Advice                string
	Strip                                     *pageStrip
	Fields                                    []pageField
	First                                     *pagePlace
}

// pagePlace is one place of a secret.
type pagePlace struct {
	Where, Place, Snippet string
	Fields                []pageField
}

// pageStrip draws a life as one line from left to right: paths of an SVG, and the same in words.
type pageStrip struct{ Track, Visible, Hidden, Marks, Label string }

const (
	pageRunes        = 400 // of a path or a fact
	pageSnippetRunes = 300
)

func (p *page) secret(s *Secret) *pageSecret {
	v := &pageSecret{
		ID: Escape(s.ID), Severity: severityClass(s.Severity), Status: Escape(s.Status), Rule: Escape(s.Rule), State: state(s), Places: Escape(strings.Join(placesOf(s), " ")),
		Shown: Escape(firstOf(s.Secret, s.Redacted)), Advice: Escape(advice(s)),
		Fields: fields("what", secretKind(s), "known of it", factList(s.Verdict.Facts), "also hit", strings.Join(s.Also, ", "), "fingerprint", s.Fingerprint, "clean up", strings.Join(s.Cleanup, " ")),
	}
	if len(s.Occurrences) == 0 {
		return v
	}
	first := telling(s)
	if n := len(s.Occurrences) - 1; n > 0 {
		v.More = fmt.Sprintf("and %d more", n)
	}
	v.Where = Escape(shorten(first.where(), 160) + first.Position())
	v.Strip = p.strip(s, first)
	v.First = &pagePlace{
		Where: Escape(shorten(first.where(), pageRunes) + first.Position()), Place: Escape(string(first.Place)),
		Fields: fields("came in", first.CameIn(), "life", first.Fate(), "origin", shorten(first.Origin, pageRunes), "facts", factList(first.Facts), "in", p.r.imageName(first), "layer", first.LayerDigest),
	}
	if len(p.order) <= pageWhole {
		v.First.Snippet = snippetLines(first.Snippet)
	}
	return v
}

// telling returns the occurrence that says most of s: the first one that is visible, else the first.
func telling(s *Secret) *Occurrence {
	for i := range s.Occurrences {
		if s.Occurrences[i].Visibility == Visible {
			return &s.Occurrences[i]
		}
	}
	return &s.Occurrences[0]
}

// secretKind tells what a secret is and how sure that is.
func secretKind(s *Secret) string {
	text := strings.TrimSuffix(firstOf(s.Description, s.Rule), ".") + prefixed(", of ", s.Vendor)
	more := []string{}
	if s.Verdict.State != "" && s.Verdict.State != Unknown {
		more = append(more, s.Verdict.State)
	}
	if s.Confidence != "" {
		more = append(more, s.Confidence+" confidence")
	}
	if s.Length > 0 {
		more = append(more, fmt.Sprintf("%d bytes", s.Length))
	}
	if !s.New {
		more = append(more, "known from the baseline")
	}
	if s.Inherited {
		more = append(more, "inherited from the base image")
	}
	return text + prefixed(" · ", strings.Join(more, " · "))
}

// factList returns facts in the order of their names.
func factList(facts map[string]string) string {
	var all []string
	for _, k := range sortedKeys(facts) {
		all = append(all, shorten(k, 40)+" "+shorten(facts[k], pageRunes))
	}
	return strings.Join(all, ", ")
}

// snippetLines returns a snippet with its lines kept and everything else escaped.
func snippetLines(s string) string {
	lines := strings.Split(shorten(strings.Trim(s, "\r\n"), pageSnippetRunes), "\n")
	for i := range lines {
		lines[i] = Escape(strings.ReplaceAll(strings.TrimSuffix(lines[i], "\r"), "\t", "    "))
	}
	return strings.Join(lines, "\n")
}

// The strip is stripWidth units wide, with a margin for its marks.
const (
	stripWidth  = 124
	stripMargin = 6
	stripMiddle = 7
)

// strip draws the life of s in the image of the occurrence at. It is nil where there is none to draw.
func (p *page) strip(s *Secret, at *Occurrence) *pageStrip {
	m := p.r.imageOf(at)
	if m == nil || m.Kind != "" || len(m.Layers)+len(m.History) == 0 {
		return nil
	}
	var all []*Occurrence
	for i := range s.Occurrences {
		if p.r.imageOf(&s.Occurrences[i]) == m {
			all = append(all, &s.Occurrences[i])
		}
	}
	t := p.lives.timeline(m)
	l := t.lifeline(all)
	if !l.drawn() {
		return nil
	}
	n := len(t.steps)
	x := func(i int) int { return stripMargin + i*(stripWidth-2*stripMargin)/max(1, n-1) }
	v := &pageStrip{Track: fmt.Sprintf("M%d %dH%d", x(0), stripMiddle, x(n-1))}
	var marks, words []string
	for from := 0; from < n; {
		to := from + 1
		for to < n && l.state[to] == l.state[from] {
			to++
		}
		span := fmt.Sprintf("M%d %dH%d", x(from), stripMiddle, x(min(to, n-1)))
		if to == n && from == n-1 {
			span = fmt.Sprintf("M%d %dh4", x(from)-2, stripMiddle)
		}
		switch l.state[from] {
		case inSight:
			v.Visible += span
		case hidden:
			v.Hidden += span
		}
		from = to
	}
	for i := range n {
		if l.marks[i]&cameIn != 0 {
			marks = append(marks, fmt.Sprintf("M%d %dv10", x(i), stripMiddle-5))
			words = append(words, fmt.Sprintf("came in at step %d", i+1))
		}
		if l.marks[i]&(deleted|replaced) != 0 {
			marks = append(marks, fmt.Sprintf("M%d %dl6 6m0 -6l-6 6", x(i)-3, stripMiddle-3))
			words = append(words, fmt.Sprintf("removed at step %d", i+1))
		}
	}
	v.Marks = strings.Join(marks, "")
	const told = 4
	if len(words) > told {
		words = append(words[:told], "and more")
	}
	end := "still visible at the end"
	if l.state[n-1] == hidden {
		end = "hidden at the end"
	}
	v.Label = fmt.Sprintf("%s, of %d steps; %s", strings.Join(words, ", "), n-1, end)
	if len(words) == 0 {
		v.Label = end
	}
	return v
}
