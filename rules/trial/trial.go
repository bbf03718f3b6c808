package trial

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"

	"dregs/report"
	"dregs/rules"
)

// Finding is what a rule found in a case's text. It holds plaintext.
type Finding struct {
	Rule   string `json:"rule"`
	Vendor string `json:"vendor"`
	Secret string `json:"secret"`

	generic bool
	offset  int64
}

// Outcome is what came of a case.
type Outcome struct {
	Case     *Case
	Findings []Finding // in the order of the text, each rule and secret once
	Found    bool      // a finding overlaps an expected value
	Same     bool      // a finding is of a rule of the case's vendor
}

// Run searches the text of every case. The outcomes are in the order of cases, which must not change meanwhile.
func Run(ctx context.Context, s rules.Searcher, cases []Case) ([]Outcome, error) {
	out := make([]Outcome, len(cases))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range cases {
		g.Go(func() error {
			c := &cases[i]
			matches, err := s.Search(ctx, rules.Fragment{Place: report.LayerFile, Path: c.Path, Data: []byte(c.Text)})
			if err != nil {
				return fmt.Errorf("searching case %q: %w", c.ID, err)
			}
			out[i] = judge(c, rules.Secrets(matches))
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// judge compares what was found in a case with what is expected.
func judge(c *Case, matches []rules.Match) Outcome {
	o := Outcome{Case: c, Findings: []Finding{}}
	type key struct{ rule, secret string }
	seen := map[key]bool{}
	for i := range matches {
		m := &matches[i]
		f := Finding{Rule: m.Rule.ID, Vendor: m.Rule.Vendor, Secret: m.Value.Reveal(), generic: m.Rule.Generic, offset: m.Offset}
		if k := (key{f.Rule, f.Secret}); !seen[k] {
			seen[k] = true
			o.Findings = append(o.Findings, f)
		}
	}
	expected := c.Expected()
	for i := range o.Findings {
		f := &o.Findings[i]
		o.Same = o.Same || f.isOf(c.Vendor)
		for _, want := range expected {
			o.Found = o.Found || f.overlaps(c.Text, want)
		}
	}
	return o
}

// minOverlap is how many bytes a finding and an expected value must share, unless the value is shorter.
const minOverlap = 4

// overlaps tells whether the finding and the value want, wherever they stand in text, share bytes enough. A finding that
// was decoded does not stand there: it must stand for a place in want, or hold it.
func (f *Finding) overlaps(text, want string) bool {
	if want == "" || f.Secret == "" {
		return false
	}
	need := min(minOverlap, len(want))
	inText := false
	for _, a := range places(text, f.Secret) {
		inText = true
		for _, b := range places(text, want) {
			if min(a+len(f.Secret), b+len(want))-max(a, b) >= need {
				return true
			}
		}
	}
	if inText {
		return false
	}
	for _, b := range places(text, want) {
		if int64(b) <= f.offset && f.offset < int64(b+len(want)) {
			return true
		}
	}
	return strings.Contains(f.Secret, want) || len(f.Secret) >= need && strings.Contains(want, f.Secret)
}

// maxPlaces bounds how often one value is looked for in a text.
const maxPlaces = 1000

// places returns where value begins in text, repetitions that overlap included.
func places(text, value string) []int {
	var out []int
	for at := 0; len(out) < maxPlaces; {
		i := strings.Index(text[at:], value)
		if i < 0 {
			break
		}
		out = append(out, at+i)
		at += i + 1
	}
	return out
}

// isOf tells whether the finding's rule is about the vendor's secrets: by its vendor, or by the words its ID begins with.
func (f *Finding) isOf(vendor string) bool {
	want := letters(vendor)
	switch {
	case want == "":
		return false
	case want == "generic":
		return f.generic
	case strings.HasPrefix(letters(f.Rule), want):
		return true
	}
	own := letters(f.Vendor)
	return own == want || len(own) > 3 && strings.Contains(want, own) || len(want) > 3 && strings.Contains(own, want)
}

// letters returns the letters and digits of a name in lower case.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}
