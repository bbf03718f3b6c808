package report

import (
	"fmt"
	"slices"
	"strings"
)

// Never is the threshold that nothing reaches.
const Never = "never"

// Severities lists the severities, lowest first.
var Severities = []string{Low, Medium, High, Critical}

// Gate decides whether what was scanned may go out. Its zero value fails on new secrets from medium and new exposures
// from high.
type Gate struct {
	FailOn         string   // the lowest severity of a secret that fails, or Never; empty means Medium
	FailOnExposure string   // of an exposure; empty means High
	Strict         bool     // content that was skipped counts as not read
	OwnOnly        bool     // what lies wholly in the base image does not fail
	Visibility     []string // only secrets with an occurrence of one of these fail; empty means all
}

// Exit codes of a scan.
const (
	ExitClean      = 0   // complete, and nothing new at the gate
	ExitFound      = 1   // something new at the gate
	ExitUsage      = 2   // wrong usage, or nothing could be scanned
	ExitIncomplete = 3   // nothing at the gate, but not everything was read
	ExitStopped    = 130 // interrupted
)

// Words of an outcome.
const (
	Publish      = "publish"
	DoNotPublish = "do not publish"
	CannotTell   = "unknown"
)

// Outcome is what a gate says of a report.
type Outcome struct {
	Exit int    // ExitClean, ExitFound or ExitIncomplete
	Word string // Publish, DoNotPublish or CannotTell
	Why  string
}

// String returns the line of verdict.
func (o Outcome) String() string { return "verdict: " + o.Word + ": " + o.Why }

// Judge returns the outcome of r. Ignored, known and, with OwnOnly, inherited secrets do not fail. With a threshold of
// Never the exit code tells of no finding, yet the word is that of the default threshold.
func (g Gate) Judge(r *Report) Outcome {
	secrets, exposures := g.failing(r)
	why := g.reasons(secrets, exposures)
	complete, gap := g.complete(r)
	if len(why) > 0 {
		o := Outcome{Exit: ExitFound, Word: DoNotPublish, Why: strings.Join(why, "; ")}
		if !g.enforced(secrets, exposures) {
			o.Exit = ExitClean
			o.Why += "; told only, as asked"
		}
		if !complete {
			o.Why += "; and " + gap
			if o.Exit == ExitClean {
				o.Exit = ExitIncomplete
			}
		}
		return o
	}
	if !complete {
		return Outcome{Exit: ExitIncomplete, Word: CannotTell, Why: gap + "; nothing at the gate in what was read"}
	}
	return Outcome{Exit: ExitClean, Word: Publish, Why: allRead(r) + "; " + g.passed(r)}
}

// Fails reports whether a secret is at the gate. It takes a threshold of Never for the default.
func (g Gate) Fails(s *Secret) bool {
	return s.New && s.Ignored == nil && !(g.OwnOnly && s.Inherited) && Rank(s.Severity) >= Rank(g.secretThreshold()) && g.sees(s)
}

// FailsExposure is Fails for an exposure.
func (g Gate) FailsExposure(e *Exposure) bool {
	return e.New && Rank(e.Severity) >= Rank(g.exposureThreshold())
}

func (g Gate) secretThreshold() string   { return threshold(g.FailOn, Medium) }
func (g Gate) exposureThreshold() string { return threshold(g.FailOnExposure, High) }

// threshold returns the severity of a setting. What is no severity is the default, so that a slip never opens the gate.
func threshold(setting, standard string) string {
	if Rank(setting) == 0 {
		return standard
	}
	return setting
}

func (g Gate) sees(s *Secret) bool {
	if len(g.Visibility) == 0 {
		return true
	}
	return slices.ContainsFunc(s.Occurrences, func(o Occurrence) bool { return slices.Contains(g.Visibility, o.Visibility) })
}

func (g Gate) failing(r *Report) (secrets []*Secret, exposures []*Exposure) {
	for i := range r.Secrets {
		if g.Fails(&r.Secrets[i]) {
			secrets = append(secrets, &r.Secrets[i])
		}
	}
	for i := range r.Exposures {
		if g.FailsExposure(&r.Exposures[i]) {
			exposures = append(exposures, &r.Exposures[i])
		}
	}
	return secrets, exposures
}

// enforced reports whether what is at the gate is so by a threshold that is not Never.
func (g Gate) enforced(secrets []*Secret, exposures []*Exposure) bool {
	return len(secrets) > 0 && g.FailOn != Never || len(exposures) > 0 && g.FailOnExposure != Never
}

func (g Gate) reasons(secrets []*Secret, exposures []*Exposure) []string {
	var why []string
	if len(secrets) > 0 {
		exposed := 0
		for _, s := range secrets {
			if s.Status == Exposed {
				exposed++
			}
		}
		why = append(why, fmt.Sprintf("%s at or above %s (%s)", count(len(secrets), "new secret"), g.secretThreshold(),
			list(some(exposed, "still visible"), some(len(secrets)-exposed, "buried in layers or history"))))
	}
	if len(exposures) > 0 {
		why = append(why, fmt.Sprintf("%s at or above %s", count(len(exposures), "new exposed identity"), g.exposureThreshold()))
	}
	return why
}

// complete reports whether all was read, and what was not.
func (g Gate) complete(r *Report) (ok bool, gap string) {
	problems, skipped := 0, 0
	for i := range r.Targets {
		for j := range r.Targets[i].Problems {
			if r.Targets[i].Problems[j].Accepted == nil {
				problems++
			}
		}
	}
	if g.Strict && !r.Coverage.Strict { // a strict scan has made problems of them, which may be accepted
		for _, s := range r.Coverage.Skipped {
			if !s.Candidates {
				skipped += s.Count
			}
		}
	}
	if r.Complete && problems == 0 && skipped == 0 {
		return true, ""
	}
	told := list(some(problems, "problem"+plural(problems)), some(skipped, "skipped"))
	if told == "" {
		told = "it was stopped early"
	}
	return false, "not everything could be read (" + told + ")"
}

// allRead says of complete reports that all was read, and what of it was not and is accepted.
func allRead(reports ...*Report) string {
	accepted := 0
	for _, r := range reports {
		for i := range r.Targets {
			for j := range r.Targets[i].Problems {
				if r.Targets[i].Problems[j].Accepted != nil {
					accepted++
				}
			}
		}
	}
	if accepted > 0 {
		return "everything was read but for " + count(accepted, "accepted problem")
	}
	return "everything was read"
}

// passed says what a passing report holds all the same.
func (g Gate) passed(r *Report) string {
	known, ignored, inherited, below := 0, 0, 0, 0
	for i := range r.Secrets {
		switch s := &r.Secrets[i]; {
		case s.Ignored != nil:
			ignored++
		case !s.New:
			known++
		case g.OwnOnly && s.Inherited:
			inherited++
		default:
			below++
		}
	}
	told := list(some(known, "known"), some(ignored, "ignored"), some(inherited, "inherited"), some(below, "below the gate"))
	if told == "" {
		return "no secrets found"
	}
	return "nothing new at or above " + g.secretThreshold() + " (" + told + ")"
}

// count returns n and the noun in its number.
func count(n int, noun string) string {
	if n != 1 && strings.HasSuffix(noun, "y") {
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	}
	return fmt.Sprintf("%d %s%s", n, noun, plural(n))
}

func plural(n int) string {
	if n == 1 {
		return ""
	}
	return "s"
}

// some returns "n what", or nothing for none.
func some(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

// list joins what is not empty.
func list(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}
