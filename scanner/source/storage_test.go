package source

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// storage is the storage volume of a registry, made by hand as distribution's own documents describe it.
type storage struct {
	t   *testing.T
	dir string
}

func newStorage(t *testing.T) storage {
	return storage{t, filepath.Join(t.TempDir(), "docker/registry/v2")}
}

func (s storage) write(name, content string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s storage) blob(content string) string {
	digest := sha256Of([]byte(content))
	hex := strings.TrimPrefix(digest, "sha256:")
	s.write("blobs/sha256/"+hex[:2]+"/"+hex+"/data", content)
	return digest
}

// image stores an image of one layer and returns the digests of its manifest and layer.
func (s storage) image(content string) (manifest, layer string) {
	layer = s.blob(content)
	config := s.blob(`{"created":"2026-01-02T03:04:05Z","architecture":"amd64","os":"linux","author":"` + content + `"}`)
	doc, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
		"config": map[string]any{"mediaType": typeOCIConfig, "digest": config, "size": 1},
		"layers": []any{map[string]any{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": layer, "size": 1}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.blob(string(doc)), layer
}

func (s storage) link(repository, below, digest string) {
	s.write("repositories/"+repository+"/"+below+"/"+strings.Replace(digest, ":", "/", 1)+"/link", digest)
}

// tag makes a tag name digests one after the other.
func (s storage) tag(repository, tag string, digests ...string) {
	for _, d := range digests {
		s.link(repository, "_manifests/revisions", d)
		s.link(repository, "_manifests/tags/"+tag+"/index", d)
		s.write("repositories/"+repository+"/_manifests/tags/"+tag+"/current/link", d)
	}
}

// read returns the contents and the blobs that were handed over.
func readAll(t *testing.T, src Source) (c *Contents, blobs []string) {
	t.Helper()
	defer src.Close()
	c, err := src.Read(t.Context(), func(_ context.Context, b Blob) error {
		blobs = append(blobs, b.Key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, blobs
}

func TestStorage(t *testing.T) {
	s := newStorage(t)
	old, oldLayer := s.image("old")
	now, nowLayer := s.image("now")
	loose, looseLayer := s.image("loose")
	lost, lostLayer := s.image("lost")
	orphan := s.blob("orphan")
	s.tag("team/app", "v1", old, now)
	s.tag("team/app", "latest", now)
	s.link("team/app", "_manifests/revisions", loose)
	s.link("team/app", "_layers", lostLayer)
	s.link("other", "_layers", orphan)
	s.tag("other", "copy", now)
	s.write("repositories/team/app/_uploads/1234/data", "half")
	s.write("repositories/team/app/_uploads/5678/startedat", "2026-01-01T00:00:00Z")

	src, err := OpenStorage(filepath.Dir(filepath.Dir(filepath.Dir(s.dir))), Selection{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, blobs := readAll(t, src)
	if len(c.Problems) > 0 {
		t.Errorf("problems: %v", c.Problems)
	}
	type row struct {
		State               string
		Repositories        []string
		Tags, Past          []string
		Pullable            bool
		Platform, Timestamp string
	}
	got := map[string]row{}
	for _, img := range c.Images {
		got[img.Digest] = row{img.Standing.State, img.Standing.Repositories, img.Tags, img.Standing.PastTags,
			len(img.Standing.Pullable) > 0, img.Platform, img.Standing.SinceSource}
	}
	want := map[string]row{
		now:   {report.Tagged, []string{"other", "team/app"}, []string{"other:copy", "team/app:latest", "team/app:v1"}, nil, false, "linux/amd64", "tag link"},
		old:   {report.MovedTag, []string{"team/app"}, nil, []string{"team/app:v1"}, false, "linux/amd64", "tag link"},
		loose: {report.Untagged, []string{"team/app"}, nil, nil, false, "linux/amd64", "revision link"},
		lost:  {report.Unreferenced, nil, nil, nil, true, "linux/amd64", "blob file"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images differ (-want +got):\n%s", diff)
	}
	upload := "docker/registry/v2/repositories/team/app/_uploads/1234/data"
	wantLoose := []string{upload, orphan}
	slices.Sort(wantLoose)
	if diff := cmp.Diff(wantLoose, c.Loose); diff != "" {
		t.Errorf("loose blobs differ (-want +got):\n%s", diff)
	}
	if o := c.Orphans[orphan]; o.State != report.Orphan || !slices.Equal(o.Repositories, []string{"other"}) {
		t.Errorf("orphan is %+v", o)
	}
	if o := c.Orphans[upload]; o.State != report.Upload || o.Name != upload {
		t.Errorf("upload is %+v", o)
	}
	wantBlobs := []string{oldLayer, nowLayer, looseLayer, lostLayer, orphan, upload}
	slices.Sort(wantBlobs)
	slices.Sort(blobs)
	if diff := cmp.Diff(wantBlobs, blobs); diff != "" {
		t.Errorf("blobs differ (-want +got):\n%s", diff)
	}
}

func TestStorageSelection(t *testing.T) {
	s := newStorage(t)
	a, _ := s.image("a")
	b, _ := s.image("b")
	s.tag("team/app", "v1", a)
	s.tag("team/app", "dev", b)
	s.tag("other", "v1", b)
	s.blob("orphan")
	for _, test := range []struct {
		name string
		sel  Selection
		want []string
	}{
		{"all", Selection{}, []string{a, b}},
		{"one repository", Selection{Repositories: []string{"team/*"}}, []string{a, b}},
		{"one tag", Selection{Tags: []string{"v?"}, Repositories: []string{"team/**"}}, []string{a}},
		{"none", Selection{Repositories: []string{"team"}}, nil},
		{"a list", Selection{List: []string{"other"}}, []string{b}},
		{"a list and a glob", Selection{List: []string{"other", "team/app"}, Repositories: []string{"team/*"}}, []string{a, b}},
	} {
		t.Run(test.name, func(t *testing.T) {
			src, err := OpenStorage(s.dir, test.sel, Options{})
			if err != nil {
				t.Fatal(err)
			}
			c, _ := readAll(t, src)
			var got []string
			for _, img := range c.Images {
				got = append(got, img.Digest)
			}
			slices.Sort(got)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("images differ (-want +got):\n%s", diff)
			}
			if narrow := test.name != "all"; narrow == (len(c.Loose) > 0) {
				t.Errorf("loose blobs: %v", c.Loose)
			}
		})
	}
}

func TestStorageWithoutAListedRepository(t *testing.T) {
	s := newStorage(t)
	a, _ := s.image("a")
	s.tag("app", "v1", a)
	src, err := OpenStorage(s.dir, Selection{List: []string{"app", "gone"}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := readAll(t, src)
	if len(c.Images) != 1 || len(c.Problems) != 1 || c.Problems[0].Where != "repository gone" || c.Problems[0].Kind != report.Missing {
		t.Errorf("%d images, problems %v, want one image and one that is missing", len(c.Images), c.Problems)
	}
}

func TestDamagedStorage(t *testing.T) {
	s := newStorage(t)
	a, layer := s.image("a")
	s.tag("app", "v1", a)
	s.write("repositories/app/_manifests/tags/broken/current/link", "nonsense")
	s.tag("app", "gone", sha256Of([]byte("gone")))
	s.tag("app", "lost", sha256Of([]byte("gone")))
	s.write("repositories/app/_manifests/revisions/sha256/"+strings.Repeat("0", 64)+"/link", a)
	s.write("repositories/app/_manifests/tags/empty/current/x", "")
	hex := strings.TrimPrefix(layer, "sha256:")
	if err := os.Remove(filepath.Join(s.dir, "blobs/sha256", hex[:2], hex, "data")); err != nil {
		t.Fatal(err)
	}
	s.write("blobs/sha256/zz/zz/data", "no digest")
	src, err := OpenStorage(s.dir, Selection{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := readAll(t, src)
	if len(c.Images) != 1 || c.Images[0].Layers[0].Missing == nil {
		t.Errorf("images: %+v", c.Images)
	}
	var where []string
	for _, p := range c.Problems {
		where = append(where, p.Kind)
	}
	slices.Sort(where)
	if diff := cmp.Diff([]string{"corrupt", "corrupt", "missing", "missing", "missing", "unsupported"}, where); diff != "" {
		t.Errorf("problems differ: %s\n%v", diff, c.Problems)
	}
}

func TestContentStore(t *testing.T) {
	dir := t.TempDir()
	put := func(name, content string) {
		path := filepath.Join(dir, "io.containerd.content.v1.content", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	blob := func(content string) string {
		digest := sha256Of([]byte(content))
		put("blobs/"+strings.Replace(digest, ":", "/", 1), content)
		return digest
	}
	layer := blob("layer")
	config := blob(`{"architecture":"arm64","os":"linux"}`)
	manifest := blob(`{"schemaVersion":2,"config":{"mediaType":"` + typeOCIConfig + `","digest":"` + config + `"},"layers":[{"digest":"` + layer + `"}]}`)
	put("ingest/abc/data", "half")
	src, err := OpenStorage(dir, Selection{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := readAll(t, src)
	if len(c.Images) != 1 || c.Images[0].Digest != manifest || len(c.Loose) != 1 || c.Orphans[c.Loose[0]].State != report.Upload {
		t.Errorf("images %+v, loose %v", c.Images, c.Loose)
	}
}

// A folder that is nobody's storage is told from one that could not be looked into.
func TestStorageThatCannotBeLookedInto(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "docker")); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStorage(dir, Selection{}, Options{}); err == nil || strings.Contains(err.Error(), "holds none") {
		t.Errorf("the error is %v", err)
	}
}

func TestNoStorage(t *testing.T) {
	if _, err := OpenStorage(t.TempDir(), Selection{}, Options{}); err == nil {
		t.Error("an empty folder was taken for storage")
	}
}
