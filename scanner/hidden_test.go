package scanner_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// The fields of an index, of which no image is made, are read once, whatever images are below it.
func TestScanIndexFields(t *testing.T) {
	field, data, url := imagetest.GitHubToken("field"), imagetest.GitHubToken("data"), imagetest.GitHubToken("url")
	layers := []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", "x")}}}
	amd := imagetest.Image{Layers: layers, Platform: "linux/amd64"}.Build()
	arm := imagetest.Image{Layers: layers, Platform: "linux/arm64"}.Build()
	descriptors := []any{
		map[string]any{"mediaType": amd.MediaType, "digest": amd.Digest, "size": amd.Size, "data": base64.StdEncoding.EncodeToString([]byte("token: " + data))},
		map[string]any{"mediaType": arm.MediaType, "digest": arm.Digest, "size": arm.Size, "urls": []string{"https://blobs.internal/x?token=" + url}},
	}
	index := imagetest.Index{
		Manifests: []*imagetest.Manifest{amd, arm}, Extra: map[string]any{"x-build": map[string]string{"token": field}, "manifests": descriptors},
	}.Build()
	r := scanFile(t, imagetest.WriteFile(t, "index.tar", imagetest.OCIArchive(index)), scanner.Options{})
	above := "index " + index.Digest + " "
	for value, want := range map[string]spot{
		field: {Place: "annotation", Path: above + "/x-build/token", Key: "token", Visibility: "history", Line: 1, Column: 1, Layer: -1, Remover: -1},
		data:  {Place: "annotation", Path: above + "/manifests/0/data", Via: "base64", Visibility: "history", Line: 1, Column: 8, Layer: -1, Remover: -1},
		url:   {Place: "annotation", Path: above + "/manifests/1/urls/0", Key: "urls", Visibility: "history", Line: 1, Column: 32, Layer: -1, Remover: -1},
	} {
		if diff := cmp.Diff([]spot{want}, spots(r, value)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// What engines could not unpack as a layer is no layer that was read.
func TestScanLayerThatIsNoArchive(t *testing.T) {
	content := []byte(strings.Repeat("no archive\n", 100))
	tests := []struct {
		name  string
		layer imagetest.Layer
		want  int
	}{
		{"no archive", imagetest.Layer{Data: content, AsPlain: true}, 1},
		{"compressed", imagetest.Layer{Data: content, Compression: imagetest.Gzip}, 1},
		{"empty", imagetest.Layer{Data: []byte{}, AsPlain: true}, 0},
		{"of another type", imagetest.Layer{Data: content, AsPlain: true, MediaType: "application/wasm"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("a", "x")}}
			img := imagetest.Image{Layers: []imagetest.Layer{base, tt.layer}}.Build()
			r := scanFile(t, imagetest.WriteFile(t, "image.tar", imagetest.OCIArchive(img)), scanner.Options{})
			problems := r.Targets[0].Problems
			if len(problems) != tt.want || r.Complete != (tt.want == 0) {
				t.Fatalf("problems %v, complete %v", problems, r.Complete)
			}
			if tt.want > 0 && problems[0].Kind != report.Unsupported {
				t.Errorf("problem %v", problems[0])
			}
		})
	}
}

// What a tar header says and its entry does not have is read too.
func TestScanTarHeaderRecords(t *testing.T) {
	tests := map[string]func(value string) imagetest.Entry{
		"character set": func(v string) imagetest.Entry { return imagetest.Entry{PAX: map[string]string{"hdrcharset": v}} },
		"creation time": func(v string) imagetest.Entry {
			return imagetest.Entry{PAX: map[string]string{"LIBARCHIVE.creationtime": v}}
		},
		"key": func(v string) imagetest.Entry {
			return imagetest.Entry{PAX: map[string]string{"SCHILY.xattr.user." + v: "x"}}
		},
	}
	for name, entry := range tests {
		t.Run(name, func(t *testing.T) {
			value := imagetest.GitHubToken(name)
			e := entry(value)
			e.Name, e.Body = "a", "x"
			img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{e}}}}.Build()
			r := scanFile(t, imagetest.WriteFile(t, "image.tar", imagetest.OCIArchive(img)), scanner.Options{})
			if got := spots(r, value); len(got) == 0 || got[0].Place != string(report.TarHeader) {
				t.Errorf("found at %v", got)
			}
		})
	}
}
