package source

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/imagetest"
)

// got is what reading a source gave.
type got struct {
	*Contents
	blobs map[string][]byte // by key
	kinds map[string]bool   // whether each was sequential
}

// read reads src and every blob that it hands over.
func read(t testing.TB, src Source) got {
	t.Helper()
	g, err := tryRead(t, src)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func tryRead(t testing.TB, src Source) (got, error) {
	t.Helper()
	g := got{blobs: map[string][]byte{}, kinds: map[string]bool{}}
	c, err := src.Read(t.Context(), func(ctx context.Context, b Blob) error {
		if _, twice := g.blobs[b.Key]; twice {
			t.Errorf("blob %q was handed over twice", b.Key)
		}
		g.kinds[b.Key] = b.Sequential
		r, err := b.Open(ctx)
		if err != nil {
			return err
		}
		defer r.Close()
		data, err := io.ReadAll(r)
		g.blobs[b.Key] = data
		if err != nil {
			t.Logf("reading blob %s: %v", b.Key, err)
		}
		if err != nil && err != io.ErrUnexpectedEOF {
			return nil
		}
		if sum := sha256Of(data); err == nil && b.Digest != "" && b.Digest != sum {
			g.blobs[b.Key+" digest"] = []byte(sum)
		}
		return nil
	})
	if err := src.Close(); err != nil {
		t.Error(err)
	}
	g.Contents = c
	return g, err
}

// open opens data as an archive in a file, or as standard input.
func open(t testing.TB, scheme string, data []byte, stdin bool, opts Options) Source {
	t.Helper()
	rest := "-"
	if stdin {
		opts.Stdin = struct{ io.Reader }{bytes.NewReader(data)}
	} else {
		rest = imagetest.WriteFile(t, "image.tar", data)
	}
	return openAs(t, scheme, rest, opts)
}

func openAs(t testing.TB, scheme, rest string, opts Options) Source {
	t.Helper()
	src, err := Open(t.Context(), scheme, rest, opts)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// shape is what must not depend on the form of a source: the images with the uncompressed content of their layers.
func (g got) shape(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, image := range g.Images {
		tags := slices.Sorted(slices.Values(image.Tags))
		line := fmt.Sprintf("%s %s %s tags=%v config=%s", image.Kind, image.Platform, image.ID, tags, sha256Of(image.Config))
		for _, l := range image.Layers {
			line += " " + g.plain(t, l.Key)
		}
		out = append(out, line)
	}
	for _, key := range g.Loose {
		out = append(out, "loose "+g.plain(t, key))
	}
	for _, p := range g.Problems {
		out = append(out, "problem "+p.Kind)
	}
	return out
}

// plain returns the digest of a blob's uncompressed content.
func (g got) plain(t testing.TB, key string) string {
	t.Helper()
	stored, ok := g.blobs[key]
	if !ok {
		return "none"
	}
	r, err := inflate(bufio.NewReader(bytes.NewReader(stored)), 1<<30)
	if err != nil {
		return err.Error()
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err.Error()
	}
	return sha256Of(data)
}

// sampleImage has layers in every compression, one of them twice.
func sampleImage() *imagetest.Manifest {
	shared := imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("etc/motd", "hello")}, CreatedBy: "COPY motd"}
	image := imagetest.Image{Config: imagetest.Env("PATH=/bin"), Tags: []string{"app:v1", "app:latest"}, Layers: []imagetest.Layer{shared}}
	for _, c := range imagetest.Compressions {
		image.Layers = append(image.Layers, imagetest.Layer{
			Entries: []imagetest.Entry{imagetest.File("srv/x"+string(c), strings.Repeat(string(c)+"x", 5000))}, Compression: c, AsPlain: c == imagetest.Plain, CreatedBy: "COPY " + string(c),
		})
	}
	image.Layers = append(image.Layers, shared)
	return image.Build()
}

// The same image has the same contents in every form and compression, whether the archive can be sought or not.
func TestFormsAgree(t *testing.T) {
	image, second := sampleImage(), imagetest.Image{Tags: []string{"other:1"}, Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", "b")}}}}.Build()
	want := read(t, openAs(t, schemeOCIDir, imagetest.OCIDir(t, image, second), Options{})).shape(t)
	if len(want) != 2 {
		t.Fatalf("layout has %d images: %q", len(want), want)
	}
	forms := map[string][]imagetest.Entry{
		schemeOCIArchive:    imagetest.OCILayout(image, second),
		schemeDockerArchive: imagetest.DockerLayout(image, second),
		"legacy":            imagetest.LegacyDockerLayout(image, second),
	}
	for form, entries := range forms {
		scheme := form
		if form == "legacy" {
			scheme = schemeDockerArchive
		}
		reversed := slices.Clone(entries)
		slices.Reverse(reversed)
		for order, entries := range map[string][]imagetest.Entry{"forward": entries, "reversed": reversed} {
			for _, c := range imagetest.Compressions {
				for _, stdin := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s/%s/%s/stdin=%v", form, order, c, stdin), func(t *testing.T) {
						g := read(t, open(t, scheme, imagetest.Compress(c, imagetest.Tar(entries...)), stdin, Options{}))
						if diff := cmp.Diff(want, g.shape(t)); diff != "" {
							t.Errorf("contents differ (-layout +this):\n%s", diff)
						}
						random := c == imagetest.Plain && !stdin
						for key, sequential := range g.kinds {
							if sequential == random {
								t.Errorf("blob %s is sequential: %v", key, sequential)
							}
						}
					})
				}
			}
		}
	}
}

// eachForm runs fn on the same files as a folder, a plain archive, and standard input.
func eachForm(t *testing.T, entries []imagetest.Entry, opts Options, fn func(t *testing.T, g got, err error)) {
	t.Helper()
	t.Run("dir", func(t *testing.T) {
		dir := t.TempDir()
		imagetest.WriteDir(t, dir, entries)
		g, err := tryRead(t, openAs(t, schemeOCIDir, dir, opts))
		fn(t, g, err)
	})
	for _, stdin := range []bool{false, true} {
		t.Run(fmt.Sprintf("stdin=%v", stdin), func(t *testing.T) {
			g, err := tryRead(t, open(t, schemeOCIArchive, imagetest.Tar(entries...), stdin, opts))
			fn(t, g, err)
		})
	}
}

// kinds returns the kinds of problems, sorted.
func kinds(problems []report.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Kind)
	}
	slices.Sort(out)
	return out
}
