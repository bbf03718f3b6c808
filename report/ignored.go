package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ApplyIgnores marks the secrets of r that entries cover as ignored, and problems as accepted. Entries that have expired
// by today cover nothing; they, and those that covered nothing, are told in r.Notes. It finishes r.
func ApplyIgnores(r *Report, entries []Ignore, today time.Time) {
	a := &ignoring{r: r, entries: entries, used: make([]bool, len(entries))}
	day := today.UTC().Truncate(24 * time.Hour)
	for i := range entries {
		if e := &entries[i]; e.Expires.IsZero() || !day.After(e.Expires) {
			a.live = append(a.live, i)
		} else {
			r.Notes = append(r.Notes, fmt.Sprintf("%s:%d: this entry expired on %s: %s", e.File, e.Line, e.Expires.Format(time.DateOnly), e.Text))
		}
	}
	for i := range r.Secrets {
		a.secret(&r.Secrets[i])
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		for j := range t.Problems {
			a.problem(t, &t.Problems[j])
		}
	}
	for _, i := range a.live {
		if e := &entries[i]; !a.used[i] && !e.quiet {
			r.Notes = append(r.Notes, fmt.Sprintf("%s:%d: this entry covers nothing: %s", e.File, e.Line, e.Text))
		}
	}
	r.Finish()
}

// ignoring applies entries to one report.
type ignoring struct {
	r       *Report
	entries []Ignore
	live    []int
	used    []bool
}

// secret ignores s where every occurrence is covered. It tells the first entry, and the expiry that comes first.
func (a *ignoring) secret(s *Secret) {
	var first *Ignore
	var expires time.Time
	whole := len(s.Occurrences) > 0
	for i := range s.Occurrences {
		n := a.covering(s, &s.Occurrences[i])
		if n < 0 {
			whole = false
			continue
		}
		e := &a.entries[n]
		if first == nil {
			first = e
		}
		if !e.Expires.IsZero() && (expires.IsZero() || e.Expires.Before(expires)) {
			expires = e.Expires
		}
	}
	if !whole {
		return
	}
	s.Ignored = &Ignored{By: fmt.Sprintf("%s:%d", first.File, first.Line), Reason: first.Reason, Expires: dateOr(expires)}
}

// covering returns the first entry that covers an occurrence, or -1. All that do are used.
func (a *ignoring) covering(s *Secret, o *Occurrence) int {
	first := -1
	for _, i := range a.live {
		if a.entries[i].covers(a.r, s, o) {
			a.used[i] = true
			if first < 0 {
				first = i
			}
		}
	}
	return first
}

func (e *Ignore) covers(r *Report, s *Secret, o *Occurrence) bool {
	switch {
	case e.problem != "",
		e.fingerprint != "" && e.fingerprint != s.Fingerprint,
		e.place != "" && e.place != o.Place,
		e.line > 0 && e.line != o.Line,
		e.suffix != "" && o.Path != e.suffix && !strings.HasSuffix(o.Path, "/"+e.suffix):
		return false
	}
	return e.rule.match(s.Rule, firstOf(o.Rule, s.Rule)) &&
		e.path.match(o.Path, strings.Join(slices.Concat([]string{o.Path}, o.Via), "!")) &&
		e.image.match(r.imageNames(o)...)
}

// imageNames returns all that an entry may call the image of an occurrence.
func (r *Report) imageNames(o *Occurrence) []string {
	if o.Target < 0 || o.Target >= len(r.Targets) {
		return nil
	}
	names := []string{r.Targets[o.Target].Name}
	if m := r.imageOf(o); m != nil {
		names = append(append(names, m.Tags...), m.Digest, m.ID)
	}
	return names
}

func (a *ignoring) problem(t *Target, p *Problem) {
	for _, i := range a.live {
		e := &a.entries[i]
		if e.problem == "" || e.problem != "*" && e.problem != p.Kind || !e.path.match(problemPaths(p.Where)...) || !e.image.match(targetNames(t)...) {
			continue
		}
		a.used[i] = true
		if p.Accepted == nil {
			p.Accepted = &Accepted{By: fmt.Sprintf("%s:%d", e.File, e.Line), Reason: e.Reason, Expires: dateOr(e.Expires)}
		}
	}
}

// problemPaths returns what an entry may mean by the path of a problem: "layer 3 sha256:…, path" as a whole, and the path.
// Only the first comma divides them, so that no name in an image reads like another file's.
func problemPaths(where string) []string {
	if _, path, ok := strings.Cut(where, ", "); ok {
		return []string{where, path}
	}
	return []string{where}
}

func targetNames(t *Target) []string {
	names := []string{t.Name}
	for i := range t.Images {
		m := &t.Images[i]
		names = append(append(names, m.Tags...), m.Digest, m.ID)
	}
	return names
}

func dateOr(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
