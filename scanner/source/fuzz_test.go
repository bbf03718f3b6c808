package source

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// FuzzArchive holds that an archive gives the same contents whether it is sought or streamed, and that every key that an
// image names was handed over.
func FuzzArchive(f *testing.F) {
	image := imagetest.Image{Tags: []string{"a:1"}, Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	for _, entries := range [][]imagetest.Entry{imagetest.OCILayout(image), imagetest.DockerLayout(image), imagetest.LegacyDockerLayout(image)} {
		f.Add(imagetest.Tar(entries...))
	}
	opts := Options{MaxManifest: 1 << 16, MaxEntries: 100, MaxImages: 10, MaxInflated: 1 << 20}.withDefaults()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < sniffLength || !isTar(data) || hasSparse(data) {
			return
		}
		var results []*Contents
		for _, stdin := range []bool{false, true} {
			given := map[string]bool{}
			src := open(t, schemeOCIArchive, data, stdin, opts)
			c, err := src.Read(t.Context(), func(ctx context.Context, b Blob) error {
				if given[b.Key] {
					t.Errorf("blob %q was handed over twice", b.Key)
				}
				given[b.Key] = true
				r, err := b.Open(ctx)
				if err != nil {
					return nil
				}
				defer r.Close()
				_, _ = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
				return nil
			})
			src.Close()
			if err != nil {
				results = append(results, nil)
				continue
			}
			results = append(results, c)
			for _, image := range c.Images {
				for _, l := range image.Layers {
					if l.Key != "" && !given[l.Key] {
						t.Errorf("layer %q was not handed over", l.Key)
					}
					if l.Key == "" && l.Missing == nil && !l.Foreign {
						t.Errorf("layer %+v is neither there nor missing", l)
					}
				}
			}
			for _, key := range c.Loose {
				if !given[key] {
					t.Errorf("loose blob %q was not handed over", key)
				}
			}
		}
		compareContents(t, results[0], results[1])
	})
}

// hasSparse tells headers of sparse files, whose logical size would make the fuzzer's machine work in vain.
func hasSparse(data []byte) bool {
	return bytes.Contains(data, []byte("GNU.sparse")) || bytes.Contains(data, []byte("ustar  "))
}

func compareContents(t *testing.T, sought, streamed *Contents) {
	t.Helper()
	if sought == nil || streamed == nil {
		if sought != nil && len(sought.Problems) == 0 || streamed != nil && len(streamed.Problems) == 0 {
			t.Errorf("sought %v, streamed %v", sought, streamed)
		}
		return
	}
	if len(sought.Problems)+len(streamed.Problems) > 0 {
		return // a broken archive may break at another byte when it is streamed
	}
	same := slices.EqualFunc(sought.Images, streamed.Images, func(a, b Image) bool {
		return a.Digest == b.Digest && a.ID == b.ID && a.Kind == b.Kind && len(a.Layers) == len(b.Layers)
	})
	if !same || !slices.Equal(sought.Loose, streamed.Loose) {
		t.Errorf("sought %v loose %v, streamed %v loose %v", sought.Images, sought.Loose, streamed.Images, streamed.Loose)
	}
}

// FuzzManifest holds that whatever a document says, it is read without panic, and that a fault tells why it is not.
func FuzzManifest(f *testing.F) {
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	f.Add(image.Raw)
	f.Add(imagetest.Index{Manifests: []*imagetest.Manifest{image, imagetest.Attestation(image)}}.Build().Raw)
	f.Add([]byte(`{"schemaVersion":1,"fsLayers":[{"blobSum":"sha256:00"}]}`))
	f.Add([]byte(`{"manifests":[{"platform":{"os":1}}],"layers":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parseManifest(data)
		var fault *report.Fault
		if err != nil && !errors.As(err, &fault) {
			t.Errorf("error %v is no fault", err)
		}
		if m == nil {
			t.Fatal("no manifest")
		}
		if m.isManifest() == m.isIndex() && len(m.Manifests) == 0 {
			t.Error("document is both or neither")
		}
		for _, d := range m.blobs() {
			if name, ok := blobName(d.Digest); ok && digestOfName(name) != d.Digest {
				t.Errorf("digest %q is kept as %q", d.Digest, name)
			}
		}
	})
}
