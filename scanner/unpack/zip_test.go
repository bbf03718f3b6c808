package unpack

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"dregs/report"
)

// rawZip packs one entry of a method that archive/zip does not know.
func rawZip(t testing.TB, method uint16, text string, data []byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	e, err := w.CreateRaw(&zip.FileHeader{
		Name: "a.txt", Method: method, CRC32: crc32.ChecksumIEEE([]byte(text)),
		CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(text)),
	})
	must(t, err)
	_, err = e.Write(data)
	must(t, err)
	must(t, w.Close())
	return buf.Bytes()
}

func TestZipMethods(t *testing.T) {
	text := prose(50_000, 9)
	lzmaEntry := func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) }
	classic := packed(t, lzmaEntry, text)
	tests := []struct {
		name   string
		method uint16
		data   []byte
		want   string // kind of the error
	}{
		{"store", zipStore, []byte(text), ""},
		{"deflate", zipDeflate, packed(t, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) }, text), ""},
		{"deflate64", zipDeflate64, packed(t, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 6) }, text), ""},
		{"zstd", zipZstd, packed(t, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }, text), ""},
		{"xz", zipXZ, packed(t, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }, text), ""},
		{"lzma", zipLZMA, append(append([]byte{9, 20, 5, 0}, classic[:5]...), classic[13:]...), ""},
		{"unknown", 97, []byte(text), report.Unsupported},
		{"damaged", zipDeflate, []byte(text), report.Corrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := rawZip(t, tt.method, text, tt.data)
			if tt.name == "lzma" { // its size is told by an end marker
				for _, at := range []int{6, bytes.Index(data, []byte(zipCentral)) + 8} {
					data[at] |= zipEndMarker
				}
			}
			got, err := unpackAll(t, data, Limits{})
			if kind(err) != tt.want {
				t.Fatalf("error = %v, want kind %q", err, tt.want)
			}
			if diff := cmp.Diff(archived(got), []file{{"a.txt", text}}, cmp.AllowUnexported(file{})); diff != "" && tt.want == "" {
				t.Errorf("files (-got +want):\n%.1000s", diff)
			}
		})
	}
}

// What the directory does not list is read as well: entries before and between the others, and stray bytes.
func TestZipUnlisted(t *testing.T) {
	deleted := zipOf(t, []file{{"deleted.env", "of an archive whose directory is gone\n"}})
	deleted = deleted[:bytes.Index(deleted, []byte(zipCentral))]
	stored := storedEntry("stored.env", "kept as it is\n")
	kept := zipOf(t, []file{{"kept.txt", "listed\n"}})
	tail := "\nbytes after the end of the archive"
	data := bytes.Join([][]byte{[]byte("#!/bin/sh\nexec java\n"), deleted, stored, kept, []byte(tail)}, nil)
	f := DetectTail(data)
	if f == nil || f.Name != "zip" {
		t.Fatalf("DetectTail = %v, want zip", f)
	}
	facts := map[string]map[string]string{}
	var got []found
	err := f.Unpack(t.Context(), Input{Reader: bytes.NewReader(data)}, Limits{}, func(m Member) error {
		text, err := io.ReadAll(m.Body)
		got = append(got, found{m.Kind, m.Steps, string(text)})
		facts[m.Name] = m.Facts
		return err
	})
	must(t, err)
	want := []found{
		{Content, []string{"kept.txt"}, "listed\n"},
		{Content, []string{"slack at 0"}, "#!/bin/sh\nexec java\n"},
		{Content, []string{"deleted.env"}, "of an archive whose directory is gone\n"},
		{Content, []string{"stored.env"}, "kept as it is\n"},
		{Content, []string{fmt.Sprintf("slack at %d", len(data)-len(tail))}, tail},
		{Name, []string{"names"}, "kept.txt\ndeleted.env\nstored.env\n"},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
	if facts["kept.txt"] != nil || facts["deleted.env"]["unlisted"] != "true" {
		t.Errorf("facts = %v", facts)
	}
}

// storedEntry returns a local header with its data.
func storedEntry(name, text string) []byte {
	b := append([]byte(zipLocal), 20, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(text)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(name)))
	b = binary.LittleEndian.AppendUint16(b, 0)
	return append(append(b, name...), text...)
}

