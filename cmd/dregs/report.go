package main

import (
	"fmt"
	"os"

	"dregs/report"
)

// reportCommand writes a stored report in other formats.
type reportCommand struct {
	File string `arg:"" placeholder:"FILE" help:"A report of format json, or - for standard input."`

	outputFlags
	gateFlags
}

// Help implements kong.HelpProvider.
func (reportCommand) Help() string {
	return `Examples:

    dregs report app.json                         the text report of a stored scan
    dregs report -f markdown app.json             a comment for a pull request
    dregs report --report sarif=app.sarif app.json -o app.txt

The flags of the gate decide the verdict that is written, not the exit code.`
}

// Run reads the report and writes it.
func (c *reportCommand) Run(s streams) error {
	outputs, err := c.outputs(s, c.gate(), "")
	if err != nil {
		return err
	}
	r, err := c.read(s)
	if err != nil {
		return err
	}
	return outputs.write(r)
}

func (c *reportCommand) read(s streams) (*report.Report, error) {
	in := s.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return nil, fmt.Errorf("opening the report: %w", err)
		}
		defer f.Close()
		in = f
	}
	r, err := report.Read(in)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", c.File, err)
	}
	return r, nil
}
