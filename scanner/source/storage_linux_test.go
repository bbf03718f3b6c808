package source

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dregs/report"
)

// Opening a pipe would wait for ever.
func TestPipesInStorage(t *testing.T) {
	s := newStorage(t)
	a, layer := s.image("a")
	s.tag("app", "v1", a)
	hex := strings.TrimPrefix(layer, "sha256:")
	s.write("repositories/app/_manifests/tags/pipe/current/x", "")
	s.write("blobs/sha256/"+hex[:2]+"/"+strings.Repeat("0", 64)+"/x", "")
	for _, name := range []string{"repositories/app/_manifests/tags/pipe/current/link", "blobs/sha256/" + hex[:2] + "/" + strings.Repeat("0", 64) + "/data"} {
		if err := syscall.Mkfifo(filepath.Join(s.dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src, err := OpenStorage(s.dir, Selection{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := readAll(t, src)
	if len(c.Images) != 1 || len(c.Problems) != 2 || c.Problems[0].Kind != report.Unsupported || c.Problems[1].Kind != report.Unsupported {
		t.Errorf("%d images, problems %v", len(c.Images), c.Problems)
	}
}
