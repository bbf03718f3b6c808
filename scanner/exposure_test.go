package scanner_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/logs"
)

// scanAll scans several targets into one report.
func scanAll(t *testing.T, o scanner.Options, specs ...string) *report.Report {
	t.Helper()
	var targets []scanner.Target
	for _, spec := range specs {
		target, err := scanner.ParseTarget(spec)
		if err != nil {
			t.Fatal(err)
		}
		targets = append(targets, target)
	}
	r, err := scanner.Scan(context.Background(), targets, scanner.WithRules(t, o))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// built is an image, and its identities as a log tells them.
func built(t *testing.T) (spec, digest, id, layer string) {
	t.Helper()
	m := imagetest.Image{
		Tags:   []string{"registry.corp.example/team/app:1"},
		Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("etc/motd", "welcome\n")}}},
	}.Build()
	spec = imagetest.WriteFile(t, "app.tar", imagetest.OCIArchive(m))
	img := scanFile(t, spec, scanner.Options{}).Targets[0].Images[0]
	return spec, img.Digest, img.ID, img.Layers[0].Digest
}

func TestExposuresMatchImagesOfTheScan(t *testing.T) {
	app, digest, id, layer := built(t)
	other := "sha256:" + imagetest.Hex("other", 64)
	log := imagetest.WriteFile(t, "build.log", []byte(strings.Join([]string{
		"Successfully built " + id[7:19],
		"#8 writing image " + id + " done",
		"#8 exporting manifest " + digest + " done",
		"#8 exporting manifest " + other + " done",
		"Copying blob " + layer,
		"#8 pushing manifest for registry.corp.example/team/app:1@" + digest + " done",
		"#8 naming to registry.corp.example/team/app:1",
		"#8 writing image " + id + " done",
	}, "\n")))
	r := scanAll(t, scanner.Options{}, "log:"+log, app)
	of := func(what string) *report.ExposureMatch { return &report.ExposureMatch{Target: 1, Image: 0, What: what} }
	want := []report.Exposure{
		{Kind: logs.ImageID, Value: id[7:19], Line: 1, Column: 20, Lines: []int{1}, Count: 1, Source: "docker build", Severity: report.Low, Matches: of("image-id")},
		{Kind: logs.ImageID, Value: id, Line: 2, Column: 18, Lines: []int{2, 8}, Count: 2, Source: "BuildKit", Severity: report.Low, Matches: of("image-id")},
		{Kind: logs.ImageDigest, Value: digest, Line: 3, Column: 23, Lines: []int{3, 6}, Count: 2, Source: "BuildKit", Severity: report.Low, Matches: of("image-digest")},
		{Kind: logs.ImageDigest, Value: other, Line: 4, Column: 23, Lines: []int{4}, Count: 1, Source: "BuildKit", Severity: report.Low},
		{Kind: logs.LayerDigest, Value: layer, Line: 5, Column: 14, Lines: []int{5}, Count: 1, Source: "skopeo", Severity: report.Low, Matches: of("layer-digest")},
		{Kind: logs.PrivateImageRef, Value: "registry.corp.example/team/app@" + digest, Line: 6, Column: 25, Lines: []int{6}, Count: 1, Source: "BuildKit", Severity: report.Medium, Matches: of("image-digest")},
		{Kind: logs.PrivateImageRef, Value: "registry.corp.example/team/app:1", Line: 7, Column: 14, Lines: []int{7}, Count: 1, Source: "BuildKit", Severity: report.Low, Matches: of("tag")},
	}
	for i := range want {
		want[i].Path, want[i].Place, want[i].New = "build.log", report.Log, true
	}
	if diff := cmp.Diff(want, r.Exposures, cmpopts.IgnoreFields(report.Exposure{}, "Snippet", "Reason")); diff != "" {
		t.Errorf("exposures (-want +got):\n%s", diff)
	}
}

// TestExposuresMatchIndex ties the digest of an index to its first image.
func TestExposuresMatchIndex(t *testing.T) {
	index := imagetest.Index{Manifests: []*imagetest.Manifest{
		imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", "a")}}}}.Build(),
	}}.Build()
	app := imagetest.WriteFile(t, "app.tar", imagetest.OCIArchive(index))
	log := imagetest.WriteFile(t, "build.log", []byte("#8 exporting manifest list "+index.Digest+" done\n"))
	r := scanAll(t, scanner.Options{}, log, app)
	if len(r.Exposures) != 1 || r.Exposures[0].Matches == nil || r.Exposures[0].Matches.What != logs.ImageDigest {
		t.Errorf("exposures %+v, want one that matches the image", r.Exposures)
	}
}

func TestExposureWithoutDigest(t *testing.T) {
	r := scanAll(t, scanner.Options{Stdin: strings.NewReader("docker push registry.corp.example/team/app:1\n")}, "-")
	if len(r.Exposures) != 1 || r.Exposures[0].Severity != report.Low || !strings.Contains(r.Exposures[0].Reason, "no digest") {
		t.Errorf("got %+v, want a private registry without a digest, low", r.Exposures)
	}
}

