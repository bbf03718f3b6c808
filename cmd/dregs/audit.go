package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner"
)

// auditFlags say where it is recorded what was read and reported.
type auditFlags struct {
	AuditLog string `placeholder:"FILE" help:"Append to FILE (- for standard output), mode 0600, one JSON line for each step: who, when, what was read with its digest, what was reported. It never holds a secret." group:"Output"`
}

// auditLog appends what a command does to a file, or to standard output. It implements scanner.Observer. Its methods may be called on nil, which
// records nothing; close returns what went wrong in any of them.
type auditLog struct {
	log  *slog.Logger
	file *auditFile

	mu      sync.Mutex
	search  rules.Searcher // tells what of a name is a secret
	targets []string       // names of what is scanned, by position
}

// openAudit opens the log and records that command begins. Outputs are the files that the command replaces, empty or a dash for
// standard output, among which the log must not be. It returns nil where no log is asked for.
func (f *auditFlags) openAudit(stdout io.Writer, command string, outputs ...string) (*auditLog, error) {
	if f.AuditLog == "" {
		return nil, nil
	}
	if err := f.apart(outputs); err != nil {
		return nil, err
	}
	w := &auditFile{Writer: stdout}
	if f.AuditLog != dash {
		file, err := os.OpenFile(f.AuditLog, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("opening the audit log: %w", err)
		}
		w = &auditFile{Writer: file, file: file}
	}
	handler := slog.NewJSONHandler(w, &slog.HandlerOptions{ReplaceAttr: inUTC})
	a := &auditLog{file: w, log: slog.New(handler).With("run", rand.Text(), "command", command)}
	b := readBuild()
	a.step("start", append(whoAndWhere(), "pid", os.Getpid(), "version", b.version, "revision", b.revision)...)
	return a, a.err()
}

// apart refuses a log that an output would replace, or be mixed with.
func (f *auditFlags) apart(outputs []string) error {
	if f.AuditLog == dash {
		if slices.ContainsFunc(outputs, func(path string) bool { return path == "" || path == dash }) {
			return &usageError{err: errors.New("the audit log and another output are to be written to standard output"), hint: "give one of them a file"}
		}
		return nil
	}
	own, err := filepath.Abs(report.Destination(f.AuditLog))
	if err != nil {
		return fmt.Errorf("naming the audit log: %w", err)
	}
	for _, path := range outputs {
		if other, err := filepath.Abs(report.Destination(path)); path != "" && err == nil && other == own {
			return &usageError{err: fmt.Errorf("the audit log %q is also an output", f.AuditLog), hint: "give each a file of its own"}
		}
	}
	return nil
}

// inUTC gives the time of each step in UTC, and leaves out its level.
func inUTC(_ []string, a slog.Attr) slog.Attr {
	switch a.Key {
	case slog.TimeKey:
		a.Value = slog.TimeValue(a.Value.Time().UTC())
	case slog.LevelKey:
		return slog.Attr{}
	case slog.MessageKey:
		a.Key = "step"
	}
	return a
}

// whoAndWhere tells the user and the machine, as pairs of a record.
func whoAndWhere() []any {
	name := cmp.Or(os.Getenv("USER"), os.Getenv("USERNAME"), "unknown")
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	who := []any{"user", name, "uid", os.Getuid(), "host", host}
	if sudo := os.Getenv("SUDO_USER"); sudo != "" {
		who = append(who, "sudo_user", sudo)
	}
	return who
}

// step records one step.
func (a *auditLog) step(step string, pairs ...any) {
	if a != nil {
		a.log.Info(step, pairs...)
	}
}

// scans records what is scanned next, and how its names are to be cleared: of all that search takes for a secret.
func (a *auditLog) scans(o *scanner.Options, targets ...scanner.Target) {
	if a == nil {
		return
	}
	a.mu.Lock()
	a.search, a.targets = o.Searcher, nil
	for _, t := range targets {
		a.targets = append(a.targets, a.clear(t.Name))
	}
	a.mu.Unlock()
	o.Observer = a
	a.step("scan", "targets", a.targets, "rules", o.RuleSet.Digest)
}

