package unpack

import (
	"bytes"
	"context"
	"crypto/sha1" // packs end in one
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zlib"
)

// packedObject is an object of a pack that a test writes by hand.
type packedObject struct {
	kind    gitKind
	content []byte // of a delta: its instructions with their head
	claim   int    // size in the header where it lies
	base    []byte // of a ref delta
	root    bool   // an ofs delta on the first object; else it rests on the one before it
}

// gitPack writes a pack.
func gitPack(objects ...packedObject) []byte {
	pack := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(len(objects)))
	first, last := len(pack), len(pack)
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	for _, o := range objects {
		here := len(pack)
		pack = appendObjectHead(pack, o)
		switch o.kind {
		case gitRefDelta:
			pack = append(pack, o.base...)
		case gitOfsDelta:
			base := last
			if o.root {
				base = first
			}
			pack = appendOffset(pack, int64(here-base))
		}
		z.Reset()
		w.Reset(&z)
		_, _ = w.Write(o.content)
		_ = w.Close()
		pack = append(pack, z.Bytes()...)
		last = here
	}
	sum := sha1.Sum(pack) // the format's choice
	return append(pack, sum[:]...)
}

func appendObjectHead(p []byte, o packedObject) []byte {
	size := max(len(o.content), o.claim)
	c := byte(o.kind)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		p = append(p, c|0x80)
		c = byte(size & 0x7f)
	}
	return append(p, c)
}

func appendOffset(p []byte, back int64) []byte {
	digits := []byte{byte(back & 0x7f)}
	for back >>= 7; back > 0; back >>= 7 {
		back--
		digits = append([]byte{byte(back&0x7f) | 0x80}, digits...)
	}
	return append(p, digits...)
}

// varint returns n as the head of a delta has it.
func varint(n int64) []byte { return binary.AppendUvarint(nil, uint64(n)) }

func looseFile(kind gitKind, content []byte) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	fmt.Fprintf(w, "%s %d\x00", kind, len(content))
	_, _ = w.Write(content)
	_ = w.Close()
	return z.Bytes()
}

func TestPackOffsets(t *testing.T) {
	for _, back := range []int64{1, 127, 128, 129, 16511, 16512, 1 << 20, 1<<40 + 12345} {
		got, err := readPackOffset(bytes.NewReader(appendOffset(nil, back)))
		if err != nil || got != back {
			t.Errorf("offset %d read as %d, %v", back, got, err)
		}
	}
}

// TestLargeObjects restores objects that are not held in memory: a whole one and a delta on it.
func TestLargeObjects(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 70 MB to the scratch file")
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), (gitMemory+1<<20)/16)
	delta := append(varint(int64(len(large))), varint(int64(len(large)+4))...)
	delta = append(delta, 4, 'n', 'e', 'w', '\n')
	for off := 0; off < len(large); off += 1 << 20 {
		delta = append(delta, 0x80|0x04|0x08|0x40, byte(off>>16), byte(off>>24), 0x10)
	}
	pack := gitPack(packedObject{kind: gitBlob, content: large}, packedObject{kind: gitOfsDelta, content: delta},
		packedObject{kind: gitBlob, content: large[1:]})
	want := map[string]bool{string(large[:64]) + fmt.Sprint(len(large)): true, "new\n" + string(large[:60]) + fmt.Sprint(len(large)+4): true,
		string(large[1:65]) + fmt.Sprint(len(large)-1): true}
	check := func(data []byte, want map[string]bool) {
		t.Helper()
		f := Detect(data[:HeadBytes])
		err := f.Unpack(context.Background(), Input{At: bytes.NewReader(data), Size: int64(len(data))}, Limits{}, func(m Member) error {
			h := gitSHA1.hash(gitBlob, m.Size)
			head := make([]byte, 64)
			if _, err := io.ReadFull(m.Body, head); err != nil {
				return err
			}
			h.Write(head)
			if _, err := io.Copy(h, m.Body); err != nil {
				return err
			}
			if id := fmt.Sprintf("%x", h.Sum(nil)); id != m.Facts[FactObject] {
				t.Errorf("content has identity %s, told as %s", id, m.Facts[FactObject])
			}
			key := string(head) + fmt.Sprint(m.Size)
			if !want[key] {
				t.Errorf("unexpected object %q", key)
			}
			delete(want, key)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if len(want) > 0 {
			t.Errorf("%d objects missing", len(want))
		}
	}
	check(pack, want)
	check(looseFile(gitBlob, large), map[string]bool{string(large[:64]) + fmt.Sprint(len(large)): true})
}

func TestLooseObjects(t *testing.T) {
	id := strings.Repeat("ab", 20)
	for _, tt := range []struct {
		name    string
		kind    gitKind
		content string
		size    gitSize
	}{
		{"blob", gitBlob, "hello\n", gitSHA1},
		{"empty blob", gitBlob, "", gitSHA1},
		{"commit", gitCommit, "tree " + id + "\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nmessage\n", gitSHA1},
		{"tag", gitTag, "object " + id + id[:24] + "\ntype commit\ntag v1\n\nmessage\n", gitSHA256},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := looseFile(tt.kind, []byte(tt.content))
			found := newGitFound()
			if err := unpackGit(t, file, nil, found, Limits{}); err != nil {
				t.Error(err)
			}
			want := fmt.Sprintf("%x", tt.size.sum(tt.kind, []byte(tt.content)))
			if got, ok := found.objects[want]; !ok || got != tt.content {
				t.Errorf("object %s is not among %q", want, found.objects)
			}
			for n := range file {
				_ = unpackLooseBytes(file[:n])
			}
		})
	}
}

