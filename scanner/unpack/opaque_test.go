package unpack

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// superblock is that of a SquashFS image with a compressor.
func superblock(compressor byte) []byte {
	b := make([]byte, 96)
	copy(b, "hsqs")
	b[20], b[28] = compressor, 4
	return b
}

func TestImagesOfZlibBlocks(t *testing.T) {
	block := packed(t, zlibWriter, "one block\n")
	for name, head := range map[string][]byte{
		"squashfs": superblock(1), "vmdk": append([]byte("KDMV"), make([]byte, 508)...),
		"beam":   append([]byte("FOR1\x00\x00\x01\x00BEAMLitT"), make([]byte, 8)...),
		"revlog": append(append([]byte("\x00\x03\x00\x01"), make([]byte, 20)...), append(bytes.Repeat([]byte{0xff}, 8), make([]byte, 32)...)...),
		"hdf5":   append([]byte("\x89HDF\r\n\x1a\n"), make([]byte, 72)...),
		"matlab": append([]byte("MATLAB 5.0 MAT-file"), make([]byte, 109)...),
		"cramfs": append([]byte("\x45\x3d\xcd\x28"), make([]byte, 72)...), "swf": []byte("CWS\x0a\x10\x00\x00\x00"),
	} {
		got, err := unpackAll(t, append(append(head, block...), block...), Limits{})
		if err != nil || len(got) != 1 || got[0].Text != "one block\none block\n" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for _, text := range []string{"CWS: a text", "FOR1, FOR2, BEAM", "\x00\x01\x00\x01" + strings.Repeat("\x00", 100)} {
		if matchZlibBlocks([]byte(text)) {
			t.Errorf("%q is told as one", text)
		}
	}
}

func TestWhatIsNotTakenApartIsTold(t *testing.T) {
	gz := string(packed(t, streams[0].pack, "in plain sight\n"))
	files := map[string]string{"squashfs": string(superblock(3)) + gz}
	for _, o := range opaque {
		files[o.name] = o.magic + strings.Repeat("\x00", 100) + gz
	}
	for name, data := range files {
		f := Detect([]byte(data))
		if f == nil || f.Name != name || !f.Raw {
			t.Errorf("%s: told as %v", name, f)
			continue
		}
		got, err := unpackWith(f, []byte(data), Limits{})
		if kind(err) != report.Unsupported {
			t.Errorf("%s: error %v, want one of kind unsupported", name, err)
		}
		if len(got) != 1 || got[0].Text != "in plain sight\n" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestZlib(t *testing.T) {
	const text = "a text that is long enough to be told\n"
	data := packed(t, zlibWriter, text)
	got, err := unpackAll(t, append(data, "behind"...), Limits{})
	want := []found{{Content, []string{"zlib"}, text}, {Content, []string{"zlib", "trailing bytes"}, "behind"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v, %s", err, diff)
	}
	for _, text := range []string{"x^2 + y^2 = z^2, as everybody knows", "x\x9c", string(data[:len(data)-8])} {
		if f := Detect([]byte(text)); f != nil && f.Name == "zlib" {
			t.Errorf("%q is told as zlib", text)
		}
	}
}

func TestWideText(t *testing.T) {
	for _, size := range []int{1, 1000, wideBuffer, 3*wideTextBytes + 7} {
		text := strings.Repeat("wide text ", size/10+1)[:max(size, minRun)]
		data := append([]byte("\x01\x02\x03"), wideBytes(text, binary.LittleEndian)...)
		data = append(data, "\xff\xff\xff\xff"...)
		for _, piece := range []int{7, 64 << 10, len(data)} {
			var got strings.Builder
			w := NewWideText(func(text []byte) error { got.Write(text); return nil })
			for at := 0; at < len(data); at += piece {
				if _, err := w.Write(data[at:min(len(data), at+piece)]); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if got.String() != string(wideText(data)) {
				t.Fatalf("%d characters in pieces of %d: %d", size, piece, got.Len())
			}
		}
	}
}
