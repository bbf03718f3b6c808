package credfile

import (
	"bytes"
	"encoding/xml"
	"html"
	"io"
	"regexp"
)

// readXML reads an XML document. An element's text is its value, and its attributes are its children.
func readXML(data []byte) (*node, error) {
	t := newTree()
	d := xml.NewDecoder(bytes.NewReader(versionOne(data)))
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // positions are those of the bytes
	at, depth := t.root, 0
	for {
		from := int(d.InputOffset())
		token, err := d.RawToken()
		if err != nil {
			return t.root, nil
		}
		end := min(int(d.InputOffset()), len(data))
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return t.root, errTooMuch
			}
			if at, err = t.add(at, token.Name.Local); err != nil {
				return t.root, err
			}
			if err := t.attributes(at, data, from, end); err != nil {
				return t.root, err
			}
		case xml.EndElement:
			if at.up != nil {
				at, depth = at.up, depth-1
			}
		case xml.CharData:
			if v := entities(data, from, end, string(token)).trimmed(); v.text != "" && !at.leaf {
				at.set(v)
			}
		}
	}
}

// versionOne returns data as a document of XML 1.0, which is all that the decoder reads and all that settings need.
func versionOne(data []byte) []byte {
	head := data[:min(len(data), 64)]
	i := bytes.Index(head, []byte("1.1"))
	if i < 0 || !bytes.HasPrefix(bytes.TrimLeft(head, "\xef\xbb\xbf \r\n\t"), []byte("<?xml")) {
		return data
	}
	out := bytes.Clone(data)
	out[i+2] = '0'
	return out
}

// cdataOpen and cdataClose are how a section of characters begins and ends.
var cdataOpen, cdataClose = []byte("<![CDATA["), []byte("]]>")

// entities returns the value that data[lo:hi] says by text.
func entities(data []byte, lo, hi int, text string) value {
	if raw := data[lo:hi]; bytes.HasPrefix(raw, cdataOpen) && bytes.HasSuffix(raw, cdataClose) {
		lo, hi = lo+len(cdataOpen), hi-len(cdataClose)
	}
	v := value{text: text, lo: lo, hi: hi}
	if string(data[lo:hi]) != text {
		raw := bytes.TrimSpace(data[lo:hi])
		v.lo += bytes.Index(data[lo:hi], raw)
		v.hi = v.lo + len(raw)
		v.quoted = stepEntity
	}
	return v
}

// attribute is one of a start tag.
var attribute = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.:-]{0,127})\s{0,64}=\s{0,64}(?:"([^"]*)"|'([^']*)')`)

// attributes adds those of the start tag data[from:end].
func (t *tree) attributes(n *node, data []byte, from, end int) error {
	tag := data[from:end]
	for _, m := range attribute.FindAllSubmatchIndex(tag, -1) {
		k, err := t.add(n, string(tag[m[2]:m[3]]))
		if err != nil {
			return err
		}
		lo, hi := m[4], m[5]
		if lo < 0 {
			lo, hi = m[6], m[7]
		}
		k.set(entities(data, from+lo, from+hi, html.UnescapeString(string(tag[lo:hi]))))
	}
	return nil
}
