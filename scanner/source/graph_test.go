package source

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/imagetest"
)

func layerOf(name, body string) imagetest.Layer {
	return imagetest.Layer{Entries: []imagetest.Entry{imagetest.File(name, body)}, CreatedBy: "COPY " + name}
}

// multiPlatform is a nested index of two platforms, each with provenance, and a signature that refers to the first.
func multiPlatform() (root, signature *imagetest.Manifest) {
	var children []*imagetest.Manifest
	for _, platform := range []string{"linux/amd64", "linux/arm64"} {
		image := imagetest.Image{Platform: platform, Layers: []imagetest.Layer{layerOf("shared", "same"), layerOf("own", platform)}}.Build()
		statement := imagetest.Provenance{Args: map[string]string{"build-arg:P": platform}}.V1()
		children = append(children, image, imagetest.Attestation(image, statement))
		if signature == nil {
			signature = imagetest.Artifact{Type: "application/vnd.example.signature", Subject: image, Layers: []imagetest.Layer{{Data: []byte("signed"), MediaType: "text/plain"}}}.Build()
		}
	}
	inner := imagetest.Index{Manifests: children, Annotations: map[string]string{"where": "inner"}}.Build()
	return imagetest.Index{Manifests: []*imagetest.Manifest{inner}, Annotations: map[string]string{"where": "outer"}, Tags: []string{"v1"}}.Build(), signature
}

func TestPlatforms(t *testing.T) {
	root, signature := multiPlatform()
	entries := imagetest.OCILayout(root, signature)
	tests := []struct {
		platform string
		want     []string // kind and platform of each image
		blobs    int
		fails    string
	}{
		{"", []string{" linux/amd64", "attestation ", " linux/arm64", "attestation ", "artifact "}, 6, ""},
		{"all", []string{" linux/amd64", "attestation ", " linux/arm64", "attestation ", "artifact "}, 6, ""},
		{"linux/amd64", []string{" linux/amd64", "attestation ", "artifact "}, 4, ""},
		{"linux/arm64/v8", []string{" linux/arm64", "attestation "}, 3, ""},
		{"windows/amd64", nil, 0, "has only linux/amd64, linux/arm64"},
	}
	for _, tt := range tests {
		t.Run(tt.platform, func(t *testing.T) {
			eachForm(t, entries, Options{Platform: tt.platform}, func(t *testing.T, g got, err error) {
				if tt.fails != "" {
					if err == nil || !strings.Contains(err.Error(), tt.fails) {
						t.Errorf("error is %v, want %q", err, tt.fails)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				var images []string
				for _, image := range g.Images {
					images = append(images, image.Kind+" "+image.Platform)
				}
				if diff := cmp.Diff(tt.want, images); diff != "" {
					t.Errorf("images (-want +got):\n%s", diff)
				}
				if len(g.Problems)+len(g.Loose) > 0 {
					t.Errorf("problems %v, loose %v", g.Problems, g.Loose)
				}
				named := map[string]bool{}
				for _, image := range g.Images {
					for _, l := range image.Layers {
						named[l.Key] = true
					}
				}
				if len(named) != tt.blobs {
					t.Errorf("%d blobs are named, want %d", len(named), tt.blobs)
				}
			})
		})
	}
}

func TestAboveIsInnermostFirst(t *testing.T) {
	root, _ := multiPlatform()
	eachForm(t, imagetest.OCILayout(root), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		var above []string
		for _, d := range g.Images[0].Above {
			above = append(above, d.What+" "+d.Annotations["where"])
		}
		want := []string{"index " + root.Children[0].Digest + " inner", "index " + root.Digest + " outer", "descriptor " + root.Digest + " ", "index.json "}
		if diff := cmp.Diff(want, above); diff != "" {
			t.Errorf("above (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"v1"}, g.Images[0].Tags); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
		if g.Images[1].Subject != g.Images[0].Digest {
			t.Errorf("subject is %s, want %s", g.Images[1].Subject, g.Images[0].Digest)
		}
	})
}

// An index that is met again under another name passes the name on to what lies below it.
func TestTagsReachEveryImageBelow(t *testing.T) {
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	inner := imagetest.Index{Manifests: []*imagetest.Manifest{image}, Tags: []string{"inner:1"}}.Build()
	outer := imagetest.Index{Manifests: []*imagetest.Manifest{inner}, Tags: []string{"outer:1", "outer:2"}}.Build()
	eachForm(t, imagetest.OCILayout(outer, inner), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"outer:1", "outer:2", "inner:1"}, g.Images[0].Tags); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
	})
}

