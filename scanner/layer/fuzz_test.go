package layer_test

import (
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"

	"dregs/scanner/layer"
)

// FuzzWalk holds the walk against archive/tar on any bytes, also with the checksums of what looks like a header mended:
// else next to no change of a header would be read.
func FuzzWalk(f *testing.F) {
	for _, data := range corpus(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		againstArchiveTar(t, data)
		mended := bytes.Clone(data)
		for b := mended; len(b) >= 512; b = b[512:] {
			if bytes.HasPrefix(b[257:], []byte("ustar")) {
				checksum(b)
			}
		}
		againstArchiveTar(t, mended)
	})
}

// decompressors read all that our own must read, each with the name that the summary gives it.
var decompressors = map[string]func(r io.Reader) (io.Reader, error){
	"gzip":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	"bzip2": func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil },
	"zstd": func(r io.Reader) (io.Reader, error) {
		return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(1<<20), zstd.WithDecoderMaxMemory(1<<40))
	},
}

// FuzzContent holds that any bytes are read to their end within the limits, and that what another decompressor accepts
// is inflated to the same content.
func FuzzContent(f *testing.F) {
	text := bytes.Repeat([]byte("some text "), 30)
	for _, seed := range [][]byte{
		text, gzipped(f, text, gzip.Header{Name: "name", Comment: "comment", Extra: []byte("extra")}), append(gzipped(f, text, gzip.Header{}), gzipped(f, nil, gzip.Header{})...),
		zstded(f, text), join(skippable("skipped"), zstded(f, text, zstd.WithEncoderCRC(false)), zstded(f, text)), xzed(f, text), bzip2ed(f, text),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		const most = 1 << 20
		s, err := layer.Open(bytes.NewReader(stored), layer.Limits{LayerBytes: most, Window: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		var summary layer.Summary
		if s.IsTar() {
			summary, err = s.Walk(context.Background(), func(*layer.Entry) error { return nil })
		} else {
			got, _ = io.ReadAll(s.Content())
			summary, err = s.Summary()
		}
		if summary.Digest != digest(stored) || summary.Size != int64(len(stored)) || summary.Bytes > most {
			t.Fatalf("the bytes were not read to their end: %+v", summary)
		}
		if (err == nil) != (summary.DiffID != "") {
			t.Fatalf("error %v, diff ID %q", err, summary.DiffID)
		}
		open := decompressors[summary.Compression]
		if open == nil || s.IsTar() {
			return
		}
		r, openErr := open(bytes.NewReader(stored))
		if openErr != nil {
			return
		}
		want, readErr := io.ReadAll(io.LimitReader(r, most+1))
		if readErr != nil || len(want) > most {
			return
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%s: got %d bytes, error %v; want %d bytes", summary.Compression, len(got), err, len(want))
		}
	})
}

// choices is a source of randomness that a fuzzer steers.
type choices struct {
	data  []byte
	drawn uint64
}

// Uint64 implements rand.Source. It goes on when data has ended, and never repeats itself for long: users of it draw
// again until a number fits.
func (c *choices) Uint64() uint64 {
	var b [8]byte
	n := copy(b[:2], c.data)
	c.data = c.data[n:]
	c.drawn++
	return uint64(binary.LittleEndian.Uint16(b[:]))<<48 ^ c.drawn*0x9e3779b97f4a7c15
}

// FuzzTimeline holds the timeline against the naive unpacking.
func FuzzTimeline(f *testing.F) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 3))
		data := make([]byte, 200)
		for i := range data {
			data[i] = byte(rng.IntN(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 0 {
			check(t, stack(rand.New(&choices{data: data}), shape{layers: 4, entries: 12, bases: oddBases[:2+int(data[0])%(len(oddBases)-2)]}))
		}
	})
}
