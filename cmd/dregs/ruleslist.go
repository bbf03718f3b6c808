package main

import (
	"bytes"
	"fmt"
	"strings"
	"text/tabwriter"

	"dregs/rules"
)

// rulesListCommand lists rules.
type rulesListCommand struct {
	Words []string `arg:"" optional:"" name:"word" help:"List only rules that hold every word in their ID, vendor, description, keywords or tags."`

	Format string `short:"f" enum:"text,json" default:"text" help:"Format of the list: text or json."`
	setFlags
}

// Help implements kong.HelpProvider.
func (rulesListCommand) Help() string {
	return `Examples:

    dregs rules list                  all rules: ID, severity, vendor, origin, description
    dregs rules list github           those about GitHub
    dregs rules list -f json -c a.toml
                                      the rules of a file, with their patterns`
}

// ruleList is the list as JSON shows it.
type ruleList struct {
	Count  int        `json:"count"`
	Digest string     `json:"digest"` // of the whole set
	Rules  []ruleForm `json:"rules"`
}

// Run lists the rules by ID.
func (c *rulesListCommand) Run(s streams) error {
	set, err := c.load(rules.LoadOptions{InlineAllow: true}) // as scan does, so that the digest is the same
	if err != nil {
		return err
	}
	list := ruleList{Digest: set.Digest(), Rules: []ruleForm{}}
	for _, r := range set.Rules() {
		if holdsWords(r, c.Words) {
			list.Rules = append(list.Rules, formOf(set, r))
		}
	}
	list.Count = len(list.Rules)
	if c.Format == "json" {
		return writeJSON(s.out, list)
	}
	var text bytes.Buffer
	columns := tabwriter.NewWriter(&text, 0, 8, 2, ' ', 0)
	fmt.Fprintln(columns, "ID\tSEVERITY\tVENDOR\tORIGIN\tDESCRIPTION")
	for _, r := range list.Rules {
		fmt.Fprintln(columns, strings.Join([]string{cell(r.ID), cell(r.Severity), cell(r.Vendor), cell(r.Origin), cell(r.Description)}, "\t"))
	}
	if err := columns.Flush(); err != nil {
		return fmt.Errorf("listing rules: %w", err)
	}
	fmt.Fprintf(&text, "%d of %d rules, %s\n", list.Count, set.Count(), list.Digest)
	if _, err := s.out.Write(text.Bytes()); err != nil {
		return fmt.Errorf("listing rules: %w", err)
	}
	return nil
}

// cell returns text fit for one column of one line.
func cell(text string) string {
	text = printable(strings.Join(strings.Fields(text), " "))
	if text == "" {
		return "-"
	}
	return text
}

// holdsWords tells whether what a rule says of itself holds every word, in letters of either case.
func holdsWords(r *rules.Rule, words []string) bool {
	said := strings.ToLower(strings.Join(append(append([]string{r.ID, r.Vendor, r.Description}, r.Keywords...), r.Tags...), "\n"))
	for _, w := range words {
		if !strings.Contains(said, strings.ToLower(w)) {
			return false
		}
	}
	return true
}
