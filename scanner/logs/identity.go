// Package logs tells the identities of container images in text: image IDs, manifest and layer digests, container IDs and
// references to private registries, with the tool that printed each. An identity is told by its context alone, as docker,
// BuildKit, podman, the kubelet and others print it; a hash without such a context (a git commit, a checksum, a lock file's
// entry, a request ID) is none. The package reads one text; it opens no files, inflates nothing and judges no severity.
package logs

// Kinds of identity.
const (
	ImageID         = "image-id"          // digest of a configuration, or what an engine calls the image
	ImageDigest     = "image-digest"      // digest of a manifest or index
	LayerDigest     = "layer-digest"      // digest or diff ID of a layer
	ContainerID     = "container-id"      // of a container or pod sandbox
	PrivateImageRef = "private-image-ref" // a reference with the host of a private registry
)

// Identity is one identity of a text, however often it occurs there.
type Identity struct {
	Kind string
	// Value is "sha256:" and 64 digits for images and layers told in full, the 11 to 13 digits that were printed where they
	// are short, 64 digits for a container, and the reference for a private one.
	Value  string
	Source string // the tool that printed it first: "docker build", "BuildKit", "kubelet", …
	// Line and Column are those of the first occurrence, from 1; Column counts Unicode code points.
	Line, Column int
	Lines        []int  // of the occurrences, ascending, each once, the first MaxLines of them
	Count        int    // of all occurrences
	Snippet      string // the text around the first occurrence, without control codes
}

// MaxLines bounds the lines that are told of one identity, and MaxIdentities the identities of one text.
const (
	MaxLines      = 1000
	MaxIdentities = 50_000
)

// sighting is one occurrence of an identity in a line.
type sighting struct {
	kind, value, source string
	at                  int // in the clean text of the line
}

type identityKey struct{ kind, value string }
