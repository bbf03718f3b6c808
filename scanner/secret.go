package scanner

import (
	"maps"
	"slices"
	"sort"

	"dregs/report"
	"dregs/rules"
)

// group is one value and all that hit it, in report order.
type group struct {
	value   report.Value // zero where no match of it knows it
	entropy float64      // of the value
	all     []*found
	kept    []*seal // of each occurrence that an earlier scan found; nil for others
}

// groupByValue gathers what was found by value, as identity tells it, in the order of the first occurrence. all is in report
// order.
func groupByValue(all []*found, identity func(*found) string) []*group {
	byValue := make(map[string]*group)
	var order []*group
	for _, f := range all {
		v := identity(f)
		g := byValue[v]
		if g == nil {
			g = &group{}
			byValue[v] = g
			order = append(order, g)
		}
		if f.seal == nil {
			g.value, g.entropy = f.match.Value, f.match.Entropy
		}
		g.all = append(g.all, f)
	}
	return order
}

// wordy tells whether the value reads as if a person chose it.
func (g *group) wordy() bool {
	if g.value == (report.Value{}) && g.all[0].seal != nil {
		return g.all[0].seal.value.Wordy
	}
	return g.value.Wordy()
}

// named returns the secret of the group under the rule of best.
func (g *group) named(best *found) report.Secret {
	if g.value == (report.Value{}) && best.seal != nil {
		return report.NewSealedSecret(best.seal.value, best.seal.redacted)
	}
	return report.NewSecret(g.value, best.match.Prefix, g.entropy)
}

// secret makes the report's secret of a group; what depends on the other secrets (identity, fingerprint, order) is set
// later. tests are the folders that the scan has learned to be those of tests.
func (g *group) secret(tests testFolders) report.Secret {
	hits := g.ruleHits()
	best := hits[0]
	s := g.named(best)
	s.Rule = best.match.Rule.ID
	s.Description = best.match.Rule.Description
	s.Vendor = best.match.Rule.Vendor
	s.Advice = best.match.Rule.Advice
	s.Verdict = best.match.Verdict
	if s.Verdict.State == "" {
		s.Verdict.State = report.Unknown
	}
	for _, h := range hits[1:] {
		s.Also = append(s.Also, h.match.Rule.ID)
		s.Verdict.Facts = withFacts(s.Verdict.Facts, h.match.Verdict.Facts)
	}
	if s.Known() {
		s.Hide()
	}
	s.Occurrences = g.occurrences()
	standing := tests.standing(g.all)
	nature := natureOf(best.match.Rule, s.Verdict, g.wordy())
	s.Verdict = withOrigin(s.Verdict, nature, standing, s.Occurrences)
	s.Severity, s.Confidence = assess(best.match.Rule, s.Verdict, nature, standing)
	s.Status, s.Inherited = report.Buried, len(s.Occurrences) > 0
	for i := range s.Occurrences {
		s.Inherited = s.Inherited && s.Occurrences[i].Inherited
		if s.Occurrences[i].Visibility == report.Visible {
			s.Status = report.Exposed
		}
	}
	return s
}

// withFacts returns facts with those of more that it does not tell: a file says whose a value of a known shape is.
func withFacts(facts, more map[string]string) map[string]string {
	if len(more) == 0 {
		return facts
	}
	all := maps.Clone(more)
	maps.Copy(all, facts)
	return all
}

// ruleHits returns one match per rule that hit the value, the most specific rule first.
func (g *group) ruleHits() []*found {
	var hits []*found
	seen := make(map[string]bool)
	for _, f := range g.all {
		if id := f.match.Rule.ID; !seen[id] {
			seen[id] = true
			hits = append(hits, f)
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return moreSpecific(hits[i].match.Rule, hits[j].match.Rule) })
	return hits
}

// moreSpecific tells whether a names a secret better than b.
func moreSpecific(a, b *rules.Rule) bool {
	if a.Generic != b.Generic {
		return b.Generic
	}
	if x, y := report.Rank(a.Severity), report.Rank(b.Severity); x != y {
		return x > y
	}
	if x, y := a.Breadth(), b.Breadth(); x != y {
		return x < y
	}
	if x, y := report.Rank(a.Confidence), report.Rank(b.Confidence); x != y {
		return x > y
	}
	return a.ID < b.ID
}

// occurrences returns the spots of the group; one that several rules hit is told once, under the most specific.
func (g *group) occurrences() []report.Occurrence {
	out := make([]report.Occurrence, 0, len(g.all))
	var last *found
	g.kept = make([]*seal, 0, len(g.all))
	for _, f := range g.all {
		if last != nil && sameSpot(last, f) {
			o := &out[len(out)-1]
			if o.Key == "" {
				o.Key = f.at.Key
			}
			if moreSpecific(f.match.Rule, last.match.Rule) {
				o.Rule = f.match.Rule.ID
				last = f
			}
			continue
		}
		out = append(out, f.at)
		g.kept = append(g.kept, f.seal)
		last = f
	}
	return out
}

func sameSpot(a, b *found) bool {
	x, y := &a.at, &b.at
	return a.entry == b.entry && x.Target == y.Target && number(x.Image) == number(y.Image) && x.Place == y.Place &&
		number(x.Layer) == number(y.Layer) && x.LayerDigest == y.LayerDigest && x.Path == y.Path &&
		number(x.History) == number(y.History) && x.Offset == y.Offset && slices.Equal(x.Via, y.Via) &&
		x.Line == y.Line && x.Column == y.Column
}
