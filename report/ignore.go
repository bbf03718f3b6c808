package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	ignoreLineBytes = 64 << 10
	ignoreEntries   = 100_000
)

// Ignore is one entry of an ignore file: a secret's occurrence, or a problem, is covered where everything that the entry
// names holds.
type Ignore struct {
	File    string
	Line    int
	Text    string // the entry as it was written
	Reason  string
	Expires time.Time // the last day it holds, in UTC; zero for ever

	fingerprint string
	rule        glob
	path        glob
	place       Place
	image       glob
	problem     string // kind, or "*"
	line        int    // of the occurrence; 0 any
	suffix      string // end of the path
	quiet       bool   // not told where it is unused
}

// IgnoreError is a mistake in an ignore file.
type IgnoreError struct {
	File string
	Line int
	Err  error
}

// Error implements error.
func (e *IgnoreError) Error() string {
	return fmt.Sprintf("reading ignore file: %s:%d: %v", e.File, e.Line, e.Err)
}

// Unwrap returns what is wrong with the line.
func (e *IgnoreError) Unwrap() error { return e.Err }

// ParseIgnore reads a .dregsignore. Each line is one entry of KEY=VALUE pairs divided by spaces, all of which must hold; a
// value with spaces stands in double quotes (Go syntax). Empty lines and lines that begin with # are left out.
//
//	fingerprint=hm:…        the secret of that fingerprint
//	rule=GLOB               secrets found by the rule
//	path=GLOB               occurrences at the path; also DIR/a.jar!inner/file; of a problem, its path
//	place=PLACE             occurrences in the place (layer-file, config-env, …)
//	image=GLOB              occurrences in images by target name, tag, or digest
//	problem=KIND            a problem of that kind (corrupt, unsupported, …; * for any), with path= and image=
//	reason="…"              why; required
//	expires=YYYY-MM-DD      the last day on which the entry holds
//
// In a GLOB * is any run of characters but /, ** any run at all, ? one character but /. A secret is ignored where its
// fingerprint is named or every one of its occurrences is covered. The error is an *IgnoreError for each line that is
// wrong, joined.
func ParseIgnore(file string, r io.Reader) ([]Ignore, error) {
	return parseLines(file, r, parseEntry)
}

// ParseGitleaksIgnore reads a .gitleaksignore: a line "path:rule:line" or "commit:path:rule:line" covers what that rule
// finds at that line of a file whose path ends in path. The commit means nothing in an image. Entries that cover nothing are
// not told, since the file is written for a repository.
func ParseGitleaksIgnore(file string, r io.Reader) ([]Ignore, error) {
	return parseLines(file, r, parseGitleaksEntry)
}

func parseLines(file string, r io.Reader, parse func(string) (Ignore, error)) ([]Ignore, error) {
	var (
		entries []Ignore
		errs    []error
		n       int
	)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, ignoreLineBytes)
	for lines.Scan() {
		n++
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" || text[0] == '#' {
			continue
		}
		if len(entries) == ignoreEntries {
			errs = append(errs, &IgnoreError{file, n, fmt.Errorf("more than %d entries", ignoreEntries)})
			break
		}
		e, err := parse(text)
		if err != nil {
			if errs = append(errs, &IgnoreError{file, n, err}); len(errs) == 20 {
				break
			}
			continue
		}
		e.File, e.Line, e.Text = file, n, text
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, &IgnoreError{file, n + 1, err})
	}
	return entries, errors.Join(errs...)
}

func parseEntry(text string) (Ignore, error) {
	var e Ignore
	seen := make(map[string]bool)
	for text != "" {
		key, value, rest, err := cutPair(text)
		if err != nil {
			return e, err
		}
		text = rest
		if seen[key] {
			return e, fmt.Errorf("%s stands twice", key)
		}
		seen[key] = true
		if err := e.set(key, value); err != nil {
			return e, err
		}
	}
	if e.problem != "" && (e.fingerprint != "" || e.rule.re != nil || e.place != "") {
		return e, errors.New("problem goes with path and image only")
	}
	if e.fingerprint == "" && e.rule.re == nil && e.path.re == nil && e.place == "" && e.image.re == nil && e.problem == "" {
		return e, errors.New("it names nothing to ignore")
	}
	if strings.TrimSpace(e.Reason) == "" {
		return e, errors.New(`it has no reason="…"`)
	}
	return e, nil
}

