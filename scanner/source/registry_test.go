package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/registry"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// quick are waits for registries that misbehave in tests.
func quick() waits {
	return waits{first: time.Millisecond, longest: 20 * time.Millisecond, attempts: 4, idle: 2 * time.Second}
}

// lie changes what a registry answers. It reports whether it answered itself.
type lie func(w http.ResponseWriter, r *http.Request) bool

// serve serves images as repository team/app of an in-process registry and returns its host.
func serve(t *testing.T, what lie, images ...*imagetest.Manifest) (host string) {
	t.Helper()
	honest := registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(true))
	var lying atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if what != nil && lying.Load() && what(w, r) {
			return
		}
		honest.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	for _, m := range images {
		imagetest.Push(t, server.URL, "team/app", m)
	}
	lying.Store(true)
	return strings.TrimPrefix(server.URL, "http://")
}

func fromRegistry(t *testing.T, reference string, opts Options) Source {
	t.Helper()
	src := openAs(t, SchemeRegistry, reference, opts)
	src.(*registrySource).wait = quick()
	return src
}

func isolateCredentials(t *testing.T) {
	t.Helper()
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	t.Setenv("REGISTRY_AUTH_FILE", "/nonexistent")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
}

func TestRegistryAgreesWithLayout(t *testing.T) {
	isolateCredentials(t)
	root, signature := multiPlatform()
	host := serve(t, nil, root, signature)
	reference := host + "/team/app:v1"
	layout := read(t, openAs(t, schemeOCIDir, imagetest.OCIDir(t, root, signature), Options{}))
	remote := read(t, fromRegistry(t, reference, Options{}))
	for i := range layout.Images {
		if layout.Images[i].Kind != kindArtifact { // a layout's index.json names it without a tag, so does the referrers API
			layout.Images[i].Tags = []string{reference}
		}
	}
	if diff := cmp.Diff(layout.shape(t), remote.shape(t)); diff != "" {
		t.Errorf("contents (-layout +registry):\n%s", diff)
	}
	for key, sequential := range remote.kinds {
		if sequential {
			t.Errorf("blob %s is sequential", key)
		}
	}
	byDigest := read(t, fromRegistry(t, host+"/team/app@"+root.Digest, Options{}))
	if len(byDigest.Images) != len(remote.Images) || len(byDigest.Images[0].Tags) > 0 {
		t.Errorf("by digest: %d images, tags %v", len(byDigest.Images), byDigest.Images[0].Tags)
	}
}

// Only what the filter admits is asked for.
func TestRegistryPlatform(t *testing.T) {
	isolateCredentials(t)
	root, signature := multiPlatform()
	var mu sync.Mutex
	var asked []string
	host := serve(t, func(_ http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Path)
		return false
	}, root, signature)
	g := read(t, fromRegistry(t, host+"/team/app:v1", Options{Platform: "linux/arm64"}))
	if len(g.Images) != 2 || g.Images[0].Platform != "linux/arm64" || g.Images[1].Kind != kindAttestation || len(g.Problems) > 0 {
		t.Errorf("images %v, problems %v", g.Images, g.Problems)
	}
	other := root.Children[0].Children[0]
	for _, path := range asked {
		if strings.Contains(path, other.Digest) || strings.Contains(path, other.ID) {
			t.Errorf("asked for %s of another platform", path)
		}
	}
	_, err := tryRead(t, fromRegistry(t, host+"/team/app:v1", Options{Platform: "linux/s390x"}))
	if err == nil || !strings.Contains(err.Error(), "linux/amd64, linux/arm64") {
		t.Errorf("a platform that is not there: %v", err)
	}
}

func TestReferrersByTag(t *testing.T) {
	isolateCredentials(t)
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}, Tags: []string{"v1"}}.Build()
	sbom := imagetest.Artifact{Type: "application/spdx+json", Subject: image, Layers: []imagetest.Layer{{Data: []byte(`{"spdxVersion":"2.3"}`), MediaType: "application/spdx+json"}}}.Build()
	tag := strings.Replace(image.Digest, ":", "-", 1)
	signature := imagetest.Artifact{Layers: []imagetest.Layer{{Data: []byte(`{"critical":{}}`), MediaType: "application/vnd.dev.cosign.simplesigning.v1+json"}}, Tags: []string{tag + ".sig"}}.Build()
	index := imagetest.Index{Manifests: []*imagetest.Manifest{sbom}, Tags: []string{tag}}.Build()
	host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/referrers/") {
			http.NotFound(w, r)
			return true
		}
		return false
	}, image, index, signature)
	g := read(t, fromRegistry(t, host+"/team/app:v1", Options{}))
	var all []string
	for _, i := range g.Images {
		all = append(all, fmt.Sprint(i.Digest == image.Digest, i.Kind, i.Subject == image.Digest, i.Tags))
	}
	want := []string{
		fmt.Sprint(true, "", false, []string{host + "/team/app:v1"}),
		fmt.Sprint(false, kindArtifact, true, []string(nil)),
		fmt.Sprint(false, kindArtifact, true, []string{tag + ".sig"}),
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("images (-want +got):\n%s", diff)
	}
	if len(g.Problems) > 0 {
		t.Errorf("problems: %v", g.Problems)
	}
}

