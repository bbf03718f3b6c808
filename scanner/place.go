package scanner

import (
	"bytes"
	"cmp"
	"fmt"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

// fragment is text of one place of an image's metadata, with its life already known: metadata, unlike files, says
// itself what became of it.
type fragment struct {
	place      report.Place
	like       report.Place // the place whose texts it is searched like, where that is another
	path       string       // the name of the value, or its JSON pointer in its document
	key        string       // the name of the value, if it has one; text is then the bare value
	via        []string
	text       []byte
	history    *int // the history entry it is tied to
	layer      *int
	visibility string
	removedBy  *report.Remover

	within *fragment // the longer text that this one was taken from, at byte from
	from   int
	locate func(offset int) (path, key string, start int) // set where text holds many values, one a line
}

// spot returns where in the image's metadata a match in f lies. Offset, line and column are those in the value, or in the
// longer text that f was taken from, so that what is found in both is one spot.
func (f *fragment) spot(m *rules.Match) (path, key string, offset int64, line, column int) {
	path, key, offset, line, column = f.path, f.key, m.Offset, m.Line, m.Column
	if f.locate != nil {
		var start int
		path, key, start = f.locate(int(offset))
		return path, key, offset - int64(start), line - bytes.Count(f.text[:start], []byte{'\n'}), column
	}
	if f.within != nil {
		before := f.within.text[:f.from]
		if line == 1 {
			column += len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:])))
		}
		return path, key, offset + int64(f.from), line + bytes.Count(before, []byte{'\n'}), column
	}
	return path, key, offset, line, column
}

// document is all that is known of one image apart from its files.
type document struct {
	image   *source.Image
	config  *configFile // nil where the image has no configuration
	history []report.History
	origins []layerOrigin     // by layer
	blobs   map[string][]byte // small JSON blobs of the image's layers (in-toto statements, artifacts), by LayerRef.Key
	kinds   map[string]jsonBlob
	indexes []source.Document // those above the image that are not read with another
}

// newDocument reads the configuration of img, ties its history to its layers, and tells what blobs are. A configuration
// that is broken or hostile gives a problem, and whatever can be read of it is read.
func newDocument(img *source.Image, blobs map[string][]byte) (*document, []report.Problem) {
	d := &document{image: img, blobs: blobs, kinds: make(map[string]jsonBlob)}
	var problems []report.Problem
	where := fmt.Sprintf("configuration %s", cmp.Or(img.ID, "of image "+img.Digest))
	if img.Config != nil {
		var faults []error
		d.config, faults = readConfigFile(img.Config)
		if img.Kind == "" {
			if n := len(d.config.diffIDs); n > 0 && n != len(img.Layers) {
				faults = append(faults, report.Faultf(report.Corrupt,
					"reading the configuration: it lists %d diff IDs for %d layers", n, len(img.Layers)))
			}
		}
		for _, err := range faults {
			problems = append(problems, report.NewProblem(where, err))
		}
		d.history, d.origins = tieHistory(d.config, len(img.Layers))
	}
	for _, ref := range img.Layers {
		if data, ok := blobs[ref.Key]; ok {
			d.kinds[ref.Key] = kindOfBlob(img, ref, data)
		}
	}
	return d, problems
}

// layer returns what made layer i; the zero value where that cannot be told.
func (d *document) layer(i int) layerOrigin {
	if i < 0 || i >= len(d.origins) {
		return layerOrigin{}
	}
	return d.origins[i]
}

// diffID returns the digest that the configuration states for the uncompressed layer i, or "" where it states none.
func (d *document) diffID(i int) string {
	if d.config == nil || len(d.config.diffIDs) != len(d.image.Layers) || i < 0 || i >= len(d.config.diffIDs) {
		return ""
	}
	return d.config.diffIDs[i]
}

// created returns the image's time of creation as the configuration has it.
func (d *document) created() string {
	if d.config == nil {
		return ""
	}
	return d.config.created
}

// reads tells whether metadata reads the blob of ref as a document of its own: an attestation, a signature or an SBOM.
func (d *document) reads(ref source.LayerRef) bool { return d.kinds[ref.Key] != plainBlob }

// entryLayer returns the layer that history entry i made, or nil.
func (d *document) entryLayer(i int) *int {
	if i < len(d.history) {
		return d.history[i].Layer
	}
	return nil
}

// A place reads one place of an image's metadata. read calls emit for each fragment in a fixed order, and returns
// a report.Fault for what it could not read, several of them joined.
type place struct {
	name report.Place
	read func(d *document, emit func(fragment)) error
}

// places lists what is read of an image's metadata; the places inside layers come from the layer walk.
var places = []place{
	{report.ConfigEnv, configPlace(report.ConfigEnv)},
	{report.ConfigLabel, configPlace(report.ConfigLabel)},
	{report.ConfigCmd, argvPlace(report.ConfigCmd)},
	{report.ConfigEntrypoint, argvPlace(report.ConfigEntrypoint)},
	{report.ConfigHealthcheck, argvPlace(report.ConfigHealthcheck)},
	{report.ConfigOnbuild, argvPlace(report.ConfigOnbuild)},
	{report.ConfigOther, configPlace(report.ConfigOther)},
	{report.BuildArg, readBuildArgs},
	{report.HistoryEntry, readHistory},
	{report.Annotation, readAnnotations},
	{report.Provenance, readAttestations}, // SBOMs too, and the build arguments that provenance records
}

// metadata calls emit for every fragment of d's places, in the order of the places table, and returns what could not be
// read in full. Empty texts are left out.
func metadata(d *document, emit func(fragment)) []report.Problem {
	var problems []report.Problem
	for _, p := range places {
		err := p.read(d, func(f fragment) {
			if len(f.text) > 0 {
				emit(f)
			}
		})
		for _, err := range joined(err) {
			problems = append(problems, report.NewProblem(fmt.Sprintf("image %s, %s", cmp.Or(d.image.Digest, d.image.ID), p.name), err))
		}
	}
	return problems
}

// joined returns the errors that err joins.
func joined(err error) []error {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()
	}
	return []error{err}
}
