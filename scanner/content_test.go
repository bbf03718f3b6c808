package scanner

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/sha1" // git names its objects so
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/rules"
)

// gitHubRule is one rule, loaded once.
var gitHubRule = sync.OnceValues(func() (*rules.Set, error) { return rules.Load(rules.LoadOptions{Enable: []string{"github-pat"}}) })

// TestStreamedContainers: what a large container holds does not depend on how many bytes each read of it gives.
func TestStreamedContainers(t *testing.T) {
	set, err := gitHubRule()
	if err != nil {
		t.Fatal(err)
	}
	token := "ghp_" + strings.Repeat("aB3dE5gH7j", 3) + "aB3dE5"
	// A pack of one blob (gitformat-pack): its kind and size, and a zlib stream.
	text := strings.Repeat("padding ", 9<<17) + "\nTOKEN=" + token
	pack := bytes.NewBufferString("PACK\x00\x00\x00\x02\x00\x00\x00\x01")
	size := len(text)
	head := []byte{3<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		head[len(head)-1] |= 0x80
		head = append(head, byte(size&0x7f))
	}
	pack.Write(head)
	w, err := zlib.NewWriterLevel(pack, zlib.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum(pack.Bytes())
	pack.Write(sum[:])
	data := pack.Bytes()
	blob := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text))
	want := []string{fmt.Sprintf("github-pat %s blob %x", token, blob), "file "}
	for name, r := range map[string]io.Reader{
		"all at once": bytes.NewReader(data),
		"in halves":   iotest.HalfReader(bytes.NewReader(data)),
		"byte by byte": io.MultiReader(iotest.OneByteReader(bytes.NewReader(data[:1<<20])),
			bytes.NewReader(data[1<<20:])),
	} {
		t.Run(name, func(t *testing.T) {
			c := newContents(set.Searcher(), Limits{}.withDefaults())
			got := c.stream(context.Background(), rules.Fragment{Place: report.LayerFile, Path: "a.pack"}, r, 8)
			if diff := cmp.Diff(want, tellOf(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLargeDamagedStream: a damaged stream is an ordinary thing to skip, however large what it holds is, and is searched up to
// the damage.
func TestLargeDamagedStream(t *testing.T) {
	set, err := gitHubRule()
	if err != nil {
		t.Fatal(err)
	}
	token := "ghp_" + strings.Repeat("aB3dE5gH7j", 3) + "aB3dE5"
	for _, size := range []int{1 << 10, 2 * wholeBytes} {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		if _, err := io.WriteString(w, "TOKEN="+token+"\n"+strings.Repeat("padding ", size/8)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		c := newContents(set.Searcher(), Limits{}.withDefaults())
		f := rules.Fragment{Place: report.LayerFile, Path: "a.gz", Data: packed.Bytes()[:packed.Len()-3]}
		got := c.whole(context.Background(), f, 8)
		if len(got.faults) != 0 || got.err != nil {
			t.Errorf("%d bytes: problems %+v, error %v", size, got.faults, got.err)
		}
		want := []string{"corrupt gzip ", "github-pat " + token + " gzip", "file "}
		if diff := cmp.Diff(want, tellOf(got)); diff != "" {
			t.Errorf("%d bytes (-want +got):\n%s", size, diff)
		}
	}
}

// TestLargeFileEndsAsArchive: an archive at the end of a file that is searched as it streams is unpacked where the beginning
// lets it be expected, and else told.
func TestLargeFileEndsAsArchive(t *testing.T) {
	set, err := gitHubRule()
	if err != nil {
		t.Fatal(err)
	}
	token := "ghp_" + strings.Repeat("aB3dE5gH7j", 3) + "aB3dE5"
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	part, err := w.Create("classes/a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, strings.Repeat("padding ", 1<<10)+token); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for head, known := range map[string]bool{"JM\x01\x00": true, "Cr24\x03\x00\x00\x00": true, "#!/bin/sh\n": true, "other": false} {
		data := slices.Concat([]byte(head), bytes.Repeat([]byte("words "), wholeBytes/4), archive.Bytes())
		c := newContents(set.Searcher(), Limits{}.withDefaults())
		f := rules.Fragment{Place: report.LayerFile, Path: "a.jmod"}
		got := c.stream(context.Background(), f, iotest.HalfReader(bytes.NewReader(data)), 8)
		if found := slices.Contains(tellOf(got), "github-pat "+token+" classes/a.txt"); found != known {
			t.Errorf("%q: found is %v", head, found)
		}
		if told := len(got.faults) == 1 && faultKind(got.faults[0].err) == report.Limit; told == known {
			t.Errorf("%q: problems %+v", head, got.faults)
		}
	}
}

// TestPlainContentSearchedOnce: a content in which there is nothing to unpack is the same at any depth of archives.
func TestPlainContentSearchedOnce(t *testing.T) {
	set, err := gitHubRule()
	if err != nil {
		t.Fatal(err)
	}
	text := "TOKEN=" + "ghp_" + strings.Repeat("aB3dE5gH7j", 3) + "aB3dE5\n"
	var archive bytes.Buffer
	w := gzip.NewWriter(&archive)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	count := &SearchCount{Searcher: set.Searcher()}
	c := newContents(count, Limits{}.withDefaults())
	for depth := range 3 {
		for _, data := range [][]byte{[]byte(text), archive.Bytes()} {
			got := c.whole(context.Background(), rules.Fragment{Place: report.LayerFile, Path: "a.txt", Data: data}, 8-depth)
			if len(got.matches) != 1 {
				t.Errorf("depth %d: %d matches", depth, len(got.matches))
			}
		}
	}
	if n := count.Texts.Load(); n != 1 {
		t.Errorf("searched %d times", n)
	}
}

// TestUnpackedOnce: an archive that goes beyond a bound is one problem, also where its end tells its format again.
func TestUnpackedOnce(t *testing.T) {
	set, err := gitHubRule()
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	part, err := w.Create("a.txt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(part, strings.Repeat("padding ", 1<<10)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	limits := Limits{}.withDefaults()
	limits.FileBytes = 4 << 10
	c := newContents(set.Searcher(), limits)
	got := c.whole(context.Background(), rules.Fragment{Place: report.LayerFile, Path: "a.zip", Data: archive.Bytes()}, 8)
	if len(got.faults) != 1 || faultKind(got.faults[0].err) != report.Limit {
		t.Errorf("problems %+v, want one of kind limit", got.faults)
	}
}
