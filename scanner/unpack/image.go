package unpack

import (
	"path"
	"strings"
)

// IsImageArchive tells whether the tar archive that begins with head, the first HeadBytes bytes, looks like a saved
// image: one of docker save, podman, skopeo, crane, or an OCI layout. It goes by the name of the first file. A caller
// that finds no manifest in the archive takes it for an ordinary one.
func IsImageArchive(head []byte) bool {
	if !isTar(head) {
		return false
	}
	for len(head) >= tarBlock && isTar(head) {
		h := head[:tarBlock]
		name := tarString(h[:100])
		switch kind := h[156]; {
		case kind == '5' || strings.HasSuffix(name, "/"):
		case kind == 'x' || kind == 'g': // PAX records of what follows
		default:
			return isImageFile(path.Clean(name))
		}
		size, _ := tarOctal(h[124:136])
		next := tarBlock + (size+tarBlock-1)/tarBlock*tarBlock
		if size < 0 || next > int64(len(head)) {
			return false
		}
		head = head[next:]
	}
	return false
}

// tarString returns a text field of a tar header.
func tarString(field []byte) string {
	s, _, _ := strings.Cut(string(field), "\x00")
	return s
}

// isImageFile tells the name of a file as saved images have it.
func isImageFile(name string) bool {
	switch name {
	case "manifest.json", "index.json", "oci-layout", "repositories":
		return true
	}
	dir, base := path.Split(name)
	if rest, ok := strings.CutPrefix(dir, "blobs/"); ok {
		return rest == "sha256/" || rest == "sha512/"
	}
	if dir != "" { // a folder for each layer
		return isHash(strings.TrimSuffix(dir, "/")) && (base == "VERSION" || base == "json" || base == "layer.tar")
	}
	base = strings.TrimPrefix(base, "sha256:")
	for _, ext := range []string{".json", ".tar", ".tar.gz", ""} {
		if stem, ok := strings.CutSuffix(base, ext); ok && isHash(stem) {
			return true
		}
	}
	return false
}

// isHash tells a SHA-256 in hexadecimal.
func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
