package main

import (
	"context"
	"fmt"
	"strings"

	"dregs/scanner"
)

// readFlags say how targets are read: what is looked for, how they are opened, and what they may cost.
type readFlags struct {
	ruleFlags
	sourceFlags
	limitFlags
}

// stdinOnce refuses to read standard input for more than one thing: those of others, and what the flags ask it for.
func (f *readFlags) stdinOnce(others ...string) error {
	if f.PasswordStdin {
		others = append(others, "--password-stdin")
	}
	if f.FindStdin {
		others = append(others, "--find-stdin")
	}
	if len(others) > 1 {
		return &usageError{
			err:  fmt.Errorf("standard input is taken by both %s", strings.Join(others, " and ")),
			hint: "it can be read once; write the target to a file, or log in with docker login",
		}
	}
	return nil
}

// own tells whether what is found depends on the rules alone: not on what standard input names, nor on another engine.
func (f *readFlags) own() bool { return !f.FindStdin && f.Engine == "dregs" }

// options returns how to read targets; rules that cannot be loaded are an error.
func (f *readFlags) options(ctx context.Context, s streams, targets []scanner.Target) (scanner.Options, error) {
	stdin := interruptible(ctx, s.in)
	o := scanner.Options{
		Version: readBuild().version,
		Layer:   f.layer(),
		Limits:  f.content(),
		Jobs:    f.Jobs,
		Stdin:   stdin,
	}
	set, err := f.rules(stdin, targets)
	if err != nil {
		return o, err
	}
	o.RuleSet = set.RuleSet()
	o.Searcher = set.Searcher()
	if f.Engine == "gitleaks" {
		o.Searcher = set.Gitleaks()
	}
	o.Source, err = f.source(stdin, &f.limitFlags)
	return o, err
}
