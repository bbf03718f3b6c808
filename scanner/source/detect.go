package source

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/go-containerregistry/pkg/name"
)

// Bounds of detection: how much of a compressed archive is inflated to see what is in it, and how much of a file tells
// whether it is text.
const (
	detectBytes   = 64 << 20
	detectEntries = 100_000
	textBytes     = 8 << 10
	aheadBytes    = 2 << 20 // of standard input: the largest block of any compression
)

// HintError is an error with a sentence that helps to mend it.
type HintError struct {
	Err  error
	help string
}

func hint(err error, help string) error { return &HintError{err, help} }

// Error implements error.
func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap returns the error without its hint.
func (e *HintError) Unwrap() error { return e.Err }

// Hint returns the sentence.
func (e *HintError) Hint() string { return e.help }

// Detect tells the scheme of a target by its form and, where it is a file, by what it holds; it makes no request. "-" has
// the scheme Stdin; a name that is no file has the scheme Reference, unless it looks like a path: that is an error.
func Detect(target string) (scheme, rest string, err error) {
	if target == standardInput {
		return Stdin, target, nil
	}
	if scheme, rest, ok := cutScheme(target); ok {
		return scheme, rest, nil
	}
	info, err := os.Stat(target)
	switch {
	case err == nil && info.IsDir():
		return detectDir(target), target, nil
	case err == nil:
		if scheme, err = detectFile(target, info); err != nil {
			return "", "", err
		}
		return scheme, target, nil
	case looksLikePath(target):
		return "", "", hint(fmt.Errorf("opening %q: %w", target, bare(err)),
			"it looks like a path; name an image as registry:NAME to have it fetched")
	}
	if _, err := name.ParseReference(target); err != nil {
		return "", "", hint(fmt.Errorf("opening %q: it is neither a file nor an image reference", target),
			"targets are paths, image references, or SCHEME:REST")
	}
	return Reference, target, nil
}

// bare returns what went wrong without the path, which the caller tells.
func bare(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func detectDir(dir string) string {
	for _, file := range []string{layoutFileName, indexName} {
		if info, err := os.Stat(filepath.Join(dir, file)); err == nil && info.Mode().IsRegular() {
			return schemeOCIDir
		}
	}
	return schemeDir
}

// detectFile tells an image archive by what it holds, then a Dockerfile and a log by name, then a log by being text.
func detectFile(file string, info fs.FileInfo) (string, error) {
	const schemes = "name its scheme: docker-archive:FILE, oci-archive:FILE, dockerfile:FILE or log:FILE"
	if !info.Mode().IsRegular() {
		return "", hint(fmt.Errorf("opening %q: it is no regular file, so it cannot be told what it is", file), schemes)
	}
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("opening target: %w", err)
	}
	defer f.Close()
	head := make([]byte, textBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return "", fmt.Errorf("reading %q: %w", file, err)
	}
	head = head[:n]
	if scheme := detectArchive(f, head); scheme != "" {
		return scheme, nil
	}
	base := filepath.Base(file)
	switch {
	case isDockerfileName(base):
		return schemeDockerfile, nil
	case strings.Contains(strings.ToLower(base), ".log"):
		return schemeLog, nil
	case hasSuffix(base, archiveSuffixes): // an error page that was saved as one, or a file that was never filled
		return "", hint(fmt.Errorf("opening %q: it has the name of an archive, and holds no image", file), schemes)
	case isText(head):
		return schemeLog, nil
	}
	return "", hint(fmt.Errorf("opening %q: it is neither an image archive nor text", file), schemes)
}

// isDockerfileName tells names such as Dockerfile, Dockerfile.prod, app.Dockerfile and Containerfile.
func isDockerfileName(base string) bool {
	lower := strings.ToLower(base)
	return strings.HasPrefix(lower, "dockerfile") || strings.HasPrefix(lower, "containerfile") || strings.HasSuffix(lower, ".dockerfile")
}

