package main

import (
	"encoding/json"
	"fmt"
	"io"

	"dregs/rules"
)

// rulesCommand are the commands about the rule set.
type rulesCommand struct {
	List rulesListCommand `cmd:"" help:"List the rules, one a line."`
	Show rulesShowCommand `cmd:"" help:"Show all that there is to know of some rules."`
	Test rulesTestCommand `cmd:"" help:"Run the rules on a file, standard input or labelled cases."`
}

// setFlags say which rules there are.
type setFlags struct {
	Config string `short:"c" env:"DREGS_CONFIG,GITLEAKS_CONFIG" placeholder:"FILE" help:"Rules in gitleaks' TOML format; without it those that scan uses."`
}

func (f *setFlags) load(o rules.LoadOptions) (*rules.Set, error) {
	o.Config = f.Config
	set, err := rules.Load(o)
	if err != nil {
		return nil, fmt.Errorf("loading rules: %w", err)
	}
	return set, nil
}

// ruleForm is a rule as JSON shows it.
type ruleForm struct {
	ID          string   `json:"id"`
	Description string   `json:"description"`
	Vendor      string   `json:"vendor,omitempty"`
	Severity    string   `json:"severity"`
	Confidence  string   `json:"confidence"`
	Origin      string   `json:"origin"`
	Generic     bool     `json:"generic,omitempty"`
	Keywords    []string `json:"keywords,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Regex       string   `json:"regex,omitempty"`
	Path        string   `json:"path,omitempty"`
	Entropy     float64  `json:"entropy,omitempty"`
	Requires    []string `json:"requires,omitempty"`
	Advice      string   `json:"advice,omitempty"`
	References  []string `json:"references,omitempty"`
}

func formOf(set *rules.Set, r *rules.Rule) ruleForm {
	d := set.Detail(r.ID)
	return ruleForm{
		ID: r.ID, Description: r.Description, Vendor: r.Vendor, Severity: r.Severity, Confidence: r.Confidence, Origin: r.Origin,
		Generic: r.Generic, Keywords: r.Keywords, Tags: r.Tags, Regex: d.Regex, Path: d.Path, Entropy: d.Entropy, Requires: d.Requires,
		Advice: r.Advice, References: r.References,
	}
}

// writeJSON writes v as indented JSON.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}