// replace returns entries with the file of that name changed, or without it where fn returns nil.
func replace(entries []imagetest.Entry, name string, fn func(body string) *string) []imagetest.Entry {
	var out []imagetest.Entry
	for _, e := range entries {
		if e.Name == name {
			body := fn(e.Body)
			if body == nil {
				continue
			}
			e.Body = *body
		}
		out = append(out, e)
	}
	return out
}

func without(string) *string { return nil }

func to(body string) func(string) *string { return func(string) *string { return &body } }

func TestDamage(t *testing.T) {
	image := imagetest.Image{Tags: []string{"v1"}, Layers: []imagetest.Layer{layerOf("a", "1"), layerOf("b", "2")}}.Build()
	entries := imagetest.OCILayout(image)
	blob := func(digest string) string {
		name, _ := blobName(digest)
		return name
	}
	huge := `{"a":"` + strings.Repeat("x", 5000) + `"}`
	tests := []struct {
		name     string
		entries  []imagetest.Entry
		problems []string
		missing  []string // kinds of LayerRef.Missing
		images   int
		loose    int
	}{
		{"whole", entries, nil, nil, 1, 0},
		{"layer missing", replace(entries, blob(image.Layers[0].Digest), without), nil, []string{report.Missing}, 1, 0},
		{"config missing", replace(entries, blob(image.ID), without), []string{report.Missing}, nil, 1, 0},
		{"manifest missing", replace(entries, blob(image.Digest), without), []string{report.Missing}, nil, 0, 4},
		{"config tampered", replace(entries, blob(image.ID), func(b string) *string { b = strings.Replace(b, "amd64", "amd46", 1); return &b }), []string{report.DigestMismatch}, nil, 1, 0},
		{"manifest tampered", replace(entries, blob(image.Digest), func(b string) *string { b += " "; return &b }), []string{report.DigestMismatch}, nil, 1, 0},
		{"config no JSON", replace(entries, blob(image.ID), to("nonsense "+strings.Repeat("x", 100))), []string{report.Corrupt}, nil, 1, 1},
		{"config broken JSON", replace(entries, blob(image.ID), to("{"+strings.Repeat("x", 100))), []string{report.Corrupt}, nil, 1, 1},
		{"config too large", replace(entries, blob(image.ID), to(huge)), []string{report.Limit}, nil, 1, 1},
		{"manifest too large", replace(entries, blob(image.Digest), to(huge)), []string{report.Limit}, nil, 0, 5},
		{"index.json gone", replace(entries, "index.json", without), []string{report.Missing}, nil, 1, 0},
		{"index.json broken", replace(entries, "index.json", to(`{"manifests":[`)), []string{report.Corrupt}, nil, 1, 1},
		{"index.json of another shape", replace(entries, "index.json", to(`{"manifests":7}`)), []string{report.Corrupt}, nil, 1, 1},
		{"stray blob", append(slices.Clone(entries), imagetest.File(blob(sha256Of([]byte("stray"))), "stray")), nil, nil, 1, 1},
		{"stray file", append(slices.Clone(entries), imagetest.File("ingest/part", strings.Repeat("left ", 20))), nil, nil, 1, 1},
		{"manifest names no manifest", replace(entries, blob(image.Digest), to(`{"hello":"world"}`)), []string{report.DigestMismatch, report.Unsupported}, nil, 0, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			eachForm(t, tt.entries, Options{MaxManifest: 4096}, func(t *testing.T, g got, err error) {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.problems, kinds(g.Problems)); diff != "" {
					t.Errorf("problems (-want +got):\n%s\n%v", diff, g.Problems)
				}
				if len(g.Images) != tt.images || len(g.Loose) != tt.loose {
					t.Errorf("%d images and loose %v, want %d and %d", len(g.Images), g.Loose, tt.images, tt.loose)
				}
				var missing []string
				for _, image := range g.Images {
					for _, l := range image.Layers {
						if l.Missing != nil {
							missing = append(missing, report.NewProblem("", l.Missing).Kind)
						}
					}
				}
				if diff := cmp.Diff(tt.missing, missing); diff != "" {
					t.Errorf("missing layers (-want +got):\n%s", diff)
				}
				for _, key := range g.Loose {
					if g.blobs[key] == nil {
						t.Errorf("loose blob %s was not handed over", key)
					}
				}
			})
		})
	}
}

