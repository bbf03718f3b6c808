package credfile

import (
	"bytes"
	"encoding/json"
	"strings"
)

// readJSON reads JSON documents that follow each other, with the comments and last commas that editors allow in settings.
func readJSON(data []byte) (*node, error) {
	plain := blankComments(data)
	t := newTree()
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	at, depth := t.root, 0
	name, named := "", false
	for {
		from := int(d.InputOffset())
		token, err := d.Token()
		if err != nil {
			return t.root, nil
		}
		end := int(d.InputOffset())
		delim, opens := token.(json.Delim)
		switch {
		case opens && (delim == '}' || delim == ']'):
			at, depth, named = at.up, depth-1, false
			continue
		case opens:
			if depth++; depth > maxDepth {
				return t.root, errTooMuch
			}
		case !named && at.object():
			if key, ok := token.(string); ok {
				name, named = key, true
			}
			continue
		}
		n, err := t.add(at, name)
		if err != nil {
			return t.root, err
		}
		if opens {
			n.text = string(rune(delim))
			at, name, named = n, "", false
			continue
		}
		n.set(scalar(plain, token, from, end))
		name, named = "", false
	}
}

// object tells whether n, an object or list of JSON, is an object.
func (n *node) object() bool { return !n.leaf && n.text == "{" }

// scalar returns the value of a token that ends at data[end].
func scalar(data []byte, token json.Token, from, end int) value {
	raw := data[from:end]
	from += len(raw) - len(bytes.TrimLeft(raw, " \t\r\n,:"))
	switch v := token.(type) {
	case string:
		out := value{text: v, lo: from + 1, hi: end - 1}
		if out.hi < out.lo || string(data[out.lo:out.hi]) != v {
			out.lo, out.hi, out.quoted = min(from+1, end), max(end-1, min(from+1, end)), stepBackslash
		}
		return out
	case json.Number:
		return value{text: v.String(), lo: from, hi: end}
	case nil:
		return value{lo: from, hi: end}
	}
	return value{text: strings.TrimSpace(string(data[from:end])), lo: from, hi: end}
}

// blankComments returns a copy of data in which comments, a byte order mark and commas in front of a closing bracket are
// blanks, so that every position stays.
func blankComments(data []byte) []byte {
	out := bytes.Clone(data)
	if bytes.HasPrefix(out, []byte("\xef\xbb\xbf")) {
		copy(out, "   ")
	}
	comma := -1
	for i := 0; i < len(out); i++ {
		switch c := out[i]; {
		case c == '"':
			i = stringEnd(out, i)
			comma = -1
		case c == '/' && i+1 < len(out) && (out[i+1] == '/' || out[i+1] == '*'):
			end := commentEnd(out, i)
			for ; i < end; i++ {
				if out[i] != '\n' {
					out[i] = ' '
				}
			}
			i--
		case c == ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			out[comma] = ' '
			comma = -1
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			comma = -1
		}
	}
	return out
}

// stringEnd returns the position of the quote that ends the string which begins at data[i], or of the last byte.
func stringEnd(data []byte, i int) int {
	for j := i + 1; j < len(data); j++ {
		switch data[j] {
		case '\\':
			j++
		case '"':
			return j
		}
	}
	return len(data) - 1
}

// commentEnd returns where the comment that begins at data[i] ends.
func commentEnd(data []byte, i int) int {
	ending := "\n"
	if data[i+1] == '*' {
		ending = "*/"
	}
	if n := bytes.Index(data[i+2:], []byte(ending)); n >= 0 {
		return i + 2 + n + len(ending)
	}
	return len(data)
}

// looksJSON tells whether data begins like an object or list of JSON.
func looksJSON(data []byte) bool {
	text := bytes.TrimLeft(bytes.TrimPrefix(data[:min(len(data), 512)], []byte("\xef\xbb\xbf")), " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[' && !bytes.Contains(text[:min(len(text), 64)], []byte("]\n")))
}
