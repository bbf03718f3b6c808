package source

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"dregs/report"
)

// documents finds what descriptors name.
type documents interface {
	// document returns the JSON document of d, at most limit bytes of it, and its key. Its digest is not checked.
	document(ctx context.Context, d descriptor, limit int64) (data []byte, key string, err error)
	// layer returns the key of the blob of d, or a report.Fault that says why there is none. What d embeds may stand in for it.
	layer(ctx context.Context, d descriptor) (key string, err error)
	// prefetch may get the documents of all and what they lead to side by side; it reports nothing.
	prefetch(ctx context.Context, all []descriptor)
}

// node is an image with what was wrong with it, which is told only if the platform filter admits the image.
type node struct {
	Image
	problems []report.Problem
}

// graph walks from descriptors to images. It visits each document once, so neither cycles nor shared parts cost twice.
type graph struct {
	docs   documents
	opts   Options
	filter *platform
	tags   map[string]bool // all tags of the repository, where they are known
	eager  bool            // leave filtered platforms unread: for sources where reading costs a request

	nodes     []*node
	byDigest  map[string]*node
	visited   map[string][]string // digests of the manifests of each index that was read
	indexTags map[string][]string
	excluded  map[string]bool // digests of manifests that the filter keeps out
	others    []string        // their platforms
	asked     map[string]bool // manifests whose referrers were asked for
	above     map[string]int  // how many documents are called so
	keys      map[string]bool // of documents and layers that some manifest names
	bytes     int64           // of documents
	layers    int
	full      bool
	problems  problemList
}

func newGraph(docs documents, opts Options) (*graph, error) {
	filter, err := parsePlatform(opts.Platform)
	if err != nil {
		return nil, err
	}
	return &graph{
		docs: docs, opts: opts, filter: filter,
		byDigest: map[string]*node{}, visited: map[string][]string{}, indexTags: map[string][]string{}, excluded: map[string]bool{},
		asked: map[string]bool{}, above: map[string]int{}, keys: map[string]bool{},
	}, nil
}

// children visits the manifests of an index, or of a layout's index.json. tags are the names of the index.
func (g *graph) children(ctx context.Context, all []descriptor, above []Document, tags []string, depth int) error {
	if depth > maxDepth {
		g.problems.add("index", report.Faultf(report.Limit, "indexes are nested more than %d deep", maxDepth))
		return nil
	}
	wanted := make([]descriptor, 0, len(all))
	for _, d := range all {
		if p := d.Platform.String(); !g.filter.admits(p) {
			g.excluded[d.Digest] = true
			g.others = append(g.others, p)
			if g.eager {
				continue
			}
		}
		wanted = append(wanted, d)
	}
	if g.eager {
		wanted = slices.DeleteFunc(wanted, func(d descriptor) bool { return g.excluded[d.Annotations[referenceDigest]] })
	}
	g.docs.prefetch(ctx, wanted)
	for _, d := range wanted {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("reading manifests: %w", err)
		}
		if g.full {
			return nil
		}
		inner := above
		if len(d.Annotations) > 0 {
			inner = append([]Document{{What: g.unique("descriptor " + d.Digest), Annotations: d.Annotations}}, above...)
		}
		if err := g.visit(ctx, d, inner, slices.Concat(tags, d.tags()), depth); err != nil {
			return err
		}
	}
	return nil
}

// unique returns what, numbered from its second use on: scanners read a Document once by its name.
func (g *graph) unique(what string) string {
	g.above[what]++
	if n := g.above[what]; n > 1 {
		return fmt.Sprintf("%s #%d", what, n)
	}
	return what
}

// visit reads the manifest or index that d names; tags name it and all below it. Its error is a cancelled context.
func (g *graph) visit(ctx context.Context, d descriptor, above []Document, tags []string, depth int) error {
	n := g.byDigest[d.Digest]
	_, seen := g.visited[d.Digest]
	if n != nil || seen {
		if n != nil {
			n.merge(d, above)
		}
		g.name(d.Digest, tags, 0)
		return nil
	}
	where := "manifest " + d.Digest
	data, key, err := g.fetch(ctx, d)
	if ctx.Err() != nil {
		return fmt.Errorf("reading manifests: %w", ctx.Err())
	}
	if err != nil {
		if !g.isExcluded(d) {
			g.problems.add(where, missingPlatform(d, err))
		}
		return nil
	}
	g.keys[key] = true
	m, err := parseManifest(data)
	mismatch := checkDigest(d.Digest, data)
	if err == nil && m.empty() {
		err = report.Faultf(report.Unsupported, "document of media type %q is neither manifest nor index", d.MediaType)
		delete(g.keys, key)
	}
	n = &node{}
	n.problem(where, mismatch)
	n.problem(where, err)
	if m.isManifest() || err != nil {
		if m.isManifest() {
			g.byDigest[d.Digest] = n
			g.image(ctx, n, d, m, data, above)
			n.Tags = addTags(n.Tags, tags)
		} else if !g.isExcluded(d) {
			g.problems.list = append(g.problems.list, n.problems...)
		}
	}
	if !m.isIndex() || len(m.Manifests) == 0 && err != nil {
		return nil
	}
	if !m.isManifest() {
		g.problems.list = append(g.problems.list, n.problems...)
	}
	below := make([]string, 0, len(m.Manifests))
	for _, child := range m.Manifests {
		below = append(below, child.Digest)
	}
	slices.Sort(below)
	g.visited[d.Digest] = slices.Compact(below)
	g.indexTags[d.Digest] = addTags(nil, tags)
	index := Document{What: "index " + d.Digest, Annotations: m.Annotations, Raw: data}
	return g.children(ctx, m.Manifests, append([]Document{index}, above...), tags, depth+1)
}

