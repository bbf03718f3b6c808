package source

import (
	"strings"
	"testing"
)

func TestImageLike(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	for name, want := range map[string]bool{
		"manifest.json": true, "index.json": true, "oci-layout": true, "blobs/sha256/" + id: true,
		id + "/layer.tar": true, id + "/json": true, id + ".tar": true, id + ".tar.gz": true, id + ".json": true,
		id: false, id[:60] + ".tar": false, "layer.tar": false, "etc/passwd": false, id + "/passwd": false, "repositories": false,
	} {
		if got := imageLike(name); got != want {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
}
