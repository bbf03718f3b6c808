package unpack

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// zstdFrames returns frames of a text, by how they were made.
func zstdFrames(t *testing.T, text []byte, options ...zstd.EOption) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for _, single := range []bool{false, true} {
		for _, window := range []int{1 << 10, 1 << 20, 128 << 20} {
			var frame bytes.Buffer
			w, err := zstd.NewWriter(&frame, append(options, zstd.WithSingleSegment(single), zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))...)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%d bytes, single segment %v, window %d, ", len(text), single, window)
			all[name+"at once"] = w.EncodeAll(text, nil)
			_, _ = w.Write(text)
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			all[name+"as a stream"] = frame.Bytes()
		}
	}
	return all
}

func TestZstdFrame(t *testing.T) {
	const front = "before it\x00\x01"
	for _, size := range []int{1, 200, 1000, 100_000, 3 << 20} {
		text := []byte(strings.Repeat("password of somebody, ", size/22+1)[:size])
		for _, checksum := range []bool{false, true} {
			for name, frame := range zstdFrames(t, text, zstd.WithEncoderCRC(checksum)) {
				got, err := embeddedIn(t, []byte(front+string(frame)+"what follows"), span{})
				if key := fmt.Sprintf("zstd at %d", len(front)); len(got) != 1 || err != nil || got[key] != string(text) {
					t.Errorf("%s: %d members, %v", name, len(got), err)
				}
				for _, end := range []string{"what follows", string(frame), "\x00\x00\x00\x00\x00\x00"} {
					all := []byte(front + string(frame) + end)
					if f, err := zstdShapeAt(Input{Data: all, Size: int64(len(all))}, int64(len(front))); err != nil || f.to != int64(len(front)+len(frame)) {
						t.Errorf("%s, before %.4q: ends at %d, %v, not at %d", name, end, f.to, err, len(front)+len(frame))
					}
				}
				short := frame[:min(len(frame), 12)]
				if f, err := zstdShapeAt(Input{Data: short, Size: int64(len(short))}, 0); size > 1 && (f.to != 0 || err != nil) {
					t.Errorf("%s: its beginning alone is told, to %d, %v", name, f.to, err)
				}
			}
		}
	}
}

// A frame that asks for a window of 128 MiB and holds nothing takes little, also behind one that holds something.
func TestZstdFrameTakesLittle(t *testing.T) {
	asking := append([]byte("\x28\xb5\x2f\xfd\x00\x88"), "\x05\x04\x00\x17\xff"+strings.Repeat("\x90", 200)...) // one compressed block, which is none
	frame, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.Repeat(append(frame.EncodeAll([]byte("what lies inside"), nil), asking...), 20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := embeddedIn(t, data, span{})
	runtime.ReadMemStats(&after)
	if len(got) != 20 || err != nil {
		t.Errorf("%d members, %v", len(got), err)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 20<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// A frame that needs more than the limit is told, not left out.
func TestZstdFrameOverTheLimit(t *testing.T) {
	var frame bytes.Buffer
	w, err := zstd.NewWriter(&frame, zstd.WithWindowSize(8<<20), zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(rareText(9 << 20)))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	out := newSink("binary", Limits{Window: 1 << 20}, func(Member) error { return nil })
	out.memory = new(Memory)
	in := Input{Data: frame.Bytes(), At: bytes.NewReader(frame.Bytes()), Size: int64(frame.Len())}
	if err := out.result(unpackEmbedded(t.Context(), in, out, span{})); !isLimit(err) {
		t.Errorf("no limit is told: %v", err)
	}
}
