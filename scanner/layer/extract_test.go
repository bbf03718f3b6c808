package layer_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"dregs/report"
	"dregs/scanner/layer"
)

// extract returns the filesystem of layers as go-containerregistry flattens it: for each path the entry that made it.
func extract(t *testing.T, layers [][]layer.Record) map[string]string {
	t.Helper()
	img := v1.Image(empty.Image)
	for i, records := range layers {
		blob := static.NewLayer(tarOf(t, i, records), types.DockerUncompressedLayer)
		var err error
		if img, err = mutate.AppendLayers(img, blob); err != nil {
			t.Fatal(err)
		}
	}
	rc := mutate.Extract(img)
	defer rc.Close()
	found := map[string]string{}
	for r := tar.NewReader(rc); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimPrefix(path.Clean(h.Name), "./")] = h.Uname
	}
}

// tarOf writes records as layer i; the user name of each entry tells which it is.
func tarOf(t *testing.T, i int, records []layer.Record) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for j, r := range records {
		h := &tar.Header{Name: r.Path, Typeflag: r.Type, Linkname: r.Link, Uname: fmt.Sprintf("%d.%d", i, j), Mode: int64(r.Mode)}
		switch r.Whiteout {
		case layer.PathWhiteout:
			h.Name = path.Join(path.Dir(r.Path), ".wh."+path.Base(r.Path))
		case layer.OpaqueWhiteout:
			h.Name = path.Join(r.Path, ".wh..wh..opq")
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tameStack returns a random stack without what mutate.Extract takes otherwise than the specification does: a path that
// is a directory, then a file, then a directory; two entries of one path in a layer; a whiteout in the layer of what it
// names.
func tameStack(rng *rand.Rand) [][]layer.Record {
	layers := make([][]layer.Record, 1+rng.IntN(5))
	for i := range layers {
		seen := map[string]bool{}
		for range rng.IntN(9) {
			r := tameRecord(rng)
			if tame(layers[i], r, seen) {
				layers[i] = append(layers[i], r)
			}
		}
	}
	return layers
}

// tameRecord returns an entry whose type is told by its name, so that no path changes its type.
func tameRecord(rng *rand.Rand) layer.Record {
	var parts []string
	for range rng.IntN(3) {
		parts = append(parts, []string{"d1", "d2"}[rng.IntN(2)])
	}
	dir := strings.Join(parts, "/")
	r := layer.Record{Type: '0'}
	base := []string{"d1", "d2", "file", "symlink", "hardlink", "fifo"}[rng.IntN(6)]
	r.Path = strings.TrimPrefix(dir+"/"+base, "/")
	switch n := rng.IntN(10); {
	case n < 3:
		r.Whiteout = layer.PathWhiteout
	case n < 4:
		r.Path, r.Whiteout = dir, layer.OpaqueWhiteout
	case base[0] == 'd':
		r.Type = '5'
	case base == "symlink":
		r.Type, r.Link = '2', "file"
	case base == "hardlink":
		r.Type, r.Link = '1', "file"
	case base == "fifo":
		r.Type = '6'
	}
	return r
}

// tame tells whether r may join records.
func tame(records []layer.Record, r layer.Record, seen map[string]bool) bool {
	key := fmt.Sprint(r.Path, r.Whiteout)
	if seen[key] {
		return false
	}
	for _, other := range records {
		for _, w := range []struct{ whiteout, entry layer.Record }{{r, other}, {other, r}} {
			if w.whiteout.Whiteout == layer.PathWhiteout && w.entry.Whiteout != layer.PathWhiteout &&
				(w.entry.Path == w.whiteout.Path || strings.HasPrefix(w.entry.Path, w.whiteout.Path+"/")) {
				return false
			}
		}
	}
	seen[key] = true
	return true
}

func TestTimelineAgainstExtract(t *testing.T) {
	entries := 0
	for seed := range uint64(1500) {
		layers := tameStack(rand.New(rand.NewPCG(seed, 2)))
		tl := layer.NewTimeline(layers)
		got := map[string]string{}
		for i := range layers {
			for j, r := range layers[i] {
				entries++
				if tl.Fate(i, j).Visibility == report.Visible {
					got[r.Path] = fmt.Sprintf("%d.%d", i, j)
				}
			}
		}
		if d := cmp.Diff(extract(t, layers), got); d != "" {
			t.Fatalf("seed %d: visible (-mutate.Extract +timeline):\n%s in\n%s", seed, d, show(layers))
		}
	}
	if entries < 5000 {
		t.Errorf("the stacks had only %d entries", entries)
	}
}
