package origin

import (
	"encoding/base64"
	"io"
	"strings"
)

// readAPK reads apk's list of installed packages: paragraphs of fields of one letter, where F: names a folder, R: a file
// in it, and Z: the hash of that file, Q1 before SHA-1 and Q2 before SHA-256.
func readAPK(r *Records, path string, in io.ReaderAt, size int64) error {
	l := apkList{records: r, root: rootOf(strings.Replace(path, "usr/lib/apk/db", "lib/apk/db", 1), "/lib/apk/db/")}
	err := lines(in, size, func(line string) error {
		if len(line) > 2 && line[1] == ':' {
			return l.field(line[0], line[2:])
		}
		if line == "" {
			l.finish()
		}
		return nil
	})
	l.finish()
	return err
}

// apkList is the list while it is read.
type apkList struct {
	records   *Records
	root      string
	claim     *claim // of the paragraph that is read, nil between two
	dir, name string
}

// finish ends a paragraph.
func (l *apkList) finish() {
	if l.claim != nil {
		l.claim.provides = append(l.claim.provides, l.claim.pkg.Name)
		l.records.claims = append(l.records.claims, *l.claim)
	}
	l.claim, l.dir, l.name = nil, "", ""
}

// field takes in one field.
func (l *apkList) field(letter byte, value string) error {
	if l.claim == nil { // each paragraph is a package of its own, whatever field stands first
		l.claim = &claim{pkg: &Package{System: "apk"}, scope: "apk " + l.root}
	}
	switch letter {
	case 'P':
		l.claim.pkg.Name = value
		l.claim.trusted = l.claim.trusted || apkBase[value]
	case 'V':
		l.claim.pkg.Version = value
	case 'm':
		l.claim.trusted = l.claim.trusted || distributionMaintainer(value) || strings.Contains(strings.ToLower(value), "alpine")
	case 'D':
		for word := range strings.FieldsSeq(value) {
			l.claim.depends = append(l.claim.depends, apkName(word))
		}
	case 'p':
		for word := range strings.FieldsSeq(value) {
			l.claim.provides = append(l.claim.provides, apkName(word))
		}
	case 'F':
		l.dir, l.name = value, ""
	case 'R':
		l.name = value
	case 'Z':
		full, ok := join(l.root+l.dir, l.name)
		if sum := apkSum(value); l.name != "" && ok && sum != "" {
			return l.records.record(full, sum, l.claim.pkg)
		}
	}
	return nil
}

// apkBase are packages that a distribution alone has.
var apkBase = map[string]bool{
	"alpine-baselayout": true, "alpine-base": true, "alpine-release": true, "wolfi-baselayout": true, "wolfi-base": true,
	"chainguard-baselayout": true, "busybox": true, "musl": true, "apk-tools": true,
}

// apkName returns a dependency without its version.
func apkName(word string) string {
	if i := strings.IndexAny(word, "<>=~"); i >= 0 {
		return word[:i]
	}
	return word
}

// apkSum returns the bytes of a hash.
func apkSum(value string) string {
	var want int
	switch {
	case strings.HasPrefix(value, "Q1"):
		want = 20
	case strings.HasPrefix(value, "Q2"):
		want = 32
	default:
		return ""
	}
	raw, err := base64.StdEncoding.DecodeString(value[2:])
	if err != nil || len(raw) != want {
		return ""
	}
	return string(raw)
}
