package unpack

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// wideOracle tells the runs in data one byte at a time.
func wideOracle(data []byte) string {
	var b strings.Builder
	for i := 0; i < len(data); i++ {
		end := i
		var run strings.Builder
		for end < len(data) && wide(data[end]) {
			run.WriteRune(rune(data[end]))
			end += 2
			if end > len(data) || data[end-1] != 0 {
				break
			}
		}
		if end > i && len([]rune(run.String())) >= minRun {
			b.WriteString(run.String() + "\n")
			i = end - 2
		}
	}
	return b.String()
}

func wideBytes(text string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, c := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, c)
	}
	return b
}

func TestWideRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	for range 300 {
		var data []byte
		for len(data) < 2000 {
			switch r.IntN(4) {
			case 0:
				data = append(data, wideBytes(strings.Repeat("pässword ", r.IntN(3)), binary.LittleEndian)...)
			case 1:
				data = append(data, wideBytes("token"[:r.IntN(6)]+"=value", binary.BigEndian)...)
			case 2:
				data = append(data, make([]byte, r.IntN(9))...)
			default:
				data = append(data, randomBytes(r, 9)...)
			}
		}
		want := wideOracle(data)
		if diff := cmp.Diff(want, string(wideText(data))); diff != "" {
			t.Fatalf("runs differ: %s", diff)
		}
	}
}

func TestWideRunsAcrossBuffers(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", wideBuffer/8)
	for _, pad := range []int{0, 1, 2, 3, wideBuffer - 13, wideBuffer - 12, wideBuffer - 7, wideBuffer - 2, wideBuffer - 1, wideBuffer} {
		for _, text := range []string{"secret=1", long, "short"} {
			for _, tail := range []int{0, 1, 2, 100} {
				data := append(bytes.Repeat([]byte{0xff, 0x01}, pad/2+1)[:pad], wideBytes(text, binary.LittleEndian)...)
				data = append(data, bytes.Repeat([]byte{0xff}, tail)...)
				got, err := io.ReadAll(newWideRuns(iotest.HalfReader(bytes.NewReader(data))))
				if err != nil || string(got) != wideOracle(data) {
					t.Fatalf("pad %d, text of %d, tail %d: %d bytes, %v", pad, len(text), tail, len(got), err)
				}
			}
		}
	}
}

// makeELF writes a file of sections and no program.
func makeELF(order binary.AppendByteOrder, sections map[string][]byte, flags map[string]uint64) []byte {
	names := "\x00.shstrtab\x00"
	file := make([]byte, 64)
	headers := make([]byte, 64)
	add := func(nameAt int, kind uint32, flags uint64, data []byte) {
		h := order.AppendUint32(nil, uint32(nameAt))
		h = order.AppendUint32(h, kind)
		for _, v := range []uint64{flags, 0, uint64(len(file)), uint64(len(data)), 0, 1, 0} {
			h = order.AppendUint64(h, v)
		}
		headers = append(headers, h...)
		file = append(file, data...)
	}
	for _, name := range []string{".plain", ".zlib", ".zstd", ".zdebug_str", ".odd", ".text", "pydata"} {
		add(len(names), 1, flags[name], sections[name])
		names += name + "\x00"
	}
	add(1, 3, 0, []byte(names))
	at := len(file)
	file = append(file, headers...)
	head := append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 9)...)
	if order == binary.AppendByteOrder(binary.BigEndian) {
		head[5] = 2
	}
	for _, v := range []uint16{1, 62} {
		head = order.AppendUint16(head, v)
	}
	head = order.AppendUint32(head, 1)
	for _, v := range []uint64{0, 0, uint64(at)} {
		head = order.AppendUint64(head, v)
	}
	head = order.AppendUint32(head, 0)
	for _, v := range []uint16{64, 0, 0, 64, uint16(len(headers) / 64), uint16(len(headers)/64 - 1)} {
		head = order.AppendUint16(head, v)
	}
	copy(file, head)
	return file
}

