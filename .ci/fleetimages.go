// Fleetimages writes what .ci/fleet.sh fills a registry with into a folder, an OCI layout: references app0 to app11, images
// that share bases and of which some leak; big0 to big2, whose layers take seconds to search; broken, with a layer that is
// cut; poison, with a layer that takes more memory than a worker is given; and, with COUNT, tinyN: 50 layers of one small file
// each, COUNT in all.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/klauspost/compress/zstd"

	"dregs/scanner/imagetest"
)

const (
	apps     = 12
	bigs     = 3
	bigBytes = 12 << 20
	window   = 128 << 20
	nested   = 4
	perImage = 50
)

func main() {
	count := 0
	if len(os.Args) > 2 {
		count, _ = strconv.Atoi(os.Args[2])
	}
	if err := write(os.Args[1], count); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string, count int) error {
	var all []*imagetest.Manifest
	add := func(tag string, layers ...imagetest.Layer) {
		all = append(all, imagetest.Image{Platform: "linux/amd64", Layers: layers, Tags: []string{tag}}.Build())
	}
	for i := range count / perImage {
		var layers []imagetest.Layer
		for l := range perImage {
			layers = append(layers, layer(fmt.Sprint("RUN ", l), imagetest.File("f", fmt.Sprintf("%d of %d\n", l, i))))
		}
		add(fmt.Sprint("tiny", i), layers...)
	}
	for i := range apps {
		own := []imagetest.Entry{imagetest.File("app/version", fmt.Sprint(i, "\n"))}
		if i%4 == 1 {
			own = append(own, imagetest.File("app/.env", "GITHUB_TOKEN="+imagetest.GitHubToken(fmt.Sprint("fleet", i))+"\n"))
		}
		add(fmt.Sprint("app", i), base(i), layer("COPY app", own...), layer("RUN rm", imagetest.Remove("app/.env")))
	}
	for i := range bigs {
		add(fmt.Sprint("big", i), base(i), layer("COPY data", imagetest.File("data/words", imagetest.Hex(fmt.Sprint("big", i), bigBytes))))
	}
	whole := imagetest.Compress(imagetest.Gzip, imagetest.Tar(imagetest.File("cut", imagetest.Hex("cut", 1<<20))))
	add("broken", base(0), imagetest.Layer{CreatedBy: "COPY cut", AsPlain: true, MediaType: imagetest.TypeOCILayer + "+gzip", Data: whole[:len(whole)/2]})
	poison, err := poisoned()
	if err != nil {
		return err
	}
	add("poison", base(0), layer("COPY poison", imagetest.File("poison.zst", string(poison))))
	return imagetest.Write(dir, imagetest.OCILayout(all...))
}

func layer(by string, entries ...imagetest.Entry) imagetest.Layer {
	return imagetest.Layer{CreatedBy: by, Compression: imagetest.Gzip, Entries: entries}
}

// base returns one of three layers.
func base(i int) imagetest.Layer {
	name := fmt.Sprint("base", i%3)
	return layer("ADD "+name, imagetest.File("etc/"+name, imagetest.Hex(name, 64<<10)))
}

// poisoned returns zstd streams one in the other, each with a window of 128 MiB that its content fills: all are open at once.
func poisoned() ([]byte, error) {
	content := []byte("the end\n")
	for range nested {
		// A frame that is skipped, of zeros, fills the window of the stream around it.
		skipped := make([]byte, window+8)
		copy(skipped, "\x50\x2a\x4d\x18\x00\x00\x00\x08")
		w, err := zstd.NewWriter(nil, zstd.WithWindowSize(window), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		content = w.EncodeAll(append(content, skipped...), nil)
	}
	return content, nil
}
