package source

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// fakeEngine answers as a container engine does for one image, on a socket of its own.
func fakeEngine(t *testing.T, image string, export []byte) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "engine") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	socket = filepath.Join(dir, "podman", "podman.sock")
	if err := os.Mkdir(filepath.Dir(socket), 0o755); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case strings.HasSuffix(path, "/_ping"):
			w.Header().Set("Api-Version", "1.41")
		case strings.HasSuffix(path, "/images/"+image+"/json"):
			fmt.Fprint(w, `{"Id":"sha256:00"}`)
		case strings.HasSuffix(path, "/images/get") && r.URL.Query().Get("names") == image:
			_, _ = w.Write(export)
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"message":"no such image"}`)
		}
	})}}
	server.Start()
	t.Cleanup(server.Close)
	return socket
}

func TestEngines(t *testing.T) {
	isolateCredentials(t)
	image := sampleImage()
	want := read(t, open(t, schemeDockerArchive, imagetest.LegacyDockerArchive(image), true, Options{})).shape(t)
	socket := fakeEngine(t, "localhost/app:v1", imagetest.LegacyDockerArchive(image))
	t.Setenv("DOCKER_HOST", "unix://"+socket)
	t.Setenv("XDG_RUNTIME_DIR", filepath.Dir(filepath.Dir(socket)))
	t.Setenv("CONTAINER_HOST", "")
	for _, tt := range []struct{ scheme, rest, found string }{
		{schemeDocker, "localhost/app:v1", schemeDocker},
		{schemePodman, "localhost/app:v1", schemePodman},
		{schemePodman, "app:v1", schemePodman},
		{Reference, "localhost/app:v1", schemeDocker},
		{Reference, "app:v1", schemePodman},
	} {
		t.Run(tt.scheme+" "+tt.rest, func(t *testing.T) {
			src := openAs(t, tt.scheme, tt.rest, Options{})
			g := read(t, src)
			if diff := cmp.Diff(want, g.shape(t)); diff != "" {
				t.Errorf("contents (-archive +engine):\n%s", diff)
			}
			if src.Scheme() != tt.found {
				t.Errorf("scheme is %s, want %s", src.Scheme(), tt.found)
			}
		})
	}
	t.Run("no such image", func(t *testing.T) {
		_, err := tryRead(t, openAs(t, schemeDocker, "other:v1", Options{}))
		var h *HintError
		if !isKind(err, report.Missing) || !errors.As(err, &h) || !strings.Contains(h.Hint(), "registry:other:v1") {
			t.Errorf("error is %v", err)
		}
	})
}

// A reference that no engine has is asked of its registry.
func TestReferenceFallsBackToRegistry(t *testing.T) {
	isolateCredentials(t)
	t.Setenv("DOCKER_HOST", "unix:///nonexistent.sock")
	t.Setenv("CONTAINER_HOST", "unix:///nonexistent.sock")
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}, Tags: []string{"v1"}}.Build()
	src := openAs(t, Reference, serve(t, nil, image)+"/team/app:v1", Options{})
	if g := read(t, src); len(g.Images) != 1 || src.Scheme() != SchemeRegistry {
		t.Errorf("%d images of %s", len(g.Images), src.Scheme())
	}
}

func TestEngineThatIsNotThere(t *testing.T) {
	isolateCredentials(t)
	t.Setenv("CONTAINER_HOST", "")
	for scheme, host := range map[string]string{schemeDocker: "unix:///nonexistent.sock", schemePodman: ""} {
		t.Setenv("DOCKER_HOST", host)
		_, err := tryRead(t, openAs(t, scheme, "app:v1", Options{}))
		var h *HintError
		if scheme == schemePodman && os.Getuid() == 0 {
			if _, serr := os.Stat("/run/podman/podman.sock"); serr == nil {
				continue // this machine has podman's system socket
			}
		}
		if !errors.As(err, &h) || !strings.Contains(h.Hint(), "registry:app:v1") {
			t.Errorf("%s: error is %v", scheme, err)
		}
	}
}

// An export that breaks off is told, and what came is kept.
func TestEngineThatBreaksOff(t *testing.T) {
	isolateCredentials(t)
	export := imagetest.LegacyDockerArchive(sampleImage())
	socket := fakeEngine(t, "app:v1", export[:len(export)*2/3])
	t.Setenv("DOCKER_HOST", "unix://"+socket)
	g := read(t, openAs(t, schemeDocker, "app:v1", Options{}))
	if !slices.Contains(kinds(g.Problems), report.Corrupt) || len(g.blobs) == 0 {
		t.Errorf("problems %v, %d blobs", g.Problems, len(g.blobs))
	}
}

func TestCurrentContext(t *testing.T) {
	dir := t.TempDir()
	sum := sha256.Sum256([]byte("remote"))
	id := hex.EncodeToString(sum[:])
	behindSSH := sha256.Sum256([]byte("ssh"))
	imagetest.WriteDir(t, dir, []imagetest.Entry{
		imagetest.File("config.json", `{"currentContext":"remote"}`),
		imagetest.File("contexts/meta/"+id+"/meta.json", `{"Name":"remote","Endpoints":{"docker":{"Host":"tcp://10.0.0.1:2376"}}}`),
		imagetest.File("contexts/tls/"+id+"/docker/cert.pem", ""),
		imagetest.File("contexts/meta/"+hex.EncodeToString(behindSSH[:])+"/meta.json", `{"Endpoints":{"docker":{"Host":"ssh://me@there"}}}`),
		imagetest.File("broken/config.json", `{"auths":{"x":{"auth":"c2VjcmV0"}},`),
	})
	tests := []struct {
		name, config, context string
		host, tls             string
		fails                 bool
	}{
		{"configured", dir, "", "tcp://10.0.0.1:2376", filepath.Join(dir, "contexts/tls", id, "docker"), false},
		{"default", dir, "default", "", "", false},
		{"by name", dir, "remote", "tcp://10.0.0.1:2376", filepath.Join(dir, "contexts/tls", id, "docker"), false},
		{"unknown", dir, "other", "", "", true},
		{"ssh", dir, "ssh", "", "", true},
		{"no configuration", filepath.Join(dir, "none"), "", "", "", false},
		{"broken configuration", filepath.Join(dir, "broken"), "", "", "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			env := map[string]string{"DOCKER_CONFIG": tt.config, "DOCKER_CONTEXT": tt.context}
			c, err := currentContext(func(key string) string { return env[key] })
			if (err != nil) != tt.fails {
				t.Fatalf("error is %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "c2Vjc") {
				t.Errorf("the error holds what the file holds: %v", err)
			}
			if c == nil {
				c = &dockerContext{}
			}
			if c.Host != tt.host || c.tls != tt.tls {
				t.Errorf("context is %+v", c)
			}
		})
	}
}

func TestPodmanHost(t *testing.T) {
	socket := fakeEngine(t, "x", nil)
	dir := filepath.Dir(filepath.Dir(socket))
	for _, tt := range []struct {
		env   map[string]string
		want  string
		fails bool
	}{
		{map[string]string{"CONTAINER_HOST": "unix:///x.sock"}, "unix:///x.sock", false},
		{map[string]string{"CONTAINER_HOST": "ssh://x"}, "", true},
		{map[string]string{"XDG_RUNTIME_DIR": dir}, "unix://" + socket, false},
	} {
		got, err := podmanHost(func(key string) string { return tt.env[key] }, 123456)
		if got != tt.want || (err != nil) != tt.fails {
			t.Errorf("podmanHost(%v) = %q, %v", tt.env, got, err)
		}
	}
}
