package scanner

import (
	"errors"
	"maps"
	"slices"

	"dregs/report"
	"dregs/scanner/source"
)

// readAnnotations reads the annotations of the manifest, of its layers, and of the descriptors and indexes that led to
// it, every other string that the manifest and the indexes hold, and the names of the image. Digests are left out: they are the
// identity of what is read anyway.
func readAnnotations(d *document, emit func(fragment)) error {
	err := readManifest(d, emit)
	for _, doc := range d.image.Above {
		for _, k := range slices.Sorted(maps.Keys(doc.Annotations)) {
			f := annotation(k, doc.Annotations[k])
			f.path = doc.What + " " + f.key
			emitAnnotation(f, emit)
			emitLongKey(f, k, emit)
		}
	}
	for i := range d.indexes {
		err = errors.Join(err, readIndex(&d.indexes[i], emit))
	}
	readNames(d.image, emit)
	return err
}

// readIndex reads every string of an index but its annotations and those of its descriptors, which are read with the images
// that they are about.
func readIndex(doc *source.Document, emit func(fragment)) error {
	rest, err := walkJSON(doc.Raw, imageTokens, func(p *jsonPath, e jsonEvent) {
		if p.member(0, "annotations") || p.member(0, "manifests") && p.member(2, "annotations") {
			return
		}
		f := fragment{place: report.Annotation, path: doc.What + " " + p.pointer(), key: clip(p.key(), jsonNameBytes), text: []byte(e.text), visibility: report.InHistory}
		emitToken(f, p, e, emit)
	})
	if err != nil {
		emit(fragment{place: report.Annotation, path: doc.What + " ", text: rest, visibility: report.InHistory})
	}
	return err
}

// annotation is one annotation of the manifest.
func annotation(key, value string) fragment {
	name := clip(key, jsonNameBytes)
	return fragment{place: report.Annotation, path: name, key: name, text: []byte(value), visibility: report.InHistory}
}

// emitToken emits f, made of a token at p: a text that is no digest, or a key that may hold a secret itself.
func emitToken(f fragment, p *jsonPath, e jsonEvent, emit func(fragment)) {
	switch {
	case e.kind == jsonString && !bareDigest.MatchString(e.text):
		emitDecoded(f, p, emit)
	case e.kind == jsonName:
		emitLongKey(f, e.text, emit)
	}
}

// emitLongKey emits the key of f where it may hold a secret itself.
func emitLongKey(f fragment, key string, emit func(fragment)) {
	if len(key) >= longName {
		f.key, f.text = "", []byte(key)
		emit(f)
	}
}

// readManifest reads the manifest's own strings, or where the source has no manifest what it says of the layers.
func readManifest(d *document, emit func(fragment)) error {
	if d.image.Manifest == nil {
		for i, ref := range d.image.Layers {
			for _, k := range slices.Sorted(maps.Keys(ref.Annotations)) {
				f := annotation(k, ref.Annotations[k])
				f.layer = &i
				emit(f)
				emitLongKey(f, k, emit)
			}
		}
		return nil
	}
	layers := len(d.image.Layers)
	rest, err := walkJSON(d.image.Manifest, imageTokens, func(p *jsonPath, e jsonEvent) {
		f := fragment{place: report.Annotation, path: p.pointer(), key: clip(p.key(), jsonNameBytes), text: []byte(e.text), visibility: report.InHistory}
		n := p.depth()
		if n >= 2 && p.member(0, "layers") && !p.frames[1].object && p.frames[1].index < layers {
			i := p.frames[1].index
			f.layer = &i
		}
		if n >= 2 && p.member(n-2, "annotations") {
			f.path = f.key
		}
		emitToken(f, p, e, emit)
	})
	if err != nil {
		emit(fragment{place: report.Annotation, path: "", text: rest, visibility: report.InHistory})
	}
	return err
}

// emitDecoded emits f, or what it encodes where it is the content that a descriptor carries along (OCI image-spec
// descriptor.md, data), both where that is in doubt.
func emitDecoded(f fragment, p *jsonPath, emit func(fragment)) {
	if n := p.depth(); p.member(n-1, "data") && !p.member(n-2, "annotations") {
		data, sure := decodedText(string(f.text))
		if !sure {
			emit(f)
		}
		f.key, f.text, f.via = "", data, []string{"base64"}
	}
	emitAnnotation(f, emit)
}