func TestLayersThatAreNotHere(t *testing.T) {
	foreign := layerOf("w", "windows")
	foreign.Missing, foreign.URLs = true, []string{"https://example.com/layer"}
	encrypted := layerOf("e", "encrypted")
	encrypted.MediaType = imagetest.TypeOCILayer + "+gzip+encrypted"
	image := imagetest.Image{Layers: []imagetest.Layer{foreign, encrypted}}.Build()
	eachForm(t, imagetest.OCILayout(image), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		layers := g.Images[0].Layers
		if l := layers[0]; !l.Foreign || l.Key != "" || l.Missing != nil || len(l.URLs) != 1 {
			t.Errorf("foreign layer is %+v", l)
		}
		var fault *report.Fault
		if l := layers[1]; l.Key != "" || !errors.As(l.Missing, &fault) || fault.Kind != report.Unsupported {
			t.Errorf("encrypted layer is %+v", l)
		}
		if len(g.Loose) > 0 {
			t.Errorf("loose: %v", g.Loose)
		}
	})
}

// What a descriptor embeds stands in for a blob that is not there, if it has its digest and size.
func TestEmbedded(t *testing.T) {
	embedded := layerOf("e", "embedded")
	embedded.Missing, embedded.Embed = true, true
	truncated, damaged, both := embedded, embedded, layerOf("b", "both")
	truncated.Truncate, damaged.Flip, both.Embed = 1, true, true
	built := imagetest.Image{Tags: []string{"v1"}, Layers: []imagetest.Layer{embedded, truncated, damaged, both, embedded}}
	for i := range built.Layers[1:3] { // so that they are no copies of the first
		built.Layers[1+i].Entries = []imagetest.Entry{imagetest.File("e", fmt.Sprint(i))}
	}
	image := built.Build()
	eachForm(t, imagetest.OCILayout(image), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []bool{true, false, false, true, true} {
			l, wanted := g.Images[0].Layers[i], image.Layers[i]
			var fault *report.Fault
			switch missing := errors.As(l.Missing, &fault) && fault.Kind == report.Missing; {
			case missing == want:
				t.Errorf("layer %d: missing is %v, want read %t", i, l.Missing, want)
			case want && !bytes.Equal(g.blobs[l.Key], wanted.Data):
				t.Errorf("layer %d has content of %d bytes, want %d", i, len(g.blobs[l.Key]), len(wanted.Data))
			}
		}
		if len(g.Problems)+len(g.Loose) > 0 || len(g.blobs) != 2 {
			t.Errorf("problems %v, loose %v, %d blobs, want 2", g.Problems, g.Loose, len(g.blobs))
		}
	})
}

