package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"dregs/report"
)

// reportCommand groups what is done with stored reports. Without the name of a command it writes one.
type reportCommand struct {
	Write  reportWriteCommand  `cmd:"" default:"withargs" help:"Write a stored JSON report in another format. The word write can be left out."`
	Verify reportVerifyCommand `cmd:"" help:"Check a signed statement about a scan (format intoto)."`
}

// Help implements kong.HelpProvider.
func (reportCommand) Help() string {
	return `Examples:

    dregs report app.json                         the text report of a stored scan
    dregs report -f html -o app.html app.json     a page to hand to a colleague
    dregs report verify app.intoto.json --key key.pub

A file named write or verify is given as ./verify.`
}

// reportWriteCommand writes a stored report in other formats.
type reportWriteCommand struct {
	File string `arg:"" placeholder:"FILE" help:"A report of format json, or - for standard input."`

	outputFlags
	gateFlags
}

// Help implements kong.HelpProvider.
func (reportWriteCommand) Help() string {
	return `Examples:

    dregs report app.json                         the text report of a stored scan
    dregs report -f html -o app.html app.json     a page to hand to a colleague
    dregs report -f rotation app.json             what to replace, in the order to act
    dregs report -f markdown app.json             a comment for a pull request
    dregs report --report sarif=app.sarif app.json -o app.txt

The flags of the gate decide the verdict that is written, not the exit code.`
}

// Run reads the report and writes it.
func (c *reportWriteCommand) Run(s streams) error {
	outputs, err := c.outputs(s, c.gate(), "")
	if err != nil {
		return err
	}
	r, _, err := readReport(c.File, s.in)
	if err != nil {
		return err
	}
	return outputs.write(r)
}

// readReport reads the JSON report in a file, or on stdin where that is "-", and returns it with the digest of its bytes.
func readReport(file string, stdin io.Reader) (r *report.Report, digest string, err error) {
	in := stdin
	if file != dash {
		f, err := os.Open(file)
		if err != nil {
			return nil, "", fmt.Errorf("opening the report: %w", err)
		}
		defer f.Close()
		in = f
	}
	sum := sha256.New()
	r, err = report.Read(io.TeeReader(in, sum))
	if err != nil {
		return nil, "", fmt.Errorf("%q: %w", file, err)
	}
	return r, "sha256:" + hex.EncodeToString(sum.Sum(nil)), nil
}
