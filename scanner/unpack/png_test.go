package unpack

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"testing"
)

// pngFile is a picture of one pixel with more chunks, each a kind of four letters and its data.
func pngFile(t testing.TB, chunks ...string) []byte {
	out := []byte(pngMagic)
	all := append([]string{"IHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"}, chunks...)
	for _, c := range append(all, "IDAT"+zlibText(t, "\x00\x00"), "IEND") {
		out = binary.BigEndian.AppendUint32(out, uint32(len(c)-4))
		out = append(out, c...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(c)))
	}
	return out
}

func zlibText(t testing.TB, text string) string {
	return string(packed(t, func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil }, text))
}

func TestPNG(t *testing.T) {
	text := "a comment"
	z := zlibText(t, text)
	for _, test := range []struct {
		name, chunk string
		want        []string
	}{
		{"a compressed text", "zTXtComment\x00\x00" + z, []string{text}},
		{"an international one", "iTXtComment\x00\x01\x00de\x00Bemerkung\x00" + z, []string{text}},
		{"an international one without a language", "iTXtComment\x00\x01\x00\x00\x00" + z, []string{text}},
		{"a long one", "zTXtComment\x00\x00" + zlibText(t, strings.Repeat(text, 1<<18)), []string{strings.Repeat(text, 1<<18)}},
		{"one that is not compressed", "iTXtComment\x00\x00\x00\x00\x00" + text, nil},
		{"a plain one", "tEXtComment\x00" + text, nil},
		{"another method", "zTXtComment\x00\x01" + z, nil},
		{"no text", "zTXtComment\x00\x00" + text, nil},
		{"no keyword", "zTXt" + strings.Repeat("k", pngLead) + "\x00\x00" + z, nil},
		{"nothing", "zTXt", nil},
		{"half of it", "iTXtComment\x00\x01\x00de\x00", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := unpackAll(t, pngFile(t, test.chunk), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, m := range got {
				texts = append(texts, m.Text)
			}
			if strings.Join(texts, "|") != strings.Join(test.want, "|") {
				t.Errorf("got %d members, want %d", len(texts), len(test.want))
			}
		})
	}
	whole := pngFile(t, "zTXtComment\x00\x00"+z)
	for _, n := range []int{len(pngMagic), 20, 40, 60, len(whole) - 20} {
		if _, err := unpackAll(t, whole[:n], Limits{}); err != nil && kind(err) != "corrupt" {
			t.Errorf("of %d bytes: %v", n, err)
		}
	}
	long := pngFile(t, "iTXtComment\x00\x01\x00de\x00"+strings.Repeat("B", pngLead)+"\x00"+z)
	if _, err := unpackAll(t, long, Limits{}); !isLimit(err) {
		t.Errorf("of a keyword longer than what is looked at: %v", err)
	}
	many := pngFile(t, append(slices.Repeat([]string{"IDAT"}, 1<<13), "zTXtComment\x00\x00"+z)...)
	if got, err := unpackAll(t, many, Limits{}); len(got) != 1 || err != nil {
		t.Errorf("behind many chunks: %d members, %v", len(got), err)
	}
	if bytes.Contains(whole, []byte(text)) {
		t.Error("the text is in the file as it is")
	}
}

func FuzzPNG(f *testing.F) {
	f.Add(pngFile(f, "zTXtComment\x00\x00"+zlibText(f, "text")))
	f.Add(pngFile(f, "iTXtComment\x00\x01\x00\x00\x00"+zlibText(f, "text")))
	fuzzFormat(f, "png")
}
