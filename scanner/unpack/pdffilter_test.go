package unpack

import (
	"bytes"
	"compress/lzw"
	"encoding/ascii85"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// packRuns packs text by the RunLength filter.
func packRuns(text string) string {
	var b strings.Builder
	for at := 0; at < len(text); {
		n := 1
		for at+n < len(text) && n < 128 && text[at+n] == text[at] {
			n++
		}
		if n > 1 {
			b.WriteByte(byte(257 - n))
		} else {
			b.WriteByte(0)
		}
		b.WriteByte(text[at])
		at += n
	}
	return b.String() + "\x80"
}

// packEarly packs text by LZW as PDF has it by default, in codes that were never defined but for the bytes themselves: all
// have 9 bits as long as the table is emptied in time.
func packEarly(text string) string {
	var bits strings.Builder
	put := func(code int) {
		for i := 8; i >= 0; i-- {
			bits.WriteByte('0' + byte(code>>i&1))
		}
	}
	for i := range len(text) {
		if i%200 == 0 {
			put(256)
		}
		put(int(text[i]))
	}
	put(257)
	for bits.Len()%8 != 0 {
		bits.WriteByte('0')
	}
	var out strings.Builder
	for at := 0; at < bits.Len(); at += 8 {
		var c byte
		for _, bit := range bits.String()[at:][:8] {
			c = c<<1 | byte(bit-'0')
		}
		out.WriteByte(c)
	}
	return out.String()
}

func TestPDFFilters(t *testing.T) {
	text := "password = hunter2" + strings.Repeat("aaaaab", 500)
	var late, a85 bytes.Buffer
	w := lzw.NewWriter(&late, lzw.MSB, 8)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	aw := ascii85.NewEncoder(&a85)
	_, _ = io.WriteString(aw, packRuns(packEarly(text)))
	_ = aw.Close()
	data := pdfOf(
		[2]string{"<< /Filter /LZWDecode >>", packEarly(text)},
		[2]string{"<< /Filter /LZWDecode /DecodeParms << /EarlyChange 0 >> >>", late.String()},
		[2]string{"<< /Filter /RunLengthDecode >>", packRuns(text)},
		[2]string{"<< /Filter [ /A85 /RL /LZW ] >>", a85.String() + "~>"},
		[2]string{"<< /Filter [ /ASCIIHexDecode /FlateDecode ] >>", hex.EncodeToString(deflate(text)) + ">"},
	)
	got, err := unpackTexts(t, data, "pdf")
	if err != nil {
		t.Error(err)
	}
	want := map[string]string{"object 1": text, "object 2": text, "object 3": text, "object 4": text, "object 5": text}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts differ: %s", diff)
	}
}

func TestDamagedRunLength(t *testing.T) {
	packed := packRuns("one two")
	if _, err := io.ReadAll(newRunLength(strings.NewReader(packed[:len(packed)-2]))); err != io.ErrUnexpectedEOF {
		t.Errorf("cut short within a run: %v", err)
	}
}

// FuzzPDFFilters reads any bytes through the filters, which must end.
func FuzzPDFFilters(f *testing.F) {
	f.Add([]byte(packRuns("text")), []byte(""))
	f.Add([]byte(packEarly("text")), []byte("/EarlyChange 0"))
	f.Fuzz(func(t *testing.T, data, dict []byte) {
		for _, r := range []io.Reader{newRunLength(bytes.NewReader(data)), pdfLZW(bytes.NewReader(data), dict)} {
			if n, _ := io.Copy(io.Discard, io.LimitReader(r, 1<<22)); n > 1<<20 && len(data) < 100 {
				t.Errorf("%d bytes of %d", n, len(data))
			}
		}
	})
}
