package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// The parts of JUnit's XML that are written.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name      string      `xml:"name,attr"`
		Tests     int         `xml:"tests,attr"`
		Failures  int         `xml:"failures,attr"`
		Errors    int         `xml:"errors,attr"`
		Skipped   int         `xml:"skipped,attr"`
		Timestamp string      `xml:"timestamp,attr,omitempty"`
		Cases     []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		Failure *junitText  `xml:"failure"`
		Error   *junitText  `xml:"error"`
		Skipped *junitText  `xml:"skipped"`
		Output  *junitPlain `xml:"system-out"`
	}
	junitText struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
	junitPlain struct {
		Text string `xml:",chardata"`
	}
)

// writeJUnit writes JUnit's XML: a test case for each secret and exposure, which fails where it is at the gate and is
// skipped where it is ignored; an error for each problem; a case that says whether everything was read.
func writeJUnit(w io.Writer, r *Report, o Options) error {
	complete := junitCase{Class: "dregs.coverage", Name: "everything was read"}
	if ok, gap := o.Gate.complete(r); !ok {
		complete.Error = &junitText{Message: gap, Type: "incomplete"}
	}
	suites := []junitSuite{
		{Name: "dregs secrets", Cases: junitSecrets(r, o.Gate)},
		{Name: "dregs exposures", Cases: junitExposures(r, o.Gate)},
		{Name: "dregs coverage", Cases: append([]junitCase{complete}, junitProblems(r)...)},
	}
	all := junitSuites{Name: "dregs", Time: fmt.Sprintf("%.3f", float64(r.DurationMS)/1000)}
	for i := range suites {
		s := &suites[i]
		if len(s.Cases) == 0 {
			s.Cases = []junitCase{{Class: s.Name, Name: "nothing found"}}
		}
		if !r.Started.IsZero() {
			s.Timestamp = r.Started.UTC().Format(time.RFC3339)
		}
		s.count()
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Skipped += s.Skipped
	}
	all.Suites = suites
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encoding report: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

func (s *junitSuite) count() {
	s.Tests = len(s.Cases)
	for i := range s.Cases {
		c := &s.Cases[i]
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
}

func junitSecrets(r *Report, g Gate) []junitCase {
	var cases []junitCase
	all := findings(r)
	for i := range all {
		f := &all[i]
		s := f.secret
		// The name has no line: a test case keeps its history over rebuilds.
		name := Escape(shorten(f.first().where(), 400))
		if f.number > 1 {
			name += fmt.Sprintf("#%d", f.number)
		}
		c := junitCase{Class: "dregs.secrets." + Escape(s.Rule), Name: name}
		text := Escape(f.sentence())
		switch {
		case s.Ignored != nil:
			c.Skipped = &junitText{Message: Escape("ignored by " + s.Ignored.By + ": " + s.Ignored.Reason)}
		case g.FailOn != Never && g.Fails(s):
			c.Failure = &junitText{Message: Escape(s.Rule + " " + s.Redacted), Type: s.Severity, Text: text + prefixed("\n", Escape(s.Advice))}
		default:
			c.Output = &junitPlain{text}
		}
		cases = append(cases, c)
	}
	return cases
}

func junitExposures(r *Report, g Gate) []junitCase {
	var cases []junitCase
	for i := range r.Exposures {
		e := &r.Exposures[i]
		c := junitCase{Class: "dregs.exposures." + Escape(e.Kind), Name: Escape(fmt.Sprintf("%s:%d:%d", shorten(e.where(), 400), e.Line, e.Column))}
		text := Escape(e.Kind + " " + e.Value + prefixed(" printed by ", e.Source))
		if g.FailOnExposure != Never && g.FailsExposure(e) {
			c.Failure = &junitText{Message: text, Type: e.Severity}
		} else {
			c.Output = &junitPlain{text}
		}
		cases = append(cases, c)
	}
	return cases
}

func junitProblems(r *Report) []junitCase {
	var cases []junitCase
	for i := range r.Targets {
		t := &r.Targets[i]
		for j := range t.Problems {
			p := &t.Problems[j]
			c := junitCase{Class: "dregs.coverage." + Escape(p.Kind), Name: Escape(t.Name + ": " + p.Where)}
			if a := p.Accepted; a != nil {
				c.Skipped = &junitText{Message: Escape("accepted: " + a.Reason)}
			} else {
				c.Error = &junitText{Message: Escape(p.Error), Type: Escape(p.Kind)}
			}
			cases = append(cases, c)
		}
	}
	return cases
}
