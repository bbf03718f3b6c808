package report

import "slices"

// DiffSchema names the version of a written comparison.
const DiffSchema = "dregs/diff/v1"

// Changes of a secret from one report to another.
const (
	ChangeNew      = "new"         // not in the old one, or buried there and exposed now
	ChangeHidden   = "hidden-only" // in both, and buried in the new one: deleted or changed, but whoever pulls can recover it
	ChangeStill    = "still-there" // in both, and exposed in the new one
	ChangeGone     = "gone"        // in the old one, and nowhere in the new one, all of which was read
	ChangeUnproven = "unproven"    // one of the others, but what was read does not tell which
)

// Changes lists the changes of a secret, most urgent first.
var Changes = []string{ChangeNew, ChangeHidden, ChangeUnproven, ChangeStill, ChangeGone}

// Diff is what became of the secrets of one report in another. It holds no plaintext where the reports hold none.
type Diff struct {
	Schema       string         `json:"schema"`
	Tool         Tool           `json:"tool"`
	Old          DiffSide       `json:"old"`
	New          DiffSide       `json:"new"`
	Fingerprints Fingerprints   `json:"fingerprints"`
	Summary      map[string]int `json:"summary"` // secrets by change, each of Changes
	NotCompared  DiffUnnamed    `json:"not_compared"`
	Outcome      DiffOutcome    `json:"outcome"`
	Secrets      []Change       `json:"secrets"` // in the order of Changes, then in that of their report

	old, new *Report
}

// DiffSide is one of two reports that were compared.
type DiffSide struct {
	Name     string   `json:"name"`
	Complete bool     `json:"complete"`
	Rules    RuleSet  `json:"rules"`
	Targets  []Target `json:"targets"`
}

// DiffUnnamed counts the secrets that have no fingerprint, and so cannot be told to be the same as any other.
type DiffUnnamed struct {
	Old int `json:"old"`
	New int `json:"new"`
}

// Change is what became of one secret. Old and New are the secret in either report, null where it is not.
type Change struct {
	Change      string  `json:"change"`
	Why         string  `json:"why,omitempty"` // of what is unproven
	Fingerprint string  `json:"fingerprint,omitempty"`
	Rule        string  `json:"rule"`
	Severity    string  `json:"severity"`
	Redacted    string  `json:"redacted"`
	Was         string  `json:"was,omitempty"` // the status in the old report
	Now         string  `json:"now,omitempty"`
	Old         *Secret `json:"old"`
	New         *Secret `json:"new"`
}

// Compare tells what became of the secrets of one report in another; names name the two. It returns ErrSalt where the
// fingerprints cannot be compared.
//
// Nothing is told to be gone on weak evidence: not where the new report is not complete, was made with other rules, has no
// target of the kind or no image of the platform that the secret was in, or has a secret without a fingerprint that may be
// the same value.
func Compare(before, after *Report, names [2]string) (*Diff, error) {
	if before.Fingerprints != after.Fingerprints {
		return nil, ErrSalt
	}
	d := &Diff{
		Schema: DiffSchema, Tool: after.Tool, Fingerprints: after.Fingerprints, Summary: make(map[string]int),
		Old: sideOf(before, names[0]), New: sideOf(after, names[1]), Secrets: []Change{}, old: before, new: after,
	}
	was, unnamedOld := byFingerprint(before)
	is, unnamedNew := byFingerprint(after)
	d.NotCompared = DiffUnnamed{Old: len(unnamedOld), New: len(unnamedNew)}
	for i := range after.Secrets {
		if s := &after.Secrets[i]; s.Fingerprint != "" {
			d.Secrets = append(d.Secrets, changeOf(was[s.Fingerprint], s, unnamedOld))
		}
	}
	for i := range before.Secrets {
		if s := &before.Secrets[i]; s.Fingerprint != "" && is[s.Fingerprint] == nil {
			d.Secrets = append(d.Secrets, d.absent(s, unnamedNew))
		}
	}
	slices.SortStableFunc(d.Secrets, func(a, b Change) int {
		return slices.Index(Changes, a.Change) - slices.Index(Changes, b.Change)
	})
	for _, c := range Changes {
		d.Summary[c] = 0
	}
	for i := range d.Secrets {
		d.Summary[d.Secrets[i].Change]++
	}
	return d, nil
}

