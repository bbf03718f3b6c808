package imagetest

import "maps"

// Index is an image index.
type Index struct {
	Manifests   []*Manifest
	Annotations map[string]string
	Subject     *Manifest
	Docker      bool
	Tags        []string
	Extra       map[string]any // further members; they replace those made here

	DescriptorAnnotations map[string]string // of the descriptor in the index above
}

// Build returns the index.
func (x Index) Build() *Manifest {
	out := &Manifest{Children: x.Manifests, Tags: x.Tags}
	descriptors := []Descriptor{}
	for _, m := range x.Manifests {
		descriptors = append(descriptors, m.Descriptor)
	}
	mediaType := TypeOCIIndex
	if x.Docker {
		mediaType = TypeDockerIndex
	}
	doc := map[string]any{"schemaVersion": 2, "mediaType": mediaType, "manifests": descriptors}
	if x.Annotations != nil {
		doc["annotations"] = x.Annotations
	}
	if x.Subject != nil {
		doc["subject"] = x.Subject.bare()
	}
	maps.Copy(doc, x.Extra)
	out.finish(mediaType, doc)
	out.Annotations = x.DescriptorAnnotations
	return out
}

// Artifact is an OCI artifact: a manifest whose configuration is no image's.
type Artifact struct {
	Type        string // its artifactType
	ConfigType  string // media type of Config; empty means that of the empty JSON object
	Config      []byte // nil means {}
	Layers      []Layer
	Annotations map[string]string
	Subject     *Manifest
	Tags        []string
}

// Build returns the artifact's manifest.
func (a Artifact) Build() *Manifest {
	out := &Manifest{Tags: a.Tags, Config: a.Config}
	configType := a.ConfigType
	if out.Config == nil {
		out.Config = []byte("{}")
	}
	if configType == "" {
		configType = TypeOCIEmpty
	}
	out.ID = Digest(out.Config)
	layers := []Descriptor{}
	for _, l := range a.Layers {
		b := l.Build()
		out.Layers = append(out.Layers, b)
		layers = append(layers, b.Descriptor)
	}
	doc := map[string]any{
		"schemaVersion": 2, "mediaType": TypeOCIManifest,
		"config": Descriptor{MediaType: configType, Digest: out.ID, Size: int64(len(out.Config))},
		"layers": layers,
	}
	if a.Type != "" {
		doc["artifactType"] = a.Type
	}
	if a.Annotations != nil {
		doc["annotations"] = a.Annotations
	}
	if a.Subject != nil {
		doc["subject"] = a.Subject.bare()
	}
	out.finish(TypeOCIManifest, doc)
	out.ArtifactType = a.Type
	return out
}
