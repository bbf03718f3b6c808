package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"dregs/report"
	"dregs/rules"
	"dregs/rules/trial"
)

// casesForm is what --cases --json writes.
type casesForm struct {
	Rules   int           `json:"rules"`
	Digest  string        `json:"digest"`
	Sources []trial.Score `json:"sources"`
	Missed  []caseForm    `json:"missed"`
	False   []caseForm    `json:"false"`
}

// caseForm is a case that did not come out as it should.
type caseForm struct {
	ID       string        `json:"id"`
	Source   string        `json:"source"`
	Rule     string        `json:"rule"`
	Vendor   string        `json:"vendor"`
	Same     bool          `json:"same_vendor,omitempty"` // of a false hit: a rule of the case's vendor
	Expected []string      `json:"expected,omitempty"`    // redacted without --show-secrets, as all values are
	Findings []findingForm `json:"findings"`
}

type findingForm struct {
	Rule   string `json:"rule"`
	Vendor string `json:"vendor,omitempty"`
	Value  string `json:"value"`
}

// runCases searches labelled texts and writes how the rules did.
func (c *rulesTestCommand) runCases(ctx context.Context, s streams, set *rules.Set, in io.Reader) error {
	cases, err := trial.Read(in)
	if err != nil {
		return fmt.Errorf("%q: %w", c.Cases, err)
	}
	outcomes, err := trial.Run(ctx, set.Searcher(), cases)
	if err != nil {
		return err
	}
	if c.Findings != "" {
		if err := writeFindings(c.Findings, outcomes); err != nil {
			return err
		}
	}
	scores := trial.Scores(outcomes)
	if !c.JSON {
		return writeScores(s.out, scores)
	}
	form := casesForm{Rules: set.Count(), Digest: set.Digest(), Sources: scores, Missed: []caseForm{}, False: []caseForm{}}
	for i := range outcomes {
		switch o := &outcomes[i]; {
		case o.Missed():
			form.Missed = append(form.Missed, c.caseForm(o))
		case o.False():
			form.False = append(form.False, c.caseForm(o))
		}
	}
	return writeJSON(s.out, form)
}

func (c *rulesTestCommand) caseForm(o *trial.Outcome) caseForm {
	shown := func(value string) string {
		if c.ShowSecrets {
			return value
		}
		return report.Redact(value, 0)
	}
	f := caseForm{ID: o.Case.ID, Source: o.Case.Source, Rule: o.Case.Rule, Vendor: o.Case.Vendor, Findings: []findingForm{}}
	if o.Case.Kind == trial.Positive {
		for _, e := range o.Case.Expected() {
			f.Expected = append(f.Expected, shown(e))
		}
	} else {
		f.Same = o.Same
	}
	for _, hit := range o.Findings {
		f.Findings = append(f.Findings, findingForm{hit.Rule, hit.Vendor, shown(hit.Secret)})
	}
	return f
}

// writeFindings writes what was found in each case, in the order of the cases, to a file of mode 0600.
func writeFindings(path string, outcomes []trial.Outcome) error {
	err := report.WriteFile(path, func(w io.Writer) error {
		lines := json.NewEncoder(w)
		lines.SetEscapeHTML(false)
		for i := range outcomes {
			line := struct {
				ID       string          `json:"id"`
				Findings []trial.Finding `json:"findings"`
			}{outcomes[i].Case.ID, outcomes[i].Findings}
			if err := lines.Encode(line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing findings: %w", err)
	}
	return nil
}

// writeScores writes the table by source.
func writeScores(w io.Writer, scores []trial.Score) error {
	var text bytes.Buffer
	columns := tabwriter.NewWriter(&text, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(columns, "source\tpositives\trecall\trule-macro\tnegatives\thit by any rule\tby the vendor's\t")
	for _, r := range scores {
		fmt.Fprintf(columns, "%s\t%d\t%s\t%s\t%d\t%s\t%s\t\n", cell(r.Source), r.Positives,
			percent(r.Recall, r.Positives), percent(r.MacroRecall, r.Positives), r.Negatives,
			percent(float64(r.Hit)/float64(max(1, r.Negatives)), r.Negatives), percent(float64(r.HitVendor)/float64(max(1, r.Negatives)), r.Negatives))
	}
	if err := columns.Flush(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

// percent returns a share of n cases, or a dash where there are none.
func percent(share float64, n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*share)
}

// sortedKeys returns the keys of m in order.
func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
