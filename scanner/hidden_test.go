package scanner_test

import (
	"bytes"
	"compress/zlib"
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

// deflated returns text as a zlib stream.
func deflated(text string) string {
	var buf bytes.Buffer
	w := zlib.NewWriter(&buf)
	_, _ = w.Write([]byte(text)) // buf takes all
	_ = w.Close()
	return buf.String()
}

// What lies inside of a file that is no archive is found there, and what is known not to be read is counted.
func TestScanInsideOtherFiles(t *testing.T) {
	gz := func(text string) string { return string(imagetest.Compress(imagetest.Gzip, []byte(text))) }
	wide := func(text string) string {
		var b strings.Builder
		for _, c := range []byte(text) {
			b.Write([]byte{c, 0})
		}
		return b.String()
	}
	archive := func(value string) string {
		return gz(string(imagetest.Tar(imagetest.File("opt/settings", "token = "+value+"\n"))))
	}
	tests := []struct {
		name string
		file func(value string) string
		via  string
	}{
		{"installer", func(v string) string { return "#!/bin/sh\ntail -c +40 \"$0\" | tar xz\nexit\n" + archive(v) }, "gzip at 41!opt/settings"},
		{"large installer", func(v string) string {
			return "#!/bin/sh\ntail -c +40 \"$0\" | tar xz\nexit\n" + archive(v) + strings.Repeat("x\x00", 5<<20)
		}, "gzip at 41!opt/settings"},
		{"registry hive", func(v string) string {
			return "regf\x00\x00" + strings.Repeat("\x01\x02", 600) + wide("token="+v) + "\x00\x01\x02"
		}, "utf-16 text"},
		{"large hive", func(v string) string {
			return strings.Repeat("text", 2000) + strings.Repeat("\x01\x02", 5<<20) + wide("token="+v) + "\x00\x01\x02"
		}, "utf-16 text"},
		{"zlib", func(v string) string { return deflated("token = " + v + "\n") }, "zlib"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			value := imagetest.GitHubToken(tt.name)
			img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a.bin", tt.file(value))}}}}.Build()
			r := scanFile(t, imagetest.WriteFile(t, "image.tar", imagetest.OCIArchive(img)), scanner.Options{})
			if got := spots(r, value); len(got) != 1 || got[0].Via != tt.via || !r.Complete {
				t.Errorf("found at %v, complete %v", got, r.Complete)
			}
		})
	}
}

// An archive that is not taken apart is counted, whatever its size.
func TestScanCountsOpaqueArchives(t *testing.T) {
	for _, size := range []int{100, 9 << 20} {
		img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a.rar", "Rar!\x1a\x07"+strings.Repeat("\x00\x01", size/2))}}}}.Build()
		r := scanFile(t, imagetest.WriteFile(t, "image.tar", imagetest.OCIArchive(img)), scanner.Options{})
		if len(r.Coverage.Skipped) != 1 || r.Coverage.Skipped[0].Reason != "unsupported rar" {
			t.Errorf("%d bytes: skipped %v", size, r.Coverage.Skipped)
		}
	}
}

// A strict scan makes problems of what is left out, of the image and the text that it lies in, which can be accepted by path.
func TestStrictScanTellsWhatIsLeftOut(t *testing.T) {
	rar := "Rar!\x1a\x07" + strings.Repeat("\x00\x01", 50)
	broken := string(imagetest.Compress(imagetest.Gzip, []byte(strings.Repeat("some text ", 100)))[:30])
	img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("opt/a.rar", rar), imagetest.File("opt/b.tar.gz", string(imagetest.Compress(imagetest.Gzip, imagetest.Tar(imagetest.File("in.gz", broken))))),
	}}}}.Build()
	r := scanFile(t, imagetest.WriteFile(t, "image.tar", imagetest.OCIArchive(img)), scanner.Options{Strict: true})
	layer := "layer 0 " + r.Targets[0].Images[0].Layers[0].Digest + ", "
	want := []report.Problem{
		{Where: layer + "opt/a.rar", Kind: report.Unsupported, Error: "left out: unsupported rar"},
		{Where: layer + "opt/b.tar.gz!gzip!in.gz", Kind: report.Corrupt, Error: "left out: corrupt gzip"},
	}
	if diff := cmp.Diff(want, r.Targets[0].Problems); diff != "" || r.Complete || !r.Coverage.Strict {
		t.Errorf("complete %v, problems differ (-want +got):\n%s", r.Complete, diff)
	}
	text := scanAll(t, scanner.Options{Strict: true, Stdin: strings.NewReader(broken)}, "log:-")
	if len(text.Targets[0].Problems) != 1 || text.Complete {
		t.Errorf("of a text: complete %v, problems %v", text.Complete, text.Targets[0].Problems)
	}
}

// A file that nothing unpacks from is no level of nesting.
func TestScanBinaryAtTheLastDepth(t *testing.T) {
	deep := "some\x00bytes"
	for range 8 {
		deep = string(imagetest.Compress(imagetest.Gzip, []byte(deep)))
	}
	hidden := "some\x00bytes" + string(imagetest.Compress(imagetest.Gzip, []byte("more")))
	for range 8 {
		hidden = string(imagetest.Compress(imagetest.Gzip, []byte(hidden)))
	}
	for body, complete := range map[string]bool{deep: true, hidden: false} {
		img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", body)}}}}.Build()
		if r := scanFile(t, imagetest.WriteFile(t, "image.tar", imagetest.OCIArchive(img)), scanner.Options{}); r.Complete != complete {
			t.Errorf("complete %v, want %v: %v", r.Complete, complete, r.Targets[0].Problems)
		}
	}
}

// What the headers of the archive itself say is no part of an image, but of what is handed on.
func TestScanArchiveHeaders(t *testing.T) {
	name, target, record := imagetest.GitHubToken("member"), imagetest.GitHubToken("link"), imagetest.GitHubToken("record")
	img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", "x")}}}}.Build()
	archive := imagetest.OCIArchive(img)
	front := imagetest.Tar(
		imagetest.File("backup-"+name, ""), imagetest.Symlink("link", "/srv/"+target),
		imagetest.Entry{Name: "note", Body: "x", PAX: map[string]string{"comment": "token " + record}},
	)
	told := append(front[:len(front)-1024:len(front)-1024], archive...)
	for kind, data := range map[string][]byte{"plain": told, "compressed": imagetest.Compress(imagetest.Gzip, told)} {
		r := scanFile(t, imagetest.WriteFile(t, kind+".tar", data), scanner.Options{})
		for _, value := range []string{name, target, record} {
			if got := spots(r, value); len(got) != 1 {
				t.Errorf("%s: found at %v", kind, got)
			}
		}
	}
}
