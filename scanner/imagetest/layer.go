package imagetest

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Media types of what images are made of.
const (
	TypeOCIManifest    = "application/vnd.oci.image.manifest.v1+json"
	TypeOCIIndex       = "application/vnd.oci.image.index.v1+json"
	TypeOCIConfig      = "application/vnd.oci.image.config.v1+json"
	TypeOCILayer       = "application/vnd.oci.image.layer.v1.tar"
	TypeOCIEmpty       = "application/vnd.oci.empty.v1+json"
	TypeDockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	TypeDockerIndex    = "application/vnd.docker.distribution.manifest.list.v2+json"
	TypeDockerConfig   = "application/vnd.docker.container.image.v1+json"
	TypeDockerLayer    = "application/vnd.docker.image.rootfs.diff.tar"
	TypeInToto         = "application/vnd.in-toto+json"
)

// Layer is one layer or another blob of a manifest. The zero Compression is Gzip; Stored as Plain needs AsPlain, since a
// layer is compressed unless said otherwise.
type Layer struct {
	Entries     []Entry
	Data        []byte // uncompressed content instead of Entries; stored as it is unless Compression is given
	Compression Compression
	AsPlain     bool   // stored uncompressed
	MediaType   string // empty means what Compression has by the OCI specification; it may lie
	CreatedBy   string // the history entry of the layer, where Image.History is nil
	Annotations map[string]string
	URLs        []string

	TarTail     string // after the end of the archive
	StoredTail  string // after the end of the compressed stream
	GzipName    string
	GzipComment string
	Truncate    int  // leave out so many of the last stored bytes, digest still that of the whole
	Flip        bool // invert a byte in the middle, digest still that of the original
	Missing     bool // named by the manifest, its blob nowhere
	Embed       bool // its descriptor holds it too, damaged as it is
}

// Blob is stored bytes as a manifest names them.
type Blob struct {
	Descriptor
	DiffID  string // digest of the uncompressed content
	Plain   []byte // uncompressed content
	Data    []byte // as stored; what its digest says unless it was damaged on purpose
	Missing bool
}

// Descriptor is the OCI content descriptor.
type Descriptor struct {
	MediaType    string            `json:"mediaType,omitempty"`
	Digest       string            `json:"digest"`
	Size         int64             `json:"size"`
	Platform     *Platform         `json:"platform,omitempty"`
	Annotations  map[string]string `json:"annotations,omitempty"`
	URLs         []string          `json:"urls,omitempty"`
	ArtifactType string            `json:"artifactType,omitempty"`
	Embedded     []byte            `json:"data,omitempty"` // the content itself
}

// Digest returns the sha256 digest of data with its algorithm.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Build returns the layer's blob.
func (l Layer) Build() Blob {
	plain := l.Data
	if plain == nil {
		plain = Tar(l.Entries...)
	}
	plain = append(slices.Clone(plain), l.TarTail...)
	c := l.compression()
	stored := Compress(c, plain)
	if c == Gzip && l.GzipName+l.GzipComment != "" {
		stored = gzipNamed(plain, l.GzipName, l.GzipComment)
	}
	stored = append(stored, l.StoredTail...)
	b := Blob{
		Descriptor: Descriptor{
			MediaType: l.mediaType(), Digest: Digest(stored), Size: int64(len(stored)),
			Annotations: l.Annotations, URLs: l.URLs,
		},
		DiffID: Digest(plain), Plain: plain, Data: stored, Missing: l.Missing,
	}
	if l.Flip {
		b.Data = slices.Clone(stored)
		b.Data[len(b.Data)/2] ^= 0xff
	}
	b.Data = b.Data[:len(b.Data)-l.Truncate]
	if l.Embed {
		b.Embedded = b.Data
	}
	return b
}

func (l Layer) compression() Compression {
	if l.Compression == Plain && !l.AsPlain && l.Data == nil {
		return Gzip
	}
	return l.Compression
}

func (l Layer) mediaType() string {
	if l.MediaType != "" {
		return l.MediaType
	}
	if c := l.compression(); c != Plain {
		return TypeOCILayer + "+" + string(c)
	}
	return TypeOCILayer
}
