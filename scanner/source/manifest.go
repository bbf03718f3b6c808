package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"dregs/report"
)

// descriptor is an OCI content descriptor (image-spec descriptor.md), as far as it is used here.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	URLs        []string          `json:"urls"`
	Annotations map[string]string `json:"annotations"`
	Platform    *platform         `json:"platform"`
	Data        []byte            `json:"data"`
}

// manifest is an image manifest, an artifact manifest or an index: which one, its content tells, since the media type
// may lie. Schema 1 has FSLayers.
type manifest struct {
	SchemaVersion int               `json:"schemaVersion"`
	MediaType     string            `json:"mediaType"`
	ArtifactType  string            `json:"artifactType"`
	Config        *descriptor       `json:"config"`
	Layers        []descriptor      `json:"layers"`
	Blobs         []descriptor      `json:"blobs"`
	Manifests     []descriptor      `json:"manifests"`
	Subject       *descriptor       `json:"subject"`
	Annotations   map[string]string `json:"annotations"`
	FSLayers      []struct {
		BlobSum string `json:"blobSum"`
	} `json:"fsLayers"`
}

// Media types and annotations that are told apart.
const (
	typeOCIConfig    = "application/vnd.oci.image.config.v1+json"
	typeDockerConfig = "application/vnd.docker.container.image.v1+json"
	typeInToto       = "application/vnd.in-toto+json"

	referenceType   = "vnd.docker.reference.type"
	referenceDigest = "vnd.docker.reference.digest"
	attestationType = "attestation-manifest"

	refName            = "org.opencontainers.image.ref.name"
	containerdName     = "io.containerd.image.name"
	encryptedSuffix    = "+encrypted"
	kindArtifact       = "artifact"
	kindAttestation    = "attestation"
	nondistributable   = ".nondistributable."
	foreignDockerLayer = ".foreign."
)

// parseManifest reads a manifest or index. The manifest is valid as far as it could be read beside an error.
func parseManifest(data []byte) (*manifest, error) {
	m := &manifest{}
	if n := bytes.Count(data, []byte("{")); n > maxObjects {
		return m, report.Faultf(report.Limit, "document has %d objects, more than %d", n, maxObjects)
	}
	err := json.Unmarshal(data, m)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return m, nil
	case errors.As(err, &wrong):
		return m, report.Faultf(report.Corrupt, "document has a %s in field %q", wrong.Value, wrong.Field)
	}
	return m, report.Faultf(report.Corrupt, "document is no JSON object")
}

// empty tells that m is neither manifest nor index.
func (m *manifest) empty() bool {
	return m.Config == nil && len(m.Layers)+len(m.Blobs)+len(m.Manifests)+len(m.FSLayers) == 0 && m.Subject == nil &&
		!strings.Contains(m.MediaType, "manifest") && !strings.Contains(m.MediaType, "index") && m.SchemaVersion != 2
}

// isIndex and isManifest may both hold of a document that means to be read differently by different readers.
func (m *manifest) isIndex() bool {
	return len(m.Manifests) > 0 || !m.isManifest()
}

func (m *manifest) isManifest() bool {
	return m.Config != nil || len(m.Layers)+len(m.Blobs)+len(m.FSLayers) > 0
}

// blobs returns the layers of m, base first.
func (m *manifest) blobs() []descriptor {
	all := slices.Concat(m.Layers, m.Blobs)
	for _, l := range slices.Backward(m.FSLayers) {
		all = append(all, descriptor{Digest: l.BlobSum, Size: -1})
	}
	return all
}

// hasImageConfig tells that the configuration is, by its media type, that of an image.
func (m *manifest) hasImageConfig() bool {
	if m.Config == nil {
		return len(m.FSLayers) > 0
	}
	switch m.Config.MediaType {
	case typeOCIConfig, typeDockerConfig, "", "application/octet-stream":
		return true
	}
	return false
}

// kind returns what Image.Kind says of m, which d names.
func (m *manifest) kind(d descriptor) string {
	layers := m.blobs()
	inToto, tars := 0, 0
	for _, l := range layers {
		if l.MediaType == typeInToto {
			inToto++
		}
		if mayBeLayer(l.MediaType) {
			tars++
		}
	}
	switch {
	case d.Annotations[referenceType] == attestationType && tars == 0, inToto > 0 && inToto == len(layers):
		return kindAttestation
	case !m.hasImageConfig(), m.ArtifactType != "", len(layers) > 0 && tars == 0:
		return kindArtifact
	}
	return ""
}

// mayBeLayer tells whether a media type can be that of a filesystem layer.
func mayBeLayer(mediaType string) bool {
	return mediaType == "" || mediaType == "application/octet-stream" ||
		strings.Contains(mediaType, "tar") || strings.Contains(mediaType, "layer") || strings.Contains(mediaType, "rootfs")
}

// isForeign tells that a layer is one that registries and archives do not keep.
func (d descriptor) isForeign() bool {
	return len(d.URLs) > 0 || strings.Contains(d.MediaType, nondistributable) || strings.Contains(d.MediaType, foreignDockerLayer)
}

// embedded returns the content that d embeds (OCI image-spec descriptor.md), or nil where there is none of its digest and
// size.
func (d descriptor) embedded() []byte {
	if len(d.Data) == 0 || int64(len(d.Data)) != d.Size || checkDigest(d.Digest, d.Data) != nil {
		return nil
	}
	return d.Data
}

// subject returns the digest of the manifest that m, which d names, refers to.
func (m *manifest) subject(d descriptor) string {
	if m.Subject != nil {
		return m.Subject.Digest
	}
	return d.Annotations[referenceDigest]
}

// tags returns the names that a descriptor gives what it describes, in the form that docker shows.
func (d descriptor) tags() []string {
	if name := d.Annotations[containerdName]; name != "" {
		return []string{familiarName(name)}
	}
	if name := d.Annotations[refName]; name != "" {
		return []string{name}
	}
	return nil
}

// familiarName drops what is implied of a reference to Docker Hub.
func familiarName(name string) string {
	if rest, ok := strings.CutPrefix(name, "docker.io/library/"); ok {
		return rest
	}
	return strings.TrimPrefix(name, "docker.io/")
}