// cutPair returns the first KEY=VALUE of text.
func cutPair(text string) (key, value, rest string, err error) {
	key, text, ok := strings.Cut(text, "=")
	if !ok || strings.ContainsAny(key, " \t\"") || key == "" {
		return "", "", "", fmt.Errorf("%q is not KEY=VALUE", Escape(shorten(key, 60)))
	}
	if strings.HasPrefix(text, `"`) {
		quoted, err := strconv.QuotedPrefix(text)
		if err != nil {
			return "", "", "", fmt.Errorf("the value of %s has no closing quote, or an escape in it that is none", Escape(key))
		}
		value, _ = strconv.Unquote(quoted)
		rest = text[len(quoted):]
		if rest != "" && rest[0] != ' ' && rest[0] != '\t' {
			return "", "", "", fmt.Errorf("no space after the value of %s", Escape(key))
		}
		return key, value, strings.TrimLeft(rest, " \t"), nil
	}
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		end = len(text)
	}
	return key, text[:end], strings.TrimLeft(text[end:], " \t"), nil
}

func (e *Ignore) set(key, value string) (err error) {
	if value == "" {
		return fmt.Errorf("%s is empty", Escape(key))
	}
	switch key {
	case "fingerprint":
		if !strings.HasPrefix(value, "hm:") && !strings.HasPrefix(value, "a2:") {
			return errors.New("a fingerprint begins with hm: or a2:")
		}
		e.fingerprint = value
	case "rule":
		e.rule, err = newGlob(value)
	case "path":
		e.path, err = newGlob(value)
	case "image":
		e.image, err = newGlob(value)
	case "place":
		e.place = Place(value)
		if !slices.Contains(Places, e.place) {
			err = fmt.Errorf("no place is named %q", Escape(shorten(value, 60)))
		}
	case "problem":
		e.problem = value
		if value != "*" && !slices.Contains(problemKinds, value) {
			err = fmt.Errorf("no kind of problem is named %q: there are %s", Escape(shorten(value, 60)), strings.Join(problemKinds, ", "))
		}
	case "reason":
		e.Reason = value
	case "expires":
		e.Expires, err = time.Parse(time.DateOnly, value)
		if err != nil {
			err = fmt.Errorf("%q is no date of the form 2006-01-02", Escape(shorten(value, 60)))
		}
	default:
		err = fmt.Errorf("no key is named %q", Escape(shorten(key, 60)))
	}
	return err
}

var problemKinds = []string{Missing, Corrupt, DigestMismatch, Limit, Unsupported, Unreadable, Unauthorized, Interrupted}

var commitPrefix = regexp.MustCompile(`\A[0-9a-f]{40}(?:[0-9a-f]{24})?:`)

func parseGitleaksEntry(text string) (Ignore, error) {
	text = text[len(commitPrefix.FindString(text)):]
	i := strings.LastIndexByte(text, ':')
	j := strings.LastIndexByte(text[:max(i, 0)], ':')
	if j <= 0 {
		return Ignore{}, errors.New("it is not path:rule:line")
	}
	line, err := strconv.Atoi(text[i+1:])
	if err != nil || line < 0 {
		return Ignore{}, errors.New("it does not end in a line number")
	}
	rule, err := newGlob(strings.NewReplacer("*", `\*`, "?", `\?`, `\`, `\\`).Replace(text[j+1 : i]))
	if err != nil {
		return Ignore{}, err
	}
	return Ignore{rule: rule, suffix: strings.TrimPrefix(text[:j], "/"), line: line, Reason: "in .gitleaksignore", quiet: true}, nil
}
