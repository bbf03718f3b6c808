package imagetest

import "encoding/base64"

// Predicate types of SLSA provenance.
const (
	SLSA02 = "https://slsa.dev/provenance/v0.2"
	SLSA1  = "https://slsa.dev/provenance/v1"
)

// unknownPlatform is what BuildKit states for an attestation manifest.
const unknownPlatform = "unknown/unknown"

// Statement is an in-toto statement with its predicate type.
type Statement struct {
	PredicateType string
	Predicate     any
}

// Provenance is what BuildKit records of a build.
type Provenance struct {
	Args       map[string]string // "build-arg:X", "label:Y"
	Dockerfile string            // embedded, base64
	Source     string            // URI of the build context
	LLB        any               // build definition, nil for none
}

// V02 returns the provenance as SLSA v0.2.
func (p Provenance) V02() Statement {
	predicate := map[string]any{
		"buildType":  "https://mobyproject.org/buildkit@v1",
		"builder":    map[string]any{"id": ""},
		"invocation": map[string]any{"configSource": map[string]any{"uri": p.Source, "entryPoint": "Dockerfile"}, "parameters": map[string]any{"frontend": "dockerfile.v0", "args": p.Args}},
		"metadata": map[string]any{
			"buildInvocationID":                            "c0ffee",
			"https://mobyproject.org/buildkit@v1#metadata": map[string]any{"source": p.source()},
		},
	}
	if p.LLB != nil {
		predicate["buildConfig"] = map[string]any{"llbDefinition": p.LLB}
	}
	return Statement{SLSA02, predicate}
}

// V1 returns the provenance as SLSA v1.
func (p Provenance) V1() Statement {
	internal := map[string]any{"builderPlatform": "linux/amd64"}
	if p.LLB != nil {
		internal["buildConfig"] = map[string]any{"llbDefinition": p.LLB}
	}
	return Statement{SLSA1, map[string]any{
		"buildDefinition": map[string]any{
			"buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
			"externalParameters": map[string]any{
				"configSource": map[string]any{"uri": p.Source, "path": "Dockerfile"},
				"request":      map[string]any{"frontend": "dockerfile.v0", "args": p.Args},
			},
			"internalParameters": internal,
		},
		"runDetails": map[string]any{
			"builder":  map[string]any{"id": ""},
			"metadata": map[string]any{"invocationId": "c0ffee", "buildkit_metadata": map[string]any{"source": p.source()}},
		},
	}}
}

func (p Provenance) source() map[string]any {
	return map[string]any{"infos": []any{map[string]any{
		"filename": "Dockerfile", "language": "Dockerfile",
		"data": base64.StdEncoding.EncodeToString([]byte(p.Dockerfile)),
	}}}
}

// Attestation returns the attestation manifest that BuildKit lays beside subject in an index.
func Attestation(subject *Manifest, statements ...Statement) *Manifest {
	layers := []Layer{}
	for _, s := range statements {
		layers = append(layers, Layer{
			Data: JSON(map[string]any{
				"_type": "https://in-toto.io/Statement/v0.1", "predicateType": s.PredicateType,
				"subject":   []any{map[string]any{"name": "pkg:docker/app", "digest": map[string]string{"sha256": subject.Digest[len("sha256:"):]}}},
				"predicate": s.Predicate,
			}),
			MediaType:   TypeInToto,
			Annotations: map[string]string{"in-toto.io/predicate-type": s.PredicateType},
		})
	}
	return Image{
		Platform: unknownPlatform, Layers: layers, History: []History{},
		DescriptorAnnotations: map[string]string{
			"vnd.docker.reference.type":   "attestation-manifest",
			"vnd.docker.reference.digest": subject.Digest,
		},
	}.Build()
}
