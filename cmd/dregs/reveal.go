package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/source"
)

// revealCommand shows one secret of a report, read again from where it was found.
type revealCommand struct {
	Report string `arg:"" placeholder:"REPORT" help:"A report of format json, or - for standard input."`
	ID     string `arg:"" placeholder:"ID" help:"The secret: its id in the report, such as s1, or its fingerprint."`

	Image      string `placeholder:"TARGET" help:"Read it from this target, as of scan, instead of the one that the report names." group:"Targets"`
	Occurrence int    `default:"1" placeholder:"N" help:"Which of its occurrences to read, from 1." group:"Targets"`
	Yes        bool   `help:"Print the secret although standard output is no terminal; with --extract, print it too." group:"Output"`
	Extract    string `placeholder:"FILE" help:"Write the version of the file that holds the secret to FILE, mode 0600, and what proves it to FILE.json. Neither must exist." group:"Output"`
	auditFlags
	readFlags
}

// Help implements kong.HelpProvider.
func (revealCommand) Help() string {
	return `Reads a secret again from its image and prints it, alone. It refuses (exit 2) where it cannot prove that it reads the same
bytes: the digests of the image and of the layer are computed anew and must be those of the report, and the value must have the
fingerprint that the report has of it.

Examples:

    dregs scan -f json -o app.json app.tar
    dregs reveal app.json s1                      on a terminal
    dregs reveal --yes app.json s1 | revoke-it    elsewhere
    dregs reveal --image registry.example.com/app@sha256:… app.json s1
    dregs reveal --extract evidence.env --audit-log audit.jsonl app.json s1

A secret that custom rules or --find-stdin found needs them again.`
}

// Run reveals the secret, or returns why it does not.
func (c *revealCommand) Run(ctx context.Context, s streams, code *int) (err error) {
	if c.Extract == "" && !c.Yes && !interactive(s.out) {
		return &usageError{
			err:  errors.New("standard output is no terminal, and a secret is not written elsewhere unasked"),
			hint: "--yes prints it all the same; --extract FILE writes the file that holds it",
		}
	}
	if err := c.free(); err != nil {
		return err
	}
	audit, err := c.openAudit(s.out, "reveal", c.written()...)
	if err != nil {
		return err
	}
	defer func() { err = audit.close(*code, err) }()
	s.in = interruptible(ctx, s.in)
	w, err := c.wanted(s, audit)
	if err != nil {
		return err
	}
	rv, err := c.read(ctx, s, audit, w)
	if err != nil {
		return err
	}
	if c.Extract != "" {
		if err := c.extract(ctx, audit, w, rv); err != nil {
			return err
		}
		if !c.Yes {
			return nil
		}
	}
	audit.step("reveal", append(w.audited(), "proof", rv.Proof, "extracted", c.Extract, "terminal", interactive(s.out))...)
	if err := audit.sync(); err != nil {
		return err
	}
	return s.printSecret(rv.Value)
}

// written returns what the command writes to, empty for standard output.
func (c *revealCommand) written() []string {
	var paths []string
	if c.Extract == "" || c.Yes {
		paths = append(paths, "")
	}
	if c.Extract != "" {
		paths = append(paths, c.Extract, c.Extract+evidenceEnding)
	}
	return paths
}

// wantedSecret is what the command line asks for, with what it was read from.
type wantedSecret struct {
	scanner.Wanted
	report *report.Report
	digest string // of the report
	target scanner.Target
}

// audited returns what names the secret in the audit log.
func (w *wantedSecret) audited() []any {
	return []any{"id", w.Secret.ID, "fingerprint", w.Secret.Fingerprint, "rule", w.Secret.Rule, "report", w.digest}
}

// wanted finds the secret in the report.
func (c *revealCommand) wanted(s streams, audit *auditLog) (*wantedSecret, error) {
	if c.Report == dash {
		if err := c.stdinOnce("the report -"); err != nil {
			return nil, err
		}
	}
	r, digest, err := readReport(c.Report, s.in)
	if err != nil {
		return nil, err
	}
	audit.readReport(c.Report, digest)
	hidePlaintext(r)
	w := &wantedSecret{report: r, digest: digest}
	w.Fingerprints = r.Fingerprints
	found := false
	for i := range r.Secrets {
		if sec := &r.Secrets[i]; !found && (sec.ID == c.ID || sec.Fingerprint != "" && sec.Fingerprint == c.ID) {
			w.Secret, found = *sec, true
		}
	}
	if !found {
		return nil, &usageError{err: fmt.Errorf("the report has no secret %q", c.ID), hint: fmt.Sprintf("dregs report -v %s lists them", c.Report)}
	}
	if n := len(w.Secret.Occurrences); c.Occurrence < 1 || c.Occurrence > n {
		return nil, &usageError{err: fmt.Errorf("--occurrence: %d is none of the %d occurrences of %s", c.Occurrence, n, c.ID)}
	}
	w.At = w.Secret.Occurrences[c.Occurrence-1]
	if w.At.Image != nil {
		w.Image = &r.Targets[w.At.Target].Images[*w.At.Image]
	}
	w.target, err = c.target(&r.Targets[w.At.Target], w)
	return w, err
}

