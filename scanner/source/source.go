// Package source opens what the user names and yields the images in it: their documents and their blobs. It decides
// nothing about secrets and inflates no layer.
package source

import (
	"context"
	"io"
	"time"

	"dregs/report"
)

// Options tell how to open a target. The zero value is usable.
type Options struct {
	Platform    string    // "os/arch[/variant]", or "" or "all" for every platform
	Stdin       io.Reader // what "-" reads
	MaxManifest int64     // bytes of one manifest, index or configuration; default 16 MiB
	MaxEntries  int       // entries of one archive; default 1,000,000
	MaxImages   int       // images of one target; default 10,000
	MaxInflated int64     // uncompressed bytes of a compressed archive; default 256 GiB
	Jobs        int       // requests side by side
	Username    string
	Password    report.Value
	PlainHTTP   bool
	Insecure    bool
	UserAgent   string

	wire *wire // of a source that connects to many repositories; nil for one of each connection
}

// Blob is one stored blob that is no manifest, index or image configuration: a layer, or whatever an artifact holds.
type Blob struct {
	Key       string // identity within the source; images name their layers by it
	Digest    string // the digest it is stored under, that its content must have; empty where nothing states one
	MediaType string // as declared, or empty; it may lie
	Size      int64  // bytes as stored, -1 unknown
	// Remote blobs are fetched by Digest from a registry, so that nothing of them need be read where it is known what those
	// bytes hold.
	Remote bool
	// Repository is HOST/NAME of one that holds a remote blob; empty where the source is no whole registry.
	Repository string
	// Sequential blobs must be read before the callback that got them returns; others may be opened at any time, side by
	// side, until the source is closed.
	Sequential bool
	// Open returns the blob as stored. Nothing checks its digest but the caller. The caller closes it.
	Open func(ctx context.Context) (io.ReadCloser, error)
}

// LayerRef is a layer as a manifest names it.
type LayerRef struct {
	Key         string // of a Blob, or empty for one that is not there (then Missing says why)
	Digest      string
	MediaType   string
	Size        int64
	Annotations map[string]string
	Missing     error    // a report.Fault for a missing, encrypted or unreadable layer
	URLs        []string // of a foreign layer; never fetched
	Foreign     bool     // the blob is not here and, as the manifest says, never was: Key is empty, Missing nil
}

// Document is a manifest, index or descriptor whose annotations are read once although several images share it.
type Document struct {
	What        string // "index sha256:…", "descriptor sha256:…", for the path of a finding
	Annotations map[string]string
	Raw         []byte // of an index; nil for a descriptor, that stands in its index or layout
}

// Image is one manifest.
type Image struct {
	Tags      []string
	Platform  string // "os/arch[/variant]" from descriptor or configuration; empty where nothing says
	Digest    string // of the manifest; empty where the source has none
	ID        string // of the configuration
	MediaType string
	Kind      string // "", "artifact" or "attestation" as in report.Image
	Subject   string // digest of the manifest it refers to, by subject or by vnd.docker.reference.digest
	Manifest  []byte // raw; nil where the source has none
	Config    []byte // raw; nil where it is missing
	Layers    []LayerRef
	Above     []Document // the descriptor and the indexes that led to it, innermost first
	Standing  *Standing  // where it stands in its registry; nil for what no whole registry was read for
}

// Standing tells where an image stands in a registry.
type Standing struct {
	State        string          // report.Tagged, MovedTag, Untagged or Unreferenced
	Repositories []string        // that hold it, sorted
	PastTags     []string        // names, as in Image.Tags, that were its own and now are another's
	Pullable     map[string]bool // of an image that no repository links: keys of its layers that one still does
	Since        time.Time
	SinceSource  string // what tells Since, which is zero where nothing does
}

// Orphan is a blob of a registry that no manifest explains, or an upload that was never finished.
type Orphan struct {
	State        string   // report.Orphan or report.Upload
	Name         string   // its digest, or the path of the upload
	Repositories []string // that link to it, sorted: whoever knows the digest can pull it there
	Since        time.Time
	SinceSource  string
}

// Contents is what a source holds.
type Contents struct {
	Images   []Image           // in the order of the source's index
	Loose    []string          // keys of blobs that no manifest names, in order of key
	Orphans  map[string]Orphan // by key: what is known of loose blobs; of a registry's storage only
	Links    []Link            // of a whole registry: the names that its repositories have for manifests, sorted
	Indexes  []Index           // of a whole registry, sorted
	Problems []report.Problem
}

// Source is an opened target. Close releases it.
type Source interface {
	// Read calls blob for every distinct blob, from one goroutine, and returns the images that they make up. blob is
	// called before Read knows the images where the source can only be read in the order of arrival. An error of blob, or a
	// cancelled context, ends Read; the error then comes beside what was found until then, which may be nil. A blob or
	// document that cannot be read becomes a problem, or LayerRef.Missing, never an error; any other error, with nil
	// Contents, is for a target that cannot be read at all.
	Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error)
	// Scheme names the source as in the report: "docker-archive", "oci-dir", "registry", …
	Scheme() string
	Close() error
}
