package unpack

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"
)

// Each benchmark tells its speed as a ratio to a plain inflate of the same data, by the same decoder, in the same run:
// that of the best rounds, which other work on the machine disturbs least.

func BenchmarkZip(b *testing.B) {
	var files []file
	var deflated [][]byte
	for i := range 200 {
		text := prose(40_000, uint64(i))
		files = append(files, file{"org/example/Class" + text[:12] + ".class", text})
		deflated = append(deflated, packed(b, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) }, text))
	}
	compare(b, zipOf(b, files), 200*40_000, deflated)
}

func BenchmarkTarGzip(b *testing.B) {
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	for i := range 200 {
		text := prose(40_000, uint64(i))
		must(b, w.WriteHeader(&tar.Header{Name: text[:12], Size: int64(len(text)), Mode: 0o644}))
		_, err := io.WriteString(w, text)
		must(b, err)
	}
	must(b, w.Close())
	deflated := packed(b, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) }, plain.String())
	data := packed(b, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, 6) }, plain.String())
	compare(b, data, int64(plain.Len()), [][]byte{deflated})
}

// compare unpacks data, nested as it is, and inflates deflated, in turn.
func compare(b *testing.B, data []byte, size int64, deflated [][]byte) {
	b.SetBytes(size)
	unpacking, inflating := time.Hour, time.Hour
	src := bufio.NewReaderSize(nil, 64<<10)
	inflater := flate.NewReader(bytes.NewReader(nil))
	for b.Loop() {
		start := time.Now()
		nested(b, data)
		unpacking = min(unpacking, time.Since(start))
		start = time.Now()
		for _, d := range deflated {
			src.Reset(bytes.NewReader(d)) // as a stream is read
			must(b, inflater.(flate.Resetter).Reset(src, nil))
			_, err := io.Copy(io.Discard, inflater)
			must(b, err)
		}
		inflating = min(inflating, time.Since(start))
	}
	b.ReportMetric(float64(inflating)/float64(unpacking), "of-inflate")
}

// nested unpacks data and what is in it.
func nested(b *testing.B, data []byte) {
	f := Detect(data[:HeadBytes])
	must(b, f.Unpack(context.Background(), Input{At: bytes.NewReader(data), Size: int64(len(data))}, Limits{}, descend))
}

func descend(m Member) error {
	head := make([]byte, HeadBytes)
	n, err := io.ReadFull(m.Body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return err
	}
	body := io.MultiReader(bytes.NewReader(head[:n]), m.Body)
	if f := Detect(head[:n]); f != nil && m.Kind == Content {
		return f.Unpack(context.Background(), Input{Reader: body}, Limits{}, descend)
	}
	_, err = io.Copy(io.Discard, body)
	return err
}
