package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"dregs/report"
)

// Names of what a registry keeps below each of its repositories.
const (
	manifestsDir = "_manifests"
	layersDir    = "_layers"
	uploadsDir   = "_uploads"
)

// listRepositories returns the names of the chosen repositories, sorted: folders that hold one of the registry's own.
func (w *storageWalk) listRepositories(ctx context.Context) []string {
	var names []string
	root := path.Join(w.layout.base, w.layout.repositories)
	err := fs.WalkDir(w.root.FS(), root, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			w.problems.add(fmt.Sprintf("%q", name), fmt.Errorf("listing storage: %w", err))
			return fs.SkipDir
		case !entry.IsDir():
			return nil
		}
		if err := w.count(); err != nil {
			return err
		}
		switch entry.Name() {
		case manifestsDir, layersDir, uploadsDir:
			if repo := strings.TrimPrefix(path.Dir(name), root+"/"); !slices.Contains(names[max(0, len(names)-1):], repo) {
				names = append(names, repo)
			}
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		w.problems.add("repositories", err)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// miss tells of the repositories that were named to be read and are not among those that are there.
func (w *storageWalk) miss(there []string) {
	for _, name := range slices.Sorted(maps.Keys(w.choice.list)) {
		if !slices.Contains(there, name) {
			w.problems.add("repository "+name, report.Faultf(report.Missing, "the storage holds no such repository"))
		}
	}
}

// tagHistory is a tag with what it names now and what it named before.
type tagHistory struct {
	name    string
	current linkTo
	past    []linkTo
}

// repository reads one repository: its tags, what they named before, and manifests that no tag names.
func (w *storageWalk) repository(ctx context.Context, name string) error {
	dir := path.Join(w.layout.base, w.layout.repositories, name)
	chosen := w.choice.repository(name)
	for _, l := range w.linked(path.Join(dir, layersDir)) {
		if b := w.blobs[l.digest]; b != nil {
			b.links = append(b.links, name)
		}
	}
	w.listUploads(name, path.Join(dir, uploadsDir))
	tags, dropped := w.tags(dir)
	revisions := w.linked(path.Join(dir, manifestsDir, "revisions"))
	if !chosen {
		tags, dropped = nil, append(dropped, tags...)
	}
	for _, t := range tags {
		if t.current.digest != "" {
			if err := w.visit(ctx, name, report.Tagged, name+":"+t.name, t.current, "tag link"); err != nil {
				return err
			}
		}
		for _, p := range t.past {
			if err := w.visit(ctx, name, report.MovedTag, name+":"+t.name, p, "tag link"); err != nil {
				return err
			}
		}
	}
	if chosen && !w.choice.narrows() {
		for _, r := range revisions {
			if err := w.visit(ctx, name, report.Untagged, "", r, "revision link"); err != nil {
				return err
			}
		}
		return nil
	}
	w.leave(dropped, revisions)
	return nil
}

// leave notes manifests that were not chosen, so that they do not count as held by no repository.
func (w *storageWalk) leave(tags []tagHistory, revisions []linkTo) {
	if w.left == nil {
		w.left = map[string]bool{}
	}
	for _, t := range tags {
		w.left[t.current.digest] = true
		for _, p := range t.past {
			w.left[p.digest] = true
		}
	}
	for _, r := range revisions {
		w.left[r.digest] = true
	}
}

// tags returns the chosen tags of a repository, sorted, and the others.
func (w *storageWalk) tags(dir string) (chosen, others []tagHistory) {
	root := path.Join(dir, manifestsDir, "tags")
	for _, entry := range w.list(root) {
		t := tagHistory{name: entry.Name()}
		if err := w.count(); err != nil {
			w.problems.add(fmt.Sprintf("%q", root), err)
			break
		}
		current := path.Join(root, t.name, "current", "link")
		digest, since, err := w.link(current)
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				err = report.Faultf(report.Missing, "it names nothing")
			}
			w.problems.add(fmt.Sprintf("%q", current), fmt.Errorf("reading tag: %w", err))
		}
		t.current = linkTo{digest, since}
		for _, p := range w.linked(path.Join(root, t.name, "index")) {
			if p.digest == digest {
				t.current.since = p.since // when the tag came to name it; the link itself is rewritten
			} else {
				t.past = append(t.past, p)
			}
		}
		if takes(w.choice.tags, t.name) {
			chosen = append(chosen, t)
		} else {
			others = append(others, t)
		}
	}
	if n := w.choice.limit; n > 0 && len(chosen) > n {
		slices.SortStableFunc(chosen, func(x, y tagHistory) int { return y.current.since.Compare(x.current.since) })
		others = append(others, chosen[n:]...)
		chosen = chosen[:n:n]
		slices.SortFunc(chosen, func(x, y tagHistory) int { return strings.Compare(x.name, y.name) })
	}
	return chosen, others
}

