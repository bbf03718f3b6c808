//go:build ignore

// The command makes published.bin, the list of private keys that are published for tests, from the packages that
// published.txt names. It fetches each by its ordinary client (apt-get, go mod download, npm pack), has dregs find the private keys in
// it, and keeps of each key a truncated hash of its public half. Keys that are listed already stay. Run it with go generate,
// or by hand with -cache to keep what was fetched.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"dregs/rules/keys"
)

const (
	list  = "published.txt"
	table = "published.bin"
	magic = "dregs published keys 1\n"
	size  = 10 // bytes of an identity
)

var (
	cache = flag.String("cache", "", "directory that what is fetched is kept in (default: a temporary one)")
	suite = flag.String("suite", "http://deb.debian.org/debian bookworm main", "Debian archive, suite and component that sources come from")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	dir := *cache
	if dir == "" {
		made, err := os.MkdirTemp("", "published")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made)
		dir = made
	}
	tool := filepath.Join(dir, "dregs")
	if err := command(".", "go", "build", "-o", tool, "../../cmd/dregs"); err != nil {
		return err
	}
	known, err := readTable()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	var failed []error
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 2 || fields[0] == "#" {
			continue
		}
		n, err := add(known, tool, dir, fields[0], fields[1])
		if err != nil {
			failed = append(failed, fmt.Errorf("%s %s: %w", fields[0], fields[1], err))
		}
		log.Printf("%s %s: %d new keys", fields[0], fields[1], n)
	}
	return errors.Join(append(failed, writeTable(known))...)
}

// add adds the keys of one package and tells how many are new.
func add(known map[string]string, tool, dir, kind, name string) (int, error) {
	at, err := fetch(dir, kind, name)
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(tool, "scan", "dir:"+at, "--rule", "private-key", "--rule", "putty-private-key", "--rule", "gnupg-private-key",
		"--format", "json", "--show-secrets", "--no-progress", "--fail-on", "never")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 3) { // 3: something could not be read in full
		return 0, err
	}
	var found struct{ Secrets []struct{ Secret string } }
	if err := json.Unmarshal(out, &found); err != nil {
		return 0, err
	}
	n, label := 0, name
	if kind == "go" {
		label = kind
	}
	for _, s := range found.Secrets {
		id, ok := keys.Identity(s.Secret)
		if ok && known[string(id)] == "" {
			known[string(id)] = label
			n++
		}
	}
	return n, nil
}

// fetch returns the directory that holds a package, which it fetches unless it is there.
func fetch(dir, kind, name string) (string, error) {
	if kind == "go" {
		return filepath.Join(runtime.GOROOT(), name), nil
	}
	at := filepath.Join(dir, kind, name)
	if entries, err := os.ReadDir(at); err == nil && len(entries) > 0 {
		return at, nil
	}
	if err := os.MkdirAll(at, 0o755); err != nil {
		return "", err
	}
	var err error
	switch kind {
	case "debian":
		err = source(dir, at, name)
	case "binary":
		err = command(at, "apt-get", "-q", "download", name)
	case "module":
		err = module(at, name)
	case "npm":
		err = command(at, "npm", "pack", name)
	default:
		err = errors.New("it is of no kind that is known")
	}
	if err != nil {
		os.RemoveAll(at)
	}
	return at, err
}

// source fetches the source package of Debian, by lists of packages of its own.
func source(dir, at, name string) error {
	state, err := filepath.Abs(filepath.Join(dir, "apt"))
	if err != nil {
		return err
	}
	options := []string{
		"-q", "-o", "Dir::Etc::sourcelist=" + state + "/sources.list", "-o", "Dir::Etc::sourceparts=/dev/null",
		"-o", "Dir::State::lists=" + state + "/lists", "-o", "Dir::Cache=" + state + "/cache",
	}
	if _, err := os.Stat(state); err != nil {
		for _, d := range []string{"/lists/partial", "/cache/archives/partial"} {
			if err := os.MkdirAll(state+d, 0o755); err != nil {
				return err
			}
		}
		if err := os.WriteFile(state+"/sources.list", []byte("deb-src "+*suite+"\n"), 0o644); err != nil {
			return err
		}
		if err := command(".", "apt-get", append(options, "update")...); err != nil {
			return err
		}
	}
	return command(at, "apt-get", append(options, "source", "--download-only", "--only-source", name)...)
}

// module copies a module of Go, in the version that go mod download gives.
func module(at, name string) error {
	out, err := exec.Command("go", "mod", "download", "-json", name).Output()
	if err != nil {
		return err
	}
	var m struct{ Dir string }
	if err := json.Unmarshal(out, &m); err != nil {
		return err
	}
	return filepath.WalkDir(m.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(m.Dir, path)
		if err != nil {
			return err
		}
		// Comments that ask a scanner to look away would count in a directory.
		text = bytes.ReplaceAll(text, []byte("gitleaks:allow"), nil)
		to := filepath.Join(at, rel)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o644)
	})
}

func command(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(out))
	}
	return nil
}

// readTable returns the package of each identity that is listed.
func readTable() (map[string]string, error) {
	known := map[string]string{}
	data, err := os.ReadFile(table)
	if errors.Is(err, os.ErrNotExist) {
		return known, nil
	}
	head, entries, ok := bytes.Cut(bytes.TrimPrefix(data, []byte(magic)), []byte("\n\n"))
	if err != nil || !ok {
		return known, err
	}
	names := strings.Split(string(head), "\n")
	for e := range slices.Chunk(entries, size+2) {
		known[string(e[:size])] = names[binary.BigEndian.Uint16(e[size:])]
	}
	return known, nil
}

// writeTable writes the list in order of the identities.
func writeTable(known map[string]string) error {
	names := slices.Compact(slices.Sorted(maps.Values(known)))
	out := []byte(magic + strings.Join(names, "\n") + "\n\n")
	for _, id := range slices.Sorted(maps.Keys(known)) {
		number, _ := slices.BinarySearch(names, known[id])
		out = binary.BigEndian.AppendUint16(append(out, id...), uint16(number))
	}
	return os.WriteFile(table, out, 0o644)
}
