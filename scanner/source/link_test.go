package source

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// said tells links without their times.
func said(all []Link) []string {
	var out []string
	for _, l := range all {
		out = append(out, fmt.Sprint(l.Repository, ":", l.Tag, "@", l.Digest, " ", l.Past))
	}
	return out
}

func TestStorageLinks(t *testing.T) {
	s := newStorage(t)
	old, _ := s.image("old")
	now, _ := s.image("now")
	loose, _ := s.image("loose")
	s.tag("team/app", "v1", old, now)
	s.link("team/app", "_manifests/revisions", loose)
	src, err := OpenRegistry(s.dir, Selection{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	c, _ := readAll(t, src)
	want := []string{"team/app:@" + loose + " false", "team/app:v1@" + old + " true", "team/app:v1@" + now + " false"}
	if diff := cmp.Diff(want, said(c.Links)); diff != "" {
		t.Errorf("links differ (-want +got):\n%s", diff)
	}
	for _, l := range c.Links {
		if l.Since.IsZero() || l.SinceSource == "" {
			t.Errorf("%s says no time", l.Digest)
		}
	}
}

// TestPurgedStorage holds that a tag's memory of a manifest which was deleted and collected is no damage.
func TestPurgedStorage(t *testing.T) {
	s := newStorage(t)
	old, _ := s.image("old")
	now, _ := s.image("now")
	s.tag("app", "v1", old, now)
	hex := strings.TrimPrefix(old, "sha256:")
	for _, gone := range []string{"blobs/sha256/" + hex[:2] + "/" + hex, "repositories/app/_manifests/revisions/sha256/" + hex} {
		if err := os.RemoveAll(filepath.Join(s.dir, filepath.FromSlash(gone))); err != nil {
			t.Fatal(err)
		}
	}
	src, err := OpenStorage(s.dir, Selection{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if c, _ := readAll(t, src); len(c.Problems) > 0 || len(c.Links) != 1 {
		t.Errorf("problems %v, links %v", c.Problems, said(c.Links))
	}
}

// TestCatalogAsksForListedTags holds that of a repository whose tags are known none is asked for that it does not have.
func TestCatalogAsksForListedTags(t *testing.T) {
	var mu sync.Mutex
	var missing []string
	host := catalogServer(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/sha256-") {
				mu.Lock()
				missing = append(missing, r.URL.Path)
				mu.Unlock()
			}
			h.ServeHTTP(w, r)
		})
	})
	digest := push(t, host+"/app:v1", randomImage(t))
	signature := strings.Replace(digest, ":", "-", 1) + ".sig"
	push(t, host+"/app:"+signature, randomImage(t))
	src, err := OpenRegistry(host, Selection{Tags: []string{"v*"}}, Options{PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := readAll(t, src)
	for _, path := range missing {
		if !strings.HasSuffix(path, "/"+signature) {
			t.Errorf("asked for %s", path)
		}
	}
	if len(c.Images) != 2 || len(missing) == 0 {
		t.Errorf("%d images, want the one with the tag and its signature", len(c.Images))
	}
}