// stateRanks orders states: an image is what the strongest of its links makes it.
var stateRanks = map[string]int{report.Unreferenced: 0, report.Untagged: 1, report.MovedTag: 2, report.Tagged: 3}

// visit reads what a link of a repository names, and notes how it and all below it stand.
func (w *storageWalk) visit(ctx context.Context, repository, state, tag string, to linkTo, source string) error {
	if state == report.Untagged && w.standing[to.digest] != nil && slices.Contains(w.standing[to.digest].Repositories, repository) {
		return nil // a tag of this repository leads to it
	}
	if w.blobs[to.digest] == nil && state == report.MovedTag {
		return nil // what a purge leaves: the tag's memory of a manifest that was deleted and collected
	}
	if w.blobs[to.digest] == nil {
		if lost := repository + "@" + to.digest; !w.lost[lost] { // its revision and each of its tags link it
			w.lost[lost] = true
			w.problems.add(fmt.Sprintf("repository %s", repository), report.Faultf(report.Missing, "manifest %s is linked and not there", to.digest))
		}
		return nil
	}
	var tags []string
	if state == report.Tagged {
		tags = []string{tag}
	}
	if err := w.graph.visit(ctx, descriptor{Digest: to.digest}, nil, tags, 0); err != nil {
		return err
	}
	w.mark(to, repository, state, tag, source, 0)
	name := strings.TrimPrefix(tag, repository+":")
	w.links = append(w.links, Link{repository, name, to.digest, state == report.MovedTag, to.since, source})
	return nil
}

// mark notes how a manifest stands, and those below an index the same.
func (w *storageWalk) mark(to linkTo, repository, state, tag, source string, depth int) {
	if depth > maxDepth {
		return
	}
	s := w.standing[to.digest]
	if s == nil {
		s = &Standing{State: state}
		w.standing[to.digest] = s
	}
	if stateRanks[state] > stateRanks[s.State] {
		s.State = state
	}
	if repository != "" && !slices.Contains(s.Repositories, repository) {
		s.Repositories = append(s.Repositories, repository)
	}
	if state == report.MovedTag {
		s.PastTags = addTags(s.PastTags, []string{tag})
	}
	if !to.since.IsZero() && (s.Since.IsZero() || to.since.Before(s.Since)) {
		s.Since, s.SinceSource = to.since, source
	}
	for _, child := range w.graph.visited[to.digest] {
		w.mark(linkTo{child, to.since}, repository, state, tag, source, depth+1)
	}
}

