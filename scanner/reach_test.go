package scanner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/source"
)

// registryStorage is the storage volume of a registry, made as distribution makes it.
type registryStorage struct {
	t   *testing.T
	dir string
}

func (s registryStorage) write(name string, content []byte) {
	s.t.Helper()
	path := filepath.Join(s.dir, "docker/registry/v2", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s registryStorage) blob(content []byte) string {
	hex := strings.TrimPrefix(imagetest.Digest(content), "sha256:")
	s.write("blobs/sha256/"+hex[:2]+"/"+hex+"/data", content)
	return "sha256:" + hex
}

func (s registryStorage) link(dir, digest string) {
	s.write("repositories/"+dir+"/"+strings.Replace(digest, ":", "/", 1)+"/link", []byte(digest))
}

// image stores an image and returns the digest of its manifest.
func (s registryStorage) image(files ...imagetest.Entry) string {
	m := imagetest.Image{Platform: "linux/amd64", Layers: []imagetest.Layer{{Entries: files, Compression: imagetest.Gzip}}}.Build()
	for _, b := range m.Layers {
		s.blob(b.Data)
	}
	s.blob(m.Config)
	return s.blob(m.Raw)
}

func (s registryStorage) tag(repository, tag string, digests ...string) {
	for _, d := range digests {
		s.link(repository+"/_manifests/revisions", d)
		s.link(repository+"/_manifests/tags/"+tag+"/index", d)
		s.write("repositories/"+repository+"/_manifests/tags/"+tag+"/current/link", []byte(d))
	}
}

// TestReach holds the report of a registry's storage to what each kind of leftover ships.
func TestReach(t *testing.T) {
	s := registryStorage{t, t.TempDir()}
	secret := func(what string) string { return imagetest.GitHubToken("reach" + what) }
	env := func(what string) imagetest.Entry {
		return imagetest.File("srv/"+what+"/.env", "TOKEN="+secret(what)+"\n")
	}
	now := s.image(env("now"))
	moved := s.image(env("moved"))
	lost := s.image(env("lost"))
	s.tag("team/app", "v1", moved, now)
	s.tag("team/copy", "latest", now)
	orphan := s.blob(imagetest.Layer{Entries: []imagetest.Entry{env("orphan")}, Compression: imagetest.Gzip}.Build().Data)
	s.link("team/app/_layers", orphan)
	half := imagetest.Layer{Entries: []imagetest.Entry{env("upload"), imagetest.File("big", imagetest.Hex("filler", 400_000))}, Compression: imagetest.Gzip}.Build().Data
	s.write("repositories/team/app/_uploads/42/data", half[:len(half)/2])

	r, err := scanner.Scan(context.Background(), []scanner.Target{{Name: s.dir, Registry: &source.Selection{}}}, scanner.WithRules(t, scanner.Options{ShowSecrets: true}))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Complete || r.Targets[0].Kind != report.KindRegistry {
		t.Errorf("kind %s, complete %v, problems %v", r.Targets[0].Kind, r.Complete, r.Targets[0].Problems)
	}
	got := map[string]string{}
	for _, sec := range r.Secrets {
		o := sec.Occurrences[0]
		state := o.State
		if o.Image != nil {
			state = r.Targets[0].Images[*o.Image].State
		}
		if sec.Reach == nil || sec.Reach.FirstSeen == "" || sec.Reach.FirstSeenSource == "" {
			t.Errorf("%s has reach %+v", o.Path, sec.Reach)
			continue
		}
		got[sec.Secret] = fmt.Sprint(state, o.Pullable, sec.Reach.Repositories, sec.Reach.Tags, sec.Reach.PastTags, sec.Reach.Digests, sec.Reach.Platforms)
	}
	linux := []string{"linux/amd64"}
	want := map[string]string{
		secret("now"):    fmt.Sprint("tagged", false, []string{"team/app", "team/copy"}, []string{"team/app:v1", "team/copy:latest"}, []string{}, []string{now}, linux),
		secret("moved"):  fmt.Sprint("moved-tag", false, []string{"team/app"}, []string{}, []string{"team/app:v1"}, []string{moved}, linux),
		secret("lost"):   fmt.Sprint("unreferenced", false, []string{}, []string{}, []string{}, []string{lost}, linux),
		secret("orphan"): fmt.Sprint("orphan", true, []string{"team/app"}, []string{}, []string{}, []string{orphan}, []string{}),
		secret("upload"): fmt.Sprint("upload", false, []string{}, []string{}, []string{}, []string{}, []string{}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reach differs (-want +got):\n%s", diff)
	}
}
