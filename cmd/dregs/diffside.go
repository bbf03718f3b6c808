package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dregs/report"
	"dregs/scanner"
)

// diffSide is one of two things that are compared: a report, or a target that is scanned to one.
type diffSide struct {
	spec   string
	target scanner.Target // where no report was named
	report *report.Report // of a target only once it is scanned
	digest string         // of a report that was read
}

// newDiffSide reads the report that spec names, or tells the target. Standard input of s is a report where it is JSON; s then
// goes on where detection stopped.
func newDiffSide(spec string, s *streams) (*diffSide, error) {
	side := &diffSide{spec: spec}
	isReport := reportFileNamed(spec)
	if spec == dash {
		ahead := bufio.NewReaderSize(s.in, reportHead)
		s.in = ahead
		head, _ := ahead.Peek(reportHead) // an error comes again when it is read
		isReport = beginsAsReport(head)
	}
	var err error
	if isReport {
		if side.report, side.digest, err = readReport(spec, s.in); err == nil {
			hidePlaintext(side.report)
		}
		return side, err
	}
	side.target, err = scanner.ParseTarget(spec)
	return side, err
}

// reportHead is how many bytes tell a report from an image.
const reportHead = 512

// beginsAsReport tells JSON text, which no image archive is.
func beginsAsReport(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{"))
}

// reportFileNamed reports whether path is a file that is meant as a report: by its name, or by what it begins with.
func reportFileNamed(path string) bool {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return false
	}
	if strings.EqualFold(filepath.Ext(path), ".json") {
		return true
	}
	f, err := os.Open(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	defer f.Close()
	head := make([]byte, reportHead)
	n, _ := io.ReadFull(f, head) // a short file tells less
	return beginsAsReport(head[:n])
}

// hidePlaintext redacts a report that was written with --show-secrets.
func hidePlaintext(r *report.Report) {
	shown := false
	for i := range r.Secrets {
		s := &r.Secrets[i]
		shown = shown || s.Secret != ""
		s.SetValue(report.NewValue(s.Secret))
		s.Secret = ""
	}
	if shown {
		report.Clear(r, nil)
	}
}

// name is what the side is called in the comparison.
func (d *diffSide) name() string {
	if d.target == (scanner.Target{}) || len(d.report.Targets) != 1 {
		return d.spec
	}
	return d.report.Targets[0].Name // cleared of what was found
}

// scan scans the target. A scan that was interrupted proves nothing, and is an error.
func (d *diffSide) scan(ctx context.Context, o scanner.Options, ignores []report.Ignore) error {
	r, err := scanner.Scan(ctx, []scanner.Target{d.target}, o)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w before %q was read", errInterrupted, d.spec)
	case err != nil:
		return err
	}
	report.ApplyIgnores(r, ignores, time.Now())
	d.report = r
	return nil
}
