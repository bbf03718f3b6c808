package unpack

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
)

// bitWriter writes bits, the lowest of each byte first.
type bitWriter struct {
	out  []byte
	have uint
}

// put writes the lowest n bits of v, the lowest first.
func (w *bitWriter) put(v uint32, n uint) {
	for i := range n {
		if w.have%8 == 0 {
			w.out = append(w.out, 0)
		}
		w.out[len(w.out)-1] |= byte(v>>i&1) << (w.have % 8)
		w.have++
	}
}

// code writes a code of n bits, the highest first.
func (w *bitWriter) code(v uint32, n uint) {
	for i := int(n) - 1; i >= 0; i-- {
		w.put(v>>i, 1)
	}
}

// farther is a stream of what Deflate has not: copies over 258 bytes, from more than 32 KiB back.
func farther(start string) (packed []byte, want string) {
	w := &bitWriter{}
	w.put(0, 3) // a stored block
	w.have = (w.have + 7) / 8 * 8
	w.put(uint32(len(start)), 16)
	w.put(^uint32(len(start)), 16)
	w.out = append(w.out, start...)
	w.have = uint(len(w.out)) * 8
	w.put(3, 3)         // the last block, with the fixed codes
	w.code(0xc0+5, 8)   // 285
	w.put(1000-3, 16)   // 1,000 bytes
	w.code(31, 5)       // from 49,153 back
	w.put(10000, 14)    // and this more
	w.code(0x30+'!', 8) // a byte
	w.code(0, 7)        // the end
	from := len(start) - (49153 + 10000)
	if from < 0 {
		return w.out, ""
	}
	return w.out, start + start[from:from+1000] + "!"
}

func TestDeflate64(t *testing.T) {
	text := prose(200_000, 3)
	for _, level := range []int{flate.NoCompression, flate.HuffmanOnly, flate.BestSpeed, flate.BestCompression} {
		// It is Deflate as long as no copy has 258 bytes, which text has not.
		data := packed(t, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, level) }, text)
		got, err := io.ReadAll(newDeflate64(bufio.NewReader(bytes.NewReader(data))))
		if err != nil || string(got) != text {
			t.Errorf("level %d: %d bytes of %d, error %v", level, len(got), len(text), err)
		}
	}
	start := prose(65_535, 4)[:65_535]
	data, want := farther(start)
	got, err := io.ReadAll(newDeflate64(bufio.NewReader(bytes.NewReader(data))))
	if err != nil || string(got) != want {
		t.Errorf("far copies: %d bytes of %d, error %v", len(got), len(want), err)
	}
	data, _ = farther(strings.Repeat("x", 50_000))
	if _, err := io.ReadAll(newDeflate64(bufio.NewReader(bytes.NewReader(data)))); err == nil {
		t.Error("a copy from before the beginning is accepted")
	}
}

// FuzzDeflate64 reads any bytes, which must end, and must not read on beyond the stream.
func FuzzDeflate64(f *testing.F) {
	data, _ := farther(strings.Repeat("x", 60_000))
	f.Add(data)
	f.Add(packed(f, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) }, prose(1000, 5)))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = io.Copy(io.Discard, io.LimitReader(newDeflate64(bufio.NewReader(bytes.NewReader(data))), 1<<20))
	})
}
