package imagetest

import (
	"encoding/json"
	"maps"
	"strings"
	"time"
)

// Platform is that of an OCI descriptor.
type Platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Variant      string `json:"variant,omitempty"`
}

// ParsePlatform reads "os/arch[/variant]".
func ParsePlatform(s string) *Platform {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) < 2 {
		panic("imagetest: no platform " + s)
	}
	p := &Platform{OS: parts[0], Architecture: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p
}

// History is one entry of a configuration's history.
type History struct {
	Created    time.Time `json:"created"`
	CreatedBy  string    `json:"created_by,omitempty"`
	Author     string    `json:"author,omitempty"`
	Comment    string    `json:"comment,omitempty"`
	EmptyLayer bool      `json:"empty_layer,omitempty"`
}

// Image is an image of one platform. A nil History gets one entry for each layer.
type Image struct {
	Platform    string // "" means linux/amd64
	Config      map[string]any
	Extra       map[string]any // further top-level keys of the configuration; they replace those made here
	History     []History
	Layers      []Layer
	Annotations map[string]string // of the manifest
	Subject     *Manifest
	Docker      bool // Docker's media types instead of OCI's

	DescriptorAnnotations map[string]string // of the descriptor in the index above
	NoPlatform            bool              // leave the platform out of the descriptor
	Tags                  []string          // names in archives and layouts
}

// Env returns a configuration that sets variables, to be given as Image.Config or merged into it.
func Env(pairs ...string) map[string]any { return map[string]any{"Env": pairs} }

// Manifest is a built manifest or index, with all that it needs.
type Manifest struct {
	Descriptor
	Raw      []byte
	Config   []byte // of an image
	ID       string // digest of Config
	Layers   []Blob
	Children []*Manifest // of an index
	Tags     []string
	Missing  bool   // named, but nowhere
	Damaged  []byte // written in place of Raw

	image bool // neither index nor artifact nor attestation
}

// Build returns the image's manifest.
func (m Image) Build() *Manifest {
	out := &Manifest{Tags: m.Tags, image: m.Platform != unknownPlatform}
	diffIDs := []string{}
	layers := []Descriptor{}
	history := m.History
	for _, l := range m.Layers {
		b := l.Build()
		if m.Docker && l.MediaType == "" {
			b.MediaType = strings.Replace(strings.Replace(b.MediaType, TypeOCILayer, TypeDockerLayer, 1), "+gzip", ".gzip", 1)
		}
		out.Layers = append(out.Layers, b)
		diffIDs = append(diffIDs, b.DiffID)
		layers = append(layers, b.Descriptor)
		if m.History == nil {
			history = append(history, History{Created: Epoch, CreatedBy: l.CreatedBy})
		}
	}
	platform := m.Platform
	if platform == "" {
		platform = "linux/amd64"
	}
	p := ParsePlatform(platform)
	config := map[string]any{
		"created": Epoch, "architecture": p.Architecture, "os": p.OS,
		"config": m.Config, "history": history,
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	}
	if p.Variant != "" {
		config["variant"] = p.Variant
	}
	maps.Copy(config, m.Extra)
	out.Config = JSON(config)
	out.ID = Digest(out.Config)

	manifestType, configType := TypeOCIManifest, TypeOCIConfig
	if m.Docker {
		manifestType, configType = TypeDockerManifest, TypeDockerConfig
	}
	doc := map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": Descriptor{MediaType: configType, Digest: out.ID, Size: int64(len(out.Config))},
		"layers": layers,
	}
	if m.Annotations != nil {
		doc["annotations"] = m.Annotations
	}
	if m.Subject != nil {
		doc["subject"] = m.Subject.bare()
	}
	out.finish(manifestType, doc)
	out.Annotations = m.DescriptorAnnotations
	if !m.NoPlatform {
		out.Platform = p
	}
	return out
}

// finish sets the raw document and what follows from it.
func (m *Manifest) finish(mediaType string, doc map[string]any) {
	m.Raw = JSON(doc)
	m.Descriptor = Descriptor{MediaType: mediaType, Digest: Digest(m.Raw), Size: int64(len(m.Raw))}
}

// bare is the descriptor without annotations and platform, as a subject is named.
func (m *Manifest) bare() Descriptor {
	return Descriptor{MediaType: m.MediaType, Digest: m.Digest, Size: m.Size}
}

// JSON returns v as JSON, keys in order.
func JSON(v any) []byte {
	data, err := json.Marshal(v)
	must(err)
	return data
}
