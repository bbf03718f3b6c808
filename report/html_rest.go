package report

import (
	"fmt"
	"strings"
	"time"
)

// Bounds of the tables below the secrets.
const (
	pageExposures = 2000
	pagePractices = 500
	pageGone      = 500
	pageProblems  = 1000
	pageSkipped   = 200
	pageScanned   = 200
	pageNotes     = 100
	pagePaths     = 3
)

// pageRest is what the page tells below the secrets.
type pageRest struct {
	Exposures     []pageExposure
	MoreExposures string
	Practices     []pagePractice
	MorePractices string
	Gone          []Gone
	GoneTitle     string
	MoreGone      string

	CoverageWord, CoverageTone, Read string

	Problems     []pageProblem
	MoreProblems string
	Skipped      []pageSkip
	MoreSkipped  string
	Scanned      []pageTarget
	MoreScanned  string
	Notes        []string
	Made         string
}

type (
	pageExposure struct{ Severity, Kind, Value, Where, Snippet, Source, Names string }
	pagePractice struct{ Rule, Where, Why, Instead string }
	pageProblem  struct{ Kind, Where, Error, Accepted string }
	pageSkip     struct {
		Count, What, Reason, Bytes string
		Paths                      []string
	}
	pageTarget struct{ Target, What, Digest, Layers string }
)

func newPageRest(r *Report) pageRest {
	p := pageRest{Made: made(r)}
	p.exposures(r)
	p.practices(r)
	p.gone(r)
	p.coverage(r)
	p.problems(r)
	p.skipped(r)
	p.scanned(r)
	for _, n := range r.Notes[:min(len(r.Notes), pageNotes)] {
		p.Notes = append(p.Notes, Escape(shorten(n, pageRunes)))
	}
	return p
}

// more tells that a table ends before all is told.
func more(all, shown int) string {
	if all <= shown {
		return ""
	}
	return fmt.Sprintf("and %d more; the JSON report has all", all-shown)
}

func (p *pageRest) exposures(r *Report) {
	p.MoreExposures = more(len(r.Exposures), pageExposures)
	for i := range r.Exposures[:min(len(r.Exposures), pageExposures)] {
		e := &r.Exposures[i]
		where := fmt.Sprintf("%s:%d:%d", shorten(e.Path, pageRunes), e.Line, e.Column)
		if n := len(e.Lines); n > 1 {
			where += " and " + count(n-1, "more line")
		}
		row := pageExposure{
			Severity: severityClass(e.Severity), Kind: Escape(e.Kind), Value: Escape(shorten(e.Value, 200)), Where: Escape(where), Source: Escape(shorten(e.Source, 80)),
			Snippet: snippetLines(e.Snippet), Names: "no image of this scan",
		}
		if m := e.Matches; m != nil {
			row.Names = Escape(r.imageName(&Occurrence{Target: m.Target, Image: &m.Image}) + ", by its " + m.What)
		}
		p.Exposures = append(p.Exposures, row)
	}
}

func (p *pageRest) practices(r *Report) {
	p.MorePractices = more(len(r.Practices), pagePractices)
	for _, f := range r.Practices[:min(len(r.Practices), pagePractices)] {
		where := shorten(f.Path, pageRunes)
		if f.Line > 0 {
			where += fmt.Sprintf(":%d", f.Line)
		}
		p.Practices = append(p.Practices, pagePractice{Escape(f.Rule), Escape(where), Escape(shorten(f.Why, pageRunes)), Escape(shorten(f.Instead, pageRunes))})
	}
}

func (p *pageRest) gone(r *Report) {
	if r.Baseline == nil {
		return
	}
	all := r.Baseline.Gone
	p.GoneTitle = "Gone since the baseline"
	if !r.Complete {
		p.GoneTitle = "Gone since the baseline, or in what was not read"
	}
	p.MoreGone = more(len(all), pageGone)
	for _, g := range all[:min(len(all), pageGone)] {
		p.Gone = append(p.Gone, Gone{Escape(shorten(g.Fingerprint, 60)), Escape(g.Rule)})
	}
}

func (p *pageRest) coverage(r *Report) {
	p.CoverageWord, p.CoverageTone = "✓ Everything was read.", "good"
	if !r.Complete {
		p.CoverageWord, p.CoverageTone = "✕ Not everything was read: what is not in this report may still be in the image.", "warn"
	}
	c := &r.Coverage
	p.Read = "Read: " + list(count(c.Images, "image"), count(c.Layers, "layer"), count(c.Files, "file"), Size(c.Bytes))
	if c.UnpackedFiles > 0 {
		p.Read += fmt.Sprintf(", and %s (%s) unpacked from them", count(c.UnpackedFiles, "file"), Size(c.UnpackedBytes))
	}
	p.Read += fmt.Sprintf(" in %s.", (time.Duration(r.DurationMS) * time.Millisecond).Round(100*time.Millisecond))
}

func (p *pageRest) problems(r *Report) {
	all := 0
	for i := range r.Targets {
		t := &r.Targets[i]
		for _, f := range t.Problems {
			if all++; all > pageProblems {
				continue
			}
			where := f.Where
			if len(r.Targets) > 1 {
				where = shorten(t.Name, 120) + ": " + where
			}
			row := pageProblem{Kind: Escape(f.Kind), Where: Escape(shorten(where, pageRunes)), Error: Escape(shorten(f.Error, pageRunes))}
			if a := f.Accepted; a != nil {
				row.Accepted = Escape("accepted: " + shorten(a.Reason, 200) + prefixed(", until ", a.Expires) + prefixed(", by ", a.By))
			}
			p.Problems = append(p.Problems, row)
		}
	}
	p.MoreProblems = more(all, pageProblems)
}

func (p *pageRest) skipped(r *Report) {
	all := r.Coverage.Skipped
	p.MoreSkipped = more(len(all), pageSkipped)
	for i := range all[:min(len(all), pageSkipped)] {
		s := &all[i]
		row := pageSkip{Count: fmt.Sprint(s.Count), What: "skipped", Reason: Escape(shorten(s.Reason, 200))}
		if s.Candidates {
			row.What = "judged no secret"
		}
		if s.Bytes > 0 {
			row.Bytes = Size(s.Bytes)
		}
		for _, path := range s.Paths[:min(len(s.Paths), pagePaths)] {
			row.Paths = append(row.Paths, Escape(shorten(path, 200)))
		}
		p.Skipped = append(p.Skipped, row)
	}
}

// scanned lists targets, and of each its images.
func (p *pageRest) scanned(r *Report) {
	all := 0
	put := func(row pageTarget) {
		if all++; all <= pageScanned {
			p.Scanned = append(p.Scanned, row)
		}
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		if len(t.Images) == 0 {
			put(pageTarget{Target: Escape(shorten(t.Name, 200)), What: Escape(t.Kind)})
		}
		for j := range t.Images {
			m := &t.Images[j]
			put(pageTarget{
				Target: Escape(shorten(t.Name, 200)), Digest: Escape(firstOf(m.Digest, m.ID)), Layers: fmt.Sprint(len(m.Layers)),
				What: Escape(shorten(list(firstOf(m.Kind, "image"), m.Platform, strings.Join(m.Tags, ", ")), 200)),
			})
		}
	}
	p.MoreScanned = more(all, pageScanned)
}
