package scanner_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// readings keeps what an observer is told.
type readings struct {
	mu  sync.Mutex
	all []scanner.Reading
}

func (r *readings) Observe(one scanner.Reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, one)
}

// digests returns the digests that were told of a kind.
func (r *readings) digests(kind string) map[string]bool {
	out := make(map[string]bool)
	for _, one := range r.all {
		if one.Kind == kind {
			out[one.Digest] = true
		}
	}
	return out
}

// TestObserverIsToldOfEveryBlob holds what an observer is told to the files of an OCI layout, each by its digest.
func TestObserverIsToldOfEveryBlob(t *testing.T) {
	dir := imagetest.OCIDir(t, everywhere())
	seen := &readings{}
	scanFile(t, dir, scanner.Options{Observer: seen})
	told := make(map[string]bool)
	for _, r := range seen.all {
		if told[r.Kind+r.Digest] {
			t.Errorf("%s %s was told twice", r.Kind, r.Digest)
		}
		told[r.Kind+r.Digest], told[r.Digest] = true, true
		if r.Digest == "" || r.Stated != "" && r.Stated != r.Digest || r.Problems != 0 || r.Size == 0 {
			t.Errorf("told %+v of an image that is whole", r)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "blobs", "sha256", "*"))
	if err != nil || len(files) < 5 {
		t.Fatalf("the layout has %d blobs, error %v", len(files), err)
	}
	for _, f := range files {
		if d := "sha256:" + filepath.Base(f); !told[d] {
			t.Errorf("blob %s was not told of", d)
		}
	}
}

func TestObserverIsToldOfTexts(t *testing.T) {
	for _, name := range []string{"Dockerfile", "build.log", "x.ini"} {
		content := []byte("FROM scratch\n# " + name + "\n")
		file := imagetest.WriteFile(t, name, content)
		spec := file
		if name == "x.ini" {
			spec = filepath.Dir(file)
		}
		seen := &readings{}
		scanFile(t, spec, scanner.Options{Observer: seen})
		sum := sha256.Sum256(content)
		if want := "sha256:" + hex.EncodeToString(sum[:]); !seen.digests(scanner.ReadFile)[want] || len(seen.all) != 1 {
			t.Errorf("%s: told %+v, want one file of digest %s", name, seen.all, want)
		}
	}
}

// TestObserverOfDamage tells the digest of what was read, not of what was to be read.
func TestObserverOfDamage(t *testing.T) {
	img := imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", imagetest.Hex("a", 64<<10))}, Truncate: 1 << 10}}}
	file := imagetest.WriteFile(t, "o.tar", imagetest.OCIArchive(img.Build()))
	seen := &readings{}
	scanFile(t, file, scanner.Options{Observer: seen})
	for _, r := range seen.all {
		if r.Kind == scanner.ReadLayer && (r.Digest == r.Stated || r.Problems == 0) {
			t.Errorf("told %+v of a layer that is cut", r)
		}
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}