// rest visits manifests that no repository links any more.
func (w *storageWalk) rest(ctx context.Context) error {
	var indexes, manifests []string
	for _, digest := range slices.Sorted(maps.Keys(w.blobs)) {
		b := w.blobs[digest]
		if ctx.Err() != nil {
			return fmt.Errorf("reading storage: %w", ctx.Err())
		}
		if w.graph.keys[digest] || w.left[digest] || b.size > w.opts.MaxManifest || !w.looksLikeJSON(b) {
			continue
		}
		data, _, err := w.document(ctx, descriptor{Digest: digest}, w.opts.MaxManifest)
		if err != nil {
			continue // it is handed over as a blob, and reading that tells the error
		}
		doc, err := parseManifest(data)
		switch {
		case err != nil || doc.SchemaVersion != 2 && doc.MediaType == "":
		case doc.isManifest():
			manifests = append(manifests, digest)
		case len(doc.Manifests) > 0:
			indexes = append(indexes, digest)
		}
	}
	for _, digest := range slices.Concat(indexes, manifests) {
		if err := w.graph.visit(ctx, descriptor{Digest: digest}, nil, nil, 0); err != nil {
			return err
		}
		if w.standing[digest] == nil {
			w.mark(linkTo{digest, w.blobs[digest].since}, "", report.Unreferenced, "", "blob file", 0)
		}
	}
	return nil
}

// linkedLayers returns the keys of an image's layers that some repository links.
func (w *storageWalk) linkedLayers(img *Image) map[string]bool {
	keys := map[string]bool{}
	for _, l := range img.Layers {
		if b := w.blobs[l.Key]; b != nil && len(b.links) > 0 {
			keys[l.Key] = true
		}
	}
	return keys
}

func (w *storageWalk) looksLikeJSON(b *storedBlob) bool {
	f, err := w.open(b.name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, sniffLength)
	n, _ := f.Read(head)
	return looksLikeJSON(head[:n])
}

// listUploads notes what uploads of a repository, or of the storage as a whole, have left.
func (w *storageWalk) listUploads(repository, dir string) {
	for _, entry := range w.list(dir) {
		if err := w.count(); err != nil {
			w.problems.add(fmt.Sprintf("%q", dir), err)
			return
		}
		name := path.Join(dir, entry.Name(), "data")
		info, err := w.root.Stat(name)
		if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
			continue // an upload that was begun, and nothing sent
		}
		w.uploads = append(w.uploads, storedUpload{name, repository, info.Size(), info.ModTime().UTC()})
	}
}

// contents returns the images with how they stand, and what no manifest explains.
func (w *storageWalk) contents() *Contents {
	if w.layout.uploads != "" {
		w.listUploads("", path.Join(w.layout.base, w.layout.uploads))
	}
	h := newHolding(w.opts.MaxImages)
	h.links, h.indexes = w.links, w.graph.indexes()
	kept, _ := w.graph.admitted()
	for _, n := range kept {
		img := n.Image
		img.Standing = w.standing[img.Digest]
		if img.Standing == nil {
			img.Standing = &Standing{State: report.Unreferenced}
		}
		if img.Standing.State == report.Unreferenced {
			img.Standing.Pullable = w.linkedLayers(&img)
		}
		h.images = append(h.images, &img)
		h.problems.list = append(h.problems.list, n.problems...)
	}
	w.problems.list = append(w.problems.list, w.graph.problems.list...)
	c := h.contents(w.problems)
	c.Orphans = map[string]Orphan{}
	for digest, b := range w.blobs {
		if w.graph.keys[digest] || w.left[digest] || w.choice.narrows() || !w.choice.everywhere() {
			continue
		}
		c.Loose = append(c.Loose, digest)
		slices.Sort(b.links)
		c.Orphans[digest] = Orphan{State: report.Orphan, Name: digest, Repositories: slices.Compact(b.links), Since: b.since, SinceSource: "blob file"}
	}
	for _, u := range w.uploads {
		if !w.choice.repository(u.repository) {
			continue
		}
		c.Loose = append(c.Loose, u.key)
		c.Orphans[u.key] = Orphan{State: report.Upload, Name: u.key, Since: u.since.Truncate(time.Second), SinceSource: "upload file"}
	}
	slices.Sort(c.Loose)
	return c
}
