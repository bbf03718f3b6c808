package unpack

import (
	"bytes"
	"encoding/ascii85"
	"encoding/hex"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/klauspost/compress/zlib"

	"dregs/report"
)

func deflate(text string) []byte {
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return z.Bytes()
}

// pdfOf writes a PDF file of objects; a dictionary with data is that of a stream.
func pdfOf(objects ...[2]string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\n", i+1, o[0])
		if o[1] != "" {
			fmt.Fprintf(&b, "stream\n%s\nendstream\n", o[1])
		}
		b.WriteString("endobj\n")
	}
	b.WriteString("trailer\n<< /Size 9 /Root 1 0 R >>\n%%EOF\n")
	return b.Bytes()
}

const pdfContent = `BT /F1 12 Tf 72 720 Td (pass\167ord = \(hun) Tj (ter2\)) Tj 0 -14 Td [(to) 20 (ken) -300 (value)] TJ
T* <6865782074657874> Tj (next) ' ET BT 1 0 0 1 9 720 Tm (same) Tj ET BT 1 0 0 1 50 720 Tm ( line) Tj 5 0 Td (apart) Tj 1 0 0 1 50 700 Tm /F2 9 Tf [<0001> -5 <00020003>] TJ ET % a comment (no text)
BI /W 1 ID (no text) EI Q BT (last) Tj ET`

const pdfMapText = `begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange
1 beginbfchar <0001> <0053> endbfchar 1 beginbfrange <0002> <0003> <0065> endbfrange endcmap`

func makePDF() []byte {
	var a85 bytes.Buffer
	w := ascii85.NewEncoder(&a85)
	_, _ = w.Write(deflate("two filters"))
	_ = w.Close()
	objstm := "7 0 8 31 << /Type /Font /ToUnicode 5 0 R >> << /F2 7 0 R /Secret (in an object stream) >>"
	first := strings.Index(objstm, "<<")
	data := string(deflate(objstm))
	return pdfOf(
		[2]string{"<< /Type /Catalog >>", ""},
		[2]string{fmt.Sprintf("<< /Filter /FlateDecode /Length %d >>", len(deflate(pdfContent))), string(deflate(pdfContent))},
		[2]string{"<< /Filter [ /ASCII85Decode /FlateDecode ] /Length 99 0 R >>", a85.String() + "~>"},
		[2]string{"<< /Filter /ASCIIHexDecode >>", hex.EncodeToString([]byte("in hexadecimal")) + " >"},
		[2]string{"<< /Filter /FlateDecode >>", string(deflate(pdfMapText))},
		[2]string{fmt.Sprintf("<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode >>", first), data},
		[2]string{"<< /Subtype /Image /Filter /DCTDecode >>", "a picture"},
	)
}

func TestPDF(t *testing.T) {
	texts, err := unpackTexts(t, makePDF(), "pdf")
	if err != nil {
		t.Error(err)
	}
	want := map[string]string{
		"object 3": "two filters", "object 4": "in hexadecimal", "object 5": pdfMapText, "object 2": pdfContent,
		"object 2 › text": "password = (hunter2)\ntoken value\nhex text\nnext\nsame line apart\nSef\nlast\n",
	}
	for step, text := range want {
		if texts[step] != text {
			t.Errorf("%s is %q, want %q", step, texts[step], text)
		}
	}
	if !strings.Contains(texts["object 6"], "in an object stream") || texts["object 7"] != "" {
		t.Errorf("members %q", texts)
	}
}

func TestDamagedPDF(t *testing.T) {
	encrypted := bytes.Replace(makePDF(), []byte("/Root 1 0 R"), []byte("/Encrypt 2 0 R /Root 1 0 R"), 1)
	if _, err := unpackTexts(t, encrypted, "pdf"); err == nil || report.NewProblem("", err).Kind != report.Unsupported {
		t.Errorf("error %v, want one of encryption", err)
	}
	file := makePDF()
	for n := 16; n < len(file); n++ {
		_, _ = unpackTexts(t, file[:n], "pdf")
	}
	hostile := append([]byte("%PDF-1.7\n1 0 obj << >> "), bytes.Repeat([]byte(">>stream\n"), 1<<20)...)
	if _, err := unpackTexts(t, hostile, "pdf"); err != nil {
		t.Error(err)
	}
}

// TestRealPDF lets groff write the file.
func TestRealPDF(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("no groff here")
	}
	cmd := exec.CommandContext(t.Context(), groff, "-Tpdf", "-ms")
	cmd.Stdin = strings.NewReader(".LP\nThe value of the token is abcdefghijklmnopqrstuvwxyz0123456789 and not another.\n")
	file, err := cmd.Output()
	if err != nil || len(file) == 0 {
		t.Skipf("groff writes no PDF here: %v", err)
	}
	texts, err := unpackTexts(t, file, "pdf")
	if err != nil {
		t.Error(err)
	}
	all := ""
	for step, text := range texts {
		if strings.HasSuffix(step, "text") {
			all += text
		}
	}
	if !strings.Contains(all, "abcdefghijklmnopqrstuvwxyz0123456789") {
		t.Errorf("text %q of %d members", all, len(texts))
	}
}

func FuzzPDF(f *testing.F) {
	f.Add(makePDF())
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "pdf", unpack: unpackPDF}, data)
	})
}
