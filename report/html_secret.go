package report

import (
	"fmt"
	"strings"
)

// pageSecret is one secret of the list. Body is what a browser without scripts shows of it; the script takes that and all
// places from the data block.
type pageSecret struct {
	ID, Severity, Status, Rule, State, Places string
	Shown, Where, More                        string
	Strip                                     *pageStrip
	Body                                      *pageBody
}

// pageBody tells of a secret and its most telling place.
type pageBody struct {
	Advice string
	Fields []pageField
	First  *pagePlace
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
		Shown: Escape(firstOf(s.Secret, s.Redacted)),
	}
	if len(s.Occurrences) > 0 {
		first := telling(s)
		if n := len(s.Occurrences) - 1; n > 0 {
			v.More = fmt.Sprintf("and %d more", n)
		}
		v.Where = Escape(shorten(first.where(), 160) + first.Position())
		v.Strip = p.strip(s, first)
	}
	if len(p.order) <= pageWhole {
		v.Body = p.body(s)
	}
	return v
}

func (p *page) body(s *Secret) *pageBody {
	v := &pageBody{Advice: Escape(advice(s)), Fields: about(s)}
	if len(s.Occurrences) > 0 {
		o := telling(s)
		v.First = &pagePlace{
			Where: Escape(shorten(o.where(), pageRunes) + o.Position()), Place: Escape(string(o.Place)), Snippet: snippetLines(o.Snippet),
			Fields: fields("came in", o.CameIn(), "life", o.Fate(), "origin", shorten(o.Origin, pageRunes), "facts", factList(o.Facts), "in", p.r.imageName(o), "layer", o.LayerDigest),
		}
	}
	return v
}

// about tells what is known of a secret apart from its places.
func about(s *Secret) []pageField {
	out := fields("what", secretKind(s), "known of it", factList(s.Verdict.Facts), "also hit", strings.Join(s.Also, ", "), "fingerprint", s.Fingerprint)
	for i, step := range s.Cleanup {
		out = append(out, fields(map[bool]string{true: "clean up", false: "then"}[i == 0], shorten(step, pageRunes))...)
	}
	if r := s.Reach; r != nil {
		out = append(out, fields("tags", someOf(r.Tags), "past tags", someOf(r.PastTags), "repositories", someOf(r.Repositories), "digests", someOf(r.Digests), "platforms", someOf(r.Platforms),
			"first seen", r.FirstSeen+prefixed(", by ", r.FirstSeenSource), "last seen", r.LastSeen+prefixed(", by ", r.LastSeenSource))...)
	}
	return out
}

// someOf joins the first of names, and counts the rest.
func someOf(names []string) string {
	const most = 30
	text := strings.Join(names[:min(len(names), most)], ", ")
	if n := len(names) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
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
	text := strings.TrimSuffix(firstOf(s.Description, s.Rule), ".")
	if s.Vendor != "" && !strings.Contains(text, s.Vendor) {
		text = s.Vendor + ": " + text
	}
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
	if !s.New && s.Ignored == nil {
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