func TestZipComments(t *testing.T) {
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	must(t, w.SetComment("of the archive"))
	extra := append(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, 0x6375), 13), "an extra text"...)
	e, err := w.CreateHeader(&zip.FileHeader{Name: "a", Comment: "of the entry", Extra: extra})
	must(t, err)
	_, err = io.WriteString(e, "text")
	must(t, err)
	must(t, w.Close())
	got, err := unpackAll(t, buf.Bytes(), Limits{})
	must(t, err)
	want := []found{
		{Comment, []string{"a", "comment"}, "of the entry"},
		{Metadata, []string{"a", "extra field"}, "an extra text\n"},
		{Content, []string{"a"}, "text"},
		{Comment, []string{"comment"}, "of the archive"},
		{Name, []string{"names"}, "a\n"},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
}

func TestZipEncrypted(t *testing.T) {
	data := zipOf(t, []file{{"secret", "cannot be read"}, {"plain", "can be read"}})
	data[6] |= zipEncrypted
	data[bytes.Index(data, []byte(zipCentral))+8] |= zipEncrypted
	got, err := unpackAll(t, data, Limits{})
	if kind(err) != report.Unsupported {
		t.Errorf("error = %v, want one of kind unsupported", err)
	}
	if diff := cmp.Diff(archived(got), []file{{"plain", "can be read"}}, cmp.AllowUnexported(file{})); diff != "" {
		t.Errorf("files (-got +want):\n%s", diff)
	}
}

// Entries that overlap, as in the bombs that need no nesting, are inflated about as often as once.
func TestZipOverlap(t *testing.T) {
	data := zipOf(t, []file{{"kernel", strings.Repeat("\x00", 1<<20)}})
	at := bytes.Index(data, []byte(zipCentral))
	end := bytes.Index(data, []byte(zipEnd))
	const copies = 2000
	entries := bytes.Repeat(data[at:end], copies)
	bomb := append(bytes.Clone(data[:at]), entries...)
	record := bytes.Clone(data[end:])
	binary.LittleEndian.PutUint32(record[12:], uint32(len(entries)))
	bomb = append(bomb, record...)
	// The directory itself makes the file large: the bound is by its size.
	sum := 0
	got, err := unpackAll(t, bomb, Limits{FileBytes: 1 << 50})
	for _, m := range got {
		sum += len(m.Text)
	}
	if kind(err) != report.Limit {
		t.Errorf("error = %v, want a limit", err)
	}
	if entry := at; int64(len(got)) > 3*int64(len(bomb))/int64(entry) {
		t.Errorf("%d entries of %d bytes were inflated from %d bytes", len(got), sum, len(bomb))
	}
}

// Sizes in a directory may lie: the stream tells how much there is.
func TestZipLies(t *testing.T) {
	text := prose(10_000, 2)
	data := zipOf(t, []file{{"a", text}})
	at := bytes.Index(data, []byte(zipCentral))
	for _, lie := range []uint32{0, 10, 1 << 30} {
		binary.LittleEndian.PutUint32(data[at+24:], lie)
		got, err := unpackAll(t, data, Limits{})
		must(t, err)
		if diff := cmp.Diff(archived(got), []file{{"a", text}}, cmp.AllowUnexported(file{})); diff != "" {
			t.Errorf("files where the size is said to be %d (-got +want):\n%.500s", lie, diff)
		}
	}
	binary.LittleEndian.PutUint32(data[at+20:], 1<<31) // the packed size
	got, err := unpackAll(t, data, Limits{})
	if kind(err) != report.Corrupt {
		t.Errorf("error = %v, want one of kind corrupt", err)
	}
	if files := archived(got); len(files) == 0 || files[0].text != text {
		t.Errorf("%d files", len(files))
	}
}

