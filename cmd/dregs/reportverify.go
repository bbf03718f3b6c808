package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"dregs/report"
)

// reportVerifyCommand checks a signed statement.
type reportVerifyCommand struct {
	File    string   `arg:"" placeholder:"FILE" help:"A signed statement of format intoto, or - for standard input."`
	Key     string   `required:"" placeholder:"FILE" help:"The public key of the signer: PEM, a key or a certificate, of whose term and issuer nothing is checked."`
	Report  string   `placeholder:"FILE" env:"DREGS_VERIFY_REPORT" help:"A JSON report: check that the statement is about it."`
	Subject []string `placeholder:"DIGEST" help:"Check that the statement is about the image of this digest (sha256:…); repeatable."`
}

// Help implements kong.HelpProvider.
func (reportVerifyCommand) Help() string {
	return `Examples:

    dregs scan --report intoto=app.intoto.json --sign-key key.pem app.tar
    dregs report verify app.intoto.json --key key.pub
    dregs report verify app.intoto.json --key key.pub --report app.json --subject sha256:…

Exit codes: 0 the signature and what the statement says hold; 1 they do not; 2 the key, or a file, cannot be read.
A statement can hold and say that an image must not be published: read what is printed.`
}

// Run checks the statement, prints what it says, and sets the exit code.
func (c *reportVerifyCommand) Run(s streams, code *int) error {
	a, err := c.verify(s.in)
	switch {
	case errors.Is(err, report.ErrNotProven):
		*code = report.ExitFound
		_, err = fmt.Fprintf(s.out, "%s\n", printable(err.Error()))
		return err
	case err != nil:
		return err
	}
	return c.print(s.out, a)
}

// verify returns the statement if it holds.
func (c *reportVerifyCommand) verify(stdin io.Reader) (*report.Attestation, error) {
	key, err := readKey(c.Key, report.NewVerifier)
	if err != nil {
		return nil, err
	}
	in := stdin
	if c.File != dash {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, fmt.Errorf("opening the statement: %w", err)
		}
		defer f.Close()
		in = f
	}
	a, err := report.VerifyAttestation(in, key)
	if err != nil {
		return nil, err
	}
	if c.Report != "" {
		f, err := os.Open(c.Report)
		if err != nil {
			return nil, fmt.Errorf("opening the report: %w", err)
		}
		defer f.Close()
		if err := a.Describes(f); err != nil {
			return nil, fmt.Errorf("%q: %w", c.Report, err)
		}
	}
	for _, digest := range c.Subject {
		if err := a.Names(digest); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// print says what the statement says.
func (c *reportVerifyCommand) print(w io.Writer, a *report.Attestation) error {
	const shown = 20
	p := &a.Predicate
	var b strings.Builder
	fmt.Fprintf(&b, "proven: signed by %s\n", a.KeyID)
	for i, subject := range a.Subject {
		if i == shown {
			fmt.Fprintf(&b, "subject:  and %d more\n", len(a.Subject)-shown)
			break
		}
		for _, algorithm := range slices.Sorted(maps.Keys(subject.Digest)) {
			fmt.Fprintf(&b, "subject:  %s:%s %s\n", algorithm, subject.Digest[algorithm], report.Escape(subject.Name))
		}
	}
	complete := "complete"
	if !p.Complete {
		complete = "not complete"
	}
	fmt.Fprintf(&b, "scanned:  %s by %s %s, rules %s; %s\n", p.Started.UTC().Format("2006-01-02T15:04:05Z"), report.Escape(p.Scanner.Name), report.Escape(p.Scanner.Version),
		report.Escape(p.Scanner.Rules.Digest), complete)
	fmt.Fprintf(&b, "found:    %d exposed, %d buried, %d new\n", p.Summary.Exposed, p.Summary.Buried, p.New)
	fmt.Fprintf(&b, "verdict:  %s: %s\n", p.Verdict.Word, report.Escape(p.Verdict.Why))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing what was proven: %w", err)
	}
	return nil
}
