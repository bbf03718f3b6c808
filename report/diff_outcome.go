package report

import (
	"fmt"
	"strings"
)

// DiffOutcome is what a comparison comes to.
type DiffOutcome struct {
	Exit int    `json:"exit"` // ExitClean, ExitFound or ExitIncomplete
	Word string `json:"word"` // NothingLeft, NothingWorse, NotClean or CannotTell
	Why  string `json:"why"`
}

// Words of the outcome of a comparison.
const (
	NothingLeft  = "clean"     // what the old one had is gone, and nothing is new
	NothingWorse = "no worse"  // nothing is new and nothing only hidden, but some is still there
	NotClean     = "not clean" // something is new or only hidden
)

// String returns the line of verdict.
func (o DiffOutcome) String() string { return "verdict: " + o.Word + ": " + o.Why }

// Judge sets the outcome of d: ExitFound where a secret at the gate is new or only hidden; else ExitIncomplete where a scan
// was not complete or a secret at the gate is unproven; else ExitClean. Ignored secrets do not fail, those that a baseline
// of an earlier scan knew do. With a threshold of Never no finding fails, and what is not complete does.
func (d *Diff) Judge(g Gate) {
	counts := make(map[string]int)
	for i := range d.Secrets {
		if c := &d.Secrets[i]; g.counts(c) {
			counts[c.Change]++
		}
	}
	worse, doubt := counts[ChangeNew]+counts[ChangeHidden], d.doubt(g, counts[ChangeUnproven])
	told := list(some(counts[ChangeNew], "new"), some(counts[ChangeHidden], "only hidden"), some(counts[ChangeUnproven], "unproven"),
		some(counts[ChangeStill], "still there"), some(counts[ChangeGone], "gone"))
	if told == "" {
		told = "neither has a secret"
	}
	told += " at or above " + g.secretThreshold()
	d.Outcome = DiffOutcome{Exit: ExitClean, Word: NothingLeft, Why: allRead(d.old, d.new) + "; " + told}
	switch {
	case worse > 0:
		d.Outcome = DiffOutcome{Exit: ExitFound, Word: NotClean, Why: told}
		if doubt != "" {
			d.Outcome.Why += "; and " + doubt
		}
		if g.FailOn == Never {
			d.Outcome.Exit = ExitClean
			d.Outcome.Why += "; told only, as asked"
		}
	case counts[ChangeStill] > 0:
		d.Outcome.Word = NothingWorse
	}
	if doubt != "" && d.Outcome.Exit == ExitClean {
		d.Outcome.Exit = ExitIncomplete
	}
	if doubt != "" && worse == 0 {
		d.Outcome.Word, d.Outcome.Why = CannotTell, doubt+"; "+told
	}
}

// counts reports whether a change is at the gate: by the graver of the two severities that its secret was given.
func (g Gate) counts(c *Change) bool {
	rank := 0
	for _, s := range []*Secret{c.Old, c.New} {
		if s != nil {
			rank = max(rank, Rank(s.Severity))
		}
	}
	return rank >= Rank(g.secretThreshold()) && (c.New == nil || c.New.Ignored == nil)
}

// doubt says why the comparison cannot be relied on, empty where it can.
func (d *Diff) doubt(g Gate, unproven int) string {
	var why []string
	for _, side := range []struct {
		name string
		r    *Report
	}{{"old", d.old}, {"new", d.new}} {
		if complete, gap := g.complete(side.r); !complete {
			why = append(why, fmt.Sprintf("of the %s one %s", side.name, gap))
		}
	}
	if unproven > 0 {
		why = append(why, "not every change could be proved")
	}
	if n := d.unnamedAt(g); n > 0 {
		why = append(why, count(n, "secret")+" at the gate cannot be compared for want of a fingerprint (scan with --fail-on low)")
	}
	return strings.Join(why, "; ")
}

// unnamedAt counts the secrets at the gate that have no fingerprint.
func (d *Diff) unnamedAt(g Gate) int {
	n := 0
	for _, r := range []*Report{d.old, d.new} {
		for i := range r.Secrets {
			s := &r.Secrets[i]
			if s.Fingerprint == "" && s.Ignored == nil && Rank(s.Severity) >= Rank(g.secretThreshold()) {
				n++
			}
		}
	}
	return n
}
