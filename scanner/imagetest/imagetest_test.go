package imagetest

import (
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

// sample is an index of two platforms with provenance.
func sample() *Manifest {
	var children []*Manifest
	for _, platform := range []string{"linux/amd64", "linux/arm64/v8"} {
		image := Image{
			Platform: platform, Config: Env("PATH=/bin"), Docker: platform == "linux/amd64",
			Layers: []Layer{
				{Entries: []Entry{Dir("app"), File("app/.env", platform), HardLink("app/copy", "app/.env")}, CreatedBy: "COPY . /app"},
				{Entries: []Entry{Remove("app/.env")}, CreatedBy: "RUN rm /app/.env"},
			},
		}.Build()
		children = append(children, image, Attestation(image, Provenance{Args: map[string]string{"build-arg:A": "b"}}.V1()))
	}
	return Index{Manifests: children, Tags: []string{"v1"}}.Build()
}

func TestLayoutIsValid(t *testing.T) {
	x, err := layout.ImageIndexFromPath(OCIDir(t, sample()))
	if err != nil {
		t.Fatal(err)
	}
	outer, err := x.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	inner, err := x.ImageIndex(outer.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	validateImages(t, inner)
}

// validateImages validates all that is no attestation: go-containerregistry leaves the layers of those out.
func validateImages(t *testing.T, x v1.ImageIndex) {
	t.Helper()
	manifest, err := x.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range manifest.Manifests {
		if d.Platform.OS == "unknown" {
			continue
		}
		image, err := x.Image(d.Digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Image(image); err != nil {
			t.Error(err)
		}
	}
}

func TestDockerArchivesAreValid(t *testing.T) {
	image := Image{Layers: []Layer{{Entries: []Entry{File("a", "1")}}, {Entries: []Entry{File("b", "2")}}}, Tags: []string{"app:v1"}}.Build()
	for name, data := range map[string][]byte{"legacy": LegacyDockerArchive(image), "blobs": DockerArchive(image)} {
		t.Run(name, func(t *testing.T) {
			img, err := tarball.ImageFromPath(WriteFile(t, "image.tar", data), nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := validate.Image(img); err != nil {
				t.Error(err)
			}
			if id, err := img.ConfigName(); err != nil || id.String() != image.ID {
				t.Errorf("ID is %s (%v), want %s", id, err, image.ID)
			}
		})
	}
}

func TestPush(t *testing.T) {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	Push(t, server.URL, "team/app", sample())
	ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://") + "/team/app:v1")
	if err != nil {
		t.Fatal(err)
	}
	x, err := remote.Index(ref)
	if err != nil {
		t.Fatal(err)
	}
	validateImages(t, x)
}

func TestBuildsTheSameBytes(t *testing.T) {
	if a, b := sample(), sample(); a.Digest != b.Digest {
		t.Errorf("two builds differ: %s, %s", a.Digest, b.Digest)
	}
	if a, b := OCIArchive(sample()), OCIArchive(sample()); string(a) != string(b) {
		t.Error("two archives differ")
	}
}

func TestCompressionsDiffer(t *testing.T) {
	for _, c := range Compressions {
		b := Layer{Entries: []Entry{File("a", "1")}, Compression: c, AsPlain: c == Plain}.Build()
		want := TypeOCILayer
		if c != Plain {
			want += "+" + string(c)
		}
		if b.MediaType != want {
			t.Errorf("%q: media type %s, want %s", c, b.MediaType, want)
		}
		if same := b.Digest == b.DiffID; same != (c == Plain) {
			t.Errorf("%q: stored as plain: %v", c, same)
		}
	}
}