// clear returns name without what looks like a secret in it.
func (a *auditLog) clear(name string) string {
	if a.search == nil {
		return name
	}
	for _, place := range []report.Place{report.FileName, report.HistoryEntry} {
		matches, err := a.search.Search(context.Background(), rules.Fragment{Place: place, Data: []byte(name)})
		if err != nil {
			return report.Ellipsis
		}
		for _, m := range matches {
			value := m.Value.Reveal()
			switch {
			case strings.Contains(name, value):
				name = strings.ReplaceAll(name, value, report.Ellipsis)
			case len(m.Via) > 0:
				return report.Ellipsis // it is there in another encoding
			}
		}
	}
	return name
}

// Observe implements scanner.Observer.
func (a *auditLog) Observe(r scanner.Reading) {
	a.mu.Lock()
	name := "base image"
	if r.Target >= 0 && r.Target < len(a.targets) {
		name = a.targets[r.Target]
	}
	path := ""
	if r.Path != "" {
		path = a.clear(r.Path)
	}
	a.mu.Unlock()
	pairs := []any{"target", name, "kind", r.Kind, "digest", r.Digest, "bytes", r.Size}
	if path != "" {
		pairs = append(pairs, "path", path)
	}
	if r.Stated != "" && r.Stated != r.Digest {
		pairs = append(pairs, "stated", r.Stated)
	}
	if r.Recalled {
		pairs = append(pairs, "recalled", true)
	}
	if r.Problems > 0 {
		pairs = append(pairs, "problems", r.Problems)
	}
	a.step("read", pairs...)
}

// readReport records that a report was read.
func (a *auditLog) readReport(file, digest string) {
	a.step("read", "target", file, "kind", "report", "digest", digest)
}

// reported records what a scan found: of each secret what names it and nothing that shows it.
func (a *auditLog) reported(r *report.Report) {
	if a == nil {
		return
	}
	for i := range r.Secrets {
		s := &r.Secrets[i]
		a.step("secret", "id", s.ID, "fingerprint", s.Fingerprint, "rule", s.Rule, "severity", s.Severity, "status", s.Status,
			"new", s.New, "ignored", s.Ignored != nil, "occurrences", len(s.Occurrences))
	}
	problems := 0
	for i := range r.Targets {
		problems += len(r.Targets[i].Problems)
	}
	shown := len(r.Secrets) > 0 && r.Secrets[0].Secret != ""
	a.step("report", "complete", r.Complete, "secrets", len(r.Secrets), "exposures", len(r.Exposures), "problems", problems, "plaintext", shown)
}

// compared records what became of each secret.
func (a *auditLog) compared(d *report.Diff) {
	for i := range d.Secrets {
		c := &d.Secrets[i]
		a.step("change", "change", c.Change, "fingerprint", c.Fingerprint, "rule", c.Rule, "severity", c.Severity, "was", c.Was, "now", c.Now)
	}
	a.step("comparison", "outcome", d.Outcome.Word, "complete", d.Old.Complete && d.New.Complete)
}

// close records how the command ended, and syncs and closes the log. It returns err, and why the log is not complete.
func (a *auditLog) close(code int, err error) error {
	if a == nil {
		return err
	}
	pairs := []any{"exit", code}
	if err != nil {
		pairs = []any{"exit", exitOf(err), "error", a.clear(err.Error())}
	}
	a.step("end", pairs...)
	return errors.Join(err, a.file.close())
}

// sync returns why not all of the steps so far are on the disk.
func (a *auditLog) sync() error {
	if a == nil {
		return nil
	}
	return a.file.sync()
}

// err returns what went wrong until now.
func (a *auditLog) err() error {
	a.file.mu.Lock()
	defer a.file.mu.Unlock()
	return a.file.err
}

// auditFile writes whole lines to the end of a file, and keeps the first error: a logger drops it.
type auditFile struct {
	io.Writer
	file *os.File // that Writer is; nil for standard output, which others close

	mu  sync.Mutex
	err error
}

// Write implements io.Writer. After an error nothing more is written.
func (f *auditFile) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.Writer.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	if err != nil {
		f.err = fmt.Errorf("writing the audit log: %w", err)
	}
	return n, f.err
}

// sync brings the lines to the disk, where the log is a file that has one.
func (f *auditFile) sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return f.err
	}
	info, err := f.file.Stat()
	if err == nil && info.Mode().IsRegular() {
		err = f.file.Sync()
	}
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("writing the audit log: %w", err)
	}
	return f.err
}

func (f *auditFile) close() error {
	err := f.sync()
	if f.file == nil {
		return err
	}
	if closed := f.file.Close(); closed != nil && err == nil {
		err = fmt.Errorf("writing the audit log: %w", closed)
	}
	return err
}