// detectArchive returns the scheme of an image archive, or "" for any other file. A plain archive is looked through to
// its end, since docker save writes manifest.json last; of a compressed one only the beginning is inflated.
func detectArchive(f *os.File, head []byte) string {
	compressed := isCompressed(head)
	if !compressed && !isTar(head) {
		return ""
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return ""
	}
	if !compressed {
		return archiveScheme(f)
	}
	in, err := inflate(bufio.NewReader(f), detectBytes)
	if err != nil {
		return ""
	}
	defer in.Close()
	return archiveScheme(in)
}

// archiveScheme reads names of members until one tells what the archive is, as far as r goes.
func archiveScheme(r io.Reader) string {
	found := ""
	t := tar.NewReader(r)
	for range detectEntries {
		h, err := t.Next()
		if err != nil {
			return found // it ends here, or cannot be read beyond: what was seen so far decides
		}
		switch name := cleanName(h.Name); {
		case name == manifestName:
			return schemeDockerArchive
		case name == indexName, name == layoutFileName, digestOfName(name) != "":
			found = schemeOCIArchive
		case found == "" && imageLike(name):
			found = schemeDockerArchive
		}
	}
	return found
}

// Endings of names: of archives, and of others that no image reference has.
var (
	archiveSuffixes = []string{".tar", ".tar.gz", ".tgz", ".tar.zst", ".tzst", ".tar.xz", ".txz", ".tar.bz2", ".oci"}
	pathSuffixes    = append([]string{".log", ".log.gz", ".txt", ".json", "/"}, archiveSuffixes...)
)

// hasSuffix tells whether name ends in one of the suffixes, in any case.
func hasSuffix(name string, suffixes []string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(lower, suffix) })
}

// looksLikePath tells that a name was meant as a file: image references do not begin like this or end like that.
func looksLikePath(target string) bool {
	if target == "" || strings.ContainsAny(target, `\ `) {
		return true
	}
	for _, prefix := range []string{"/", "./", "../", "~"} {
		if strings.HasPrefix(target, prefix) {
			return true
		}
	}
	if target == "." || target == ".." || isDockerfileName(filepath.Base(target)) {
		return true
	}
	return hasSuffix(target, pathSuffixes)
}

// isText tells text by its beginning: valid UTF-8, or UTF-16 by its mark, without NUL bytes. An empty file is text.
func isText(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return true
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for cut := 0; cut < utf8.UTFMax && cut <= len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}

// errNoInput says that nothing came on standard input, as where the command before the pipe failed.
var errNoInput = hint(errors.New("standard input is empty"), "name it log:- if it is a log that may have no lines")

// errCut says that standard input ended before an archive did, as where the command before the pipe was ended.
var errCut = hint(errors.New("standard input ends within the beginning of an archive"), "name it log:- if it is a log")

// SniffStdin tells whether r, standard input, is an image archive by its magic: a tar archive, plain or compressed. The
// reader that it returns gives all of r, what was looked at included. It is an error where r is empty, holds a compressed
// stream of nothing, or ends before an archive that it begins can tell what it holds.
func SniffStdin(r io.Reader) (isArchive bool, all io.Reader, err error) {
	b := bufio.NewReaderSize(r, aheadBytes)
	head, err := b.Peek(sniffLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, b, fmt.Errorf("reading standard input: %w", err)
	}
	if len(head) == 0 {
		return false, b, errNoInput
	}
	if isCut(head) {
		return false, b, errCut
	}
	if !isCompressed(head) {
		return isTar(head), b, nil
	}
	// A compressed stream is inflated as far as it was read ahead: its first block tells.
	ahead, err := b.Peek(aheadBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, b, fmt.Errorf("reading standard input: %w", err)
	}
	in, err := inflate(bufio.NewReader(bytes.NewReader(ahead)), detectBytes)
	if err != nil {
		return false, b, nil // it is no whole archive of that kind: whoever reads it as a log tells what is wrong
	}
	defer in.Close()
	block := make([]byte, sniffLength)
	n, err := io.ReadFull(in, block)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return false, b, errNoInput
	case n < len(block) && isCutTar(block[:n]):
		return false, b, errCut
	}
	return isTar(block[:n]), b, nil
}
