package scanner

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"dregs/report"
	"dregs/scanner/source"
)

// jsonBlob tells what a JSON blob of an image is.
type jsonBlob uint8

const (
	plainBlob       jsonBlob = iota // nothing known here
	attestationBlob                 // an in-toto statement, its envelope, or a signature's payload
	sbomBlob                        // an SPDX, CycloneDX or Syft document
)

// Bounds of reading attestations.
const (
	statementNesting = 6      // documents inside documents
	statementSingles = 20_000 // values that are searched one by one; more are searched many at a time
	predicateType    = "in-toto.io/predicate-type"
)

// kindOfBlob tells what the blob of ref is, by its content, its media type and the image that names it.
func kindOfBlob(img *source.Image, ref source.LayerRef, data []byte) jsonBlob {
	if kind := kindOfJSON(data); kind != plainBlob {
		return kind
	}
	t := ref.MediaType
	switch {
	case strings.Contains(t, "spdx"), strings.Contains(t, "cyclonedx"), strings.Contains(t, "syft"), isSBOM(ref.Annotations[predicateType]):
		return sbomBlob
	case img.Kind == "attestation", strings.Contains(t, "in-toto"), strings.Contains(t, "dsse"), strings.Contains(t, "sigstore"), strings.Contains(t, "simplesigning"):
		return attestationBlob
	}
	return plainBlob
}

// kindOfJSON tells what data is by the members of the object.
func kindOfJSON(data []byte) jsonBlob {
	kind := plainBlob
	// What is wrong with the document is told by the walk that reads it.
	_, _ = walkJSON(data, jsonTokens, func(p *jsonPath, e jsonEvent) {
		if p.depth() != 1 || kind == sbomBlob || e.kind == jsonName || e.kind == jsonClose || e.kind == jsonNull {
			return
		}
		switch name := p.step(0); {
		case name == "spdxVersion", name == "bomFormat", name == "artifactRelationships", name == "predicateType" && isSBOM(e.text):
			kind = sbomBlob
		case name == "predicateType", name == "payloadType", name == "dsseEnvelope", name == "critical",
			name == "_type" && strings.Contains(e.text, "in-toto"):
			kind = attestationBlob
		}
	})
	return kind
}

func isSBOM(predicateType string) bool {
	t := strings.ToLower(predicateType)
	return strings.Contains(t, "spdx") || strings.Contains(t, "cyclonedx") || strings.Contains(t, "syft.dev/bom")
}

// readAttestations reads the attestations, signatures and SBOMs among the image's blobs, in the order of its layers.
func readAttestations(d *document, emit func(fragment)) error {
	var faults []error
	seen := make(map[string]bool)
	for i, ref := range d.image.Layers {
		data, ok := d.blobs[ref.Key]
		if !ok || seen[ref.Key] || !d.reads(ref) {
			continue
		}
		seen[ref.Key] = true
		r := statementReader{emit: emit, base: fragment{place: report.Provenance, layer: &i, visibility: report.InHistory}}
		if err := r.read(data, d.kinds[ref.Key]); err != nil {
			faults = append(faults, fmt.Errorf("reading attestation %s: %w", ref.Digest, err))
		}
	}
	return errors.Join(faults...)
}

// statementReader reads one JSON document whose values are not known in advance: an attestation of any predicate.
type statementReader struct {
	emit    func(fragment)
	base    fragment // what all fragments have in common; for a document inside another where that lies
	nesting int
	singles int
	batch   valueBatch
	names   map[string]bool // of members, told once
	faults  []error

	files map[int]string     // the name of the file that an object describes, by object
	holds map[int][]fragment // the content of that file, which may come before its name
	argv  command
}

// read reads one document of the kind told.
func (r *statementReader) read(data []byte, kind jsonBlob) error {
	r.names, r.files, r.holds = make(map[string]bool), make(map[int]string), make(map[int][]fragment)
	visit := r.visit
	if kind == sbomBlob {
		r.base.place = report.SBOM
		visit = r.gather
	}
	r.batch = valueBatch{base: r.base, emit: r.emit}
	rest, err := walkJSON(data, jsonTokens, visit)
	r.flushArgv()
	for _, object := range slices.Sorted(maps.Keys(r.holds)) {
		r.settle(object) // of a document that is cut short
	}
	r.batch.flush()
	if err != nil {
		r.faults = append(r.faults, err)
		f := r.base
		f.text = rest
		r.emit(f)
	}
	return errors.Join(r.faults...)
}

// gather takes the strings of a large document many at a time.
func (r *statementReader) gather(p *jsonPath, e jsonEvent) {
	switch e.kind {
	case jsonString:
		r.batch.add(p, e.text)
	case jsonName:
		r.name(p, e.text)
	}
}

