package scanner

import (
	"regexp"
	"slices"
	"strings"

	"dregs/report"
	"dregs/scanner/source"
)

// What the path of an occurrence begins with that lies in a name which an archive or a registry gives the image.
const (
	tagName        = "tag of "
	repositoryName = "repository "
)

// readNames reads the names that an archive or a registry gives the image: its tags, those of the past too, and the parts of
// its repositories. Each is read by itself and as the name of a file is, since names of images read like settings
// (team/vault-token:3f2a) and tags are often commits and hashes.
func readNames(img *source.Image, emit func(fragment)) {
	names := slices.Clone(img.Tags)
	if st := img.Standing; st != nil {
		names = slices.Concat(names, st.PastTags, st.Repositories)
	}
	seen := make(map[string]bool)
	put := func(path, text string) {
		if len(text) < longName || seen[text] || annotated(img, text) {
			return
		}
		seen[text] = true
		emit(fragment{place: report.Annotation, like: report.FileName, path: path, text: []byte(text), visibility: report.InHistory})
	}
	for _, name := range names {
		repository, tag := splitName(name)
		put(tagName+repository, tag)
		for part := range strings.SplitSeq(repository, "/") {
			put(repositoryName+repository, part)
		}
	}
}

// splitName returns the repository and tag of an image's name. A name without a tag is taken for either.
func splitName(name string) (repository, tag string) {
	name, _, _ = strings.Cut(name, "@sha256:")
	if i := strings.LastIndexByte(name, ':'); i > strings.LastIndexByte(name, '/') {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// nameKeys are the annotations whose value is the name of an image (image-spec annotations.md, containerd).
var nameKeys = map[string]bool{"org.opencontainers.image.ref.name": true, "org.opencontainers.image.base.name": true, "io.containerd.image.name": true}

// nameText matches what is written as the name of an image, or a part of it.
var nameText = regexp.MustCompile(`^[\w.:/@-]+$`)

// emitAnnotation emits f, whose key is that of an annotation; a name of an image in its parts, as readNames does.
func emitAnnotation(f fragment, emit func(fragment)) {
	if !nameKeys[f.key] || !nameText.Match(f.text) {
		emit(f)
		return
	}
	repository, tag := splitName(string(f.text))
	part := func(from int, text string) {
		p := f
		p.key, p.text, p.like = "", []byte(text), report.FileName
		p.within, p.from = &f, from
		emit(p)
	}
	from := 0
	for text := range strings.SplitSeq(repository, "/") {
		part(from, text)
		from += len(text) + 1
	}
	part(from, tag)
}

// annotated tells whether an annotation above the image, which is read with those, is what names it so.
func annotated(img *source.Image, name string) bool {
	return slices.ContainsFunc(img.Above, func(d source.Document) bool {
		for _, value := range d.Annotations {
			if strings.Contains(value, name) {
				return true
			}
		}
		return false
	})
}

// inName tells whether the path of an occurrence is that of one in a name of the image.
func inName(path string) bool {
	return strings.HasPrefix(path, tagName) || strings.HasPrefix(path, repositoryName)
}
