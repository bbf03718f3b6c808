package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// eachAccess runs fn on an archive that can be sought, and on the same from standard input.
func eachAccess(t *testing.T, data []byte, opts Options, fn func(t *testing.T, g got, err error)) {
	t.Helper()
	for _, stdin := range []bool{false, true} {
		t.Run(fmt.Sprintf("stdin=%v", stdin), func(t *testing.T) {
			g, err := tryRead(t, open(t, schemeDockerArchive, data, stdin, opts))
			fn(t, g, err)
		})
	}
}

// Docker 25 describes its images twice; each must count once, with all its names.
func TestDockerArchiveCountsOnce(t *testing.T) {
	root, _ := multiPlatform()
	single := imagetest.Image{Tags: []string{"one:1"}, Layers: []imagetest.Layer{layerOf("x", "y")}}.Build()
	eachAccess(t, imagetest.DockerArchive(root, single), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, image := range g.Images {
			all = append(all, fmt.Sprintf("%s%s%v%v", image.Kind, image.Platform, image.Tags, image.Digest != ""))
		}
		want := []string{"linux/amd64[v1]true", "attestation[v1]true", "linux/arm64[v1]true", "attestation[v1]true", "linux/amd64[one:1]true"}
		if diff := cmp.Diff(want, all); diff != "" {
			t.Errorf("images (-want +got):\n%s", diff)
		}
		if len(g.Loose)+len(g.Problems) > 0 {
			t.Errorf("loose %v, problems %v", g.Loose, g.Problems)
		}
	})
}

// An image whose manifest.json names other layers than its index.json is two images: nothing hides behind the other.
func TestDockerArchiveThatContradictsItself(t *testing.T) {
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1"), layerOf("b", "2")}}.Build()
	entries := imagetest.DockerLayout(image)
	stray := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("c", "3")}}.Build()
	name, _ := blobName(image.Layers[1].Digest)
	strayName, _ := blobName(stray.Digest)
	entries = append(replace(entries, "manifest.json", func(b string) *string { b = strings.Replace(b, name, strayName, 1); return &b }), imagetest.File(strayName, string(stray.Data)))
	eachAccess(t, imagetest.Tar(entries...), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if len(g.Images) != 2 || g.Images[0].ID != g.Images[1].ID || len(g.Loose) > 0 {
			t.Errorf("%d images, loose %v", len(g.Images), g.Loose)
		}
	})
}

