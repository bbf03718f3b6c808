package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"dregs/report"
	"dregs/scanner"
)

// diffCommand compares the secrets of two reports or images.
type diffCommand struct {
	Old string `arg:"" placeholder:"OLD" help:"What was there before: a report of format json, or a target as of scan."`
	New string `arg:"" placeholder:"NEW" help:"What is there now: the same. One of the two can be - for standard input."`

	Format     string `short:"f" enum:"${diff_formats}" default:"text" help:"Format: ${diff_formats_list}." group:"Output"`
	Output     string `short:"o" placeholder:"FILE" help:"Write to FILE instead of standard output (-); whole or not at all, mode 0600." group:"Output"`
	Quiet      bool   `short:"q" help:"Print only the verdict line of the text." group:"Output"`
	Verbose    bool   `short:"v" help:"Show secrets of severity low and every occurrence." group:"Output"`
	NoProgress bool   `help:"Show no progress bar. There is none without a terminal anyway." group:"Output"`
	FailOn     string `enum:"${severities}" default:"medium" help:"The lowest severity of a secret that is new or only hidden that fails: ${severities_list}." group:"Gate"`
	Strict     bool   `help:"Take content that was skipped, such as encrypted inner archives, for not read." group:"Gate"`
	ignoreFlags
	storeFlags
	auditFlags
	readFlags
}

// Help implements kong.HelpProvider.
func (diffCommand) Help() string {
	return `Says of each secret whether it is new, still there, only hidden (deleted in a later layer, which whoever pulls can undo),
or gone. An image is scanned, under the salt of a report that it is compared with.

Exit codes: 0 nothing is new and nothing only hidden; 1 something is; 2 wrong usage, or the two cannot be compared; 3 neither,
but it is not proved: not everything could be read, or the two were scanned with other rules; 130 interrupted.

Examples:

    dregs diff before.json app.tar                has the clean-up worked?
    dregs diff app:1.0 app:1.1                    two images of a local engine or a registry
    dregs diff -f json -o proof.json app-1.tar app-2.tar
    dregs diff yesterday.json today.json          two reports of one salt (scan --baseline yesterday.json)`
}

// Run compares and writes what it found. It sets the exit code, or returns why the two could not be compared.
func (c *diffCommand) Run(ctx context.Context, s streams, code *int) (err error) {
	if c.Output == dash {
		c.Output = ""
	}
	if err := c.storeFlags.check(); err != nil {
		return err
	}
	if c.Output != "" {
		if err := writable(c.Output); err != nil {
			return err
		}
	}
	audit, err := c.openAudit(s.out, "diff", c.Output)
	if err != nil {
		return err
	}
	defer func() { err = audit.close(*code, err) }()
	s.in = interruptible(ctx, s.in)
	sides, err := c.sides(&s)
	if err != nil {
		return err
	}
	for _, side := range sides {
		if side.report != nil {
			audit.readReport(side.spec, side.digest)
		}
	}
	if err := c.scanSides(ctx, s, audit, sides); err != nil {
		return err
	}
	d, err := report.Compare(sides[0].report, sides[1].report, [2]string{sides[0].name(), sides[1].name()})
	if err != nil {
		return compareError(err)
	}
	gate := report.Gate{FailOn: c.FailOn, Strict: c.Strict}
	d.Judge(gate)
	audit.compared(d)
	options := report.Options{Gate: gate, Verbose: c.Verbose, Quiet: c.Quiet, Width: defaultWidth}
	if err := c.write(s.out, d, options); err != nil {
		return err
	}
	*code = d.Outcome.Exit
	return nil
}

func (c *diffCommand) write(stdout io.Writer, d *report.Diff, o report.Options) error {
	if c.Output != "" {
		return report.WriteFile(c.Output, func(w io.Writer) error { return d.Write(w, c.Format, o) })
	}
	o.Color, o.Width = colored(stdout), width(stdout)
	if err := d.Write(stdout, c.Format, o); err != nil {
		return fmt.Errorf("writing the comparison to standard output: %w", err)
	}
	return nil
}

// compareError adds to err what helps a comparison.
func compareError(err error) error {
	err = fmt.Errorf("comparing: %w", err)
	if errors.Is(err, report.ErrSalt) {
		return &usageError{err: err, hint: "name the image in place of one of the reports, or scan it again with --baseline OLD"}
	}
	return err
}

// sides reads the reports among the two sides and tells the targets.
func (c *diffCommand) sides(s *streams) ([]*diffSide, error) {
	if c.Old == dash && c.New == dash {
		return nil, &usageError{err: errors.New("standard input is both OLD and NEW"), hint: "it can be read once; write one of them to a file"}
	}
	var sides []*diffSide
	for _, spec := range []string{c.Old, c.New} {
		if spec == dash {
			if err := c.stdinOnce("the target -"); err != nil {
				return nil, err
			}
		}
		side, err := newDiffSide(spec, s)
		if err != nil {
			return nil, err
		}
		sides = append(sides, side)
	}
	return sides, c.stdinOnce()
}

// scanSides scans the sides that are targets, under one salt.
func (c *diffCommand) scanSides(ctx context.Context, s streams, audit *auditLog, sides []*diffSide) error {
	var targets []scanner.Target
	var salt []byte
	for _, side := range sides {
		if side.report == nil {
			targets = append(targets, side.target)
			continue
		}
		var err error
		if salt, err = side.report.Fingerprints.SaltBytes(); err != nil {
			return fmt.Errorf("%q: %w", side.spec, err)
		}
	}
	if len(targets) == 0 {
		return nil
	}
	ignores, err := c.ignores(targets)
	if err != nil {
		return err
	}
	o, err := c.options(ctx, s, targets)
	if err != nil {
		return err
	}
	o.Strict = c.Strict
	// A secret that one scan calls low and the other does not is still the same.
	o.FingerprintLow = true
	if !c.NoProgress && !c.Quiet {
		var done func()
		o.Progress, done = s.progress()
		defer done()
	}
	kept, err := c.storeFlags.open(ctx, s)
	if err != nil {
		return err
	}
	defer kept.close()
	for _, side := range sides {
		if side.report != nil {
			continue
		}
		o.Salt = salt
		if c.own() {
			kept.options(&o)
		} else {
			kept.salt(&o)
		}
		audit.scans(&o, side.target)
		if err := side.scan(ctx, o, ignores); err != nil {
			return err
		}
		kept.record(ctx, side.report)
		if salt, err = side.report.Fingerprints.SaltBytes(); err != nil {
			return err
		}
	}
	return nil
}
