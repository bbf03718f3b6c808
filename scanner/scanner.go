// Package scanner reads every place of the targets it is given and returns the report of their secrets, with the life of
// each: places → fragments → matches → life → secrets. It does the recursion between the packages that know one thing
// (source, layer, unpack, rules); it prints nothing and decides no exit code.
package scanner

import (
	"context"
	"io"
	"time"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/layer"
	"dregs/scanner/logs"
	"dregs/scanner/source"
)

// Target is one thing to scan. Scheme is empty where it is to be detected.
type Target struct {
	Scheme string // "docker-archive", "oci-dir", "dockerfile", "log", "dir", "demo", …
	Rest   string // a path, a reference, or "-" for standard input
	Name   string // as the user gave it
	// Registry says that Name is a whole registry, or the folder of its storage, and what of it to read; Scheme and Rest are
	// empty then.
	Registry *source.Selection
}

// Options tell how to scan. The zero value scans with gitleaks' default rules, on all cores, and shows no plaintext.
type Options struct {
	Searcher rules.Searcher // nil means rules.Load with its defaults
	RuleSet  report.RuleSet // identifies Searcher in the report
	Version  string         // of the tool, for the report
	Build    string         // what tells this build of the tool from others of its version

	// Strict makes a problem of content that is left out for an ordinary reason: foreign layers, inner archives that are
	// corrupt, encrypted or of no known kind.
	Strict bool

	Source source.Options
	Layer  layer.Limits
	Limits Limits

	// Store keeps what reading layers gave from one scan to the next; nil for none. It must only be given beside a Searcher
	// that RuleSet identifies. A report does not depend on it. Warn is told what keeps it from being used; nil for nobody.
	Store LayerStore
	Warn  func(error)

	// Elsewhere tells why a blob that Store does not know is not for this scan to read: others are still at it, or had to give
	// it up. Its error, a report.Fault, becomes a problem of the blob. It may be nil, as may be its answer: then the blob is read.
	Elsewhere func(ctx context.Context, b source.Blob) error

	Known *logs.Inventory // images whose identities must not leak; nil for none

	Base *Target // the declared base image: its layers are told apart from one's own, and are not read again

	Jobs           int  // layers side by side and matching workers; 0 means GOMAXPROCS
	ShowSecrets    bool // plaintext in the report
	Salt           []byte
	FingerprintLow bool // fingerprints for secrets of severity low too, which a baseline or a store needs

	Stdin    io.Reader
	Progress Progress         // nil for none
	Observer Observer         // nil for none
	Now      func() time.Time // nil means time.Now
}

// Limits bound what is read apart from layers. A zero field means its default.
type Limits struct {
	FileBytes     int64 // unpacked bytes of one file; default 1 GiB
	Depth         int   // nesting; default 8
	BytesInFlight int64 // content held for matching at one time; default 128 MiB
}

// withDefaults returns l with its zero fields set.
func (l Limits) withDefaults() Limits {
	if l.FileBytes <= 0 {
		l.FileBytes = 1 << 30
	}
	if l.Depth <= 0 {
		l.Depth = 8
	}
	if l.BytesInFlight <= 0 {
		l.BytesInFlight = 128 << 20
	}
	return l
}

// Progress is told how far a scan is. Its methods are called from several goroutines.
type Progress interface {
	// Expect adds to the totals: layers and stored bytes to come. bytes may be 0 where unknown.
	Expect(layers int, bytes int64)
	// Read adds stored bytes that were read.
	Read(bytes int64)
	// LayerDone counts one layer.
	LayerDone()
}
