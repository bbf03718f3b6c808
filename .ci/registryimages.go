// Registryimages writes what .ci/registrystorage.sh fills a registry with into a folder: DIR/layout, an OCI layout of 50
// repositories with 4 tags each over 3 base layers (references rN-vM; every tenth repository leaks a token in v1), and an
// image with a layer put into the middle of r5-v3 as reference evil; and DIR/upload, the first half of a layer with a token.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dregs/scanner/imagetest"
)

const (
	repositories = 50
	versions     = 4
)

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string) error {
	var all []*imagetest.Manifest
	for r := range repositories {
		for v := range versions {
			all = append(all, build(r, v, fmt.Sprintf("r%d-v%d", r, v)))
		}
	}
	evil := imagetest.Layer{CreatedBy: "COPY evil", Entries: []imagetest.Entry{imagetest.File("usr/bin/evil", "evil")}}
	all = append(all, build(5, 3, "evil", evil))
	for _, e := range imagetest.OCILayout(all...) {
		name := filepath.Join(dir, "layout", e.Name)
		if strings.HasSuffix(e.Name, "/") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(e.Body), 0o600); err != nil {
			return err
		}
	}
	upload := imagetest.Layer{Compression: imagetest.Gzip, Entries: []imagetest.Entry{
		imagetest.File("srv/.env", "GITHUB_TOKEN="+imagetest.GitHubToken("upload")+"\n"),
		imagetest.File("srv/ballast", imagetest.Hex("upload", 1<<20)),
	}}.Build()
	return os.WriteFile(filepath.Join(dir, "upload"), upload.Data[:len(upload.Data)/2], 0o600)
}

// build returns version v of repository r, with between put in above its base.
func build(r, v int, tag string, between ...imagetest.Layer) *imagetest.Manifest {
	base := fmt.Sprintf("base%d", r%3)
	own := []imagetest.Entry{imagetest.File("app/version", fmt.Sprintf("%d.%d\n", r, v))}
	if r%10 == 0 && v == 1 {
		own = append(own, imagetest.File("app/.env", "GITHUB_TOKEN="+imagetest.GitHubToken(fmt.Sprint("registry", r))+"\n"))
	}
	layers := []imagetest.Layer{{CreatedBy: "ADD " + base, Compression: imagetest.Gzip, Entries: []imagetest.Entry{imagetest.File("etc/"+base, imagetest.Hex(base, 256<<10))}}}
	layers = append(layers, between...)
	layers = append(layers, imagetest.Layer{CreatedBy: "COPY app", Compression: imagetest.Gzip, Entries: own})
	return imagetest.Image{Platform: "linux/amd64", Layers: layers, Tags: []string{tag}}.Build()
}
