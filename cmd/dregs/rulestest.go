package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"dregs/report"
	"dregs/rules"
)

// rulesTestCommand runs rules on text.
type rulesTestCommand struct {
	File string `arg:"" optional:"" placeholder:"FILE" help:"A file to search, or - for standard input."`

	Cases       string   `placeholder:"FILE" help:"Search labelled texts instead, one JSON object a line with id, source, rule, vendor, kind (positive or negative), text, and secret, and tell how the rules did by source."`
	Findings    string   `placeholder:"FILE" help:"With --cases, write what was found in each case to FILE, one JSON object a line. It holds plaintext; mode 0600."`
	JSON        bool     `name:"json" help:"Write JSON; with --cases also what was missed and what was hit wrongly."`
	Rule        []string `placeholder:"ID" help:"Use only these rules; repeatable."`
	SkipRule    []string `placeholder:"ID" help:"Leave these rules out; repeatable."`
	ShowSecrets bool     `help:"Show plaintext values."`
	setFlags
}

// Help implements kong.HelpProvider.
func (rulesTestCommand) Help() string {
	return `Examples:

    dregs rules test .env                            what the rules find in a file
    echo "token=$TOKEN" | dregs rules test -         in standard input
    dregs rules test --rule my-rule -c own.toml a.txt
                                                     what one rule of a file of one's own finds
    dregs rules test --cases cases.jsonl             recall and false positives on labelled texts
    dregs rules test --cases cases.jsonl --json      the same, with what was missed and what was hit wrongly
    dregs rules test --cases cases.jsonl --findings out.jsonl
                                                     and what was found in each`
}

// Run searches the file or the cases. Finding something is no error.
func (c *rulesTestCommand) Run(ctx context.Context, s streams) error {
	switch {
	case (c.File == "") == (c.Cases == ""):
		return &usageError{err: errors.New("give either a file or --cases"), hint: `run "dregs rules test --help" for examples`}
	case c.Findings != "" && c.Cases == "":
		return &usageError{err: errors.New("--findings goes with --cases"), hint: "for a file, use --json --show-secrets"}
	}
	set, err := c.load(rules.LoadOptions{Enable: c.Rule, Skip: c.SkipRule, InlineAllow: true, Now: time.Now()})
	if err != nil {
		return err
	}
	in, name, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer in.Close()
	if c.Cases != "" {
		return c.runCases(ctx, s, set, in)
	}
	matches, _, err := set.Searcher().SearchReader(ctx, rules.Fragment{Place: report.DirFile, Path: name}, in)
	if err != nil {
		return fmt.Errorf("searching %q: %w", c.File, err)
	}
	return c.writeMatches(s.out, rules.Secrets(matches))
}

// open opens what is to be read; name is the path that rules see.
func (c *rulesTestCommand) open(ctx context.Context, s streams) (in io.ReadCloser, name string, err error) {
	path := c.File + c.Cases
	if path == dash {
		return io.NopCloser(interruptible(ctx, s.in)), "", nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, "", fmt.Errorf("opening what to test the rules on: %w", err)
	}
	return f, path, nil
}

// matchForm is a match as JSON shows it.
type matchForm struct {
	Rule     string         `json:"rule"`
	Vendor   string         `json:"vendor,omitempty"`
	Severity string         `json:"severity"`
	Line     int            `json:"line"`
	Column   int            `json:"column"`
	Via      []string       `json:"via,omitempty"`
	Redacted string         `json:"redacted"`
	Secret   string         `json:"secret,omitempty"`
	Entropy  float64        `json:"entropy,omitempty"`
	Verdict  report.Verdict `json:"verdict"`
}

// writeMatches writes matches in the order of the text.
func (c *rulesTestCommand) writeMatches(w io.Writer, matches []rules.Match) error {
	forms := make([]matchForm, 0, len(matches))
	for i := range matches {
		m := &matches[i]
		secret := report.NewSecret(m.Value, m.Prefix, m.Entropy)
		if c.ShowSecrets {
			secret.Show()
		}
		forms = append(forms, matchForm{
			Rule: m.Rule.ID, Vendor: m.Rule.Vendor, Severity: m.Rule.Severity, Line: m.Line, Column: m.Column, Via: m.Via,
			Redacted: secret.Redacted, Secret: secret.Secret, Entropy: secret.Entropy, Verdict: clearOf(m.Verdict, matches),
		})
	}
	if c.JSON {
		return writeJSON(w, forms)
	}
	var text strings.Builder
	for _, f := range forms {
		shown := f.Redacted
		if f.Secret != "" {
			shown = f.Secret
		}
		fmt.Fprintf(&text, "%d:%d  %s  %s", f.Line, f.Column, cell(f.Rule), cell(shown))
		if len(f.Via) > 0 {
			fmt.Fprintf(&text, "  via %s", cell(strings.Join(f.Via, " ")))
		}
		if f.Verdict.State != report.Unknown {
			fmt.Fprintf(&text, "  %s", f.Verdict.State)
		}
		for _, name := range sortedKeys(f.Verdict.Facts) {
			fmt.Fprintf(&text, "  %s %s", name, cell(f.Verdict.Facts[name]))
		}
		text.WriteByte('\n')
	}
	fmt.Fprintf(&text, "%d found\n", len(forms))
	if _, err := io.WriteString(w, text.String()); err != nil {
		return fmt.Errorf("writing what was found: %w", err)
	}
	return nil
}

// clearOf returns a verdict without the facts that hold a value found elsewhere in the text.
func clearOf(v report.Verdict, matches []rules.Match) report.Verdict {
	out := report.Verdict{State: v.State}
	for name, text := range v.Facts {
		held := false
		for i := range matches {
			held = held || matches[i].Value.Len() >= 4 && strings.Contains(text, matches[i].Value.Reveal())
		}
		if !held {
			if out.Facts == nil {
				out.Facts = map[string]string{}
			}
			out.Facts[name] = text
		}
	}
	return out
}
