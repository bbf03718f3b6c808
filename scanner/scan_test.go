package scanner_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/layer"
)

// scanFile scans one target and fails the test where it cannot be opened.
func scanFile(t *testing.T, spec string, o scanner.Options) *report.Report {
	t.Helper()
	target, err := scanner.ParseTarget(spec)
	if err != nil {
		t.Fatal(err)
	}
	if o.Salt == nil {
		o.Salt = []byte("0123456789abcdef")
	}
	o.Now = func() time.Time { return imagetest.Epoch }
	r, err := scanner.Scan(context.Background(), []scanner.Target{target}, scanner.WithRules(t, o))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// asJSON is the whole of a report, to be compared.
func asJSON(t *testing.T, r *report.Report) string {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// spot is what a test says of an occurrence.
type spot struct {
	Place, Path, Key, Via, Visibility string
	Line, Column                      int
	Layer, Remover                    int // -1 for none
}

func number(n *int) int {
	if n == nil {
		return -1
	}
	return *n
}

// spots returns the occurrences of a value by its redacted form, which the tests keep unique.
func spots(r *report.Report, value string) []spot {
	var out []spot
	for _, s := range r.Secrets {
		if s.Value().Reveal() != value {
			continue
		}
		for _, o := range s.Occurrences {
			remover := -1
			if o.RemovedBy != nil {
				remover = number(o.RemovedBy.Layer)
			}
			out = append(out, spot{
				Place: string(o.Place), Path: o.Path, Key: o.Key, Via: strings.Join(o.Via, "!"), Visibility: o.Visibility,
				Line: o.Line, Column: o.Column, Layer: number(o.Layer), Remover: remover,
			})
		}
	}
	return out
}

// leaky is an image with a secret in every kind of place and every kind of life, and the values by name.
func leaky() (imagetest.Image, map[string]string) {
	v := make(map[string]string)
	for _, name := range []string{
		"deleted", "old", "new", "kept", "linked", "env", "label", "arg", "opaque", "replaced", "twice", "again", "name",
		"target", "pax", "tail", "after", "annotation", "whiteout", "odd",
	} {
		v[name] = imagetest.GitHubToken(name)
	}
	line := func(name string) string { return "token = " + v[name] + "\n" }
	return imagetest.Image{
		Config:      map[string]any{"Env": []string{"PATH=/bin", "GH_TOKEN=" + v["env"]}, "Labels": map[string]string{"key": v["label"]}},
		Annotations: map[string]string{"note": v["annotation"]},
		Layers: []imagetest.Layer{
			{
				Entries: []imagetest.Entry{
					imagetest.Dir("app"),
					imagetest.File("app/.env", "# settings\n"+line("deleted")),
					imagetest.File("app/conf", line("old")),
					imagetest.File("app/first", line("linked")),
					imagetest.HardLink("app/second", "app/first"),
					imagetest.File("cache/x", line("opaque")),
					imagetest.File("tree/below", line("replaced")),
				},
				CreatedBy: "COPY . /app",
				TarTail:   line("tail"), StoredTail: line("after"),
			},
			{
				Entries: []imagetest.Entry{
					{Name: "app/.wh..env", Body: line("whiteout")},
					{Name: "odd", Body: line("odd"), Type: 'V'},
					imagetest.Remove("app/first"),
					imagetest.File("app/conf", line("new")),
					imagetest.File("cache/y", "nothing"),
					imagetest.Opaque("cache"),
					imagetest.File("tree", "a file now"),
					imagetest.File("double", line("twice")),
					imagetest.File("double", line("again")),
					imagetest.File("dir/"+v["name"], "x"),
					imagetest.Symlink("link", "to/"+v["target"]),
					{Name: "attr", Body: "x", PAX: map[string]string{"SCHILY.xattr.user.token": v["pax"]}},
				},
				CreatedBy:   "RUN |1 NPM_TOKEN=" + v["arg"] + " /bin/sh -c make # buildkit",
				Compression: imagetest.Zstd,
			},
			{Entries: []imagetest.Entry{imagetest.File("app/keep", "é "+line("kept"))}, CreatedBy: "COPY keep /app", AsPlain: true},
		},
	}, v
}

func TestScanTellsLife(t *testing.T) {
	img, v := leaky()
	archive := imagetest.WriteFile(t, "app.tar", imagetest.OCIArchive(img.Build()))
	r := scanFile(t, archive, scanner.Options{})
	if !r.Complete {
		t.Errorf("problems: %+v", r.Targets[0].Problems)
	}
	file := func(path string, line, column, layer int, visibility string, remover int) spot {
		return spot{Place: "layer-file", Path: path, Visibility: visibility, Line: line, Column: column, Layer: layer, Remover: remover}
	}
	tests := map[string][]spot{
		"deleted":  {file("app/.env", 2, 9, 0, "deleted", 1)},
		"old":      {file("app/conf", 1, 9, 0, "overwritten", 1)},
		"new":      {file("app/conf", 1, 9, 1, "visible", -1)},
		"kept":     {file("app/keep", 1, 11, 2, "visible", -1)},
		"linked":   {file("app/first", 1, 9, 0, "deleted", 1), file("app/second", 1, 9, 0, "visible", -1)},
		"opaque":   {file("cache/x", 1, 9, 0, "deleted", 1)},
		"replaced": {file("tree/below", 1, 9, 0, "deleted", 1)},
		"twice":    {file("double", 1, 9, 1, "overwritten", 1)},
		"again":    {file("double", 1, 9, 1, "visible", -1)},
		"name":     {{Place: "file-name", Path: "dir/" + v["name"], Visibility: "visible", Line: 1, Column: 5, Layer: 1, Remover: -1}},
		"target":   {{Place: "link-target", Path: "link", Visibility: "visible", Line: 1, Column: 4, Layer: 1, Remover: -1}},
		"pax":      {{Place: "tar-header", Path: "attr", Key: "SCHILY.xattr.user.token", Visibility: "visible", Line: 1, Column: 1, Layer: 1, Remover: -1}},
		"whiteout": {file("app/.env", 1, 9, 1, "history", -1)},
		"odd":      {file("odd", 1, 9, 1, "visible", -1)},
		"tail":     {{Place: "layer-slack", Path: "tar-tail", Visibility: "history", Line: 1, Column: 9, Layer: 0, Remover: -1}},
		"after":    {{Place: "layer-slack", Path: "compressed-tail", Visibility: "history", Line: 1, Column: 9, Layer: 0, Remover: -1}},
		"env":      {{Place: "config-env", Path: "GH_TOKEN", Key: "GH_TOKEN", Visibility: "visible", Line: 1, Column: 1, Layer: -1, Remover: -1}},
		"label":    {{Place: "config-label", Path: "key", Key: "key", Visibility: "visible", Line: 1, Column: 1, Layer: -1, Remover: -1}},
		"arg":      {{Place: "build-arg", Path: "NPM_TOKEN", Key: "NPM_TOKEN", Visibility: "history", Line: 1, Column: 1, Layer: 1, Remover: -1}},
	}
	for name, want := range tests {
		got := spots(r, v[name])
		for i := range got {
			got[i].Path = strings.ReplaceAll(got[i].Path, report.Redact(v[name], 4), v[name]) // names are cleared
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if s := asJSON(t, r); strings.Contains(s, v["deleted"]) || strings.Contains(s, v["env"]) {
		t.Error("the report holds plaintext")
	}
}

func TestScanIsTheSameWhateverTheForm(t *testing.T) {
	img, _ := leaky()
	m := img.Build()
	life := func(r *report.Report) string {
		var b strings.Builder
		for _, s := range r.Secrets {
			fmt.Fprintln(&b, s.Rule, s.Status, s.Fingerprint)
			for _, o := range s.Occurrences {
				if o.Place != report.Annotation && o.Path != "compressed-tail" { // a docker archive has none
					fmt.Fprintln(&b, " ", o.Place, o.Path, o.Key, o.Line, o.Column, number(o.Layer), number(o.History), o.Visibility)
				}
			}
		}
		return b.String()
	}
	forms := map[string]string{
		"oci-archive":    imagetest.WriteFile(t, "a.tar", imagetest.OCIArchive(m)),
		"oci-dir":        imagetest.OCIDir(t, m),
		"docker-archive": imagetest.WriteFile(t, "b.tar", imagetest.DockerArchive(m)),
		"gzip":           imagetest.WriteFile(t, "c.tar.gz", imagetest.Compress(imagetest.Gzip, imagetest.OCIArchive(m))),
		"zstd":           imagetest.WriteFile(t, "d.tar.zst", imagetest.Compress(imagetest.Zstd, imagetest.DockerArchive(m))),
		"xz":             imagetest.WriteFile(t, "e.tar.xz", imagetest.Compress(imagetest.XZ, imagetest.OCIArchive(m))),
	}
	want := life(scanFile(t, forms["oci-archive"], scanner.Options{}))
	for name, spec := range forms {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, life(scanFile(t, spec, scanner.Options{}))); diff != "" {
				t.Errorf("differs from the oci-archive (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("stdin", func(t *testing.T) {
		o := scanner.Options{Stdin: bytes.NewReader(imagetest.OCIArchive(m))}
		if diff := cmp.Diff(want, life(scanFile(t, "-", o))); diff != "" {
			t.Errorf("differs from the oci-archive (-want +got):\n%s", diff)
		}
	})
}

func TestScanOfTextOnStandardInput(t *testing.T) {
	token := imagetest.GitHubToken("log")
	r := scanFile(t, "-", scanner.Options{Stdin: strings.NewReader("step 1\nexport GH_TOKEN=" + token + "\n")})
	want := []spot{{Place: "log", Path: "stdin", Visibility: report.Visible, Line: 2, Column: 17, Layer: -1, Remover: -1}}
	if diff := cmp.Diff(want, spots(r, token)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r.Targets[0].Kind != report.KindLog || r.Targets[0].Source != "log" {
		t.Errorf("target is of kind %s, source %s", r.Targets[0].Kind, r.Targets[0].Source)
	}
}

func TestScanDoesNotDependOnJobs(t *testing.T) {
	img, _ := leaky()
	spec := imagetest.WriteFile(t, "app.tar", imagetest.OCIArchive(imagetest.Index{Manifests: []*imagetest.Manifest{img.Build()}}.Build()))
	want := asJSON(t, scanFile(t, spec, scanner.Options{Jobs: 1}))
	for _, jobs := range []int{2, 7} {
		for range 3 {
			got := asJSON(t, scanFile(t, spec, scanner.Options{Jobs: jobs}))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%d jobs differ from one (-want +got):\n%s", jobs, diff)
			}
		}
	}
}

func TestScanReadsWhatItCanOfDamage(t *testing.T) {
	kept, lost := imagetest.GitHubToken("kept"), imagetest.GitHubToken("lost")
	good := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("a", "token = "+kept)}}
	tests := map[string]struct {
		layer imagetest.Layer
		kind  string
		limit layer.Limits
	}{
		"truncated": {layer: imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("b", "token = "+lost)}, Truncate: 20}, kind: report.Corrupt},
		"flipped":   {layer: imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("b", strings.Repeat("x", 9000))}, Flip: true, AsPlain: true}, kind: report.DigestMismatch},
		"missing":   {layer: imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("b", "x")}, Missing: true}, kind: report.Missing},
		"encrypted": {layer: imagetest.Layer{Data: []byte("\x01\x02 ciphertext"), MediaType: "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"}, kind: report.Unsupported},
		"endless": {
			layer: imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("zeros", strings.Repeat("\x00", 4<<20))}},
			kind:  report.Limit, limit: layer.Limits{LayerBytes: 1 << 20},
		},
		"many entries": {
			layer: imagetest.Layer{Entries: manyEntries(2000)}, kind: report.Limit, limit: layer.Limits{Entries: 1000},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			img := imagetest.Image{Layers: []imagetest.Layer{good, tt.layer}}
			r := scanFile(t, imagetest.WriteFile(t, "x.tar", imagetest.OCIArchive(img.Build())), scanner.Options{Layer: tt.limit})
			if r.Complete {
				t.Error("the scan calls itself complete")
			}
			kinds := make(map[string]bool)
			for _, p := range r.Targets[0].Problems {
				kinds[p.Kind] = true
			}
			if !kinds[tt.kind] {
				t.Errorf("no problem of kind %s in %+v", tt.kind, r.Targets[0].Problems)
			}
			if len(spots(r, kept)) != 1 {
				t.Error("the secret of the good layer is lost")
			}
		})
	}
}

func manyEntries(n int) []imagetest.Entry {
	entries := make([]imagetest.Entry, n)
	for i := range entries {
		entries[i] = imagetest.File(fmt.Sprintf("f%d", i), "")
	}
	return entries
}

func TestScanOfAnInterruptedContext(t *testing.T) {
	img, _ := leaky()
	target, err := scanner.ParseTarget(imagetest.WriteFile(t, "x.tar", imagetest.OCIArchive(img.Build())))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := scanner.Scan(ctx, []scanner.Target{target}, scanner.Options{})
	if err == nil || r == nil || r.Complete {
		t.Fatalf("got report %v, error %v; want an incomplete report and an error", r, err)
	}
}

func TestScanOfNothing(t *testing.T) {
	r, err := scanner.Scan(context.Background(), []scanner.Target{{Scheme: "oci-archive", Rest: t.TempDir() + "/none.tar", Name: "none.tar"}}, scanner.Options{})
	if !cmp.Equal(err, scanner.ErrNothingScanned, cmpopts.EquateErrors()) || r == nil || r.Complete {
		t.Fatalf("got report %v, error %v", r, err)
	}
}
