package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/logs"
)

// gateFlags say what fails a scan.
type gateFlags struct {
	FailOn         string   `enum:"${severities}" default:"medium" help:"The lowest severity of a new secret that fails the scan: ${severities_list}." group:"Gate"`
	FailOnExposure string   `enum:"${severities}" default:"high" help:"The lowest severity of a new exposed identity that fails the scan: ${severities_list}." group:"Gate"`
	Strict         bool     `help:"Take content that was skipped, such as encrypted inner archives, for not read." group:"Gate"`
	OwnOnly        bool     `help:"Let what lies wholly in the base image pass; see --base." group:"Gate"`
	Visibility     []string `enum:"${visibilities}" placeholder:"VISIBILITY" help:"Fail only on secrets seen as one of: ${visibilities_list}; repeatable." group:"Gate"`
}

// gate returns the gate that the flags describe.
func (g *gateFlags) gate() report.Gate {
	return report.Gate{FailOn: g.FailOn, FailOnExposure: g.FailOnExposure, Strict: g.Strict, OwnOnly: g.OwnOnly, Visibility: g.Visibility}
}

// memoryFlags name what earlier scans and decisions said.
type memoryFlags struct {
	Baseline      string `placeholder:"FILE" help:"A baseline or an earlier JSON report: what it knows does not fail." group:"Gate"`
	WriteBaseline string `placeholder:"FILE" help:"Write what was found to FILE (- is standard output) as a baseline for later scans. Its fingerprints of weak values can be guessed: keep it private." group:"Gate"`
	Known         string `placeholder:"FILE" help:"An inventory of your images, as JSON, lines of digests and repositories, or a JSON report: a log that names one of them is a high exposure." group:"Gate"`
	ignoreFlags
}

// ignoreFlags name what was decided to be let pass.
type ignoreFlags struct {
	IgnoreFile []string `placeholder:"FILE" help:"Ignore files instead of .dregsignore and .gitleaksignore beside the targets and in the working directory; repeatable." group:"Gate"`
}

// memory is what earlier scans and decisions say of the findings of this one.
type memory struct {
	known     *report.Known   // nil without a baseline
	inventory *logs.Inventory // nil without --known
	ignores   []report.Ignore
}

// memory reads the baseline, the inventory and the ignore files. A file that was named must be there; one that cannot be read is an error.
func (f *memoryFlags) memory(targets []scanner.Target) (*memory, error) {
	m := &memory{}
	if f.Baseline != "" {
		known, err := readKnown(f.Baseline)
		if err != nil {
			return nil, err
		}
		m.known = known
	}
	if f.Known != "" {
		inventory, err := readInventory(f.Known)
		if err != nil {
			return nil, err
		}
		m.inventory = inventory
	}
	ignores, err := f.ignores(targets)
	m.ignores = ignores
	return m, err
}

// options lets o make fingerprints that can be compared with the baseline, and know the inventory.
func (m *memory) options(o *scanner.Options) error {
	o.Known = m.inventory
	if m.known == nil {
		return nil
	}
	salt, err := m.known.Fingerprints.SaltBytes()
	if err != nil {
		return fmt.Errorf("reading the baseline: %w", err)
	}
	o.Salt = salt
	return nil
}

// apply marks in r what is ignored and what is new.
func (m *memory) apply(r *report.Report) error {
	report.ApplyIgnores(r, m.ignores, time.Now())
	if m.known == nil {
		return nil
	}
	if err := m.known.Apply(r); err != nil {
		return fmt.Errorf("comparing with the baseline: %w", err)
	}
	return nil
}

func readInventory(path string) (*logs.Inventory, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the inventory: %w", err)
	}
	defer f.Close()
	inventory, err := logs.ReadInventory(f)
	if errors.Is(err, logs.ErrNoInventory) {
		return nil, &usageError{
			err:  fmt.Errorf("%q: %w", path, err),
			hint: "an inventory is JSON, or lines, with digests (sha256:…), image IDs or names such as registry.example.com/team/app",
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	return inventory, nil
}

func readKnown(path string) (*report.Known, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &usageError{
			err:  fmt.Errorf("opening the baseline: %w", err),
			hint: "dregs scan --write-baseline FILE makes one",
		}
	case err != nil:
		return nil, fmt.Errorf("opening the baseline: %w", err)
	}
	defer f.Close()
	known, err := report.ReadKnown(f)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	return known, nil
}
