package scanner

import (
	"fmt"
	"slices"
	"strings"

	"dregs/report"
	"dregs/scanner/dockerfile"
	"dregs/scanner/layer"
)

// notedPaths is how many paths a note names.
const notedPaths = 5

// notedImages is how many images of one scan are looked at for notes.
const notedImages = 64

// note tells what in an image itself makes a leak worse: plain notes, which never gate.
func (s *scan) note(l *imageLife) {
	if l.src.Kind != "" || len(l.src.Layers) == 0 || s.coverage.images > notedImages {
		return
	}
	name := imageName(l.src)
	if len(l.src.Tags) > 0 {
		name = l.src.Tags[0]
	}
	tell := func(rule, why, instead string) {
		p := report.Practice{Rule: rule, Target: l.target, Path: name, Why: why, Instead: instead}
		// Another platform of the same image says the same.
		if !slices.ContainsFunc(s.practices, func(o report.Practice) bool {
			return o.Rule == p.Rule && o.Target == p.Target && o.Why == p.Why
		}) {
			s.practices = append(s.practices, p)
		}
	}
	if user := l.user(); user == "" || user == "root" || user == "0" || strings.HasPrefix(user, "root:") || strings.HasPrefix(user, "0:") {
		tell("image-no-user", "Containers of this image run as root, unless they are told another user: they read every credential file in them.",
			"Set USER in the Dockerfile.")
	}
	if paths := l.standing(setID); len(paths) > 0 {
		tell("image-setuid", fmt.Sprintf("%d setuid or setgid files, by which a user of a container can become another: %s.", len(paths), someOf(paths)),
			"Remove what is not needed, or take the bits off: chmod a-s.")
	}
	if paths := l.standing(readableCredential); len(paths) > 0 {
		tell("image-readable-credentials", fmt.Sprintf("%d files named as credential files are, readable by every user of a container: %s.", len(paths), someOf(paths)),
			"Leave them out of the image; else give them to one user, with mode 0400.")
	}
}

// user is the user that the configuration sets.
func (l *imageLife) user() string {
	user := ""
	if l.doc.config == nil {
		return user
	}
	for i := range l.doc.config.values {
		if v := &l.doc.config.values[i]; v.path == "/config/User" {
			user = strings.TrimSpace(v.text)
		}
	}
	return user
}

// entryBits is what of an entry a note looks at.
type entryBits struct {
	path string
	mode uint32
	size int64
}

func bitsOf(r *layer.Record) entryBits { return entryBits{r.Path, r.Mode, r.Size} }

// notable returns the entries of a layer that a note could be about, wherever the layer is part of.
func (r *blobResult) notable() []int {
	r.notes.Do(func() {
		for i := range r.summary.Records {
			rec := &r.summary.Records[i]
			if b := bitsOf(rec); rec.Type == '0' && rec.Whiteout == layer.NoWhiteout && (setID(b) || readableCredential(b)) {
				r.noted = append(r.noted, i)
			}
		}
	})
	return r.noted
}

func setID(e entryBits) bool { return e.mode&0o6000 != 0 && e.mode&0o111 != 0 }

// readableCredential tells a credential file that all may read. Published trees are full of such names.
func readableCredential(e entryBits) bool {
	if e.mode&0o004 == 0 || e.size == 0 {
		return false
	}
	for _, tree := range []string{"usr/share/", "usr/lib/", "usr/include/", "usr/local/lib/", "usr/local/go/"} {
		if strings.HasPrefix(e.path, tree) {
			return false
		}
	}
	for _, tree := range []string{"/node_modules/", "/site-packages/", "/dist-packages/", "/vendor/", "/pkg/mod/", "/test", "/example"} {
		if strings.Contains("/"+e.path, tree) {
			return false
		}
	}
	return dockerfile.CredentialFile(e.path) // last, as it costs most
}

// standing returns the paths of the regular files of the final filesystem that want is true of, in order of layer and entry.
func (l *imageLife) standing(want func(entryBits) bool) []string {
	var paths []string
	for i, r := range l.results {
		if r == nil {
			continue
		}
		for _, j := range r.notable() {
			rec := &r.summary.Records[j]
			if want(bitsOf(rec)) && l.fates().Fate(i, j).Visibility == report.Visible {
				paths = append(paths, rec.Path)
			}
		}
	}
	return paths
}

func someOf(paths []string) string {
	if len(paths) <= notedPaths {
		return strings.Join(paths, ", ")
	}
	return strings.Join(paths[:notedPaths], ", ") + fmt.Sprintf(" and %d more", len(paths)-notedPaths)
}
