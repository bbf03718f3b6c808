package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// repositoryCount counts the secrets that one repository of a registry ships.
type repositoryCount struct {
	name       string
	bySeverity map[string]int
}

// byRepository counts the secrets of registries by repository, those with the most severe first. Ignored ones are left out.
func (r *Report) byRepository() []repositoryCount {
	counts := make(map[string]map[string]int)
	for i := range r.Secrets {
		s := &r.Secrets[i]
		if s.Reach == nil || s.Ignored != nil {
			continue
		}
		for _, name := range s.Reach.Repositories {
			if counts[name] == nil {
				counts[name] = make(map[string]int)
			}
			counts[name][s.Severity]++
		}
	}
	var all []repositoryCount
	for name, by := range counts {
		all = append(all, repositoryCount{name, by})
	}
	slices.SortFunc(all, func(a, b repositoryCount) int {
		for i := len(Severities) - 1; i >= 0; i-- {
			if c := cmp.Compare(b.bySeverity[Severities[i]], a.bySeverity[Severities[i]]); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.name, b.name)
	})
	return all
}

// text tells the counts of a repository.
func (c *repositoryCount) text() string {
	var parts []string
	for i := len(Severities) - 1; i >= 0; i-- {
		parts = append(parts, some(c.bySeverity[Severities[i]], Severities[i]))
	}
	return list(parts...)
}

// rotation returns the secrets of registries in the order in which to replace them: the most severe first, of these what a
// tag still ships before what only a digest or the storage does, and then what most tags ship. Ignored, expired and test
// ones are left out, and those of severity low.
func (r *Report) rotation() []*Secret {
	var all []*Secret
	for i := range r.Secrets {
		s := &r.Secrets[i]
		if s.Reach == nil || s.Ignored != nil || s.Severity == Low || s.Verdict.State == Expired || s.Verdict.State == Test {
			continue
		}
		all = append(all, s)
	}
	slices.SortStableFunc(all, func(a, b *Secret) int {
		return cmp.Or(Rank(b.Severity)-Rank(a.Severity), cmp.Compare(len(b.Reach.Tags), len(a.Reach.Tags)), cmp.Compare(len(b.Reach.Repositories), len(a.Reach.Repositories)))
	})
	return all
}

// reachText tells how far a secret reaches and since when.
func (s *Secret) reachText() string {
	reach := list(some(len(s.Reach.Tags), "tag"+plural(len(s.Reach.Tags))), some(len(s.Reach.PastTags), "past tag"+plural(len(s.Reach.PastTags))))
	if reach == "" {
		reach = "no tag"
	}
	if n := len(s.Reach.Repositories); n > 0 {
		reach += " of " + count(n, "repository")
	}
	if s.Reach.FirstSeen != "" {
		reach += ", since " + s.Reach.FirstSeen + " (" + s.Reach.FirstSeenSource + ")"
	}
	return reach
}

// shownRepositories bounds the rows of these parts of a text.
const shownRepositories = 30

// registries writes what to rotate first, and the secrets by repository.
func (t *text) registries() {
	if all := t.r.rotation(); len(all) > 0 {
		t.section(fmt.Sprintf("Rotate, in this order (%d)", len(all)))
		for i, s := range all[:min(len(all), shownRepositories)] {
			t.field(fmt.Sprint(i+1), t.as(s.Severity, strings.ToUpper(s.Severity))+"  "+Escape(s.ID)+"  "+Escape(firstOf(s.Vendor, s.Rule))+"  "+t.as(roleCode, s.Redacted)+"  "+t.as(roleFaint, s.reachText()))
		}
		t.more(len(all))
	}
	if all := t.r.byRepository(); len(all) > 0 {
		t.section(fmt.Sprintf("Repositories with secrets (%d)", len(all)))
		for i := range all[:min(len(all), shownRepositories)] {
			t.field("", t.as(roleHead, shorten(all[i].name, 200))+"  "+Escape(all[i].text()))
		}
		t.more(len(all))
	}
}

// more says how many rows are left out.
func (t *text) more(n int) {
	if n > shownRepositories {
		t.field("", t.as(roleFaint, fmt.Sprintf("%d more; the JSON has all", n-shownRepositories)))
	}
}

// registries writes the secrets by repository as a table.
func (m *markdown) registries(r *Report) {
	all := r.byRepository()
	if len(all) == 0 || !m.add("### Repositories with secrets\n\n| repository | secrets |\n|---|---|\n") {
		return
	}
	for i := range all[:min(len(all), shownRepositories)] {
		m.add(fmt.Sprintf("| %s | %s |\n", markdownCell(shorten(all[i].name, 200)), markdownText(all[i].text())))
	}
	if n := len(all) - shownRepositories; n > 0 {
		m.end(fmt.Sprintf("\n%d more; the JSON report has all.\n", n))
	}
	m.end("\n")
}
