package layer

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"dregs/report"
)

const (
	whiteoutPrefix = ".wh."
	opaqueName     = ".wh..wh..opq"
	reservedPrefix = ".wh..wh." // of names that are AUFS's own
)

// record returns what the timeline needs of hdr, and records what is wrong with its names.
func (a *archive) record(hdr *tar.Header) (Record, error) {
	r := Record{Size: hdr.Size, Mode: uint32(hdr.Mode & 0o7777), Type: hdr.Typeflag}
	switch r.Type {
	case tar.TypeCont, tar.TypeGNUSparse, 0:
		r.Type = tar.TypeReg
	}
	name, escapes := cleanPath(hdr.Name)
	name, r.Whiteout = whiteout(name)
	r.Path = a.bound(name)
	if escapes {
		a.problem("the name leads out of the root; it is read as %q", r.Path)
	}
	if r.Path == "" && r.Type != tar.TypeDir && r.Type != tar.TypeXGlobalHeader && r.Whiteout == NoWhiteout {
		a.problem("the root is no directory")
	}
	switch r.Type {
	case tar.TypeLink:
		target, escapes := cleanPath(hdr.Linkname)
		r.Link = a.bound(target)
		if escapes {
			a.problem("the hard link %q leads out of the root; it is read as one to %q", r.Path, r.Link)
		}
	case tar.TypeSymlink:
		r.Link = a.bound(hdr.Linkname)
	}
	a.names += int64(len(r.Path) + len(r.Link))
	if a.names > a.limits.NameBytes {
		return r, report.Faultf(report.Limit, "reading tar: the paths of the layer have more than %d bytes", a.limits.NameBytes)
	}
	r.Path, r.Link = a.records.text.keep(r.Path), a.records.text.keep(r.Link)
	return r, nil
}

// cleanPath returns name slash-separated, clean and relative to the root, which is "", and whether it leads out of
// the root, where it is cut off.
func cleanPath(name string) (cleaned string, escapes bool) {
	rel := path.Clean(strings.TrimLeft(name, "/"))
	if rel == ".." || strings.HasPrefix(rel, "../") {
		return path.Clean("/" + rel)[1:], true
	}
	if rel == "." {
		rel = ""
	}
	return rel, false
}

// whiteout returns the path that an entry called name removes, or name itself for one that removes nothing. ".wh."
// before nothing, "." or ".." would remove the directory it stands in, or the one above: no writer means that, so it
// removes nothing.
func whiteout(name string) (string, Whiteout) {
	dir, base := "", name
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		dir, base = name[:i], name[i+1:]
	}
	removed, ok := strings.CutPrefix(base, whiteoutPrefix)
	switch {
	case base == opaqueName:
		return dir, OpaqueWhiteout
	case !ok || reserved(base):
		return name, NoWhiteout
	case dir == "":
		return removed, PathWhiteout
	}
	return dir + "/" + removed, PathWhiteout
}

// reserved tells whether base is a name that no engine unpacks: AUFS's own, and whiteouts of nothing.
func reserved(base string) bool {
	switch base {
	case ".wh.", ".wh..", ".wh...":
		return true
	}
	return strings.HasPrefix(base, reservedPrefix) && base != opaqueName
}

// bound cuts a path over the limit. What is cut off is told apart by its hash, so that two long paths remain two.
func (a *archive) bound(name string) string {
	if len(name) <= a.limits.PathBytes {
		return name
	}
	a.slack.problem(report.Faultf(report.Limit, "reading tar: %s: a path of %d bytes is over the limit of %d; it is cut",
		a.where(), len(name), a.limits.PathBytes))
	sum := sha256.Sum256([]byte(name))
	return strings.TrimRight(name[:a.limits.PathBytes], "/") + "~" + hex.EncodeToString(sum[:8])
}

// recordList collects records, of which a layer may have a million, without copying them again and again.
type recordList struct {
	chunks [][]Record
	n      int
	text   textArena
}

// add appends r.
func (l *recordList) add(r Record) {
	const first, most = 64, 8192
	last := len(l.chunks) - 1
	if last < 0 || len(l.chunks[last]) == cap(l.chunks[last]) {
		l.chunks = append(l.chunks, make([]Record, 0, min(most, max(first, l.n))))
		last++
	}
	l.chunks[last] = append(l.chunks[last], r)
	l.n++
}

// all returns the records in one slice and forgets them.
func (l *recordList) all() []Record {
	if len(l.chunks) == 1 {
		return l.chunks[0]
	}
	all := make([]Record, 0, l.n)
	for i, c := range l.chunks {
		all = append(all, c...)
		l.chunks[i] = nil
	}
	return all
}

// textArena packs strings into large pieces: each alone would cost an allocation and its rounding.
type textArena struct{ b *strings.Builder }

// keep returns a copy of s.
func (t *textArena) keep(s string) string {
	const piece = 64 << 10
	if s == "" {
		return ""
	}
	if len(s) > piece/4 {
		return strings.Clone(s)
	}
	if t.b == nil || t.b.Cap()-t.b.Len() < len(s) {
		size := piece
		if t.b == nil {
			size = piece / 16
		}
		t.b = new(strings.Builder)
		t.b.Grow(max(size, len(s)))
	}
	start := t.b.Len()
	t.b.WriteString(s)
	return t.b.String()[start:]
}
