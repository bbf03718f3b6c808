package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"dregs/rules"
)

// rulesShowCommand shows rules in full.
type rulesShowCommand struct {
	IDs []string `arg:"" name:"id" help:"IDs of rules, as a report or rules list names them."`

	Format string `short:"f" enum:"text,json" default:"text" help:"Format: text or json."`
	setFlags
}

// Help implements kong.HelpProvider.
func (rulesShowCommand) Help() string {
	return `Examples:

    dregs rules show github-pat          what it looks for, and what to do about a finding
    dregs rules show -f json jwt         the same as a JSON list`
}

// Run shows the rules in the order they were asked for.
func (c *rulesShowCommand) Run(s streams) error {
	set, err := c.load(rules.LoadOptions{InlineAllow: true}) // as scan does, so that the digest is the same
	if err != nil {
		return err
	}
	forms := make([]ruleForm, 0, len(c.IDs))
	for _, id := range c.IDs {
		r := set.Rule(id)
		if r == nil {
			return &usageError{err: fmt.Errorf("no rule has the ID %q", id), hint: "dregs rules list WORD finds rules by what they say"}
		}
		forms = append(forms, formOf(set, r))
	}
	if c.Format == "json" {
		return writeJSON(s.out, forms)
	}
	var text bytes.Buffer
	for i, f := range forms {
		if i > 0 {
			fmt.Fprintln(&text)
		}
		f.write(&text)
	}
	if _, err := s.out.Write(text.Bytes()); err != nil {
		return fmt.Errorf("showing rules: %w", err)
	}
	return nil
}

// write writes what there is to say of a rule, a line each.
func (f *ruleForm) write(text *bytes.Buffer) {
	fmt.Fprintln(text, cell(f.ID))
	entropy := ""
	if f.Entropy > 0 {
		entropy = "more than " + strconv.FormatFloat(f.Entropy, 'g', -1, 64) + " bits a byte"
	}
	generic := ""
	if f.Generic {
		generic = "yes: a specific rule names the secret instead"
	}
	for _, line := range []struct{ name, text string }{
		{"description", f.Description}, {"vendor", f.Vendor}, {"severity", f.Severity}, {"confidence", f.Confidence},
		{"origin", f.Origin}, {"generic", generic}, {"keywords", strings.Join(f.Keywords, ", ")}, {"tags", strings.Join(f.Tags, ", ")},
		{"regex", f.Regex}, {"path", f.Path}, {"entropy", entropy}, {"requires", strings.Join(f.Requires, ", ")}, {"advice", f.Advice},
	} {
		if line.text != "" {
			fmt.Fprintf(text, "  %-12s %s\n", line.name, printable(strings.ReplaceAll(line.text, "\n", " ")))
		}
	}
	for _, r := range f.References {
		fmt.Fprintf(text, "  %-12s %s\n", "reference", printable(r))
	}
}
