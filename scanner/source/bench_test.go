package source

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strconv"
	"testing"

	"dregs/scanner/imagetest"
)

// noise returns n bytes that do not compress.
func noise(n int) []byte {
	out := make([]byte, 0, n+sha256.Size)
	for i := uint64(0); len(out) < n; i++ {
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, i))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

// BenchmarkArchive reads every blob of an archive of 64 MiB, sought and streamed.
func BenchmarkArchive(b *testing.B) {
	image := imagetest.Image{Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("a", string(noise(32<<20)))}, AsPlain: true},
		{Entries: []imagetest.Entry{imagetest.File("b", string(noise(32<<20)))}, AsPlain: true},
	}}.Build()
	data := imagetest.DockerArchive(image)
	file := imagetest.WriteFile(b, "image.tar", data)
	for _, rest := range []string{file, "-"} {
		name := map[bool]string{true: "streamed", false: "sought"}[rest == "-"]
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				src, err := Open(b.Context(), schemeDockerArchive, rest, Options{Stdin: bytes.NewReader(data)})
				if err != nil {
					b.Fatal(err)
				}
				_, err = src.Read(b.Context(), func(ctx context.Context, blob Blob) error {
					r, err := blob.Open(ctx)
					if err != nil {
						return err
					}
					defer r.Close()
					_, err = io.Copy(io.Discard, r)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				src.Close()
			}
		})
	}
}

// BenchmarkEntries lists an archive of 100,000 members.
func BenchmarkEntries(b *testing.B) {
	entries := imagetest.OCILayout(imagetest.Image{}.Build())
	for i := range 100_000 {
		entries = append(entries, imagetest.File("stray/"+strconv.Itoa(i), "x"))
	}
	file := imagetest.WriteFile(b, "image.tar", imagetest.Tar(entries...))
	b.ReportAllocs()
	for b.Loop() {
		src, err := Open(b.Context(), schemeOCIArchive, file, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := src.Read(b.Context(), func(context.Context, Blob) error { return nil }); err != nil {
			b.Fatal(err)
		}
		src.Close()
	}
}
