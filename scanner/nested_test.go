package scanner_test

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// innerImage is an image with a secret that a later layer deletes and one that stays.
func innerImage() (m *imagetest.Manifest, deleted, kept string) {
	deleted, kept = imagetest.GitHubToken("inner-deleted"), imagetest.GitHubToken("inner-kept")
	return imagetest.Image{Tags: []string{"inner:1"}, Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("gone", "token = "+deleted), imagetest.File("stays", "token = "+kept)}},
		{Entries: []imagetest.Entry{imagetest.Remove("gone")}},
	}}.Build(), deleted, kept
}

// under puts entries below a folder.
func under(dir string, entries []imagetest.Entry) []imagetest.Entry {
	out := slices.Clone(entries)
	for i := range out {
		out[i].Name = dir + "/" + out[i].Name
	}
	return out
}

func TestImagesInsideLayers(t *testing.T) {
	inner, deleted, kept := innerImage()
	store := under("var/lib/containerd/io.containerd.content.v1.content", slices.DeleteFunc(imagetest.OCILayout(inner),
		func(e imagetest.Entry) bool { return !strings.HasPrefix(e.Name, "blobs/sha256/") }))
	tests := map[string]struct {
		entries []imagetest.Entry
		via     []string
	}{
		"docker archive":     {[]imagetest.Entry{imagetest.File("srv/inner.tar", string(imagetest.DockerArchive(inner)))}, []string{"srv/inner.tar"}},
		"old docker archive": {[]imagetest.Entry{imagetest.File("srv/inner.tar", string(imagetest.LegacyDockerArchive(inner)))}, []string{"srv/inner.tar"}},
		"oci archive, gzip": {
			[]imagetest.Entry{imagetest.File("srv/inner.tgz", string(imagetest.Compress(imagetest.Gzip, imagetest.OCIArchive(inner))))},
			[]string{"srv/inner.tgz", "gzip"},
		},
		"oci layout":       {under("srv/layout", imagetest.OCILayout(inner)), []string{"srv/layout"}},
		"containerd store": {store, []string{"var/lib/containerd/io.containerd.content.v1.content"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			outer := imagetest.Image{Layers: []imagetest.Layer{{Entries: tt.entries}}}
			r := scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(outer.Build())), scanner.Options{})
			if !r.Complete {
				t.Errorf("problems: %+v", r.Targets[0].Problems)
			}
			images := r.Targets[0].Images
			if len(images) != 2 {
				t.Fatalf("got %d images, want the outer and the inner one", len(images))
			}
			if diff := cmp.Diff(tt.via, images[1].Via); diff != "" {
				t.Errorf("trail of the inner image (-want +got):\n%s", diff)
			}
			want := []spot{{Place: "layer-file", Path: "gone", Visibility: report.Deleted, Line: 1, Column: 9, Layer: 0, Remover: 1}}
			if diff := cmp.Diff(want, spots(r, deleted)); diff != "" {
				t.Errorf("deleted (-want +got):\n%s", diff)
			}
			want = []spot{{Place: "layer-file", Path: "stays", Visibility: report.Visible, Line: 1, Column: 9, Layer: 0, Remover: -1}}
			if diff := cmp.Diff(want, spots(r, kept)); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
		})
	}
}

// TestImagesInsideFilesWithLittleRoom: images in files are read to their ends where those files take all the room there is.
func TestImagesInsideFilesWithLittleRoom(t *testing.T) {
	const room = 1 << 20
	var entries []imagetest.Entry
	for i := range 8 {
		inner := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
			imagetest.File("filling", strings.Repeat(strconv.Itoa(i)+" filling\n", room/11)),
			imagetest.File("kept", "token = "+imagetest.GitHubToken("room"+strconv.Itoa(i))),
		}}}}.Build()
		entries = append(entries, imagetest.File(fmt.Sprintf("srv/%d.tar", i), string(imagetest.DockerArchive(inner))))
	}
	outer := imagetest.Image{Layers: []imagetest.Layer{{Entries: entries}}}
	target, err := scanner.ParseTarget(imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(outer.Build())))
	if err != nil {
		t.Fatal(err)
	}
	for _, jobs := range []int{1, 2, 4} {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		o := scanner.WithRules(t, scanner.Options{Jobs: jobs, Limits: scanner.Limits{BytesInFlight: room}})
		r, err := scanner.Scan(ctx, []scanner.Target{target}, o)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		if !r.Complete || len(r.Secrets) != len(entries) {
			t.Errorf("%d jobs: complete is %v, %d secrets, want %d", jobs, r.Complete, len(r.Secrets), len(entries))
		}
	}
}

