package unpack

import (
	"archive/tar"
	"bytes"
	"strings"
	"testing"
)

func TestIsImageArchive(t *testing.T) {
	hash := strings.Repeat("0123456789abcdef", 4)
	tests := []struct {
		name  string
		files []string // one that ends in "/" is a folder
		want  bool
	}{
		{"docker", []string{"blobs/", "blobs/sha256/", "blobs/sha256/" + hash, "index.json"}, true},
		{"docker before 25", []string{hash + "/", hash + "/VERSION", hash + "/json", hash + "/layer.tar"}, true},
		{"podman, skopeo", []string{hash + ".tar", "manifest.json"}, true},
		{"crane", []string{"sha256:" + hash, hash + ".tar.gz", "manifest.json"}, true},
		{"layout", []string{"./", "./oci-layout", "./index.json"}, true},
		{"sources", []string{"project/", "project/manifest.json"}, false},
		{"git objects", []string{"blobs/", "blobs/notes.txt"}, false},
		{"one hash", []string{hash[:40] + ".tar"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var buf bytes.Buffer
			w := tar.NewWriter(&buf)
			for _, name := range tt.files {
				h := &tar.Header{Name: name, Mode: 0o755, Typeflag: tar.TypeReg, Size: 5}
				if strings.HasSuffix(name, "/") {
					h.Typeflag, h.Size = tar.TypeDir, 0
				}
				must(t, w.WriteHeader(h))
				if h.Size > 0 {
					_, err := w.Write([]byte("text\n"))
					must(t, err)
				}
			}
			must(t, w.Close())
			if got := IsImageArchive(buf.Bytes()[:min(buf.Len(), HeadBytes)]); got != tt.want {
				t.Errorf("IsImageArchive = %v, want %v", got, tt.want)
			}
		})
	}
	if IsImageArchive([]byte("no archive")) || IsImageArchive(nil) {
		t.Error("IsImageArchive is true of what is no archive")
	}
}
