package source

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dregs/scanner/imagetest"
)

func TestDetect(t *testing.T) {
	image := imagetest.Image{Tags: []string{"a:1"}, Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	rootfs := imagetest.Tar(imagetest.Dir("etc"), imagetest.File("etc/passwd", "root"))
	dir := t.TempDir()
	files := map[string][]byte{
		"docker.tar":      imagetest.DockerArchive(image),
		"legacy.tar":      imagetest.LegacyDockerArchive(image),
		"oci.tar":         imagetest.OCIArchive(image),
		"docker.tar.zst":  imagetest.Compress(imagetest.Zstd, imagetest.DockerArchive(image)),
		"oci.tgz":         imagetest.Compress(imagetest.Gzip, imagetest.OCIArchive(image)),
		"misnamed.log":    imagetest.Compress(imagetest.XZ, imagetest.LegacyDockerArchive(image)),
		"rootfs.tar":      rootfs,
		"rootfs.tar.gz":   imagetest.Compress(imagetest.Gzip, rootfs),
		"Dockerfile.prod": []byte("FROM scratch\n"),
		"app.dockerfile":  []byte("FROM scratch\n"),
		"Containerfile":   []byte("FROM scratch\n"),
		"build.log":       []byte("built\n"),
		"build.log.1.gz":  imagetest.Compress(imagetest.Gzip, []byte("built\n")),
		"notes":           []byte("text, cut in the middle of a rune: \xe2\x80"),
		"utf16":           []byte("\xff\xfeh\x00i\x00"),
		"empty":           {},
		"empty.tar":       {},
		"page.tar.gz":     []byte("<html>404</html>"),
		"page.log.tar":    []byte("text\n"),
		"binary":          {1, 2, 0, 255},
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	imagetest.WriteDir(t, filepath.Join(dir, "layout"), imagetest.OCILayout(image))
	imagetest.WriteDir(t, filepath.Join(dir, "bare"), []imagetest.Entry{imagetest.File("index.json", "{}")})
	imagetest.WriteDir(t, filepath.Join(dir, "src"), []imagetest.Entry{imagetest.File("main.go", "package main")})
	t.Chdir(dir)

	tests := []struct{ target, scheme, rest string }{
		{"-", Stdin, "-"},
		{"docker.tar", "docker-archive", "docker.tar"},
		{"./legacy.tar", "docker-archive", "./legacy.tar"},
		{"oci.tar", "oci-archive", "oci.tar"},
		{"docker.tar.zst", "docker-archive", "docker.tar.zst"},
		{"oci.tgz", "oci-archive", "oci.tgz"},
		{"misnamed.log", "docker-archive", "misnamed.log"},
		{"rootfs.tar", "", ""},
		{"rootfs.tar.gz", "", ""},
		{"Dockerfile.prod", "dockerfile", "Dockerfile.prod"},
		{"app.dockerfile", "dockerfile", "app.dockerfile"},
		{"Containerfile", "dockerfile", "Containerfile"},
		{"build.log", "log", "build.log"},
		{"build.log.1.gz", "log", "build.log.1.gz"},
		{"notes", "log", "notes"},
		{"utf16", "log", "utf16"},
		{"empty", "log", "empty"},
		{"empty.tar", "", ""},
		{"page.tar.gz", "", ""},
		{"page.log.tar", "log", "page.log.tar"},
		{"binary", "", ""},
		{"layout", "oci-dir", "layout"},
		{"bare", "oci-dir", "bare"},
		{"src", "dir", "src"},
		{"demo:", "demo", ""},
		{"log:-", "log", "-"},
		{"dir:layout", "dir", "layout"},
		{"docker-archive:gone.tar", "docker-archive", "gone.tar"},
		{"alpine", Reference, "alpine"},
		{"ghcr.io/team/app:v1", Reference, "ghcr.io/team/app:v1"},
		{"localhost:5000/app@sha256:" + strings.Repeat("a", 64), Reference, "localhost:5000/app@sha256:" + strings.Repeat("a", 64)},
		{"registry:5000/app", Reference, "registry:5000/app"},
		{"./gone", "", ""},
		{"/gone", "", ""},
		{"gone.tar", "", ""},
		{"gone.tar.gz", "", ""},
		{"build/gone.log", "", ""},
		{"Dockerfile", "", ""},
		{"Not A Reference", "", ""},
		{"UPPER", "", ""},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			scheme, rest, err := Detect(tt.target)
			if scheme != tt.scheme || rest != tt.rest {
				t.Errorf("Detect = %q, %q, %v, want %q, %q", scheme, rest, err, tt.scheme, tt.rest)
			}
			var h *HintError
			if fails := tt.scheme == ""; fails != (err != nil) || fails && (!errors.As(err, &h) || h.Hint() == "") {
				t.Errorf("error is %v, without a hint or out of place", err)
			}
		})
	}
}