// visit takes a value by what it is known for, else by its pointer.
func (r *statementReader) visit(p *jsonPath, e jsonEvent) {
	switch e.kind {
	case jsonName:
		r.name(p, e.text)
	case jsonNumber:
		if len(e.text) >= longNumber {
			r.value(p, e.text)
		}
	case jsonOpen:
		r.openArgv(p, e.text)
	case jsonClose:
		r.closeArgv(p)
		r.settle(p.closed)
	case jsonString:
		r.text(p, e.text)
	}
}

// text takes a string.
func (r *statementReader) text(p *jsonPath, text string) {
	key := p.key()
	n := p.depth() - 1
	switch {
	case r.argv.open && r.argv.array == p.container():
		r.argv.words = append(r.argv.words, text)
		return
	case p.item("env"):
		r.environment(p, text)
		return
	case p.member(n, "filename"), p.member(n, "path"):
		r.files[p.container()] = clip(text, jsonNameBytes)
	case strings.HasPrefix(key, argPrefix) && n >= 0 && p.frames[n].object && !r.crowded():
		f := r.base
		f.place = report.BuildArg
		f.path = clip(strings.TrimPrefix(key, argPrefix), jsonNameBytes)
		f.key, f.text, f.via = f.path, []byte(text), nil
		r.emit(f)
		return
	case p.member(n, "data") && r.encoded(p, text):
		return
	case p.member(n, "payload") && r.envelope(p, text):
		return
	case r.document(p, text):
		return
	}
	r.value(p, text)
}

// at returns the fragment of the current value, without its text.
func (r *statementReader) at(p *jsonPath) fragment {
	f := r.base
	f.path += p.pointer()
	f.key = clip(strings.TrimPrefix(p.key(), "label:"), jsonNameBytes)
	return f
}

// value emits a value by its pointer, alone while there are not too many.
func (r *statementReader) value(p *jsonPath, text string) {
	if r.crowded() {
		r.batch.add(p, text)
		return
	}
	f := r.at(p)
	f.text = []byte(text)
	r.emit(f)
}

// crowded counts a value that is emitted alone, and tells whether there were too many.
func (r *statementReader) crowded() bool {
	r.singles++
	return r.singles > statementSingles
}

// name emits a long member name, once a document.
func (r *statementReader) name(p *jsonPath, name string) {
	if len(name) < longName || r.names[name] {
		return
	}
	if len(r.names) < statementSingles {
		r.names[name] = true
	}
	f := r.at(p)
	f.key, f.text = "", []byte(name)
	r.emit(f)
}

// encoded takes a file that a statement carries in base64: the Dockerfile in the sources of a build, or what a step
// wrote. It tells whether text surely was one.
func (r *statementReader) encoded(p *jsonPath, text string) bool {
	data, sure := decodedText(text)
	if len(data) > 0 {
		f := r.at(p)
		f.key, f.text = "", data
		r.holds[p.container()] = append(r.holds[p.container()], f)
	}
	return sure
}

// settle emits the content of the files that object described.
func (r *statementReader) settle(object int) {
	name, named := r.files[object]
	for _, f := range r.holds[object] {
		if named {
			f.via = append(f.via[:len(f.via):len(f.via)], name)
		}
		f.via = append(f.via[:len(f.via):len(f.via)], "base64")
		r.emit(f)
	}
	delete(r.files, object)
	delete(r.holds, object)
}

// envelope takes the payload of a DSSE envelope: base64 of a JSON document.
func (r *statementReader) envelope(p *jsonPath, text string) bool {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !json.Valid(data) {
		return false
	}
	return r.inner(p, data, "base64")
}

// document takes a JSON object that is written in a string.
func (r *statementReader) document(p *jsonPath, text string) bool {
	t := strings.TrimSpace(text)
	if len(t) < 2 || t[0] != '{' && t[0] != '[' || !json.Valid([]byte(t)) {
		return false
	}
	return r.inner(p, []byte(t), "json")
}

// inner reads a document inside this one.
func (r *statementReader) inner(p *jsonPath, data []byte, step string) bool {
	if r.nesting == statementNesting {
		r.faults = append(r.faults, report.Faultf(report.Limit, "reading JSON inside JSON: nested deeper than %d", statementNesting))
		return false
	}
	f := r.at(p)
	f.key, f.via = "", append(f.via[:len(f.via):len(f.via)], step)
	in := statementReader{emit: r.emit, base: f, nesting: r.nesting + 1, singles: r.singles}
	if err := in.read(data, kindOfJSON(data)); err != nil {
		r.faults = append(r.faults, err)
	}
	r.singles = in.singles
	return true
}

// decodedText returns what text encodes in base64. sure tells that this is text, which does not come by chance; otherwise
// text may just as well be a plain value.
func decodedText(text string) (data []byte, sure bool) {
	if len(text) < 8 {
		return nil, false
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, false
	}
	control := func(r rune) bool { return r < ' ' && r != '\t' && r != '\r' && r != '\n' || r == 0x7f }
	return data, len(data) >= 16 && utf8.Valid(data) && bytes.IndexFunc(data, control) < 0
}