func TestELFSections(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		t.Run(order.String(), func(t *testing.T) {
			content := []byte(strings.Repeat("token = hidden in debug information\n", 50))
			head := func(kind uint32) []byte {
				h := order.AppendUint32(nil, kind)
				h = order.AppendUint32(h, 0)
				return order.AppendUint64(order.AppendUint64(h, uint64(len(content))), 1)
			}
			var z bytes.Buffer
			w := zlib.NewWriter(&z)
			_, _ = w.Write(content)
			_ = w.Close()
			enc, err := zstd.NewWriter(nil)
			if err != nil {
				t.Fatal(err)
			}
			file := makeELF(order, map[string][]byte{
				".plain":      append([]byte("plain text "), wideBytes("wide text here", binary.LittleEndian)...),
				".zlib":       append(head(1), z.Bytes()...),
				".zstd":       append(head(2), enc.EncodeAll(content, nil)...),
				".zdebug_str": append(binary.BigEndian.AppendUint64([]byte("ZLIB"), uint64(len(content))), z.Bytes()...),
				".odd":        head(99),
			}, map[string]uint64{".zlib": elfCompressed, ".zstd": elfCompressed, ".odd": elfCompressed})
			f, err := elf.NewFile(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"utf-16 text": "wide text here\n"}
			for _, s := range f.Sections {
				if data, err := s.Data(); err == nil && (strings.HasPrefix(s.Name, ".z")) {
					want["section "+s.Name] = string(data)
				}
			}
			got := map[string]string{}
			format := Detect(file)
			err = format.Unpack(context.Background(), Input{At: bytes.NewReader(file), Size: int64(len(file))}, Limits{}, func(m Member) error {
				data, err := io.ReadAll(m.Body)
				got[m.Steps[0]] = string(data)
				return err
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("members differ: %s", diff)
			}
			if err == nil || !strings.Contains(err.Error(), "compression 99") {
				t.Errorf("error %v, want one of the section of unknown compression", err)
			}
			for n := 52; n < len(file); n++ {
				_ = format.Unpack(context.Background(), Input{At: bytes.NewReader(file[:n]), Size: int64(n)}, Limits{}, func(m Member) error {
					_, _ = io.Copy(io.Discard, m.Body)
					return nil
				})
			}
		})
	}
}

func TestExecutablesAreTold(t *testing.T) {
	pe := append([]byte("MZ"), make([]byte, 0x100)...)
	pe[0x3c] = 0x80
	copy(pe[0x80:], "PE\x00\x00")
	fat := append([]byte("\xca\xfe\xba\xbe\x00\x00\x00\x02"), make([]byte, 60)...)
	class := append([]byte("\xca\xfe\xba\xbe\x00\x00\x00\x41"), make([]byte, 60)...)
	for _, tt := range []struct {
		data []byte
		want string
	}{{pe, "pe"}, {fat, "mach-o"}, {append([]byte("\xcf\xfa\xed\xfe"), make([]byte, 60)...), "mach-o"}, {class, "java class"}} {
		f := Detect(tt.data)
		if f == nil || f.Name != tt.want {
			t.Errorf("% x told as %v, want %s", tt.data[:8], f, tt.want)
		}
	}
}

func FuzzELF(f *testing.F) {
	f.Add(makeELF(binary.LittleEndian, map[string][]byte{".plain": wideBytes("wide text", binary.BigEndian)}, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, want := string(wideText(data)), wideOracle(data); got != want {
			t.Errorf("runs %q, want %q", got, want)
		}
		if matchELF(data) {
			fuzzUnpack(t, Format{Name: "elf", unpack: unpackELF}, data)
		}
	})
}

// fuzzUnpack unpacks data and holds what it yields to the limits.
func fuzzUnpack(t *testing.T, f Format, data []byte) {
	t.Helper()
	total := 0
	in := Input{At: bytes.NewReader(data), Size: int64(len(data))}
	_ = f.Unpack(context.Background(), in, Limits{FileBytes: 1 << 20, Window: 8 << 20}, func(m Member) error {
		body, _ := io.ReadAll(m.Body)
		total += len(body)
		if len(m.Steps) == 0 && len(m.Parts) == 0 {
			t.Error("a member without steps")
		}
		return nil
	})
	if total > 1<<20 {
		t.Errorf("%d bytes yielded", total)
	}
}

func BenchmarkWideRuns(b *testing.B) {
	path, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	data := readFile(b, path)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := io.Copy(io.Discard, newWideRuns(bytes.NewReader(data))); err != nil {
			b.Fatal(fmt.Errorf("reading runs: %w", err))
		}
	}
}
