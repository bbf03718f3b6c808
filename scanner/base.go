package scanner

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"dregs/report"
	"dregs/scanner/source"
)

// Sources of what is known of a base image.
const (
	baseByFlag       = "flag"       // Options.Base
	baseByAnnotation = "annotation" // org.opencontainers.image.base.*
	baseByPrefix     = "prefix"     // another image of the scan has just these layers
)

// stack is what an image is compared by when base images are looked for.
type stack struct {
	name     string
	digest   string
	platform string
	layers   []string // diff IDs, or digests where those are not known
	entries  int      // history entries
	settings map[setting]bool
	hint     report.Base // what the image's annotations say of its base

	target, image int
}

// newStack describes an image; ok is false for what is no image.
func newStack(src *source.Image, doc *document, layers []report.Layer) (s stack, ok bool) {
	if src.Kind != "" || len(layers) == 0 {
		return stack{}, false
	}
	s = stack{digest: src.Digest, platform: src.Platform, settings: make(map[setting]bool), entries: len(doc.history)}
	s.name = cmp.Or(append(slices.Clone(src.Tags), src.Digest, src.ID)...)
	for i := range layers {
		id := cmp.Or(doc.diffID(i), layers[i].DiffID, layers[i].Digest)
		if id == "" {
			return stack{}, false
		}
		s.layers = append(s.layers, id)
	}
	if doc.config != nil {
		for _, list := range [][]setting{doc.config.env, doc.config.labels} {
			for _, v := range list {
				s.settings[v] = true
			}
		}
	}
	s.hint = annotatedBase(src)
	return s, true
}

// annotatedBase is what the annotations of an image, or of its descriptor, say of its base (OCI image-spec
// annotations.md). It does not tell how many of the layers are the base's.
func annotatedBase(src *source.Image) report.Base {
	var m struct {
		Annotations map[string]string `json:"annotations"`
	}
	_ = json.Unmarshal(src.Manifest, &m) // a broken manifest is told where it is read
	all := []map[string]string{m.Annotations}
	for _, d := range src.Above {
		all = append(all, d.Annotations)
	}
	b := report.Base{Source: baseByAnnotation}
	for _, a := range all {
		b.Name = cmp.Or(b.Name, a["org.opencontainers.image.base.name"])
		b.Digest = cmp.Or(b.Digest, a["org.opencontainers.image.base.digest"])
	}
	return b
}

// baseStacks opens the declared base image and describes its images. Its layers are not read.
func (s *scan) baseStacks(ctx context.Context, t Target) ([]stack, error) {
	src, err := source.Open(ctx, t.Scheme, t.Rest, s.Source)
	if err != nil {
		return nil, fmt.Errorf("opening base image: %w", err)
	}
	defer src.Close()
	contents, err := src.Read(ctx, func(context.Context, source.Blob) error { return nil })
	if err != nil {
		return nil, fmt.Errorf("reading base image: %w", err)
	}
	s.observeDocuments(declaredBase, contents)
	var all []stack
	for i := range contents.Images {
		img := &contents.Images[i]
		doc, _ := newDocument(img, nil)
		layers := make([]report.Layer, len(img.Layers))
		for n, ref := range img.Layers {
			layers[n].Digest = ref.Digest
		}
		if st, ok := newStack(img, doc, layers); ok {
			st.name = t.Name
			all = append(all, st)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("reading base image %q: it holds no image with layers", t.Name)
	}
	return all, nil
}

// findBase returns the base of image s: the declared one, else the one that its annotations name, else the largest other
// image of the scan whose layers are the first of its own.
func findBase(s *stack, declared []stack, scanned *stackIndex) (base *stack, by string) {
	below := func(b *stack) bool {
		return len(b.layers) <= len(s.layers) && (b.target != s.target || b.image != s.image) && slices.Equal(b.layers, s.layers[:len(b.layers)])
	}
	for i := range declared {
		if b := &declared[i]; below(b) && (base == nil || len(b.layers) > len(base.layers)) {
			base = b
		}
	}
	if base != nil {
		return base, baseByFlag
	}
	var key stackKey
	for _, layer := range s.layers[:len(s.layers)-1] {
		key = key.above(layer)
		if b := scanned.named[namedStack{key, s.hint.Digest}]; b != nil && s.hint.Digest != "" {
			return b, baseByAnnotation
		}
		if b := scanned.first[key]; b != nil {
			base = b
		}
	}
	return base, baseByPrefix
}

// markBases tells which layers are a base image's, and which occurrences came from there. declared are the stacks of
// Options.Base.
func (s *scan) markBases(declared []stack) {
	for i := range declared {
		declared[i].target = -1
	}
	bases := make(map[[2]int]*stack)
	scanned := indexStacks(s.stacks)
	for i := range s.stacks {
		st := &s.stacks[i]
		img := &s.targets[st.target].Images[st.image]
		base, by := findBase(st, declared, scanned)
		if base == nil {
			if st.hint.Name != "" || st.hint.Digest != "" {
				hint := st.hint
				img.Base = &hint
			}
			continue
		}
		img.Base = &report.Base{Name: cmp.Or(st.hint.Name, base.name), Digest: base.digest, Layers: len(base.layers), History: base.entries, Source: by}
		for n := range img.Layers {
			img.Layers[n].Base = n < len(base.layers)
		}
		bases[[2]int{st.target, st.image}] = base
	}
	for i := range s.found {
		at := &s.found[i].at
		if at.Image == nil {
			continue
		}
		if base := bases[[2]int{at.Target, *at.Image}]; base != nil {
			at.Inherited = base.holds(at, &s.found[i])
		}
	}
}

// holds tells whether an occurrence in an image above came from this base.
func (b *stack) holds(at *report.Occurrence, f *found) bool {
	switch at.Place {
	case report.LayerFile, report.FileName, report.LinkTarget, report.TarHeader, report.LayerSlack:
		return at.Layer != nil && *at.Layer < len(b.layers)
	case report.ConfigEnv, report.ConfigLabel:
		for v := range b.settings {
			if v.name == at.Key && v.value == f.match.Value.Reveal() {
				return true
			}
		}
		return false
	}
	return at.History != nil && *at.History < b.entries
}