func TestSniffStdin(t *testing.T) {
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	tests := map[string]struct {
		data []byte
		want bool
	}{
		"archive":  {imagetest.DockerArchive(image), true},
		"gzip":     {imagetest.Compress(imagetest.Gzip, imagetest.OCIArchive(image)), true},
		"zstd":     {imagetest.Compress(imagetest.Zstd, imagetest.OCIArchive(image)), true},
		"xz":       {imagetest.Compress(imagetest.XZ, imagetest.OCIArchive(image)), true},
		"log":      {[]byte(strings.Repeat("a line of a log\n", 100)), false},
		"gzip log": {imagetest.Compress(imagetest.Gzip, []byte(strings.Repeat("a line of a log\n", 100))), false},
		"broken":   {[]byte("\x1f\x8bnonsense"), false},
		"one byte": {[]byte("\n"), false},
		"PK":       {[]byte("PK"), false},
		"numbers":  {[]byte(strings.Repeat("a", 100) + "0000644 0001750"), false},
		"short gz": {imagetest.Compress(imagetest.Gzip, []byte("a")), false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, r, err := SniffStdin(bytes.NewReader(tt.data))
			if err != nil || got != tt.want {
				t.Errorf("SniffStdin = %v, %v, want %v", got, err, tt.want)
			}
			if all, err := io.ReadAll(r); err != nil || !bytes.Equal(all, tt.data) {
				t.Errorf("the reader gives %d bytes (%v), want %d", len(all), err, len(tt.data))
			}
		})
	}
}

func TestSniffNoStdin(t *testing.T) {
	for _, c := range imagetest.Compressions {
		if _, _, err := SniffStdin(bytes.NewReader(imagetest.Compress(c, nil))); err == nil {
			t.Errorf("%s of nothing is taken for a log", c)
		}
	}
}

// What ends within the beginning of an archive is no log. One that ends within the name of its first member looks like text.
func TestSniffCutStdin(t *testing.T) {
	image := imagetest.Image{Layers: []imagetest.Layer{layerOf("a", "1")}}.Build()
	long := imagetest.Tar(imagetest.File(strings.Repeat("n", 100), "x"))
	plain := imagetest.OCIArchive(image)
	tests := map[string][]byte{
		"in the name's field":   plain[:30],
		"in the mode":           plain[:103],
		"in the checksum":       plain[:150],
		"in the magic":          plain[:259],
		"in the prefix":         plain[:511],
		"of a long name":        long[:300],
		"two bytes of gzip":     imagetest.Compress(imagetest.Gzip, plain)[:2],
		"header of gzip":        imagetest.Compress(imagetest.Gzip, plain)[:10],
		"header of zstd":        imagetest.Compress(imagetest.Zstd, plain)[:5],
		"header of xz":          imagetest.Compress(imagetest.XZ, plain)[:12],
		"gzip of a cut archive": imagetest.Compress(imagetest.Gzip, plain[:300]),
		"zip":                   []byte("PK\x03\x04\x14\x00"),
		"7z":                    []byte("7z\xbc\xaf\x27\x1c\x00\x04"),
	}
	for name, data := range tests {
		if archive, _, err := SniffStdin(bytes.NewReader(data)); err == nil {
			t.Errorf("%s: SniffStdin = %v without an error", name, archive)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct{ scheme, rest, platform string }{
		{"log", "x", ""},
		{"nonsense", "x", ""},
		{"docker-archive", "", ""},
		{"docker-archive", filepath.Join(t.TempDir(), "gone"), ""},
		{"oci-dir", filepath.Join(t.TempDir(), "gone"), ""},
		{"docker-archive", "-", ""},
		{"demo", "x", ""},
		{"demo", "", "linux"},
		{"demo", "", "linux//v1"},
	} {
		if src, err := Open(t.Context(), tt.scheme, tt.rest, Options{Platform: tt.platform}); err == nil {
			src.Close()
			t.Errorf("Open(%q, %q, %q) succeeds", tt.scheme, tt.rest, tt.platform)
		}
	}
}

func TestNoImageArchive(t *testing.T) {
	for name, data := range map[string][]byte{
		"rootfs": imagetest.Tar(imagetest.File("etc/passwd", "root:x:0:0")),
		"text":   []byte(strings.Repeat("no archive\n", 100)),
		"empty":  {},
		"list":   imagetest.Tar(imagetest.File("manifest.json", "[]")),
	} {
		for _, c := range imagetest.Compressions {
			for _, stdin := range []bool{false, true} {
				if _, err := tryRead(t, open(t, schemeDockerArchive, imagetest.Compress(c, data), stdin, Options{})); err == nil {
					t.Errorf("%s, %s, stdin=%v: read as an image archive", name, c, stdin)
				}
			}
		}
	}
}