// A registry that pages without end, or says other things than it was asked.
func TestLyingRegistry(t *testing.T) {
	isolateCredentials(t)
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", strings.Repeat("body ", 5000)), layerOf("b", "2")}, Tags: []string{"v1"}}.Build()
	blobPath := "/v2/team/app/blobs/" + image.Layers[0].Digest
	var pages atomic.Int64
	tests := []struct {
		name     string
		lie      lie
		problems []string
		broken   bool // the first layer cannot be read whole
	}{
		{"honest", func(http.ResponseWriter, *http.Request) bool { return false }, nil, false},
		{"referrers that repeat", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/referrers/") {
				return false
			}
			w.Header().Set("Link", `<`+r.URL.Path+`?n=1>; rel="next"`)
			fmt.Fprintf(w, `{"schemaVersion":2,"manifests":[]}`)
			return true
		}, []string{report.Limit}, false},
		{"referrers without end", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/referrers/") {
				return false
			}
			w.Header().Set("Link", `<`+r.URL.Path+`?n=1>; rel="next"`)
			fmt.Fprintf(w, `{"schemaVersion":2,"manifests":[{"digest":"sha256:%064x"}]}`, pages.Add(1))
			return true
		}, nil, false},
		{"referrers that lead elsewhere", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/referrers/") {
				return false
			}
			w.Header().Set("Link", `<http://127.0.0.1:1/v2/>; rel="next"`)
			fmt.Fprintf(w, `{"schemaVersion":2,"manifests":[]}`)
			return true
		}, []string{report.Limit}, false},
		{"manifest with another content", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, "/manifests/v1") || r.Method != http.MethodGet {
				return false
			}
			w.Header().Set("Content-Type", image.MediaType)
			w.Header().Set("Docker-Content-Digest", image.Digest)
			_, _ = w.Write(append(slices.Clone(image.Raw), ' '))
			return true
		}, []string{report.DigestMismatch}, false},
		{"manifest without end", func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.HasSuffix(r.URL.Path, image.ID) {
				return false
			}
			for range 100 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					break
				}
			}
			return true
		}, []string{report.Limit}, false},
		{"busy for a while", busy(3), nil, false},
		{"blob that is gone", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != blobPath {
				return false
			}
			http.NotFound(w, r)
			return true
		}, nil, true},
		{"blob that is forbidden", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != blobPath {
				return false
			}
			w.WriteHeader(http.StatusForbidden)
			return true
		}, nil, true},
		{"blob that breaks off", breaking(image.Layers[0].Data, blobPath, true), nil, false},
		{"blob that breaks off without ranges", breaking(image.Layers[0].Data, blobPath, false), nil, false},
		{"blob that always breaks off", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != blobPath {
				return false
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(image.Layers[0].Data)))
			panic(http.ErrAbortHandler)
		}, nil, true},
		{"another range", func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != blobPath {
				return false
			}
			w.Header().Set("Content-Range", "bytes 7-9/10")
			w.WriteHeader(http.StatusPartialContent)
			return true
		}, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			host := serve(t, tt.lie, image)
			src := fromRegistry(t, host+"/team/app:v1", Options{MaxManifest: 1 << 20, MaxImages: 20})
			first := error(nil)
			c, err := src.Read(t.Context(), func(ctx context.Context, b Blob) error {
				r, err := b.Open(ctx)
				var data []byte
				if err == nil {
					data, err = io.ReadAll(r)
					r.Close()
				}
				if b.Key == image.Layers[0].Digest {
					first = err
					if err == nil && sha256Of(data) != b.Digest {
						t.Errorf("blob has %d bytes of digest %s, want %d bytes", len(data), sha256Of(data), len(image.Layers[0].Data))
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if tt.broken != (first != nil) {
				t.Errorf("reading the first layer: %v", first)
			}
			if first != nil && report.NewProblem("", first).Kind == report.Interrupted {
				t.Errorf("%v counts as an interruption", first)
			}
			if tt.name == "referrers without end" {
				if !slices.Contains(kinds(c.Problems), report.Limit) {
					t.Errorf("problems: %v", c.Problems)
				}
				return
			}
			if diff := cmp.Diff(tt.problems, kinds(c.Problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s\n%v", diff, c.Problems)
			}
		})
	}
}

// busy answers every request 429 or 503 a few times.
func busy(times int) lie {
	var mu sync.Mutex
	seen := map[string]int{}
	return func(w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		defer mu.Unlock()
		seen[r.URL.Path]++
		if seen[r.URL.Path] > times {
			return false
		}
		w.Header().Set("Retry-After", "1")
		w.WriteHeader([]int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[seen[r.URL.Path]%2])
		return true
	}
}

// breaking gives a blob in pieces, each ended by a broken connection.
func breaking(data []byte, path string, ranges bool) lie {
	served := 0
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		from := 0
		if ranges {
			_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		}
		served += max(1, len(data)/3)
		to := min(served, len(data))
		w.Header().Set("Content-Length", strconv.Itoa(len(data)-from))
		if from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(data[from:to])
		if to < len(data) {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		return true
	}
}

// A registry that sends a little now and then is given up, and what it sent is kept.
func TestTrickle(t *testing.T) {
	isolateCredentials(t)
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", strings.Repeat("body ", 5000)), layerOf("b", "1")}, Tags: []string{"v1"}}.Build()
	host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v2/team/app/blobs/"+image.Layers[0].Digest {
			return false
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(image.Layers[0].Data)))
		for i := range image.Layers[0].Data {
			_, _ = w.Write(image.Layers[0].Data[i : i+1])
			w.(http.Flusher).Flush()
			select {
			case <-time.After(10 * time.Millisecond):
			case <-r.Context().Done():
				return true
			}
		}
		return true
	}, image)
	src := fromRegistry(t, host+"/team/app:v1", Options{})
	src.(*registrySource).wait.idle = 100 * time.Millisecond
	sizes, ends := map[string]int{}, map[string]error{}
	_, err := src.Read(t.Context(), func(ctx context.Context, b Blob) error {
		r, err := b.Open(ctx)
		if err != nil {
			return err
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		sizes[b.Digest], ends[b.Digest] = len(data), err
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slow, other := image.Layers[0].Digest, image.Layers[1].Digest
	var fault *report.Fault
	if !errors.As(ends[slow], &fault) || fault.Kind != report.Unreadable || !strings.Contains(ends[slow].Error(), "given up") || sizes[slow] == 0 {
		t.Errorf("%d bytes of the slow layer came, and it ended with %v", sizes[slow], ends[slow])
	}
	if ends[other] != nil || sizes[other] != len(image.Layers[1].Data) {
		t.Errorf("%d bytes of the other layer came, and it ended with %v", sizes[other], ends[other])
	}
}

// A body that stands still is left and asked for again.
func TestSlowBody(t *testing.T) {
	isolateCredentials(t)
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}, Tags: []string{"v1"}}.Build()
	var stalls atomic.Int64
	host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/v2/team/app/blobs/"+image.Layers[0].Digest || stalls.Add(1) > 1 {
			return false
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(image.Layers[0].Data)))
		_, _ = w.Write(image.Layers[0].Data[:10])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}, image)
	src := fromRegistry(t, host+"/team/app:v1", Options{})
	src.(*registrySource).wait.idle = 100 * time.Millisecond
	g := read(t, src)
	if sum := sha256Of(g.blobs[image.Layers[0].Digest]); sum != image.Layers[0].Digest {
		t.Errorf("blob has digest %s", sum)
	}
}

