package report

import (
	"fmt"
	"sort"
	"strings"
)

const (
	shownExposures = 10
	shownPractices = 10
	shownProblems  = 20
	shownPaths     = 3
)

// exposures writes the image identities that leaked; low ones only where asked.
func (t *text) exposures() {
	var shown []*Exposure
	hidden := 0
	for i := range t.r.Exposures {
		e := &t.r.Exposures[i]
		if e.Severity == Low && !t.o.Verbose && !t.o.Gate.FailsExposure(e) {
			hidden++
			continue
		}
		shown = append(shown, e)
	}
	if len(shown)+hidden == 0 {
		return
	}
	t.section("Image identities in logs")
	sort.SliceStable(shown, func(i, j int) bool { return Rank(shown[i].Severity) > Rank(shown[j].Severity) })
	for i, e := range shown {
		if i == shownExposures && !t.o.Verbose {
			t.field("", fmt.Sprintf("and %d more; -v shows all", len(shown)-i))
			break
		}
		t.exposure(e)
	}
	if hidden > 0 {
		t.field("", t.as(roleFaint, fmt.Sprintf("%d of low severity not shown (-v shows them)", hidden)))
	}
}

func (t *text) exposure(e *Exposure) {
	t.line("  ", t.as(e.Severity, strings.ToUpper(e.Severity))+"  "+Escape(e.Kind)+"  "+t.as(roleCode, shorten(e.Value, 200)))
	where := fmt.Sprintf("%s:%d:%d", shorten(e.where(), 300), e.Line, e.Column)
	if n := len(e.Lines); n > 1 {
		where += " and " + count(n-1, "more line")
	}
	t.whole("where", Escape(where+prefixed("  printed by ", e.Source)))
	if e.Reason != "" && e.Severity != Low {
		t.field("why", Escape(e.Reason))
	}
	if m := e.Matches; m != nil {
		t.field("names", Escape("a scanned image, by its "+m.What+": "+t.r.imageName(&Occurrence{Target: m.Target, Image: &m.Image})))
	}
}

// where returns the path of the log, with the steps into it.
func (e *Exposure) where() string { return strings.Join(append([]string{e.Path}, e.Via...), "!") }

// practices writes the leak-prone habits seen; plain notes on images only where asked.
func (t *text) practices() {
	var shown []*Practice
	notes := 0
	for i := range t.r.Practices {
		p := &t.r.Practices[i]
		if strings.HasPrefix(p.Rule, imageNote) && !t.o.Verbose {
			notes++
			continue
		}
		shown = append(shown, p)
	}
	if len(shown) == 0 {
		return
	}
	t.section("Practices that let secrets in")
	for i, p := range shown {
		if i == shownPractices && !t.o.Verbose {
			t.field("", fmt.Sprintf("and %d more; -v shows all", len(shown)-i))
			break
		}
		where := shorten(p.Path, 300)
		if p.Line > 0 {
			where += fmt.Sprintf(":%d", p.Line)
		}
		t.whole("where", Escape(where)+t.as(roleFaint, "  "+p.Rule))
		t.field("why", Escape(shorten(p.Why, 400)))
		t.field("instead", Escape(shorten(p.Instead, 400)))
	}
	if notes > 0 {
		t.field("", t.as(roleFaint, count(notes, "plain note")+" on images not shown (-v shows them)"))
	}
}

// imageNote begins the rules of what is told of an image itself.
const imageNote = "image-"

// gone writes the secrets of the baseline that are no more.
func (t *text) gone() {
	if t.r.Baseline == nil || len(t.r.Baseline.Gone) == 0 {
		return
	}
	if t.r.Complete {
		t.section("Gone since the baseline")
	} else {
		t.section("Gone since the baseline, or in what was not read")
	}
	for i, g := range t.r.Baseline.Gone {
		if i == shownProblems && !t.o.Verbose {
			t.field("", fmt.Sprintf("and %d more; -v shows all", len(t.r.Baseline.Gone)-i))
			return
		}
		t.field("", Escape(g.Rule+"  "+shorten(g.Fingerprint, 60)))
	}
}

// notes writes what is to be known of baseline and ignore files.
func (t *text) notes() {
	if len(t.r.Notes) == 0 {
		return
	}
	t.section("Notes")
	for i, n := range t.r.Notes {
		if i == shownProblems && !t.o.Verbose {
			t.field("", fmt.Sprintf("and %d more; -v shows all", len(t.r.Notes)-i))
			return
		}
		t.field("", Escape(shorten(n, 400)))
	}
}

// uncovered writes what was not read.
func (t *text) uncovered() {
	type told struct {
		target string
		*Problem
	}
	var problems []told
	for i := range t.r.Targets {
		for j := range t.r.Targets[i].Problems {
			problems = append(problems, told{t.r.Targets[i].Name, &t.r.Targets[i].Problems[j]})
		}
	}
	skipped := t.r.Coverage.Skipped
	if len(problems) == 0 && len(skipped) == 0 {
		return
	}
	t.section("Not covered")
	for i, p := range problems {
		if i == shownProblems && !t.o.Verbose {
			t.field("", fmt.Sprintf("and %s; -v shows all", count(len(problems)-i, "more problem")))
			break
		}
		where := p.Where
		if len(t.r.Targets) > 1 {
			where = p.target + ": " + where
		}
		t.field("problem", t.as(roleWarn, p.Kind)+"  "+Escape(shorten(where, 300)))
		t.field("", Escape(shorten(p.Error, 400)))
		if a := p.Accepted; a != nil {
			t.field("", Escape("accepted: "+shorten(a.Reason, 200)+prefixed(", until ", a.Expires)))
		}
	}
	for _, s := range skipped {
		label := "skipped"
		if s.Candidates {
			label = "judged"
		}
		body := fmt.Sprintf("%d  %s", s.Count, Escape(shorten(s.Reason, 200)))
		if s.Bytes > 0 {
			body += fmt.Sprintf(" (%s)", Size(s.Bytes))
		}
		if n := min(len(s.Paths), shownPaths); n > 0 {
			paths := make([]string, n)
			for i := range n {
				paths[i] = shorten(s.Paths[i], 200)
			}
			body += t.as(roleFaint, ": "+strings.Join(paths, ", ")+map[bool]string{true: ", …"}[s.Count > n])
		}
		t.field(label, body)
	}
}
