package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dregs/report"
	"dregs/scanner"
)

// scanCommand scans its targets and reports their secrets.
type scanCommand struct {
	Targets []string `arg:"" name:"target" help:"What to scan: SCHEME:REST, a path, or - for standard input. All targets go into one report, their secrets matched with each other."`

	scanFlags
}

// scanFlags are those of every command that scans.
type scanFlags struct {
	ShowSecrets bool `help:"Show plaintext values in reports. Without it no output holds one." group:"Output"`
	NoProgress  bool `help:"Show no progress bar. There is none without a terminal anyway." group:"Output"`
	outputFlags
	gateFlags
	memoryFlags
	storeFlags
	auditFlags
	baseFlags
	readFlags
}

// Help implements kong.HelpProvider.
func (scanCommand) Help() string {
	return `Schemes: registry: docker: podman: docker-archive: oci-archive: oci-dir: dockerfile: log: dir: demo: (a small leaky
image made in code). Without one the target is detected: a folder or an archive by what it holds, another file by its name, and
a name that is no file is an image of a local engine that has it, else of its registry.

Examples:

    dregs scan demo:                              what a leaky image looks like
    dregs scan app.tar                            an archive of docker save, skopeo or buildah
    docker save app | dregs scan -                the same, never on disk
    dregs scan registry.example.com/app:1.0       an image of a registry, every platform of it
    dregs scan docker:app podman:app              an image of a local engine
    dregs scan -f json -o app.json app.tar        a JSON report in a file
    dregs scan --report sarif=app.sarif app.tar   text here, SARIF in a file, from one scan
    dregs scan --fail-on high app.tar             fail on high and critical secrets only
    dregs scan --write-baseline base.json app.tar what is known from now on
    dregs scan --baseline base.json app.tar       fail only on what is new
    dregs scan --platform linux/arm64 oci-dir:out one platform of a layout
    dregs scan log:build.log app.tar              a build's log with its image: identities and secrets of both
    dregs scan --known fleet.json log:logs/       a folder of logs: which of your images do they name?

Every flag can be given as the environment variable in parentheses; lists are separated by commas there.`
}

// Run scans and writes the reports. It sets the exit code of the gate, or returns why nothing was scanned.
func (c *scanCommand) Run(ctx context.Context, s streams, code *int) error {
	targets, err := c.parseTargets()
	if err != nil {
		return err
	}
	return c.run(ctx, s, targets, alone, code)
}

// before does what is to be done before a scan, and may change its options; goOn is false where there is to be none.
type before func(ctx context.Context, s streams, k *kept, o *scanner.Options, code *int) (goOn bool, err error)

// alone does nothing before a scan.
func alone(context.Context, streams, *kept, *scanner.Options, *int) (bool, error) { return true, nil }

// run scans the targets, after what comes before that, and writes the reports, as scanCommand.Run does.
func (c *scanFlags) run(ctx context.Context, s streams, targets []scanner.Target, first before, code *int) (err error) {
	if err := c.storeFlags.check(); err != nil {
		return err
	}
	outputs, err := c.outputs(s, c.gate(), c.WriteBaseline)
	if err != nil {
		return err
	}
	audit, err := c.openAudit(s.out, commandOf(targets), outputs.paths()...)
	if err != nil {
		return err
	}
	defer func() { err = audit.close(*code, err) }()
	options, err := c.options(ctx, s, targets)
	if err != nil {
		return err
	}
	options.Strict = c.Strict
	memory, err := c.memory(targets)
	if err != nil {
		return err
	}
	if err := memory.options(&options); err != nil {
		return err
	}
	kept, err := c.storeFlags.open(ctx, s)
	if err != nil {
		return err
	}
	defer kept.close()
	if c.own() {
		kept.options(&options)
	} else {
		kept.salt(&options)
	}
	if goOn, err := first(ctx, s, kept, &options, code); err != nil || !goOn {
		return err
	}
	audit.scans(&options, targets...)
	r, err := c.scan(ctx, s, targets, options)
	stopped := ctx.Err() != nil
	switch {
	case r == nil && stopped:
		return fmt.Errorf("%w before anything was read", errInterrupted)
	case r == nil:
		return err
	}
	if errors.Is(err, scanner.ErrNothingScanned) {
		outputs.dropText() // the error on the terminal says all that it would
	}
	if err := memory.apply(r); err != nil {
		return err
	}
	kept.record(ctx, r)
	audit.reported(r)
	if err := outputs.write(r); err != nil {
		return err
	}
	if stopped {
		return fmt.Errorf("%w: the report tells what was read until then", errInterrupted)
	}
	*code = c.gate().Judge(r).Exit
	return err
}

// commandOf names the command that scans targets, for the audit log.
func commandOf(targets []scanner.Target) string {
	if slices.ContainsFunc(targets, func(t scanner.Target) bool { return t.Registry != nil }) {
		return "registry scan"
	}
	return "scan"
}

// parseTargets returns the targets in the order given. Standard input can be one thing only.
func (c *scanCommand) parseTargets() ([]scanner.Target, error) {
	targets := make([]scanner.Target, 0, len(c.Targets))
	var stdin []string
	for _, spec := range c.Targets {
		t, err := scanner.ParseTarget(spec)
		if err != nil {
			return nil, err
		}
		if t.Rest == "-" {
			stdin = append(stdin, "the target "+spec)
		}
		targets = append(targets, t)
	}
	return targets, c.stdinOnce(stdin...)
}

// options returns the options of the scan.
func (c *scanFlags) options(ctx context.Context, s streams, targets []scanner.Target) (scanner.Options, error) {
	o, err := c.readFlags.options(ctx, s, targets)
	if err != nil {
		return o, err
	}
	o.ShowSecrets = c.ShowSecrets
	// A low secret at the gate has to be told from one that the baseline knows.
	o.FingerprintLow = c.FailOn == report.Low
	o.Base, err = c.base()
	return o, err
}

// scan runs the scanner with a progress bar where there is a terminal to show it.
func (c *scanFlags) scan(ctx context.Context, s streams, targets []scanner.Target, o scanner.Options) (*report.Report, error) {
	if !c.NoProgress && !c.Quiet {
		var done func()
		o.Progress, done = s.progress()
		defer done()
	}
	return scanner.Scan(ctx, targets, o)
}
