package registry_test

import (
	"bytes"
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	ggcr "github.com/google/go-containerregistry/pkg/registry"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/logs"
	"dregs/scanner/registry"
	"dregs/scanner/source"
)

// served is an empty registry in process.
func served(t *testing.T) (url string) {
	t.Helper()
	inner := ggcr.New(ggcr.Logger(log.New(io.Discard, "", 0)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// This registry keeps one blob for all repositories, and answers 500 where it is deleted from a second one.
		if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, "/blobs/") {
			head := httptest.NewRecorder()
			inner.ServeHTTP(head, httptest.NewRequestWithContext(r.Context(), http.MethodHead, r.URL.Path, nil))
			if head.Code == http.StatusNotFound {
				w.WriteHeader(http.StatusNotFound)
				return
			}
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	return s.URL
}

func hostOf(url string) string { return strings.TrimPrefix(url, "http://") }

func file(name, content string) imagetest.Layer {
	return imagetest.Layer{CreatedBy: "COPY " + name, Entries: []imagetest.Entry{imagetest.File(name, content)}, Compression: imagetest.Gzip}
}

func image(tag string, layers ...imagetest.Layer) imagetest.Image {
	return imagetest.Image{Platform: "linux/amd64", Layers: layers, Tags: []string{tag}}
}

func take(t *testing.T, where string) *registry.Inventory {
	t.Helper()
	v, err := registry.Take(t.Context(), registry.Taking{
		Where: where, Source: source.Options{PlainHTTP: true}, Now: func() time.Time { return time.Unix(1_700_000_000, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if !v.Complete {
		t.Fatalf("problems: %v", v.Problems)
	}
	return v
}

func TestInventory(t *testing.T) {
	url := served(t)
	app := image("1", file("base", "b"), file("app", "a")).Build()
	imagetest.Push(t, url, "team/app", app)
	imagetest.Push(t, url, "other", app)
	v := take(t, hostOf(url))
	names := map[string]string{}
	for _, r := range v.Repositories {
		for _, tag := range r.Tags {
			names[r.Reference+":"+tag.Name] = tag.Digest
		}
	}
	want := map[string]string{hostOf(url) + "/other:1": app.Digest, hostOf(url) + "/team/app:1": app.Digest}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("tags differ (-want +got):\n%s", diff)
	}
	if len(v.Manifests) != 1 || v.Manifests[0].ID != app.ID || len(v.Manifests[0].Layers) != 2 || v.Manifests[0].Layers[1].DiffID != app.Layers[1].DiffID {
		t.Errorf("manifests: %+v", v.Manifests)
	}
	for _, format := range registry.InventoryFormats {
		var out bytes.Buffer
		if err := v.Write(&out, format); err != nil || !strings.Contains(out.String(), "team/app") {
			t.Errorf("format %s: %v, %q", format, err, out.String())
		}
		if format != "json" {
			continue
		}
		read, err := registry.ReadInventory(bytes.NewReader(out.Bytes()))
		if diff := cmp.Diff(v, read); err != nil || diff != "" {
			t.Errorf("reading back: %v, differs (-want +got):\n%s", err, diff)
		}
		known, err := logs.ReadInventory(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		for value, want := range map[string]string{app.Digest: logs.ImageDigest, app.ID: logs.ImageID, app.Layers[0].Digest: logs.LayerDigest} {
			if got := known.Match(logs.ImageDigest, value); got != want {
				t.Errorf("as the known images of logs, %s is %q, want %q", value, got, want)
			}
		}
		if got := known.Match(logs.PrivateImageRef, hostOf(url)+"/team/app:9"); got != "repository" {
			t.Errorf("as the known images of logs, the repository is %q", got)
		}
	}
}

func TestInventoryOfNothing(t *testing.T) {
	if _, err := registry.Take(t.Context(), registry.Taking{Where: t.TempDir()}); err == nil {
		t.Error("a folder that holds no registry was read")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := registry.Take(ctx, registry.Taking{Where: hostOf(served(t)), Source: source.Options{PlainHTTP: true}}); err == nil {
		t.Error("an interrupted inventory is no error")
	}
}

func TestReadInventoryRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":        "",
		"no JSON":        "hello",
		"a report":       `{"schema": "dregs/report/v1"}`,
		"a newer schema": `{"schema": "dregs/inventory/v2"}`,
		"cut":            `{"schema": "dregs/inventory/v1", "repo`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := registry.ReadInventory(strings.NewReader(text)); err == nil {
				t.Error("it was read")
			}
		})
	}
}

// TestTampering does to a registry what intruders do, and wants each told.
func TestTampering(t *testing.T) {
	base, middle, app, evil := file("base", "b"), file("middle", "m"), file("app", "a"), file("evil", "e")
	known := image("1", base, middle, app)
	configured := known
	configured.Config = imagetest.Env("LD_PRELOAD=/evil.so")
	for name, c := range map[string]struct {
		after          imagetest.Image
		kind, severity string
		exit           int
	}{
		"nothing":                  {known, "", "", report.ExitClean},
		"another tag":              {image("2", base, app), registry.TagAdded, registry.Info, report.ExitClean},
		"a layer in the middle":    {image("1", base, evil, middle, app), registry.LayerInserted, report.Critical, report.ExitFound},
		"a layer below":            {image("1", evil, base, middle, app), registry.LayerInserted, report.Critical, report.ExitFound},
		"a layer on top":           {image("1", base, middle, app, evil), registry.LayersOnTop, report.High, report.ExitFound},
		"another configuration":    {configured, registry.ConfigChanged, report.High, report.ExitFound},
		"a rebuild":                {image("1", base, file("app", "a2")), registry.ImageReplaced, report.Medium, report.ExitFound},
		"something else":           {image("1", evil), registry.ImageReplaced, report.High, report.ExitFound},
		"upper layers gone":        {image("1", base, middle), registry.ImageReplaced, report.High, report.ExitFound},
		"in the middle, a new tag": {image("new", base, evil, middle, app), registry.LayerInserted, report.Critical, report.ExitFound},
		"on top, under a new tag":  {image("new", base, middle, app, evil), registry.LayersOnTop, report.Medium, report.ExitFound},
	} {
		t.Run(name, func(t *testing.T) {
			url := served(t)
			imagetest.Push(t, url, "team/app", known.Build())
			before := take(t, hostOf(url))
			imagetest.Push(t, url, "team/app", c.after.Build())
			d := registry.Compare(before, take(t, hostOf(url)))
			if d.Exit() != c.exit {
				t.Errorf("exit %d, want %d: %+v", d.Exit(), c.exit, d.Changes)
			}
			if c.kind == "" {
				if len(d.Changes) > 0 {
					t.Errorf("changes: %+v", d.Changes)
				}
				return
			}
			if len(d.Changes) == 0 || d.Changes[0].Kind != c.kind || d.Changes[0].Severity != c.severity {
				t.Fatalf("changes %+v, want %s of severity %s first", d.Changes, c.kind, c.severity)
			}
			for _, format := range registry.DifferenceFormats {
				var out bytes.Buffer
				if err := d.Write(&out, format); err != nil || !strings.Contains(out.String(), c.kind) {
					t.Errorf("format %s: %v, %q", format, err, out.String())
				}
			}
		})
	}
}

func TestTagsMovedAndGone(t *testing.T) {
	side := func(tags ...registry.Tag) *registry.Inventory {
		return &registry.Inventory{
			Complete:     true,
			Repositories: []registry.Repository{{Path: "app", Tags: tags, Manifests: []string{"sha256:a", "sha256:b"}}},
			Manifests:    []registry.Manifest{{Digest: "sha256:a", Kind: registry.KindImage}, {Digest: "sha256:b", Kind: registry.KindImage}},
		}
	}
	d := registry.Compare(
		side(registry.Tag{Name: "latest", Digest: "sha256:a"}, registry.Tag{Name: "old", Digest: "sha256:a"}, registry.Tag{Name: "v1", Digest: "sha256:a"}),
		side(registry.Tag{Name: "latest", Digest: "sha256:b"}, registry.Tag{Name: "v1", Digest: "sha256:b"}))
	got := []string{}
	for _, c := range d.Changes {
		got = append(got, c.Severity+" "+c.Kind+" "+c.Tag)
	}
	want := []string{"medium tag-moved v1", "low tag-moved latest", "low tag-gone old"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes differ (-want +got):\n%s", diff)
	}
}

// scanned is the report of a registry that holds a secret in team/app:1 and its copy, and none in team/clean.
func scanned(t *testing.T, url string) (*report.Report, *imagetest.Manifest) {
	t.Helper()
	leaky := image("1", file("base", "b"), file("srv/.env", "GITHUB_TOKEN="+imagetest.GitHubToken("pulls")+"\n")).Build()
	imagetest.Push(t, url, "team/app", leaky)
	imagetest.Push(t, url, "team/copy", leaky)
	imagetest.Push(t, url, "team/clean", image("1", file("base", "b")).Build())
	r, err := scanner.Scan(t.Context(), []scanner.Target{{Name: hostOf(url), Registry: &source.Selection{}}}, scanner.Options{Source: source.Options{PlainHTTP: true}})
	if err != nil {
		t.Fatal(err)
	}
	var stored bytes.Buffer
	format, _ := report.FormatNamed("json")
	if err := format.Write(&stored, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	read, err := report.Read(&stored)
	if err != nil {
		t.Fatal(err)
	}
	return read, leaky
}
