// Registryimages writes what .ci/registrystorage.sh fills a registry with into a folder: DIR/layout, an OCI layout of N
// repositories with 4 tags each over 3 base layers (references rN-vM; every fifth of the repositories' number leaks a token in
// v1), and an image with a layer put into the middle of r7-v3 as reference evil; and DIR/upload, the first half of a layer with
// a token.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"dregs/scanner/imagetest"
)

const (
	versions = 4
	leaks    = 5 // repositories that leak
)

func main() {
	repositories, err := strconv.Atoi(os.Args[2])
	if err == nil {
		err = write(os.Args[1], repositories)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string, repositories int) error {
	var all []*imagetest.Manifest
	for r := range repositories {
		for v := range versions {
			own := []imagetest.Entry{imagetest.File("app/version", fmt.Sprintf("%d.%d\n", r, v))}
			if r%(repositories/leaks) == 0 && v == 1 {
				own = append(own, imagetest.File("app/.env", "GITHUB_TOKEN="+imagetest.GitHubToken(fmt.Sprint("registry", r))+"\n"))
			}
			all = append(all, build(r, fmt.Sprintf("r%d-v%d", r, v), imagetest.Layer{Entries: own}))
		}
	}
	evil := imagetest.Layer{CreatedBy: "COPY evil", Entries: []imagetest.Entry{imagetest.File("usr/bin/evil", "evil")}}
	all = append(all, build(7, "evil", evil, imagetest.Layer{Entries: []imagetest.Entry{imagetest.File("app/version", "7.3\n")}}))
	if err := imagetest.Write(filepath.Join(dir, "layout"), imagetest.OCILayout(all...)); err != nil {
		return err
	}
	upload := imagetest.Layer{Compression: imagetest.Gzip, Entries: []imagetest.Entry{
		imagetest.File("srv/.env", "GITHUB_TOKEN="+imagetest.GitHubToken("upload")+"\n"),
		imagetest.File("srv/ballast", imagetest.Hex("upload", 1<<20)),
	}}.Build()
	return os.WriteFile(filepath.Join(dir, "upload"), upload.Data[:len(upload.Data)/2], 0o600)
}

// build returns an image of repository r: its base layer, and the layers above it.
func build(r int, tag string, above ...imagetest.Layer) *imagetest.Manifest {
	base := fmt.Sprintf("base%d", r%3)
	layers := []imagetest.Layer{{CreatedBy: "ADD " + base, Entries: []imagetest.Entry{imagetest.File("etc/"+base, imagetest.Hex(base, 256<<10))}}}
	layers = append(layers, above...)
	for i := range layers {
		layers[i].Compression = imagetest.Gzip
	}
	layers[len(layers)-1].CreatedBy = "COPY app"
	return imagetest.Image{Platform: "linux/amd64", Layers: layers, Tags: []string{tag}}.Build()
}