func TestExposureSeverity(t *testing.T) {
	digest := "sha256:" + imagetest.Hex("severity", 64)
	known, err := logs.ReadInventory(strings.NewReader(digest + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	bare := "#8 exporting manifest " + digest + " done\n"
	private := "Pushed registry.corp.example/app@" + digest + "\n"
	token := "export GH_TOKEN=" + imagetest.GitHubToken("beside") + "\n"
	for name, c := range map[string]struct {
		log  string
		o    scanner.Options
		want string
	}{
		"a bare digest":            {bare, scanner.Options{}, report.Low},
		"a public registry":        {"Pushed ghcr.io/org/app@" + digest + "\n", scanner.Options{}, report.Low},
		"this machine":             {"Pushed localhost:5000/org/app@" + digest + "\n", scanner.Options{}, report.Low},
		"a private registry":       {private, scanner.Options{}, report.Medium},
		"an inventory":             {bare, scanner.Options{Known: known}, report.High},
		"a credential beside it":   {token + bare, scanner.Options{}, report.High},
		"a credential far from it": {token + strings.Repeat("\n", 40) + bare, scanner.Options{}, report.Low},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Stdin = strings.NewReader(c.log)
			r := scanAll(t, c.o, "-")
			got := ""
			for i := range r.Exposures {
				if report.Rank(r.Exposures[i].Severity) > report.Rank(got) {
					got = r.Exposures[i].Severity
				}
				if strings.Contains(r.Exposures[i].Snippet, imagetest.GitHubToken("beside")) {
					t.Error("a snippet holds plaintext")
				}
			}
			if got != c.want {
				t.Errorf("severity %q, want %q, of %+v", got, c.want, r.Exposures)
			}
		})
	}
}

// TestExposuresInEveryForm finds one identity in every form that a log is kept in.
func TestExposuresInEveryForm(t *testing.T) {
	digest := "sha256:" + imagetest.Hex("form", 64)
	text := "starting\n#8 exporting manifest " + digest + " done\n"
	wide := []byte{0xff, 0xfe}
	for _, c := range []byte(text) {
		wide = append(wide, c, 0)
	}
	for name, c := range map[string]struct {
		data []byte
		via  string
	}{
		"plain":  {[]byte(text), ""},
		"gzip":   {imagetest.Compress(imagetest.Gzip, []byte(text)), "gzip"},
		"zstd":   {imagetest.Compress(imagetest.Zstd, []byte(text)), "zstd"},
		"xz":     {imagetest.Compress(imagetest.XZ, []byte(text)), "xz"},
		"utf-16": {wide, "utf-16"},
		"zip":    {imagetest.Zip(imagetest.File("1_build.txt", text)), "1_build.txt"},
		"large":  {[]byte(strings.Repeat("nothing to see here\n", 600_000) + text), ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name string) string {
				path := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, c.data, 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			write("tree/build.log")
			write("tree/other.txt")
			for spec, path := range map[string]string{
				"log:" + write("x.bin"):             "x.bin",
				"dir:" + filepath.Join(dir, "tree"): "build.log",
			} {
				r := scanAll(t, scanner.Options{}, spec)
				if len(r.Exposures) != 1 {
					t.Fatalf("%s: %d exposures, want 1", spec, len(r.Exposures))
				}
				if e := r.Exposures[0]; e.Value != digest || e.Path != path || strings.Join(e.Via, "!") != c.via {
					t.Errorf("%s: %s in %s via %v, want %s in %s via %s", spec, e.Value, e.Path, e.Via, digest, path, c.via)
				}
			}
			r := scanAll(t, scanner.Options{}, "log:"+filepath.Join(dir, "tree"))
			if len(r.Exposures) != 2 {
				t.Errorf("%d exposures in a folder of logs, want 2", len(r.Exposures))
			}
			r = scanAll(t, scanner.Options{Stdin: bytes.NewReader(c.data)}, "log:-")
			if len(r.Exposures) != 1 {
				t.Errorf("%d exposures on standard input, want 1", len(r.Exposures))
			}
		})
	}
}

func TestExposuresInLayers(t *testing.T) {
	digest := "sha256:" + imagetest.Hex("layer", 64)
	line := "Pushed registry.corp.example/app@" + digest + "\n"
	layer := imagetest.Layer{Entries: []imagetest.Entry{
		imagetest.File("notes.txt", line),
		imagetest.File("srv/build.log", line),
		imagetest.File("var/log/syslog.1.gz", string(imagetest.Compress(imagetest.Gzip, []byte(line)))),
	}}
	spec := imagetest.WriteFile(t, "app.tar", imagetest.OCIArchive(imagetest.Image{Layers: []imagetest.Layer{layer, {Entries: []imagetest.Entry{imagetest.Remove("srv/build.log")}}}}.Build()))
	var got []string
	for _, jobs := range []int{1, 4} {
		r := scanAll(t, scanner.Options{Jobs: jobs}, spec)
		got = nil
		for _, e := range r.Exposures {
			if e.Severity != report.Low || number(e.Image) != 0 || number(e.Layer) != 0 {
				t.Errorf("%+v: want it low, in layer 0 of image 0", e)
			}
			got = append(got, e.Kind+" "+e.Path+" "+strings.Join(e.Via, "!"))
		}
		want := []string{
			"private-image-ref srv/build.log ", "image-digest srv/build.log ", "private-image-ref var/log/syslog.1.gz gzip", "image-digest var/log/syslog.1.gz gzip",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d jobs (-want +got):\n%s", jobs, diff)
		}
	}
}