func TestRegistryRefuses(t *testing.T) {
	isolateCredentials(t)
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}, Tags: []string{"v1"}}.Build()
	host := serve(t, protected("alice", "open sesame"), image)
	tests := []struct {
		name      string
		reference string
		opts      Options
		kind      string
	}{
		{"no credentials", "team/app:v1", Options{}, report.Unauthorized},
		{"wrong password", "team/app:v1", Options{Username: "alice", Password: report.NewValue("wrong")}, report.Unauthorized},
		{"no such tag", "team/app:v2", Options{Username: "alice", Password: report.NewValue("open sesame")}, report.Missing},
		{"no such repository", "team/other:v1", Options{Username: "alice", Password: report.NewValue("open sesame")}, report.Missing},
		{"right", "team/app:v1", Options{Username: "alice", Password: report.NewValue("open sesame")}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tryRead(t, fromRegistry(t, host+"/"+tt.reference, tt.opts))
			if tt.kind == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var h *HintError
			if !isKind(err, tt.kind) || !errors.As(err, &h) || h.Hint() == "" {
				t.Errorf("error is %v, want a fault of kind %s with a hint", err, tt.kind)
			}
			if err != nil && strings.Contains(err.Error(), "open sesame") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
	_, err := tryRead(t, fromRegistry(t, "127.0.0.1:1/team/app:v1", Options{}))
	var h *HintError
	if !errors.As(err, &h) || !strings.Contains(h.Hint(), "nothing listens") {
		t.Errorf("no registry: %v", err)
	}
}

func protected(user, password string) lie {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if u, p, _ := r.BasicAuth(); u == user && p == password {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
}

// A redirect to another host is followed, and gets no credentials.
func TestRedirectGetsNoCredentials(t *testing.T) {
	isolateCredentials(t)
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}, Tags: []string{"v1"}}.Build()
	leaked := make(chan string, 10)
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked <- r.Header.Get("Authorization") + r.Header.Get("Cookie")
		_, _ = w.Write(image.Layers[0].Data)
	}))
	defer storage.Close()
	for _, kind := range []string{"basic", "bearer"} {
		t.Run(kind, func(t *testing.T) {
			var host string
			redirect := func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path == "/v2/team/app/blobs/"+image.Layers[0].Digest {
					http.Redirect(w, r, storage.URL+"/layer?signature=secret", http.StatusTemporaryRedirect)
					return true
				}
				return false
			}
			guard := protected("alice", "open sesame")
			if kind == "bearer" {
				guard = tokens(&host)
			}
			host = serve(t, func(w http.ResponseWriter, r *http.Request) bool { return guard(w, r) || redirect(w, r) }, image)
			g := read(t, fromRegistry(t, host+"/team/app:v1", Options{Username: "alice", Password: report.NewValue("open sesame")}))
			if got := <-leaked; got != "" {
				t.Errorf("the other host was given %q", got)
			}
			if string(g.blobs[image.Layers[0].Digest]) != string(image.Layers[0].Data) {
				t.Error("the layer was not read")
			}
		})
	}
	t.Run("errors hide signatures", func(t *testing.T) {
		host := serve(t, func(w http.ResponseWriter, r *http.Request) bool {
			if !strings.Contains(r.URL.Path, "/blobs/") {
				return false
			}
			http.Redirect(w, r, "http://127.0.0.1:1/layer?signature=secret", http.StatusTemporaryRedirect)
			return true
		}, image)
		c, err := connect(t.Context(), fromRegistry(t, host+"/team/app:v1", Options{}).(*registrySource).ref.Context(), Options{}.withDefaults(), quick())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.blob(t.Context(), image.Layers[0].Digest, 100); err == nil || strings.Contains(err.Error(), "signature") {
			t.Errorf("error is %v", err)
		}
	})
}