func TestLegacyArchive(t *testing.T) {
	image := sampleImage()
	entries := imagetest.LegacyDockerLayout(image)
	config := strings.TrimPrefix(image.ID, "sha256:") + ".json"
	first := slices.IndexFunc(entries, func(e imagetest.Entry) bool { return strings.HasSuffix(e.Name, "/layer.tar") })
	document := slices.IndexFunc(entries, func(e imagetest.Entry) bool { return strings.HasSuffix(e.Name, "/json") })
	secret := imagetest.GitHubToken("legacy")
	tests := []struct {
		name     string
		entries  []imagetest.Entry
		problems []string
		missing  int
		loose    []string
	}{
		{"whole", entries, nil, 0, nil},
		{"config gone", replace(entries, config, without), []string{report.Missing}, 0, nil},
		{"config changed", replace(entries, config, func(b string) *string { b = strings.Replace(b, "COPY motd", "COPY mote", 1); return &b }), []string{report.DigestMismatch}, 0, nil},
		{"layer gone", replace(entries, entries[first].Name, without), nil, 2, nil},
		{"more in a layer's json", replace(entries, entries[document].Name, to(`{"id":"`+secret+`"}`)), nil, 0, []string{entries[document].Name}},
		{"more in repositories", replace(entries, "repositories", to(`{"x":{"y":"`+secret+`"}}`)), nil, 0, []string{"repositories"}},
		{"more in manifest.json", replace(entries, "manifest.json", func(b string) *string {
			b = strings.Replace(b, `{"Config"`, `{"Note":"`+secret+`","Config"`, 1)
			return &b
		}), nil, 0, []string{"manifest.json"}},
		{"replaced", append(slices.Clone(entries), imagetest.File(entries[first].Name, string(imagetest.Tar(imagetest.File("z", "z"))))), nil, 0, []string{entries[first].Name}},
		{"climbing name", append(slices.Clone(entries), imagetest.File("../../etc/cron.d/x", strings.Repeat("x", 100))), nil, 0, []string{"../../etc/cron.d/x"}},
		{"after the end", append(slices.Clone(entries), imagetest.Entry{Raw: append(make([]byte, 10240), "tail"...)}), nil, 0, []string{tailName}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			eachAccess(t, imagetest.Tar(tt.entries...), Options{}, func(t *testing.T, g got, err error) {
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.problems, kinds(g.Problems)); diff != "" {
					t.Errorf("problems (-want +got):\n%s", diff)
				}
				missing := 0
				for _, l := range g.Images[0].Layers {
					if l.Missing != nil {
						missing++
					}
				}
				if missing != tt.missing {
					t.Errorf("%d layers are missing, want %d", missing, tt.missing)
				}
				if diff := cmp.Diff(tt.loose, g.Loose); diff != "" {
					t.Errorf("loose (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// Names that are written in full in one place and short in another are the same names.
func TestNamesAreBookkeeping(t *testing.T) {
	for _, tag := range []string{"docker.io/library/application2:v1.0.0", "docker.io/team/application2:release-candidate-1", "registry.example.com:5000/team/application2:v1"} {
		image := imagetest.Image{Tags: []string{tag}, Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
		eachAccess(t, imagetest.LegacyDockerArchive(image), Options{}, func(t *testing.T, g got, err error) {
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{familiarName(tag)}, g.Images[0].Tags); diff != "" || len(g.Loose) > 0 {
				t.Errorf("loose %v, tags (-want +got):\n%s", g.Loose, diff)
			}
		})
	}
}

// Docker 25 keeps its descriptions of single layers as blobs. One that says nothing new is left out, any other is loose.
func TestLayerDescriptionsAmongBlobs(t *testing.T) {
	image := imagetest.Image{Config: imagetest.Env("GREETING=good morning"), Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	id := strings.Repeat("ab", 32)
	for description, loose := range map[string]int{
		`{"id":"` + id + `","created":"2024-05-06T07:08:09Z","config":{"Env":["GREETING=good morning"]},"os":"linux"}`: 0,
		`{"id":"` + id + `","config":{"Env":["GREETING=good evening"]}}`:                                               1,
		`{"config":{"Env":["GREETING=good morning"]}}`:                                                                 1,
	} {
		name, _ := blobName(sha256Of([]byte(description)))
		entries := append(imagetest.DockerLayout(image), imagetest.File(name, description))
		eachAccess(t, imagetest.Tar(entries...), Options{}, func(t *testing.T, g got, err error) {
			if err != nil {
				t.Fatal(err)
			}
			if len(g.Loose) != loose || len(g.Problems) > 0 {
				t.Errorf("%s: loose %v, problems %v", description, g.Loose, g.Problems)
			}
		})
	}
}

func TestLinksThatLeadNowhere(t *testing.T) {
	entries := []imagetest.Entry{
		imagetest.File("manifest.json", `[{"Config":"c.json","Layers":["a/layer.tar","b/layer.tar","d/layer.tar"]}]`),
		imagetest.File("c.json", `{"os":"linux","architecture":"amd64"}`),
		imagetest.Symlink("a/layer.tar", "../b/layer.tar"),
		imagetest.Symlink("b/layer.tar", "../a/layer.tar"),
		imagetest.Symlink("d/layer.tar", "/etc/passwd"),
	}
	eachAccess(t, imagetest.Tar(entries...), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for i, l := range g.Images[0].Layers {
			if !isKind(l.Missing, report.Missing) {
				t.Errorf("layer %d: %+v", i, l)
			}
		}
	})
}

// A cut archive gives what was read before the cut, and says so.
func TestTruncatedArchive(t *testing.T) {
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", strings.Repeat("long ", 2000)), layerOf("b", strings.Repeat("text ", 3000))}}.Build()
	entries := imagetest.LegacyDockerLayout(image)
	whole := imagetest.Tar(entries...)
	for _, c := range imagetest.Compressions {
		for _, stdin := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/stdin=%v", c, stdin), func(t *testing.T) {
				data := imagetest.Compress(c, whole)
				g, err := tryRead(t, open(t, schemeDockerArchive, data[:len(data)*9/10], stdin, Options{}))
				if c == imagetest.Zstd && isKind(err, report.Corrupt) {
					return // all of it is one block, of which nothing can be read
				}
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(kinds(g.Problems), report.Corrupt) {
					t.Errorf("problems are %v", g.Problems)
				}
			})
		}
	}
	t.Run("in every place", func(t *testing.T) {
		const endAndPadding = 3 * 512 // what follows manifest.json, the last that the images need
		for cut := 0; cut < len(imagetest.Tar(entries[:len(entries)-1]...))-endAndPadding; cut += 509 {
			for _, stdin := range []bool{false, true} {
				g, err := tryRead(t, open(t, schemeDockerArchive, whole[:cut], stdin, Options{}))
				if err == nil && len(g.Problems) == 0 && slices.IndexFunc(g.Images, func(i Image) bool {
					return slices.ContainsFunc(i.Layers, func(l LayerRef) bool { return l.Missing != nil })
				}) < 0 {
					t.Fatalf("cut at %d, stdin=%v: complete", cut, stdin)
				}
			}
		}
	})
}

func TestBlobPassesOnce(t *testing.T) {
	src := open(t, schemeDockerArchive, imagetest.LegacyDockerArchive(sampleImage()), true, Options{})
	defer src.Close()
	var kept []Blob
	_, err := src.Read(t.Context(), func(ctx context.Context, b Blob) error {
		kept = append(kept, b)
		return nil // a blob that is not opened is skipped
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range kept {
		if r, err := b.Open(t.Context()); err == nil {
			if _, err := r.Read(make([]byte, 1)); err == nil {
				t.Errorf("blob %s can be read after it passed", b.Key)
			}
		}
	}
}

func TestCallbackEndsRead(t *testing.T) {
	stop := errors.New("enough")
	for _, stdin := range []bool{false, true} {
		src := open(t, schemeDockerArchive, imagetest.DockerArchive(sampleImage()), stdin, Options{})
		calls := 0
		c, err := src.Read(t.Context(), func(context.Context, Blob) error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			t.Errorf("stdin=%v: %v after %d calls", stdin, err, calls)
		}
		if c == nil || len(c.Images)+len(c.Loose) == 0 {
			t.Errorf("stdin=%v: what was found until then is %v", stdin, c)
		}
		src.Close()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	src := open(t, schemeDockerArchive, imagetest.DockerArchive(sampleImage()), true, Options{})
	defer src.Close()
	if _, err := src.Read(ctx, func(context.Context, Blob) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A compressed archive that inflates without end stops at its bound.
func TestBomb(t *testing.T) {
	image := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("zero", strings.Repeat("\x00", 1<<20))}}}}.Build()
	data := imagetest.Compress(imagetest.Gzip, imagetest.LegacyDockerArchive(image))
	g := read(t, open(t, schemeDockerArchive, data, true, Options{MaxInflated: 1 << 19}))
	if !slices.Contains(kinds(g.Problems), report.Limit) {
		t.Errorf("problems are %v", g.Problems)
	}
}

// A sparse member is given with its holes filled, sought or not.
func TestSparseMember(t *testing.T) {
	const body = "blob of an archive that was made with tar --sparse"
	entries := []imagetest.Entry{
		imagetest.File("manifest.json", `[{"Config":"c.json","Layers":["layer.tar"]}]`),
		imagetest.File("c.json", `{"os":"linux","architecture":"amd64"}`),
		{Raw: imagetest.Sparse("layer.tar", 4096, 1024, []byte(body+strings.Repeat(".", 512-len(body))))},
	}
	want := make([]byte, 4096)
	copy(want[1024:], body+strings.Repeat(".", 512-len(body)))
	eachAccess(t, imagetest.Tar(entries...), Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(g.blobs["layer.tar"])); diff != "" {
			t.Errorf("sparse member (-want +got):\n%s", diff)
		}
	})
}

// A sha512 digest is checked by the source, since nobody after it computes one.
func TestSHA512(t *testing.T) {
	data := []byte(strings.Repeat("content ", 100))
	h := newHash("sha512")
	h.Write(data)
	good := fmt.Sprintf("blobs/sha512/%x", h.Sum(nil))
	bad := "blobs/sha512/" + strings.Repeat("0", 128)
	eachForm(t, []imagetest.Entry{imagetest.File("oci-layout", "{}"), imagetest.File(good, string(data)), imagetest.File(bad, string(data))}, Options{}, func(t *testing.T, g got, err error) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{bad, good}, g.Loose); diff != "" {
			t.Errorf("loose (-want +got):\n%s", diff)
		}
	})
	r := checked(io.NopCloser(strings.NewReader(string(data))), "sha512:"+strings.Repeat("0", 128))
	if _, err := io.ReadAll(r); !isKind(err, report.DigestMismatch) {
		t.Errorf("a wrong sha512 digest gives %v", err)
	}
}