func unpackLooseBytes(data []byte) error {
	f := Format{Name: "git object", Random: true, unpack: unpackLoose}
	in := Input{At: bytes.NewReader(data), Size: int64(len(data))}
	return f.Unpack(context.Background(), in, Limits{FileBytes: 1 << 20}, func(m Member) error {
		_, _ = io.Copy(io.Discard, m.Body)
		return nil
	})
}

func FuzzLoose(f *testing.F) {
	f.Add(looseFile(gitBlob, []byte("hello")))
	f.Add(looseFile(gitTree, append([]byte("100644 .env\x00"), make([]byte, 20)...)))
	f.Fuzz(func(_ *testing.T, data []byte) { _ = unpackLooseBytes(data) })
}

func FuzzIndex(f *testing.F) {
	entry := append(make([]byte, 40+20), 0, 4, '.', 'e', 'n', 'v', 0, 0, 0, 0, 0, 0)
	f.Add(append([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x01"), entry...))
	f.Add(append([]byte("DIRC\x00\x00\x00\x04\x00\x00\x00\x01"), append(make([]byte, 40+20), 0, 4, 0, '.', 'e', 'n', 'v', 0)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "git index", unpack: unpackStaged}, data)
	})
}

func FuzzPack(f *testing.F) {
	f.Add(gitPack(packedObject{kind: gitBlob, content: []byte("hello")}, packedObject{kind: gitOfsDelta, content: []byte{5, 7, 0x90, 5, 2, 'y', 'o'}}))
	f.Add(gitPack(packedObject{kind: gitRefDelta, base: gitSHA1.sum(gitBlob, []byte("x")), content: []byte{1, 1, 1, 'y'}}, packedObject{kind: gitBlob, content: []byte("x")}))
	f.Fuzz(func(t *testing.T, data []byte) {
		format := Format{Name: "git pack", Random: true, unpack: unpackPack}
		in := Input{At: bytes.NewReader(data), Size: int64(len(data)), Git: NewGitGraph()}
		total := 0
		_ = format.Unpack(context.Background(), in, Limits{FileBytes: 1 << 20, Entries: 1000}, func(m Member) error {
			body, _ := io.ReadAll(m.Body)
			total += len(body)
			if id := m.Facts[FactObject]; id != "" && m.Size == int64(len(body)) {
				var kind gitKind
				for _, k := range gitKinds {
					if k.String() == m.Facts[FactKind] {
						kind = k
					}
				}
				if got := fmt.Sprintf("%x", gitSize(len(id)/2).sum(kind, body)); got != id {
					t.Errorf("content has identity %s, told as %s", got, id)
				}
			}
			return nil
		})
		if total > 1<<20 {
			t.Errorf("%d bytes yielded", total)
		}
	})
}

// BenchmarkPack restores a pack as git gc would write it. The metric "inflate-ratio" is its speed as a share of plainly
// inflating the same content.
func BenchmarkPack(b *testing.B) {
	store := makeRepo(b, 400)
	for i := range 2000 {
		putBlob(b, store, growingFile(fmt.Sprint("file", i%50), i, 100))
	}
	objects, _, hashes := contents(b, store)
	for _, window := range []uint{0, 10} {
		b.Run(fmt.Sprint("window ", window), func(b *testing.B) {
			pack := encodePack(b, store, hashes, false, window)
			var plain bytes.Buffer
			w := zlib.NewWriter(&plain)
			size := 0
			for _, h := range hashes {
				size += len(objects[h.String()])
				_, _ = io.WriteString(w, objects[h.String()])
			}
			_ = w.Close()
			b.SetBytes(int64(size))
			var ours, inflate time.Duration
			for b.Loop() {
				start := time.Now()
				f := Detect(pack)
				err := f.Unpack(context.Background(), Input{At: bytes.NewReader(pack), Size: int64(len(pack))}, Limits{}, func(m Member) error {
					_, err := io.Copy(io.Discard, m.Body)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				ours += time.Since(start)
				start = time.Now()
				z, err := zlib.NewReader(bytes.NewReader(plain.Bytes()))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, z); err != nil {
					b.Fatal(err)
				}
				inflate += time.Since(start)
			}
			b.ReportMetric(float64(inflate)/float64(ours), "inflate-ratio")
			b.ReportMetric(float64(len(pack)), "pack-bytes")
		})
	}
}
