package report

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strings"
)

// githubMost is how many annotations GitHub shows of one step.
const githubMost = 10

// writeGitHub writes workflow commands that annotate a run of GitHub Actions: the ten findings that matter most, then a
// summary and the line of verdict.
func writeGitHub(w io.Writer, r *Report, o Options) error {
	return buffered(w, func(out *bufio.Writer) {
		all := findings(r)
		var told []*finding
		for i := range all {
			if s := all[i].secret; s.Ignored == nil && (Rank(s.Severity) > Rank(Low) || o.Gate.Fails(s)) {
				told = append(told, &all[i])
			}
		}
		sort.SliceStable(told, func(i, j int) bool {
			a, b := told[i].secret, told[j].secret
			if x, y := o.Gate.Fails(a), o.Gate.Fails(b); x != y {
				return x
			}
			return Rank(a.Severity) > Rank(b.Severity)
		})
		for _, f := range told[:min(len(told), githubMost)] {
			githubFinding(out, f, o.Gate)
		}
		if n := len(told) - githubMost; n > 0 {
			fmt.Fprintf(out, "%s not annotated: GitHub shows %d a step.\n", count(n, "more finding"), githubMost)
		}
		for i := range r.Exposures {
			if e := &r.Exposures[i]; o.Gate.FailsExposure(e) {
				fmt.Fprintf(out, "exposed: %s\n", Escape(fmt.Sprintf("%s %s at %s:%d", e.Kind, e.Value, e.where(), e.Line)))
			}
		}
		outcome := o.Gate.Judge(r)
		// GitHub counts errors, warnings and notices apart: a notice is shown beside ten of the others.
		githubCommand(out, "notice", nil, "dregs: "+outcome.Word, outcome.Why)
		fmt.Fprintln(out, Escape(outcome.String()))
	})
}

func githubFinding(out *bufio.Writer, f *finding, g Gate) {
	s, o := f.secret, f.first()
	level := "warning"
	if g.Fails(s) && g.FailOn != Never {
		level = "error"
	}
	var at []string
	switch o.Place {
	case Dockerfile, DirFile: // files of the repository; GitHub knows no others
		at = append(at, "file="+githubProperty(Escape(o.Path)), fmt.Sprintf("line=%d", max(o.Line, 1)), fmt.Sprintf("col=%d", max(o.Column, 1)))
	}
	githubCommand(out, level, at, s.Severity+": "+s.Rule, f.sentence()+prefixed(" ", s.Advice))
}

func githubCommand(out *bufio.Writer, level string, properties []string, title, message string) {
	properties = append(properties, "title="+githubProperty(Escape(title)))
	fmt.Fprintf(out, "::%s %s::%s\n", level, strings.Join(properties, ","), githubData(Escape(message)))
}

// githubData escapes the message of a workflow command.
func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// githubProperty escapes a property of a workflow command.
func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