// tokens is a registry with a token server of its own.
func tokens(host *string) lie {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			if u, p, _ := r.BasicAuth(); u != "alice" || p != "open sesame" {
				w.WriteHeader(http.StatusUnauthorized)
				return true
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"token": "pull"})
			return true
		}
		if r.Header.Get("Authorization") == "Bearer pull" {
			return false
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+*host+`/token",service="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		return true
	}
}

func TestForeignLayerThatTheRegistryKeeps(t *testing.T) {
	isolateCredentials(t)
	here, away := layerOf("here", "1"), layerOf("away", "2")
	here.URLs, away.URLs = []string{"https://example.com/here"}, []string{"https://example.com/away"}
	away.Missing = true
	image := imagetest.Image{Layers: []imagetest.Layer{here, away}, Tags: []string{"v1"}}.Build()
	g := read(t, fromRegistry(t, serve(t, nil, image)+"/team/app:v1", Options{}))
	layers := g.Images[0].Layers
	if layers[0].Key == "" || layers[0].Foreign || layers[1].Key != "" || !layers[1].Foreign {
		t.Errorf("layers are %+v", layers)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, "-3": 0, "soon": 0, "99999999999999999999": 0,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute,
	} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("retryAfter(%q) = %s, want %s", value, got, want)
		}
	}
}