func TestZip64(t *testing.T) {
	text := "an entry of a large archive\n"
	data := zipOf(t, []file{{"a", text}})
	at, end := bytes.Index(data, []byte(zipCentral)), bytes.Index(data, []byte(zipEnd))
	// The sizes move to the extra field of the entry, and those of the directory to an end record of their own.
	central := bytes.Clone(data[at:end])
	extra := []byte{1, 0, 24, 0}
	for _, off := range []int{24, 20, 42} {
		extra = binary.LittleEndian.AppendUint64(extra, uint64(binary.LittleEndian.Uint32(central[off:])))
		binary.LittleEndian.PutUint32(central[off:], 1<<32-1)
	}
	nameLen := int(binary.LittleEndian.Uint16(central[28:]))
	extra = append(extra, central[46+nameLen:]...)
	binary.LittleEndian.PutUint16(central[30:], uint16(len(extra)))
	central = append(central[:46+nameLen], extra...)
	wide := binary.LittleEndian.AppendUint64([]byte(zip64End), 44)
	wide = append(wide, make([]byte, 28)...)
	wide = binary.LittleEndian.AppendUint64(wide, uint64(len(central)))
	wide = binary.LittleEndian.AppendUint64(wide, uint64(at))
	locator := binary.LittleEndian.AppendUint64([]byte(zip64Locator+"\x00\x00\x00\x00"), uint64(at+len(central)))
	locator = append(locator, 1, 0, 0, 0)
	record := bytes.Clone(data[end:])
	for i := 8; i < 20; i++ {
		record[i] = 0xff
	}
	got, err := unpackAll(t, bytes.Join([][]byte{data[:at], central, wide, locator, record}, nil), Limits{})
	must(t, err)
	want := []found{{Content, []string{"a"}, text}, {Name, []string{"names"}, "a\n"}}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
}

// A header that lies about its size hides nothing that lies in what it takes for its data.
func TestZipDecoy(t *testing.T) {
	inner := zipOf(t, []file{{"inner.env", "beneath the decoy\n"}})
	inner = inner[:bytes.Index(inner, []byte(zipCentral))]
	decoy := storedEntry("decoy", strings.Repeat("x", len(inner)))
	decoy = decoy[:len(decoy)-len(inner)]
	got, err := unpackAll(t, append(decoy, inner...), Limits{})
	if kind(err) != report.Corrupt {
		t.Errorf("error = %v, want one of kind corrupt", err)
	}
	want := []file{{"decoy", string(inner)}, {"inner.env", "beneath the decoy\n"}}
	if diff := cmp.Diff(archived(got), want, cmp.AllowUnexported(file{})); diff != "" {
		t.Errorf("files (-got +want):\n%s", diff)
	}
}

// On archives of any shape the files are those that archive/zip finds, in its order.
func TestZipOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for range 60 {
		var buf bytes.Buffer
		buf.WriteString(prose(r.IntN(3)*r.IntN(200), r.Uint64()))
		w := zip.NewWriter(&buf)
		w.SetOffset(int64(buf.Len()))
		must(t, w.SetComment(prose(r.IntN(2)*r.IntN(500), 1)))
		for i := range r.IntN(12) {
			e, err := w.CreateHeader(&zip.FileHeader{
				Name: fmt.Sprintf("dir%d/name %d", r.IntN(3), i), Method: []uint16{zipStore, zipDeflate}[r.IntN(2)],
				Comment: prose(r.IntN(2)*20, 1), NonUTF8: r.IntN(2) == 0,
			})
			must(t, err)
			_, err = io.WriteString(e, prose(r.IntN(2)*r.IntN(100_000), r.Uint64()))
			must(t, err)
		}
		must(t, w.Close())
		oracle, err := zip.NewReader(bytes.NewReader(buf.Bytes()), int64(buf.Len()))
		must(t, err)
		var want []file
		for _, f := range oracle.File {
			rc, err := f.Open()
			must(t, err)
			text, err := io.ReadAll(rc)
			must(t, err)
			want = append(want, file{f.Name, string(text)})
		}
		all, err := unpackWith(DetectTail(buf.Bytes()), buf.Bytes(), Limits{})
		must(t, err)
		if diff := cmp.Diff(archived(all), want, cmp.AllowUnexported(file{})); diff != "" {
			t.Fatalf("files (-got +want):\n%.1000s", diff)
		}
	}
}

// TestZipWithoutEntries proves that an archive in which nothing is found does not yield itself, to be unpacked again.
func TestZipWithoutEntries(t *testing.T) {
	data := []byte("PK\x03\x04" + strings.Repeat("no header at all ", 20))
	format := Detect(data)
	if format == nil || format.Name != "zip" {
		t.Fatalf("it is taken for %v", format)
	}
	err := format.Unpack(t.Context(), Input{At: bytes.NewReader(data), Size: int64(len(data))}, Limits{}, func(m Member) error {
		t.Errorf("it yields %q", m.Steps)
		return nil
	})
	var fault *report.Fault
	if !errors.As(err, &fault) || fault.Kind != report.Corrupt {
		t.Errorf("error %v, want a fault of kind corrupt", err)
	}
}
