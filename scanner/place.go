package scanner

import (
	"dregs/report"
	"dregs/scanner/source"
)

// fragment is text of one place of an image's metadata, with its life already known: metadata, unlike files, says
// itself what became of it.
type fragment struct {
	place      report.Place
	path       string // the key, or the JSON pointer of the value in its document
	key        string // the name of the value, if it has one; text is then the bare value
	via        []string
	text       []byte
	history    *int // the history entry it is tied to
	layer      *int
	visibility string
	removedBy  *report.Remover
}

// document is all that is known of one image apart from its files.
type document struct {
	image   *source.Image
	config  *configFile // nil where the image has no configuration that can be parsed
	history []report.History
	blobs   map[string][]byte // small JSON blobs of the image's layers (in-toto statements, artifacts), by LayerRef.Key
}

// A place reads one place of an image's metadata. read calls emit for each fragment in a fixed order, and returns
// a report.Fault for what it could not read.
type place struct {
	name report.Place
	read func(d *document, emit func(fragment)) error
}

// places lists what is read of an image's metadata; the places inside layers come from the layer walk.
var places = []place{}
