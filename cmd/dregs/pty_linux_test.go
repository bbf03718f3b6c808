package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"dregs/report"
)

// terminal returns the two ends of a new terminal: what the program writes to, and where that can be read.
func terminal(t *testing.T) (program, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return program, screen
}

// shownOn returns what v looks like on a terminal, and what is said about it beside.
func shownOn(t *testing.T, v string) (shown, beside string) {
	t.Helper()
	program, screen := terminal(t)
	var errs bytes.Buffer
	if err := (streams{out: program, err: &errs}).printSecret(report.NewValue(v)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err := screen.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(buf[:n]), "\r\n", "\n"), errs.String()
}

// TestPrintSecret shows a secret as it is, but on a terminal nothing that steers it.
func TestPrintSecret(t *testing.T) {
	if shown, beside := shownOn(t, "pass word"); shown != "pass word\n" || beside != "" {
		t.Errorf("shown %q, and beside %q", shown, beside)
	}
	if shown, beside := shownOn(t, "a\x1b[2Jb"); shown != "a\\x1b[2Jb\n" || !strings.Contains(beside, "escaped") {
		t.Errorf("shown %q, and beside %q", shown, beside)
	}
	var pipe, errs bytes.Buffer
	if err := (streams{out: &pipe, err: &errs}).printSecret(report.NewValue("a\x1b[2Jb\n")); err != nil || pipe.String() != "a\x1b[2Jb\n" || errs.Len() > 0 {
		t.Errorf("a pipe got %q, and beside %q, error %v", pipe.String(), errs.String(), err)
	}
}

// TestRevealOnTerminal needs no --yes where a terminal shows the secret.
func TestRevealOnTerminal(t *testing.T) {
	file := filepath.Join(t.TempDir(), "demo.json")
	if code, _, stderr := dregs(t, "scan", "-q", "-f", "json", "-o", file, "demo:"); code != report.ExitFound {
		t.Fatalf("scanning ended with %d, stderr %q", code, stderr)
	}
	program, screen := terminal(t)
	var errs bytes.Buffer
	if code := run(t.Context(), []string{"reveal", file, "s1"}, strings.NewReader(""), program, &errs); code != report.ExitClean || errs.Len() > 0 {
		t.Fatalf("ended with %d, stderr %q", code, errs.String())
	}
	buf := make([]byte, 4096)
	n, err := screen.Read(buf)
	if err != nil || !strings.HasPrefix(string(buf[:n]), "ghp"+"_") || strings.Count(string(buf[:n]), "\n") != 1 {
		t.Errorf("the terminal shows %q, error %v", buf[:n], err)
	}
}
