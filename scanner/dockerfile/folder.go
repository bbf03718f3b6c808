package dockerfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"

	"dregs/report"
)

// Bounds of what is looked at in a build context.
const (
	maxIgnoreBytes = 1 << 20
	maxPatterns    = 10_000
	maxFolder      = 20_000 // files and folders
)

// Folder is a build context: what lies in it, and what its ignore file keeps out of a build.
type Folder struct {
	files  []string // credential files and folders in it, in order
	ignore string   // the name of its ignore file, empty for none
	match  *patternmatcher.PatternMatcher
}

// ReadFolder looks at a build context, of which dockerfile is the name of the Dockerfile. The ignore file is DOCKERFILE.dockerignore, else
// .dockerignore, else .containerignore. It returns what it could read beside the faults.
func ReadFolder(fsys fs.FS, dockerfile string) (*Folder, []error) {
	f := &Folder{}
	var faults []error
	for _, name := range []string{dockerfile + ".dockerignore", ".dockerignore", ".containerignore"} {
		err := f.readIgnore(fsys, name)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			faults = append(faults, err)
			break
		}
	}
	seen := 0
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // what a build could not read either
		}
		if seen++; seen > maxFolder {
			return fs.SkipAll
		}
		if name != "." && (credentialFile(name) || path.Base(name) == ".git") {
			f.files = append(f.files, name)
			if d.IsDir() {
				return fs.SkipDir
			}
		}
		return nil
	})
	if err != nil {
		faults = append(faults, fmt.Errorf("looking at the build context: %w", err))
	}
	return f, faults
}

// readIgnore takes the ignore file name, if it is there.
func (f *Folder) readIgnore(fsys fs.FS, name string) error {
	file, err := fsys.Open(name)
	if err != nil {
		return fmt.Errorf("opening %s: %w", path.Base(name), err)
	}
	defer file.Close()
	f.ignore = path.Base(name)
	limited := &io.LimitedReader{R: file, N: maxIgnoreBytes + 1}
	patterns, err := ignorefile.ReadAll(limited)
	switch {
	case err != nil:
		return fmt.Errorf("reading %s: %w", f.ignore, err)
	case limited.N == 0 || len(patterns) > maxPatterns:
		return report.Faultf(report.Limit, "reading %s: it has more than %d bytes or %d patterns", f.ignore, maxIgnoreBytes, maxPatterns)
	}
	if f.match, err = patternmatcher.New(patterns); err != nil {
		return report.Faultf(report.Corrupt, "reading %s: a pattern is none", f.ignore)
	}
	return nil
}

// ignoreName tells the ignore file for a sentence.
func (f *Folder) ignoreName() string {
	if f.ignore == "" {
		return "no .dockerignore"
	}
	return f.ignore
}

// usual are names that should be kept out of every build.
var usual = []string{".env", ".git"}

// exposed returns the credential files that in lets into a build, and the usual ones that it would.
func (f *Folder) exposed(in *Instruction) (there, possible []string) {
	if f == nil {
		return nil, slices.Clone(usual)
	}
	excluded := in.excludes()
	for _, name := range f.files {
		if !f.keepsOut(name) && !matches(excluded, name) {
			there = append(there, name)
		}
	}
	for _, name := range usual {
		if !f.keepsOut(name) && !matches(excluded, name) {
			possible = append(possible, name)
		}
	}
	return there, possible
}

func (f *Folder) keepsOut(name string) bool { return matches(f.match, name) }

func matches(m *patternmatcher.PatternMatcher, name string) bool {
	if m == nil {
		return false
	}
	ok, err := m.MatchesOrParentMatches(name)
	return err == nil && ok
}

// excludes returns what the --exclude flags of a COPY leave out, nil for nothing.
func (in *Instruction) excludes() *patternmatcher.PatternMatcher {
	var patterns []string
	for _, f := range in.Flags {
		if rest, ok := strings.CutPrefix(f.s, "--exclude="); ok {
			patterns = append(patterns, rest)
		}
	}
	if len(patterns) == 0 {
		return nil
	}
	m, err := patternmatcher.New(patterns)
	if err != nil {
		return nil
	}
	return m
}
