package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"dregs/report"
)

// catalogServer serves an empty registry and counts the requests for blobs.
func catalogServer(t *testing.T, front func(http.Handler) http.Handler) (host string) {
	t.Helper()
	h := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(front(h))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func randomImage(t *testing.T) v1.Image {
	t.Helper()
	img, err := random.Image(256, 2)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func push(t *testing.T, ref string, img v1.Image) string {
	t.Helper()
	r, err := name.ParseReference(ref)
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(r, img); err != nil {
		t.Fatal(err)
	}
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestCatalog(t *testing.T) {
	var mu sync.Mutex
	fetched := map[string]int{}
	host := catalogServer(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, digest, ok := strings.Cut(r.URL.Path, "/blobs/"); ok && r.Method == http.MethodGet {
				mu.Lock()
				fetched[digest]++
				mu.Unlock()
			}
			h.ServeHTTP(w, r)
		})
	})
	base := randomImage(t)
	extra, err := random.Layer(128, "application/vnd.docker.image.rootfs.diff.tar.gzip")
	if err != nil {
		t.Fatal(err)
	}
	derived, err := mutate.AppendLayers(base, extra)
	if err != nil {
		t.Fatal(err)
	}
	b := push(t, host+"/team/base:v1", base)
	push(t, host+"/other/base:copy", base)
	d := push(t, host+"/team/app:v1", derived)
	push(t, host+"/team/app:latest", derived)

	src, err := OpenCatalog(host, Selection{}, Options{PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := src.Read(t.Context(), func(ctx context.Context, blob Blob) error {
		r, err := blob.Open(ctx)
		if err != nil {
			return err
		}
		defer r.Close()
		_, err = io.Copy(io.Discard, r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Problems) > 0 {
		t.Errorf("problems: %v", c.Problems)
	}
	got := map[string]string{}
	for _, img := range c.Images {
		got[img.Digest] = fmt.Sprint(img.Standing.State, img.Standing.Repositories, img.Tags)
	}
	want := map[string]string{
		b: fmt.Sprint(report.Tagged, []string{"other/base", "team/base"}, []string{"other/base:copy", "team/base:v1"}),
		d: fmt.Sprint(report.Tagged, []string{"team/app"}, []string{"team/app:latest", "team/app:v1"}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("images differ (-want +got):\n%s", diff)
	}
	layers := map[string]bool{}
	for _, img := range c.Images {
		for _, l := range img.Layers {
			layers[l.Digest] = true
			if fetched[l.Digest] != 1 {
				t.Errorf("layer %s was fetched %d times, want once", l.Digest, fetched[l.Digest])
			}
		}
	}
	if len(layers) != 3 {
		t.Errorf("%d layers, want 3", len(layers))
	}
}

func TestCatalogSelection(t *testing.T) {
	host := catalogServer(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/_catalog" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	made := map[string]string{}
	for _, ref := range []string{"team/app:v1", "team/app:v2", "team/app:dev", "other:v1"} {
		made[ref] = push(t, host+"/"+ref, randomImage(t))
	}
	for _, test := range []struct {
		name string
		sel  Selection
		want []string
	}{
		{"listed", Selection{List: []string{"team/app"}}, []string{"team/app:dev", "team/app:v1", "team/app:v2"}},
		{"tags", Selection{List: []string{"team/app", "other"}, Tags: []string{"v*"}}, []string{"other:v1", "team/app:v1", "team/app:v2"}},
		{"limit", Selection{List: []string{"team/app"}, Limit: 1}, []string{"team/app:dev"}},
		{"repositories", Selection{List: []string{"team/app", "other"}, Repositories: []string{"o*"}}, []string{"other:v1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			src, err := OpenCatalog(host, test.sel, Options{PlainHTTP: true})
			if err != nil {
				t.Fatal(err)
			}
			c, _ := readAll(t, src)
			var got []string
			for _, img := range c.Images {
				got = append(got, img.Tags...)
				if img.Digest != made[img.Tags[0]] {
					t.Errorf("%s has digest %s, want %s", img.Tags[0], img.Digest, made[img.Tags[0]])
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("tags differ (-want +got):\n%s", diff)
			}
		})
	}
	src, err := OpenCatalog(host, Selection{}, Options{PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = src.Read(t.Context(), func(context.Context, Blob) error { return nil })
	var hinter interface{ Hint() string }
	if err == nil || !errors.As(err, &hinter) || !strings.Contains(hinter.Hint(), "--repo-list") {
		t.Errorf("a closed catalog gives %v", err)
	}
}

// TestEndlessCatalog holds a registry that lies about its pages to the bound.
func TestEndlessCatalog(t *testing.T) {
	host := catalogServer(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/_catalog" {
				w.Header().Set("Link", `</v2/_catalog?last=app>; rel="next"`)
				fmt.Fprint(w, `{"repositories":["app"]}`)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	push(t, host+"/app:v1", randomImage(t))
	src, err := OpenCatalog(host, Selection{}, Options{PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := readAll(t, src)
	if len(c.Images) != 1 || len(c.Problems) != 1 || c.Problems[0].Kind != report.Limit {
		t.Errorf("%d images, problems %v", len(c.Images), c.Problems)
	}
}

// TestNothingIsAskedTwice proves how often a registry is asked: once how to log in, once a repository whether it knows the
// referrers API, and once a manifest what refers to it where it does.
func TestNothingIsAskedTwice(t *testing.T) {
	isolateCredentials(t)
	for name, api := range map[string]bool{"with the referrers API": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			const repositories, tags = 3, 4
			h := registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(api))
			var mu sync.Mutex
			asked := map[string]int{}
			var counts bool
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				if counts {
					asked[strings.Split(r.URL.Path, "/sha256:")[0]]++
				}
				mu.Unlock()
				h.ServeHTTP(w, r)
			}))
			t.Cleanup(s.Close)
			host := strings.TrimPrefix(s.URL, "http://")
			for r := range repositories {
				for tag := range tags {
					push(t, fmt.Sprintf("%s/app%d:v%d", host, r, tag), randomImage(t))
				}
			}
			mu.Lock()
			counts = true
			mu.Unlock()
			src, err := OpenCatalog(host, Selection{}, Options{PlainHTTP: true, Jobs: 1})
			if err != nil {
				t.Fatal(err)
			}
			got := read(t, src)
			if err := src.Close(); err != nil {
				t.Fatal(err)
			}
			if len(got.Images) != repositories*tags || len(got.Problems) > 0 {
				t.Errorf("%d images, problems %v", len(got.Images), got.Problems)
			}
			want := map[string]int{"/v2/": 1, "/v2/_catalog": 1}
			for r := range repositories {
				path := fmt.Sprintf("/v2/app%d/", r)
				want[path+"tags/list"], want[path+"blobs"], want[path+"referrers"] = 1, 3*tags, 1 // a configuration and two layers
				if api {
					want[path+"referrers"] = tags
				}
				for tag := range tags {
					want[path+fmt.Sprintf("manifests/v%d", tag)] = 1
				}
			}
			if diff := cmp.Diff(want, asked); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}