// registryTarget returns the part of a registry that holds the image of a secret, all of it where that is in no repository.
func registryTarget(t *report.Target, w *wantedSecret) scanner.Target {
	sel := &source.Selection{}
	if w.Image != nil {
		sel.List, sel.Repositories = w.Image.Repositories, w.Image.Repositories
	}
	return scanner.Target{Name: t.Name, Registry: sel}
}

// target returns where to read the secret: what --image names, else the target of the report.
func (c *revealCommand) target(t *report.Target, w *wantedSecret) (scanner.Target, error) {
	const hint = "name where it is now with --image TARGET"
	spec := c.Image
	switch {
	case spec != "":
	case t.Kind == report.KindRegistry:
		return registryTarget(t, w), nil
	case t.Name == dash:
		return scanner.Target{}, &usageError{err: errors.New("the report is of standard input, which cannot be read again"), hint: hint}
	default:
		spec = t.Name
	}
	parsed, err := scanner.ParseTarget(spec)
	switch {
	case err != nil && c.Image == "":
		return parsed, &usageError{err: err, hint: hint}
	case parsed.Rest == dash:
		return parsed, &usageError{err: errors.New("--image cannot be standard input"), hint: "write it to a file"}
	}
	return parsed, err
}

// read reads the secret again.
func (c *revealCommand) read(ctx context.Context, s streams, audit *auditLog, w *wantedSecret) (*scanner.Revealed, error) {
	if err := c.stdinOnce(); err != nil {
		return nil, err
	}
	o, err := c.options(ctx, s, []scanner.Target{w.target})
	if err != nil {
		return nil, err
	}
	audit.scans(&o, w.target)
	rv, err := scanner.Reveal(ctx, w.target, w.Wanted, o)
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w before the secret was found", errInterrupted)
	case err != nil:
		audit.step("refuse", w.audited()...)
		return nil, &usageError{err: fmt.Errorf("reading %s of %q again: %w", c.ID, w.target.Name, err), hint: c.hint(err, w, o)}
	}
	if rv.Proof == scanner.ProofSpot {
		fmt.Fprintln(s.err, "dregs: note: the report has no fingerprint of this secret: it is told by its spot, in bytes of the same digest")
	}
	return rv, nil
}

// hint says what may help against a refusal.
func (c *revealCommand) hint(err error, w *wantedSecret, o scanner.Options) string {
	switch {
	case errors.Is(err, scanner.ErrChanged) && w.Image != nil && w.Image.Digest != "":
		return "name the image that was scanned by its digest: --image REPOSITORY@" + w.Image.Digest
	case errors.Is(err, scanner.ErrChanged):
		return "name the image that was scanned with --image, or scan what is there now"
	case errors.Is(err, scanner.ErrNotFound) && o.RuleSet.Digest != w.report.Tool.Rules.Digest:
		return "the report was made with other rules: give the same (--config, --rule, --find-stdin), or scan again"
	case len(w.Secret.Occurrences) > 1:
		return fmt.Sprintf("--occurrence N tries another of its %d occurrences", len(w.Secret.Occurrences))
	}
	return "scan the target again"
}

// interactive reports whether w is a terminal, whatever that can do.
func interactive(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// printSecret prints the plaintext and ends its line. On a terminal what could steer that is escaped, and told to be.
func (s streams) printSecret(v report.Value) error {
	text := v.Reveal()
	if interactive(s.out) && strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }) {
		text = printable(text)
		fmt.Fprintln(s.err, "dregs: note: what cannot be printed is escaped; --yes with a pipe gives the bytes")
	}
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if _, err := io.WriteString(s.out, text); err != nil {
		return fmt.Errorf("printing the secret: %w", err)
	}
	return nil
}