func sideOf(r *Report, name string) DiffSide {
	complete, _ := Gate{}.complete(r)
	return DiffSide{Name: name, Complete: complete, Rules: r.Tool.Rules, Targets: filled(r).Targets}
}

// byFingerprint returns the secrets of r by fingerprint, and those that have none.
func byFingerprint(r *Report) (named map[string]*Secret, unnamed []*Secret) {
	named = make(map[string]*Secret)
	for i := range r.Secrets {
		s := &r.Secrets[i]
		switch {
		case s.Fingerprint == "":
			unnamed = append(unnamed, s)
		case named[s.Fingerprint] == nil:
			named[s.Fingerprint] = s
		}
	}
	return named, unnamed
}

// changeOf is what became of was, nil for a secret that the old report does not name, which is now in the new one.
func changeOf(was, now *Secret, unnamedOld []*Secret) Change {
	c := Change{Fingerprint: now.Fingerprint, Rule: now.Rule, Severity: now.Severity, Redacted: now.Redacted, Now: now.Status, New: now}
	switch {
	case was == nil && now.Severity == Low && mayBeAmong(now, unnamedOld):
		c.Change, c.Why = ChangeUnproven, "the old report has low secrets without a fingerprint, and this may be one of them"
		return c
	case was == nil:
		c.Change = ChangeNew
		return c
	}
	c.Was, c.Old = was.Status, was
	switch {
	case now.Status == Buried:
		c.Change = ChangeHidden
	case was.Status == Buried:
		c.Change = ChangeNew
	default:
		c.Change = ChangeStill
	}
	return c
}

// absent is what became of a secret that the new report does not name.
func (d *Diff) absent(s *Secret, unnamedNew []*Secret) Change {
	c := Change{Change: ChangeGone, Fingerprint: s.Fingerprint, Rule: s.Rule, Severity: s.Severity, Redacted: s.Redacted, Was: s.Status, Old: s}
	switch {
	case !d.New.Complete:
		c.Why = "not found, but not everything of the new one could be read"
	case d.Old.Rules.Digest != "" && d.New.Rules.Digest != "" && d.Old.Rules.Digest != d.New.Rules.Digest:
		c.Why = "not found, but the new one was scanned with other rules"
	case mayBeAmong(s, unnamedNew):
		c.Why = "not found, but the new one has low secrets without a fingerprint, and it may be one of them"
	default:
		c.Why = d.uncovered(s)
	}
	if c.Why != "" {
		c.Change = ChangeUnproven
	}
	return c
}

// mayBeAmong reports whether one of all may have the value of s, by its length, which is 0 for any short one.
func mayBeAmong(s *Secret, all []*Secret) bool {
	return slices.ContainsFunc(all, func(other *Secret) bool { return other.Length == s.Length })
}

// uncovered returns what the new report does not hold of the things that s was in, empty where nothing misses.
func (d *Diff) uncovered(s *Secret) string {
	for i := range s.Occurrences {
		o := &s.Occurrences[i]
		t := &d.old.Targets[o.Target]
		if !slices.ContainsFunc(d.new.Targets, func(n Target) bool { return likeKind(n.Kind) == likeKind(t.Kind) }) {
			return "not found, but it was in a target of kind " + t.Kind + ", and the new one has none"
		}
		m := d.old.imageOf(o)
		if m == nil || m.Kind != "" || m.Platform == "" {
			continue
		}
		if !slices.ContainsFunc(d.new.Targets, func(n Target) bool { return n.offers(m.Platform) }) {
			return "not found, but it was in an image for " + m.Platform + ", and the new one has none"
		}
	}
	return ""
}

// likeKind is the kind of a target, a registry being one of images.
func likeKind(kind string) string {
	if kind == KindRegistry {
		return KindImage
	}
	return kind
}

// offers reports whether t has an image for platform, or one that does not say what it is for.
func (t *Target) offers(platform string) bool {
	return slices.ContainsFunc(t.Images, func(m Image) bool {
		return m.Kind == "" && (m.Platform == "" || m.Platform == platform)
	})
}