// name adds tags to the image of a digest that was visited before, or to those of an index.
func (g *graph) name(digest string, tags []string, depth int) {
	if len(tags) == 0 || depth > maxDepth {
		return
	}
	if n := g.byDigest[digest]; n != nil {
		n.Tags = addTags(n.Tags, tags)
	}
	below, ok := g.visited[digest]
	if !ok {
		return
	}
	known := g.indexTags[digest]
	g.indexTags[digest] = addTags(known, tags)
	if len(g.indexTags[digest]) == len(known) {
		return
	}
	for _, child := range below {
		g.name(child, tags, depth+1)
	}
}

// isExcluded tells that the filter keeps d out, or what it attests.
func (g *graph) isExcluded(d descriptor) bool {
	return g.excluded[d.Digest] || g.excluded[d.Annotations[referenceDigest]]
}

// missingPlatform explains an index that names platforms which were never stored, as docker save leaves them.
func missingPlatform(d descriptor, err error) error {
	if p := d.Platform.String(); p != "" {
		return fmt.Errorf("reading platform %s: %w", p, err)
	}
	return err
}

// fetch reads a document within the bounds of the target, from the descriptor itself where it is embedded there.
func (g *graph) fetch(ctx context.Context, d descriptor) ([]byte, string, error) {
	data, key, err := g.docs.document(ctx, d, g.opts.MaxManifest)
	if embedded := d.embedded(); err != nil && embedded != nil {
		data, key, err = embedded, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	if g.bytes += int64(len(data)); g.bytes > maxDocuments {
		g.full = true
		return nil, "", report.Faultf(report.Limit, "documents of the target have more than %d bytes", int64(maxDocuments))
	}
	return data, key, nil
}

// image fills n from a manifest and counts it.
func (g *graph) image(ctx context.Context, n *node, d descriptor, m *manifest, raw []byte, above []Document) {
	if len(g.nodes) >= g.opts.MaxImages {
		g.full = true
		g.problems.add("target", report.Faultf(report.Limit, "target has more than %d images", g.opts.MaxImages))
		return
	}
	g.nodes = append(g.nodes, n)
	n.Image = Image{
		Platform: d.Platform.String(), Digest: d.Digest, MediaType: m.MediaType,
		Kind: m.kind(d), Subject: m.subject(d), Manifest: raw, Above: above,
	}
	if n.MediaType == "" {
		n.MediaType = d.MediaType
	}
	if m.Config != nil {
		g.config(ctx, n, *m.Config, m.hasImageConfig())
	}
	if len(m.FSLayers) > 0 {
		n.problem("manifest "+d.Digest, report.Faultf(report.Unsupported, "manifest has schema 1: its history is not read"))
	}
	for _, l := range m.blobs() {
		if g.layers++; g.layers > g.opts.MaxEntries {
			g.full = true
			n.problem("manifest "+d.Digest, report.Faultf(report.Limit, "images name more than %d layers", g.opts.MaxEntries))
			return
		}
		n.Layers = append(n.Layers, g.layer(ctx, l))
	}
}

// config reads the configuration. That of an artifact need not be JSON: it then is a blob like any other.
func (g *graph) config(ctx context.Context, n *node, d descriptor, ofImage bool) {
	where := "config " + d.Digest
	if ofImage {
		n.ID = d.Digest
	}
	data, key, err := g.fetch(ctx, d)
	if err == nil && !json.Valid(data) {
		err = report.Faultf(report.Corrupt, "configuration is no JSON document")
	}
	if err != nil && !ofImage {
		n.Layers = append(n.Layers, g.layer(ctx, d))
		return
	}
	if err != nil {
		n.problem(where, err)
		return
	}
	g.keys[key] = true
	n.Config = data
	n.problem(where, checkDigest(d.Digest, data))
	if n.Platform == "" && ofImage {
		n.Platform = platformOfConfig(data)
	}
}

func platformOfConfig(data []byte) string {
	var p platform
	if err := json.Unmarshal(data, &p); err != nil {
		return "" // what cannot be read passes every filter
	}
	return p.String()
}

// layer looks the blob of a layer up.
func (g *graph) layer(ctx context.Context, d descriptor) LayerRef {
	ref := LayerRef{Digest: d.Digest, MediaType: d.MediaType, Size: d.Size, Annotations: d.Annotations, URLs: d.URLs}
	key, err := g.docs.layer(ctx, d)
	if err == nil {
		g.keys[key] = true
	}
	switch {
	case isEncrypted(d.MediaType):
		ref.Missing = report.Faultf(report.Unsupported, "layer is encrypted (%s)", d.MediaType)
	case err == nil:
		ref.Key = key
	case d.isForeign():
		ref.Foreign = true
	default:
		ref.Missing = err
	}
	return ref
}

// problem records what is wrong with the image.
func (n *node) problem(where string, err error) {
	if err != nil {
		n.problems = append(n.problems, report.NewProblem(where, err))
	}
}

// merge adds what another descriptor of the same manifest says.
func (n *node) merge(d descriptor, above []Document) {
	for _, doc := range above {
		if !slices.ContainsFunc(n.Above, func(a Document) bool { return a.What == doc.What }) {
			n.Above = append(slices.Clip(n.Above), doc)
		}
	}
	if n.Platform == "" {
		n.Platform = d.Platform.String()
	}
	if n.Subject == "" {
		n.Subject = d.Annotations[referenceDigest]
	}
}
