package unpack

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// officeFiles are a part of each kind of document, with a word that is written in runs, and what its text is.
var officeFiles = []struct{ name, file, text string }{
	{"docx", `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p w:rsidR="00A1"><w:r><w:t xml:space="preserve">Token: </w:t></w:r>` +
		`<w:r><w:rPr><w:b/></w:rPr><w:t>one</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>Word</w:t></w:r></w:p><w:p><w:r><w:t>a</w:t><w:tab/><w:t>b &amp; c</w:t><w:br/><w:t>d</w:t></w:r></w:p></w:body></w:document>`,
		"Token: oneWord\na\tb & c\nd\n"},
	{"pptx", `<p:sld xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="x"><a:p><a:r><a:t>one</a:t></a:r><a:r><a:rPr lang="de"/><a:t>Word</a:t></a:r></a:p><a:p><a:r><a:t>more</a:t></a:r></a:p></p:sld>`,
		"oneWord\nmore\n"},
	{"xlsx", `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>one</t></r><r><t>Word</t></r></si><si><t>more</t></si></sst>`, "oneWord\nmore\n"},
	{"odt", "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\">\n <text:p>one<text:span text:style-name=\"T1\">Word</text:span><text:s/>x</text:p>\n <text:h>more<!-- <text:p> --></text:h>\n</office:document-content>",
		"oneWord x\nmore\n"},
}

func TestOfficeDocuments(t *testing.T) {
	for _, test := range officeFiles {
		t.Run(test.name, func(t *testing.T) {
			texts, err := unpackTexts(t, []byte(test.file), "office document")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.text, texts["text"]); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(texts["markup"], "oneWord") || !strings.Contains(texts["markup"], "xmlns") {
				t.Errorf("markup %q", texts["markup"])
			}
		})
	}
}

// TestOfficeKeepsAll holds that text and markup have every word of a document, also of one that is damaged.
func TestOfficeKeepsAll(t *testing.T) {
	for _, test := range officeFiles {
		for n := range len(test.file) {
			file := test.file[:n] + "<x y='lost'" + test.file[n:] + "tail"
			text, markup := splitMarkup([]byte(file))
			if all := string(text) + string(markup); !strings.Contains(all, "lost") || !strings.Contains(all, "tail") {
				t.Fatalf("%s cut at %d: text %q, markup %q", test.name, n, text, markup)
			}
		}
	}
}

func TestOfficeIsTold(t *testing.T) {
	for _, other := range []string{"", "<", "<?xml", "<w:document>", `<x:document xmlns="http://schemas.openxmlformats.org/">`, "<html><p>openxmlformats</p>", "w:document openxmlformats"} {
		if matchOffice([]byte(other)) {
			t.Errorf("%q is taken for a document", other)
		}
	}
}

func FuzzOffice(f *testing.F) {
	for _, test := range officeFiles {
		f.Add([]byte(test.file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, markup := splitMarkup(data)
		if len(text)+len(markup) > 2*len(data)+16 {
			t.Errorf("%d bytes made of %d", len(text)+len(markup), len(data))
		}
		if bytes.Count(data, []byte("<")) == 0 && len(markup) > 0 {
			t.Errorf("markup %q of no tags", markup)
		}
		fuzzUnpack(t, Format{Name: "office document", unpack: unpackOffice}, data)
	})
}