func TestImageInsideADeletedFileIsBuried(t *testing.T) {
	inner, _, kept := innerImage()
	outer := imagetest.Image{Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("srv/inner.tar", string(imagetest.DockerArchive(inner)))}},
		{Entries: []imagetest.Entry{imagetest.Remove("srv/inner.tar")}},
	}}
	r := scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(outer.Build())), scanner.Options{})
	want := []spot{{Place: "layer-file", Path: "stays", Visibility: report.Deleted, Line: 1, Column: 9, Layer: 0, Remover: 1}}
	if diff := cmp.Diff(want, spots(r, kept)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMembersOfFiles(t *testing.T) {
	token := func(name string) string { return imagetest.GitHubToken("member-" + name) }
	jar := imagetest.Zip(imagetest.File("c.properties", "x=1\ntoken="+token("jar")))
	outer := imagetest.Image{Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{
			imagetest.File("lib/app.war", string(imagetest.Zip(imagetest.File("WEB-INF/lib/a.jar", string(jar))))),
			imagetest.File("log.gz", string(imagetest.Compress(imagetest.Gzip, []byte("token="+token("gz"))))),
			imagetest.File("b.tar.xz", string(imagetest.Compress(imagetest.XZ, imagetest.Tar(imagetest.File("t", "token="+token("txz")))))),
		}},
		{Entries: []imagetest.Entry{imagetest.Remove("lib/app.war")}},
	}}
	r := scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(outer.Build())), scanner.Options{})
	for value, want := range map[string][]spot{
		token("jar"): {{Place: "layer-file", Path: "lib/app.war", Via: "WEB-INF/lib/a.jar!c.properties", Visibility: report.Deleted, Line: 2, Column: 7, Layer: 0, Remover: 1}},
		token("gz"):  {{Place: "layer-file", Path: "log.gz", Via: "gzip", Visibility: report.Visible, Line: 1, Column: 7, Layer: 0, Remover: -1}},
		token("txz"): {{Place: "layer-file", Path: "b.tar.xz", Via: "xz!t", Visibility: report.Visible, Line: 1, Column: 7, Layer: 0, Remover: -1}},
	} {
		if diff := cmp.Diff(want, spots(r, value)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if c := r.Coverage; c.UnpackedFiles != 5 || c.UnpackedBytes == 0 {
		t.Errorf("coverage counts %d unpacked files of %d bytes", c.UnpackedFiles, c.UnpackedBytes)
	}
}

func TestNestingIsBounded(t *testing.T) {
	data := []byte("token=" + imagetest.GitHubToken("deep"))
	for range 20 {
		data = imagetest.Compress(imagetest.Gzip, data)
	}
	damaged := imagetest.Zip(imagetest.File("a", strings.Repeat("x", 1000)))
	outer := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{
		imagetest.File("deep.gz", string(data)), imagetest.File("half.zip", string(damaged[:len(damaged)/2])),
	}}}}
	r := scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(outer.Build())), scanner.Options{})
	if p := r.Targets[0].Problems; len(p) != 1 || p[0].Kind != report.Limit || !strings.Contains(p[0].Where, "deep.gz") {
		t.Errorf("problems: %+v", p)
	}
	if s := r.Coverage.Skipped; len(s) != 1 || s[0].Count != 1 || !slices.Contains(s[0].Paths, "half.zip") {
		t.Errorf("skipped: %+v", s)
	}
}

// TestClaimedSizes: what a member claims to hold costs nothing, and what it does hold is found.
func TestClaimedSizes(t *testing.T) {
	token := imagetest.GitHubToken("claimed")
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	if err := w.WriteHeader(&tar.Header{Name: "a", Size: math.MaxInt64, Format: tar.FormatPAX}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("token=" + token)); err != nil {
		t.Fatal(err)
	}
	outer := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a.tar", archive.String())}}}}
	r := scanFile(t, imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(outer.Build())), scanner.Options{})
	if !r.Complete {
		t.Errorf("problems %+v, want a damaged archive that was skipped", r.Targets[0].Problems)
	}
	want := []spot{{Place: "layer-file", Path: "a.tar", Via: "a", Visibility: report.Visible, Line: 1, Column: 7, Remover: -1}}
	if diff := cmp.Diff(want, spots(r, token)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
