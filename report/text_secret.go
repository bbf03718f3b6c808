package report

import (
	"fmt"
	"strings"
)

// shownOccurrences is how many places of a secret are told in full.
const shownOccurrences = 3

// secret writes the block of one secret: what to do, what it is, where it came in, what became of it.
func (t *text) secret(s *Secret) {
	shown := s.Redacted
	if s.Secret != "" {
		shown = s.Secret
	}
	role := roleWarn
	if s.Status == Exposed {
		role = roleBad
	}
	t.line()
	t.line(t.as(s.Severity, strings.ToUpper(s.Severity)), "  ", t.as(roleHead, s.Rule), "  ", t.as(roleCode, shown), "  ", t.as(role, s.Status), "  ", t.as(roleFaint, s.ID))
	t.field("to do", Escape(advice(s)))
	t.field("what", t.what(s))
	for i, step := range s.Cleanup {
		t.field([]string{"clean up", ""}[min(i, 1)], fmt.Sprintf("%d. %s", i+1, Escape(shorten(step, 400))))
	}
	groups := groupOccurrences(t.r, s)
	told := groups
	if !t.o.Verbose && len(groups) > shownOccurrences+1 {
		told = groups[:shownOccurrences]
	}
	for i := range told {
		t.place(&told[i])
	}
	if rest := groups[len(told):]; len(rest) > 0 {
		visible := 0
		for i := range rest {
			if rest[i].at.Visibility == Visible {
				visible++
			}
		}
		t.field("", t.as(roleFaint, fmt.Sprintf("and %s (%d of them still visible); -v shows all", count(len(rest), "more place"), visible)))
	}
}

// advice says what to do about a secret.
func advice(s *Secret) string {
	advice := s.Advice
	if advice == "" {
		advice = "Replace this credential where it was issued: whoever pulled the image may have it."
	}
	if s.Ignored != nil {
		return fmt.Sprintf("Nothing: ignored by %s (%s%s).", s.Ignored.By, firstOf(s.Ignored.Reason, "no reason given"), prefixed(", until ", s.Ignored.Expires))
	}
	if s.Verdict.State == Test || s.Verdict.State == Public {
		return "Nothing, if it is what it looks like: " + map[string]string{Test: "a test or example value.", Public: "a published value."}[s.Verdict.State]
	}
	return advice
}

// what tells what is known of the secret.
func (t *text) what(s *Secret) string {
	parts := []string{Escape(strings.TrimSuffix(firstOf(s.Description, s.Rule), "."))}
	if s.Known() && s.Fingerprint != "" {
		parts = append(parts, "fingerprint "+Escape(s.Fingerprint))
	}
	if !s.New {
		parts = append(parts, "known from the baseline")
	}
	if s.Inherited {
		parts = append(parts, "inherited from the base image")
	}
	if s.Length > 0 {
		parts = append(parts, fmt.Sprintf("%d bytes", s.Length))
	}
	if s.Verdict.State != Unknown && s.Verdict.State != "" {
		parts = append(parts, Escape(s.Verdict.State))
	}
	if s.Confidence == Low {
		parts = append(parts, "low confidence")
	}
	for _, k := range sortedKeys(s.Verdict.Facts) {
		parts = append(parts, Escape(shorten(k, 40)+" "+shorten(s.Verdict.Facts[k], 100)))
	}
	if len(s.Also) > 0 {
		parts = append(parts, "also "+Escape(strings.Join(s.Also, ", ")))
	}
	return strings.Join(parts, t.as(roleFaint, " · "))
}

// place writes where one group of equal occurrences came in, and its life.
func (t *text) place(g *occurrenceGroup) {
	o := g.at
	t.whole("where", t.as(roleCode, shorten(o.Trail(), 400)+o.Position())+t.as(roleFaint, "  "+string(o.Place)))
	t.field("came in", Escape(o.CameIn()))
	role := roleWarn
	if o.Visibility == Visible {
		role = roleBad
	}
	t.field("life", t.as(role, o.Fate()))
	if o.Origin != "" {
		t.field("origin", Escape(shorten(o.Origin, 200)))
	}
	var facts []string
	for _, k := range sortedKeys(o.Facts) {
		facts = append(facts, shorten(k, 40)+" "+shorten(o.Facts[k], 100))
	}
	t.field("facts", Escape(strings.Join(facts, ", ")))
	if o.Snippet != "" && (t.o.Verbose || o.Place != LayerSlack) {
		t.field("text", t.as(roleFaint, shorten(strings.TrimSpace(o.Snippet), 2*(t.width-labelCols))))
	}
	if m := t.r.imageOf(o); t.several || m != nil && m.Kind != "" {
		t.field("in", Escape(nameAll(g.images)))
	}
}

func nameAll(names []string) string {
	const shown = 4
	if len(names) > shown+1 {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return strings.Join(names, ", ")
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// occurrenceGroup is what differs only by the image it is in.
type occurrenceGroup struct {
	at     *Occurrence
	images []string // names of targets or images, each once
}

// groupOccurrences puts together the occurrences of s that read the same, in report order: layers are shared by images.
func groupOccurrences(r *Report, s *Secret) []occurrenceGroup {
	type key struct {
		place                                      Place
		trail, cameIn, fate, digest, origin, image string
		line, column                               int
	}
	var groups []occurrenceGroup
	index := make(map[key]int)
	for i := range s.Occurrences {
		o := &s.Occurrences[i]
		k := key{o.Place, o.Trail(), o.CameIn(), o.Fate(), o.LayerDigest, o.Origin, "", o.Line, o.Column}
		name := r.imageName(o)
		if o.Image == nil {
			k.image = name
		}
		n, ok := index[k]
		if !ok {
			n = len(groups)
			index[k] = n
			groups = append(groups, occurrenceGroup{at: o})
		}
		g := &groups[n]
		if len(g.images) == 0 || g.images[len(g.images)-1] != name {
			g.images = append(g.images, name)
		}
	}
	return groups
}

// imageName names the target, and the image within it where it has several, of an occurrence.
func (r *Report) imageName(o *Occurrence) string {
	if o.Target < 0 || o.Target >= len(r.Targets) {
		return ""
	}
	t := &r.Targets[o.Target]
	m := r.imageOf(o)
	if m == nil || len(t.Images) == 1 {
		return shorten(t.Name, 120)
	}
	return shorten(t.Name, 120) + prefixed(" ", m.Platform) + prefixed(" ", shortDigest(firstOf(m.Digest, m.ID))) +
		prefixed(" inside ", shorten(strings.Join(m.Via, "!"), 120))
}
