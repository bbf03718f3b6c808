package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"dregs/report"
	"dregs/scanner"
)

const (
	// evidenceSchema names the version of the record beside an extracted file.
	evidenceSchema = "dregs/evidence/v1"
	evidenceEnding = ".json"
)

// evidence is the record beside an extracted file. It holds no secret.
type evidence struct {
	Schema string            `json:"schema"`
	Tool   evidenceTool      `json:"tool"`
	Time   time.Time         `json:"time"`
	User   map[string]any    `json:"by"`
	Report evidenceReport    `json:"report"`
	Secret evidenceSecret    `json:"secret"`
	Target string            `json:"target"`
	Image  *evidenceImage    `json:"image"` // null for a text
	Layer  *report.Layer     `json:"layer"` // null where the file is in none
	File   evidenceFile      `json:"file"`
	At     report.Occurrence `json:"occurrence"`
}

// evidenceTool names the program that wrote the file.
type evidenceTool struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
}

// evidenceReport names the report by its bytes.
type evidenceReport struct {
	File    string    `json:"file"`
	Digest  string    `json:"digest"`
	Started time.Time `json:"started"`
}

// evidenceSecret names the secret, and what proves that the file holds it.
type evidenceSecret struct {
	ID          string `json:"id"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Rule        string `json:"rule"`
	Redacted    string `json:"redacted"`
	Length      int    `json:"length,omitempty"`
	Proof       string `json:"proof"`
}

// evidenceImage names the image by its digests.
type evidenceImage struct {
	Platform string   `json:"platform"`
	Digest   string   `json:"digest"`
	ID       string   `json:"id"`
	Tags     []string `json:"tags"`
	Via      []string `json:"via,omitempty"`
}

// evidenceFile tells the bytes that were written.
type evidenceFile struct {
	Name   string `json:"name"`
	What   string `json:"what"`
	Path   string `json:"path"`
	Offset int64  `json:"offset"`
	Digest string `json:"digest"`
	Size   int64  `json:"size"`
	Mode   string `json:"mode,omitempty"` // in the layer, octal
}

// free refuses to write over what is there.
func (c *revealCommand) free() error {
	if c.Extract == "" {
		return nil
	}
	for _, path := range []string{c.Extract, c.Extract + evidenceEnding} {
		if _, err := os.Lstat(path); err == nil {
			return &usageError{err: fmt.Errorf("extracting to %q: it exists", path), hint: "nothing is written over; name a new file"}
		}
	}
	return nil
}

// extract writes the file that holds the secret, and the record beside it: both or neither.
func (c *revealCommand) extract(ctx context.Context, audit *auditLog, w *wantedSecret, rv *scanner.Revealed) error {
	audit.step("extract", append(w.audited(), "proof", rv.Proof, "file", c.Extract)...)
	if err := audit.sync(); err != nil {
		return err
	}
	var written scanner.Extracted
	err := writeNew(c.Extract, func(out io.Writer) (err error) {
		written, err = rv.Extract(ctx, out)
		return err
	})
	if err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("%w before the file was written", errInterrupted)
		}
		return err
	}
	record := c.evidence(w, rv, written)
	err = writeNew(c.Extract+evidenceEnding, func(out io.Writer) error { return writeJSON(out, record) })
	if err != nil {
		return errors.Join(err, os.Remove(c.Extract))
	}
	audit.step("extracted", append(w.audited(), "file", c.Extract, "digest", written.Digest, "bytes", written.Size)...)
	return nil
}

// evidence returns the record of what was written. Its strings are those of the report, which are cleared of values; its
// digests were computed anew.
func (c *revealCommand) evidence(w *wantedSecret, rv *scanner.Revealed, written scanner.Extracted) evidence {
	b := readBuild()
	e := evidence{
		Schema: evidenceSchema, Tool: evidenceTool{"dregs", b.version, b.revision},
		Time: time.Now().UTC(), User: map[string]any{}, Target: w.report.Targets[w.At.Target].Name, At: w.At,
		Report: evidenceReport{File: c.Report, Digest: w.digest, Started: w.report.Started},
		Secret: evidenceSecret{w.Secret.ID, w.Secret.Fingerprint, w.Secret.Rule, w.Secret.Redacted, w.Secret.Length, rv.Proof},
		File:   evidenceFile{Name: c.Extract, What: written.What, Path: w.At.Path, Offset: w.At.Offset, Digest: written.Digest, Size: written.Size},
	}
	who := whoAndWhere()
	for i := 0; i+1 < len(who); i += 2 {
		e.User[who[i].(string)] = who[i+1]
	}
	if c.Image != "" {
		e.Target = c.Image
	}
	if written.Mode != 0 {
		e.File.Mode = fmt.Sprintf("%04o", written.Mode)
	}
	if m := rv.Image; m != nil {
		e.Image = &evidenceImage{Platform: m.Platform, Digest: m.Digest, ID: m.ID, Tags: append([]string{}, w.Image.Tags...), Via: w.Image.Via}
	}
	if l := rv.Layer; l != nil {
		told := *l
		if n := l.Index; n < len(w.Image.Layers) {
			told.Instruction = w.Image.Layers[n].Instruction
		}
		e.Layer = &told
	}
	return e
}

// writeNew writes a file of mode 0600 that must not exist. Where that fails nothing is left.
func writeNew(path string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("writing the evidence: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}
