package unpack

import (
	"bytes"
	"context"
	"html"
	"io"
)

// officeRoots are the root elements, by their usual prefixes, of the parts of documents that hold text: of WordprocessingML,
// PresentationML and the shared strings of SpreadsheetML (ECMA-376), and of OpenDocument (ISO/IEC 26300).
var officeRoots = [][]byte{
	[]byte("w:document"), []byte("w:hdr"), []byte("w:ftr"), []byte("w:comments"), []byte("w:footnotes"), []byte("w:endnotes"), []byte("w:glossaryDocument"),
	[]byte("p:sld"), []byte("p:notes"), []byte("sst"),
	[]byte("office:document-content"), []byte("office:document-styles"), []byte("office:document"),
}

// matchOffice tells a part of a document by its root element, behind the declaration of XML and comments.
func matchOffice(head []byte) bool {
	rest := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	for bytes.HasPrefix(rest, []byte("<?")) || bytes.HasPrefix(rest, []byte("<!")) {
		i := bytes.IndexByte(rest, '>')
		if i < 0 {
			return false
		}
		rest = bytes.TrimLeft(rest[i+1:], " \t\r\n")
	}
	if len(rest) == 0 || rest[0] != '<' {
		return false
	}
	for _, root := range officeRoots {
		if after, ok := bytes.CutPrefix(rest[1:], root); ok && len(after) > 0 && (after[0] <= ' ' || after[0] == '>') {
			return bytes.Contains(head, []byte("openxmlformats")) || bytes.Contains(head, []byte("purl.oclc.org/ooxml")) || bytes.Contains(head, []byte("opendocument"))
		}
	}
	return false
}

// unpackOffice yields the text of a part of a document, one paragraph a line whatever runs it is written in, and apart from it
// the markup: both together are all of the part. A part of more than maxDocument bytes is yielded as it is.
func unpackOffice(ctx context.Context, in Input, out *sink) error {
	data := in.Data
	if data == nil {
		var err error
		if data, err = io.ReadAll(io.LimitReader(in.Reader, maxDocument+1)); err != nil {
			out.fault(err)
		}
		if len(data) > maxDocument {
			all := io.MultiReader(bytes.NewReader(data), in.Reader)
			return out.emit(ctx, Member{Steps: []string{"markup"}, Size: -1, Kind: Metadata, Body: all})
		}
	}
	text, markup := splitMarkup(data)
	if err := putText(ctx, out, text, "text"); err != nil {
		return err
	}
	return out.text(ctx, Metadata, markup, "markup")
}

// officeBreaks are the elements, without their prefixes, whose end ends a line of text; officeBlanks those that stand for a
// character.
var (
	officeBreaks = map[string]bool{"p": true, "h": true, "br": true, "cr": true, "line-break": true, "si": true}
	officeBlanks = map[string]byte{"tab": '\t', "s": ' ', "noBreakHyphen": '-'}
)

// splitMarkup parts a document into its text and its tags, each of these on a line.
func splitMarkup(data []byte) (text, markup []byte) {
	for len(data) > 0 {
		i := bytes.IndexByte(data, '<')
		if i < 0 {
			i = len(data)
		}
		text = appendCharacters(text, data[:i])
		data = data[i:]
		if rest, ok := bytes.CutPrefix(data, []byte("<![CDATA[")); ok {
			section, after, _ := bytes.Cut(rest, []byte("]]>"))
			text, data = append(text, section...), after
			continue
		}
		end := []byte(">")
		if bytes.HasPrefix(data, []byte("<!--")) {
			end = []byte("-->")
		}
		tag, after, _ := bytes.Cut(data, end)
		if data = after; len(tag) == 0 {
			continue
		}
		markup = append(append(markup, html.UnescapeString(string(tag))...), '\n')
		name, ends := tagName(tag), bytes.HasPrefix(tag, []byte("</"))
		if c := officeBlanks[name]; c != 0 && !ends {
			text = append(text, c)
		}
		closed := ends || tag[len(tag)-1] == '/'
		if closed && officeBreaks[name] && len(text) > 0 && text[len(text)-1] != '\n' {
			text = append(text, '\n')
		}
	}
	return text, markup
}

// appendCharacters appends what stands between two tags, without the blanks that only lay the markup out.
func appendCharacters(text, between []byte) []byte {
	if bytes.IndexByte(between, '\n') >= 0 && len(bytes.TrimSpace(between)) == 0 {
		return text
	}
	if bytes.IndexByte(between, '&') < 0 {
		return append(text, between...)
	}
	return append(text, html.UnescapeString(string(between))...)
}

// tagName returns the name of the element that a tag is of, without its prefix.
func tagName(tag []byte) string {
	tag = bytes.TrimLeft(tag, "</")
	if i := bytes.IndexAny(tag, " \t\r\n/"); i >= 0 {
		tag = tag[:i]
	}
	return string(tag[bytes.IndexByte(tag, ':')+1:])
}
