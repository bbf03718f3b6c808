package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"dregs/rules"
	"dregs/scanner"
)

// ruleFlags say what is looked for and by which engine.
type ruleFlags struct {
	Config    string   `short:"c" env:"DREGS_CONFIG,GITLEAKS_CONFIG" placeholder:"FILE" help:"Rules in gitleaks' TOML format; also .gitleaks.toml beside the target." group:"Rules"`
	Rule      []string `placeholder:"ID" help:"Use only these rules; repeatable." group:"Rules"`
	SkipRule  []string `placeholder:"ID" help:"Leave these rules out; repeatable." group:"Rules"`
	FindStdin bool     `help:"Look for the values on standard input, one a line, in every place and encoding. They are never shown." group:"Rules"`
	Engine    string   `enum:"dregs,gitleaks" default:"dregs" help:"What matches the rules: dregs' matcher, or gitleaks' own detector, some hundred times slower." group:"Rules"`
}

// rules loads the rule set. It reads the known values from stdin.
func (f *ruleFlags) rules(stdin io.Reader, targets []scanner.Target) (*rules.Set, error) {
	config, err := f.config(targets)
	if err != nil {
		return nil, err
	}
	o := rules.LoadOptions{Config: config, Enable: f.Rule, Skip: f.SkipRule, InlineAllow: true}
	if f.FindStdin {
		if o.Known, err = readValues(stdin); err != nil {
			return nil, err
		}
	}
	set, err := rules.Load(o)
	if err != nil {
		return nil, fmt.Errorf("loading rules: %w", err)
	}
	return set, nil
}

// config returns the file of rules: the one given, else the .gitleaks.toml beside a target, else "".
func (f *ruleFlags) config(targets []scanner.Target) (string, error) {
	if f.Config != "" {
		return f.Config, nil
	}
	found := ""
	for _, folder := range besideTargets(targets) {
		path := filepath.Join(folder, ".gitleaks.toml")
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		if found != "" {
			return "", &usageError{
				err:  fmt.Errorf("two files of rules lie beside the targets: %q and %q", found, path),
				hint: "choose one with --config",
			}
		}
		found = path
	}
	return found, nil
}