func TestEmbeddedDocuments(t *testing.T) {
	image := imagetest.Image{Tags: []string{"v1"}, Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	config := fmt.Sprintf(`"digest":%q,`, image.ID)
	withConfig := strings.Replace(string(image.Raw), config, config+fmt.Sprintf(`"data":%q,`, base64.StdEncoding.EncodeToString(image.Config)), 1)
	digest := sha256Of([]byte(withConfig))
	for _, lie := range []int{0, 1} {
		index := imagetest.JSON(map[string]any{"schemaVersion": 2, "manifests": []any{map[string]any{
			"digest": digest, "size": len(withConfig) + lie, "data": []byte(withConfig),
		}}})
		layer, _ := blobName(image.Layers[0].Digest)
		entries := []imagetest.Entry{
			imagetest.File("oci-layout", `{"imageLayoutVersion":"1.0.0"}`), imagetest.File("index.json", string(index)),
			imagetest.File(layer, string(image.Layers[0].Data)),
		}
		eachForm(t, entries, Options{}, func(t *testing.T, g got, err error) {
			if err != nil {
				t.Fatal(err)
			}
			if lie > 0 {
				if diff := cmp.Diff([]string{report.Missing}, kinds(g.Problems)); diff != "" {
					t.Errorf("with a wrong size, problems (-want +got):\n%s", diff)
				}
				return
			}
			if len(g.Images) != 1 || len(g.Problems)+len(g.Loose) > 0 || !bytes.Equal(g.Images[0].Config, image.Config) {
				t.Errorf("images %v, problems %v, loose %v", g.Images, g.Problems, g.Loose)
			}
		})
	}
}

func TestSharedManifestIsOneImage(t *testing.T) {
	image := imagetest.Image{Tags: []string{"a:1", "b:2"}, Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	outer := imagetest.Index{Manifests: []*imagetest.Manifest{image}, Annotations: map[string]string{"k": "v"}}.Build()
	eachForm(t, imagetest.OCILayout(image, outer), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if len(g.Images) != 1 {
			t.Fatalf("%d images", len(g.Images))
		}
		if diff := cmp.Diff([]string{"a:1", "b:2"}, g.Images[0].Tags); diff != "" {
			t.Errorf("tags (-want +got):\n%s", diff)
		}
		var what []string
		for _, d := range g.Images[0].Above {
			what = append(what, strings.TrimSuffix(d.What, image.Digest))
		}
		want := []string{"descriptor ", "index.json", "descriptor " + image.Digest + " #2", "index " + outer.Digest}
		if diff := cmp.Diff(want, what); diff != "" {
			t.Errorf("above (-want +got):\n%s", diff)
		}
	})
}

// An index may be nested without end, or name itself under a digest that is not its own.
func TestEndlessIndexes(t *testing.T) {
	m := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	for range 20 {
		m = imagetest.Index{Manifests: []*imagetest.Manifest{m}}.Build()
	}
	eachForm(t, imagetest.OCILayout(m), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(kinds(g.Problems), report.Limit) {
			t.Errorf("problems are %v", g.Problems)
		}
		if len(g.Images) != 1 {
			t.Errorf("%d images: what lies too deep should be found as a manifest that nothing names", len(g.Images))
		}
	})
	self := "sha256:" + strings.Repeat("ab", 32)
	name, _ := blobName(self)
	cycle := fmt.Sprintf(`{"schemaVersion":2,"manifests":[{"digest":%q},{"digest":%q}]}`, self, self)
	eachForm(t, []imagetest.Entry{imagetest.File("index.json", cycle), imagetest.File(name, cycle)}, Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{report.DigestMismatch}, kinds(g.Problems)); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
	})
}

func TestBounds(t *testing.T) {
	var images []*imagetest.Manifest
	for i := range 5 {
		images = append(images, imagetest.Image{Layers: []imagetest.Layer{layerOf("a", fmt.Sprint(i))}}.Build())
	}
	limited := func(opts Options) func(t *testing.T) {
		return func(t *testing.T) {
			eachForm(t, imagetest.OCILayout(images...), opts, func(t *testing.T, g got, err error) {
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(kinds(g.Problems), report.Limit) {
					t.Errorf("problems are %v", g.Problems)
				}
			})
		}
	}
	t.Run("images", limited(Options{MaxImages: 3}))
	t.Run("entries", limited(Options{MaxEntries: 6}))
	many := bytes.Repeat([]byte("{},"), maxObjects+1)
	if _, err := parseManifest(append([]byte(`{"layers":[`), append(many, "{}]}"...)...)); !isKind(err, report.Limit) {
		t.Errorf("a manifest of a million layers gives %v", err)
	}
}

func isKind(err error, kind string) bool {
	var f *report.Fault
	return errors.As(err, &f) && f.Kind == kind
}

func TestArtifactWithOpaqueConfig(t *testing.T) {
	for name, config := range map[string][]byte{"binary": bytes.Repeat([]byte{1, 2, 3}, 100), "json": []byte(`{"chart":"x"}`)} {
		t.Run(name, func(t *testing.T) {
			artifact := imagetest.Artifact{ConfigType: "application/vnd.example+v1", Config: config, Layers: []imagetest.Layer{{Data: []byte(strings.Repeat("layer ", 20)), MediaType: "text/plain"}}}.Build()
			eachForm(t, imagetest.OCILayout(artifact), Options{}, func(t *testing.T, g got, err error) {
				if err != nil {
					t.Fatal(err)
				}
				image := g.Images[0]
				if image.Kind != kindArtifact || len(g.Problems)+len(g.Loose) > 0 {
					t.Errorf("kind %q, problems %v, loose %v", image.Kind, g.Problems, g.Loose)
				}
				if json.Valid(config) != (image.Config != nil) {
					t.Errorf("config is %q", image.Config)
				}
				if want := map[string]int{"binary": 2, "json": 1}[name]; len(image.Layers) != want {
					t.Errorf("%d layers, want %d", len(image.Layers), want)
				}
			})
		})
	}
}
