package main

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// serve returns the host of a registry that holds leaky as team/app:1 and asks for a password.
func serve(t *testing.T, user, password string) string {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	open := httptest.NewServer(handler)
	defer open.Close()
	img := leaky(imagetest.Layer{})
	img.Tags = []string{"1"}
	imagetest.Push(t, open.URL, "team/app", img.Build())
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if u, p, _ := r.BasicAuth(); u != user || p != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(locked.Close)
	return strings.TrimPrefix(locked.URL, "http://")
}

func TestRegistry(t *testing.T) {
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	t.Setenv("REGISTRY_AUTH_FILE", filepath.Join(t.TempDir(), "none"))
	password := imagetest.Password("registry")
	host := serve(t, "auditor", password)
	for name, c := range map[string]struct {
		args  []string
		stdin string
		code  int
		want  string // on stderr
	}{
		"with the password":     {[]string{"--username", "auditor", "--password-stdin"}, password + "\n", report.ExitFound, ""},
		"with another password": {[]string{"--username", "auditor", "--password-stdin"}, "wrong-" + password + "\n", report.ExitUsage, "dregs: error: "},
		"with none":             {nil, "", report.ExitUsage, "dregs: error: "},
		"an empty password":     {[]string{"--username", "auditor", "--password-stdin"}, "", report.ExitUsage, "there is none"},
		"a user alone":          {[]string{"--username", "auditor"}, "", report.ExitUsage, "go together"},
		"a password alone":      {[]string{"--password-stdin"}, password, report.ExitUsage, "go together"},
		"stdin for two things":  {[]string{"--username", "auditor", "--password-stdin", "-"}, password, report.ExitUsage, "is taken by both the target - and --password-stdin"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			args := append([]string{"scan", "--plain-http"}, append(c.args, "registry:"+host+"/team/app:1")...)
			code := run(t.Context(), args, strings.NewReader(c.stdin), &out, &errs)
			if code != c.code || !strings.Contains(errs.String(), c.want) {
				t.Errorf("ended with %d, stderr %q, want %d and %q", code, errs.String(), c.code, c.want)
			}
			if strings.Contains(out.String()+errs.String(), password) {
				t.Error("the output holds the password")
			}
		})
	}
}

func TestRegistryWithoutTheImage(t *testing.T) {
	host := serve(t, "", "")
	code, _, stderr := dregs(t, "scan", "--plain-http", "registry:"+host+"/team/other:1")
	if code != report.ExitUsage || !strings.HasPrefix(stderr, "dregs: error: ") {
		t.Errorf("ended with %d, stderr %q", code, stderr)
	}
}
