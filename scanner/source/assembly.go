package source

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dregs/report"
)

// Names that an image archive or layout has at its root.
const (
	indexName      = "index.json"
	manifestName   = "manifest.json"
	layoutFileName = "oci-layout"
	repositories   = "repositories"
)

// assembly is what the files of an archive or layout make up.
type assembly struct {
	*Contents
	files *members
	order []*member // what to hand over: layers as the images name them, then loose files by key
}

// assemble finds the images among files: those of index.json, those of manifest.json, then manifests that nothing names.
// problems were met while the files were listed. It is an error where nothing shows that the files are an image's.
func assemble(ctx context.Context, files *members, opts Options, problems []report.Problem) (*assembly, error) {
	g, err := newGraph(files, opts)
	if err != nil {
		return nil, err
	}
	g.problems.list = problems
	files.addHeaders(&g.problems)
	if err := g.layout(ctx, files); err != nil {
		return nil, err
	}
	if m := files.find(manifestName); m != nil {
		data, err := files.read(m, opts.MaxManifest)
		if err == nil {
			var items []dockerItem
			items, err = parseDockerManifest(data)
			g.keys[m.key] = err == nil
			g.dockerImages(ctx, files, items)
		}
		g.problems.add(manifestName, err)
	}
	if err := g.unnamed(ctx, files); err != nil {
		return nil, err
	}
	if len(g.nodes) == 0 && !files.plausible() {
		return nil, fmt.Errorf("reading images: there is neither %s nor %s", manifestName, indexName)
	}
	if files.find(indexName) == nil && files.find(manifestName) == nil {
		g.problems.add("target", report.Faultf(report.Missing, "there is neither %s nor %s: what the target holds is named by nothing", manifestName, indexName))
	}
	c, err := g.contents()
	if err != nil {
		return nil, err
	}
	a := &assembly{Contents: c, files: files}
	a.arrange(g)
	if len(c.Images) == 0 && len(a.order) == 0 && len(c.Problems) == 0 {
		return nil, fmt.Errorf("reading images: the target holds none")
	}
	return a, nil
}

// layout visits what index.json names.
func (g *graph) layout(ctx context.Context, files *members) error {
	m := files.find(indexName)
	if m == nil {
		return nil
	}
	data, err := files.read(m, g.opts.MaxManifest)
	if err != nil {
		g.problems.add(indexName, err)
		return nil
	}
	index, err := parseManifest(data)
	g.problems.add(indexName, err)
	above := []Document{{What: indexName, Annotations: index.Annotations, Raw: data}}
	if err := g.children(ctx, index.Manifests, above, nil, 0); err != nil {
		return err
	}
	g.keys[m.key] = len(g.nodes) > 0
	return nil
}

// unnamed visits manifests that nothing names, indexes first so that they can say what the others are.
func (g *graph) unnamed(ctx context.Context, files *members) error {
	var indexes, manifests []descriptor
	for _, m := range files.all {
		if g.keys[m.key] || m.size > g.opts.MaxManifest || m.passed && m.memory == nil {
			continue
		}
		digest := digestOfName(m.key)
		if digest == "" {
			continue
		}
		doc := files.manifestIn(m, g.opts.MaxManifest)
		switch d := (descriptor{Digest: digest}); {
		case doc == nil:
		case doc.isManifest():
			manifests = append(manifests, d)
		default:
			indexes = append(indexes, d)
		}
	}
	for _, d := range slices.Concat(indexes, manifests) {
		if g.full {
			return nil
		}
		if err := g.visit(ctx, d, nil, nil, 0); err != nil {
			return err
		}
	}
	return nil
}

// manifestIn returns the manifest or index in m, or nil where it holds something else.
func (s *members) manifestIn(m *member, limit int64) *manifest {
	if !s.beginsAsJSON(m) {
		return nil
	}
	data, err := s.read(m, limit)
	if err != nil {
		return nil // whatever it is, it is handed over as a loose blob, and reading that tells the error
	}
	doc, err := parseManifest(data)
	if err != nil || doc.SchemaVersion != 2 && doc.MediaType == "" || !doc.isManifest() && len(doc.Manifests) == 0 {
		return nil
	}
	return doc
}

// beginsAsJSON reads no more of m than its head.
func (s *members) beginsAsJSON(m *member) bool {
	if m.memory != nil {
		return looksLikeJSON(m.memory)
	}
	r, err := m.open()
	if err != nil {
		return false
	}
	defer r.Close()
	head := make([]byte, sniffLength)
	n, _ := r.Read(head)
	return looksLikeJSON(head[:n])
}

// plausible tells whether the names are those of an image archive, be it one whose manifest was lost.
func (s *members) plausible() bool {
	if s.find(indexName) != nil || s.find(manifestName) != nil || s.find(layoutFileName) != nil {
		return true
	}
	return slices.ContainsFunc(s.all, func(m *member) bool { return imageLike(m.name) })
}

// imageLike tells names that only image archives have.
func imageLike(name string) bool {
	if digestOfName(name) != "" || name == manifestName || name == indexName || name == layoutFileName {
		return true
	}
	dir, base, nested := strings.Cut(name, "/")
	if !nested { // skopeo and podman write layers and configurations so
		dir = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(dir, ".gz"), ".tar"), ".json")
	}
	_, _, ok := splitDigest("sha256:" + strings.TrimPrefix(dir, "sha256:"))
	if ok && !nested {
		return dir != name
	}
	return nested && ok && (base == "layer.tar" || base == "json" || base == "VERSION")
}

// arrange decides what is loose and the order in which files are handed over.
func (a *assembly) arrange(g *graph) {
	given := map[string]bool{}
	for _, image := range a.Images {
		for _, l := range image.Layers {
			if l.Key == "" || given[l.Key] {
				continue
			}
			given[l.Key] = true
			a.order = append(a.order, a.files.byKey[l.Key])
		}
	}
	known := newKnown(g, a.files)
	var loose []*member
	for _, m := range a.files.all {
		if m.size == 0 || g.keys[m.key] && (m.name != manifestName || known.explains(m)) || known.isBookkeeping(m) {
			continue
		}
		loose = append(loose, m)
		a.Loose = append(a.Loose, m.key)
	}
	slices.SortFunc(loose, func(x, y *member) int { return strings.Compare(x.key, y.key) })
	slices.Sort(a.Loose)
	a.order = append(a.order, loose...)
}

// handOver calls blob for every file that did not pass by already.
func (a *assembly) handOver(ctx context.Context, blob func(context.Context, Blob) error) error {
	mediaTypes := map[string]string{}
	for _, image := range a.Images {
		for _, l := range image.Layers {
			if _, ok := mediaTypes[l.Key]; !ok {
				mediaTypes[l.Key] = l.MediaType
			}
		}
	}
	for _, m := range a.order {
		if m.passed {
			continue
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("reading blobs: %w", err)
		}
		b := m.blob()
		b.MediaType = mediaTypes[m.key]
		if err := blob(ctx, b); err != nil {
			return err
		}
	}
	return nil
}
