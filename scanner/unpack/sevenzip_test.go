package unpack

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz/lzma"

	"dregs/report"
)

// sevenZipOf packs files into one LZMA stream, with a header that is LZMA as well.
func sevenZipOf(t testing.TB, files []file) []byte {
	t.Helper()
	var text bytes.Buffer
	for _, f := range files {
		text.WriteString(f.text)
	}
	body, props := rawLZMA(t, text.Bytes())
	header := append([]byte{szHeader, szMainStreams}, szStreams(0, body, props, text.Len(), nil)...)
	header = header[:len(header)-1] // the sub-streams come before the end
	header = append(header, szSubStreams)
	full := 0
	for _, f := range files {
		if f.text != "" {
			full++
		}
	}
	header = append(header, szNumUnpackStream)
	header = szNumber(header, uint64(full))
	header = append(header, szSize)
	n := 0
	for _, f := range files {
		if f.text == "" {
			continue
		}
		if n++; n < full {
			header = szNumber(header, uint64(len(f.text)))
		}
	}
	header = append(header, szCRC, 1)
	for _, f := range files {
		if f.text != "" {
			header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE([]byte(f.text)))
		}
	}
	header = append(header, szEnd, szEnd, szFiles)
	header = szNumber(header, uint64(len(files)))
	empty := make([]byte, (len(files)+7)/8)
	var names []byte
	for i, f := range files {
		if f.text == "" {
			empty[i/8] |= 0x80 >> (i % 8)
		}
		for _, u := range append(utf16.Encode([]rune(f.name)), 0) {
			names = binary.LittleEndian.AppendUint16(names, u)
		}
	}
	header = append(header, 0x0e)
	header = szNumber(header, uint64(len(empty)))
	header = append(header, empty...)
	if full < len(files) {
		header = append(header, 0x0f)
		count := len(files) - full
		header = szNumber(header, uint64((count+7)/8))
		for range (count + 7) / 8 {
			header = append(header, 0xff)
		}
	}
	header = append(header, 0x11)
	header = szNumber(header, uint64(len(names)+1))
	header = append(append(header, 0), names...)
	header = append(header, szEnd, szEnd)

	packedHeader, hprops := rawLZMA(t, header)
	crc := crc32.ChecksumIEEE(header)
	encoded := append([]byte{szEncodedHeader}, szStreams(len(body), packedHeader, hprops, len(header), &crc)...)
	return szFile(append(body, packedHeader...), encoded)
}

// szFile puts the signature header before the packed streams and the header after them.
func szFile(packed, header []byte) []byte {
	start := binary.LittleEndian.AppendUint64(nil, uint64(len(packed)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(header)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(header))
	out := append([]byte(sevenZipMagic), 0, 4)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(start))
	return append(append(append(out, start...), packed...), header...)
}

// szStreams describes one packed stream of one LZMA coder.
func szStreams(position int, packed, props []byte, size int, crc *uint32) []byte {
	b := append([]byte{}, szPackInfo)
	b = szNumber(b, uint64(position))
	b = append(b, 1, szSize)
	b = szNumber(b, uint64(len(packed)))
	b = append(b, szEnd, szUnpackInfo, szFolder, 1, 0)
	b = append(b, 1, 0x23, 3, 1, 1, 5)
	b = append(append(b, props...), szCodersUnpackSize)
	b = szNumber(b, uint64(size))
	if crc != nil {
		b = append(b, szCRC, 1)
		b = binary.LittleEndian.AppendUint32(b, *crc)
	}
	return append(b, szEnd, szEnd)
}

// szNumber appends a number in the long form that the format allows for any.
func szNumber(b []byte, v uint64) []byte {
	if v < 0x80 {
		return append(b, byte(v))
	}
	return binary.LittleEndian.AppendUint64(append(b, 0xff), v)
}

// rawLZMA returns text as an LZMA stream without its header, and its properties.
func rawLZMA(t testing.TB, text []byte) (stream, props []byte) {
	t.Helper()
	var buf bytes.Buffer
	w, err := lzma.WriterConfig{DictCap: 1 << 16, SizeInHeader: true, Size: int64(len(text))}.NewWriter(&buf)
	must(t, err)
	_, err = w.Write(text)
	must(t, err)
	must(t, w.Close())
	return buf.Bytes()[lzma.HeaderLen:], buf.Bytes()[:5]
}

// A header that asks for memory is refused before anything is allocated.
func Test7zHeaderLimits(t *testing.T) {
	dictionary := szStreams(0, []byte("x"), []byte{0x5d, 0, 0, 0, 0xf0}, 10, nil)
	files := szNumber([]byte{szHeader, szFiles}, 1<<31)
	folders := append([]byte{szHeader, szMainStreams, szUnpackInfo, szFolder}, szNumber(nil, 1<<31)...)
	streams := append([]byte{szHeader, szMainStreams, szPackInfo, 0}, szNumber(nil, 1<<31)...)
	tests := []struct {
		name   string
		header []byte
		want   string
	}{
		{"dictionary", append([]byte{szHeader, szMainStreams}, dictionary...), report.Limit},
		{"encoded dictionary", append([]byte{szEncodedHeader}, dictionary...), report.Limit},
		{"files", append(files, make([]byte, 20)...), report.Limit},
		{"folders", append(folders, make([]byte, 20)...), report.Limit},
		{"packed streams", append(streams, make([]byte, 20)...), report.Limit},
		{"nothing", []byte{}, report.Corrupt},
		{"aes", append([]byte{szHeader, szMainStreams, szUnpackInfo, szFolder, 1, 0, 1, 4}, 6, 0xf1, 7, 1), report.Unsupported},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := unpackAll(t, szFile([]byte("x"), tt.header), Limits{})
			if kind(err) != tt.want {
				t.Errorf("error = %v, want kind %s", err, tt.want)
			}
		})
	}
}

func Test7zTrailing(t *testing.T) {
	got, err := unpackAll(t, append(sevenZipOf(t, []file{{"a", "text"}}), "bytes behind the archive"...), Limits{})
	must(t, err)
	want := []found{
		{Content, []string{"7z", "trailing bytes"}, "bytes behind the archive"},
		{Content, []string{"a"}, "text"},
		{Name, []string{"names"}, "a\n"},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("members (-got +want):\n%s", diff)
	}
}
