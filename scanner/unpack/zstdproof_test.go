package unpack

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

func TestZstdProof(t *testing.T) {
	var m Memory
	proves := func(frame []byte) bool {
		_, _, ok := provesZstd(&m, frame[:min(len(frame), embeddedHead)], bytes.NewReader(frame))
		return ok
	}
	for _, size := range []int{1, 200, 1000, 100_000, 3 << 20} {
		text := []byte(strings.Repeat("password of somebody, ", size/22+1)[:size])
		for _, single := range []bool{false, true} {
			for _, window := range []int{1 << 10, 1 << 20, 128 << 20} {
				var frame bytes.Buffer
				w, err := zstd.NewWriter(&frame, zstd.WithSingleSegment(single), zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
				if err != nil {
					t.Fatal(err)
				}
				all := map[string][]byte{"at once": w.EncodeAll(text, nil)}
				_, _ = w.Write(text)
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				all["as a stream"] = frame.Bytes()
				for how, frame := range all {
					name := fmt.Sprintf("%d bytes %s, single segment %v, window %d", size, how, single, window)
					if !proves(append(frame, "what follows"...)) {
						t.Errorf("%s: not told", name)
					}
					if len(frame) > 40 && proves(frame[:20]) {
						t.Errorf("%s: its beginning alone is told", name)
					}
				}
			}
		}
	}
}

// TestZstdProofTakesLittle has a frame that asks for a window of 128 MiB and holds nothing.
func TestZstdProofTakesLittle(t *testing.T) {
	frame := append([]byte("\x28\xb5\x2f\xfd\x00\x88"), bytes.Repeat([]byte("\xf5\xff\x00\x17"), 200)...)
	var m Memory
	if _, _, ok := provesZstd(&m, frame, bytes.NewReader(frame)); ok {
		t.Fatal("it is told")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 20 {
		provesZstd(&m, frame, bytes.NewReader(frame))
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 20<<20 {
		t.Errorf("%d bytes were allocated for 20 attempts", n)
	}
}
