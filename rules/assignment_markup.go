package rules

import "bytes"

// maxTag bounds an element's tag.
const maxTag = 120

// valueTags are the last words of the names of elements that hold the value whose name the element before them holds: in
// property lists, in settings of Java, in tables and lists of HTML.
var valueTags = words("string value val td dd prop")

// pairedValue skips what stands between a name and its value in markup that has them side by side: </name> <value>.
func pairedValue(data []byte, p int) (int, bool) {
	end := tagEnd(data, p)
	if end < 0 || data[p+1] != '/' {
		return p, false
	}
	q := blanks(data, end, true)
	if bytes.HasPrefix(data[q:], []byte("<!--")) {
		comment := data[q:min(len(data), q+maxBlock)]
		if i := bytes.Index(comment, []byte("-->")); i > 0 {
			q = blanks(data, q+i+len("-->"), true)
		}
	}
	begin := tagEnd(data, q)
	if begin < 0 || data[q+1] == '/' || data[begin-2] == '/' {
		return p, false
	}
	return begin, holdsValue(data[q+1 : begin])
}

// nameTags are the last words of the names of elements that hold the name of a value.
var nameTags = words("name key")

// holdsValue tells whether a tag's name is that of an element which holds the value of a name; holdsName, which holds a name.
func holdsValue(tag []byte) bool { return tagged(tag, valueTags) }
func holdsName(tag []byte) bool  { return tagged(tag, nameTags) }

// tagged tells whether the last word of a tag's name is one of last.
func tagged(tag []byte, last map[string]bool) bool {
	n := 0
	for n < len(tag) && (nameByte[tag[n]] || tag[n] == ':') {
		n++
	}
	name := splitName(string(bytes.ReplaceAll(tag[:n], []byte(":"), []byte("_"))))
	return len(name) > 0 && last[name[len(name)-1]]
}

// tagEnd returns where the tag that begins at data[p] ends, -1 for none.
func tagEnd(data []byte, p int) int {
	if p+2 >= len(data) || data[p] != '<' {
		return -1
	}
	tag := data[p+1 : min(len(data), p+maxTag)]
	i := bytes.IndexAny(tag, "<>")
	if i < 1 || tag[i] == '<' {
		return -1
	}
	return p + 1 + i + 1
}

// attributed skips the attributes between the name of an element, which ends at data[at], and the text in it, which begins
// behind the tag: <password type="plain">.
func attributed(data []byte, at int) (int, bool) {
	lo := at
	for lo > 0 && at-lo < maxNameBefore && (nameByte[data[lo-1]] || data[lo-1] == ':') {
		lo--
	}
	if lo == 0 || data[lo-1] != '<' {
		return at, false
	}
	end := tagEnd(data, lo-1)
	return end, end > at && bytes.IndexByte(data[at:end], '=') > 0 && data[end-2] != '/'
}

// childValue skips what stands between a name in an attribute, which ends at data[at], and its value in an element below, in
// resources and settings of .NET: <data name="…" xml:space="preserve"> <value>; the other attributes begin at data[p].
func childValue(data []byte, at, p int) (int, bool) {
	lo := at
	for lo > 0 && at-lo < maxNameBefore && nameByte[data[lo-1]] {
		lo--
	}
	tag := data[p:min(len(data), p+maxTag)]
	i := bytes.IndexAny(tag, "<>\n")
	if lo < 2 || data[lo-2] != '=' || i < 1 || tag[i] != '>' || tag[i-1] == '/' {
		return p, false
	}
	q := blanks(data, p+i+1, true)
	end := tagEnd(data, q)
	const value = "value"
	return end, end > q+1+len(value) && equalFolded(data[q+1:q+1+len(value)], value) && !nameByte[data[q+1+len(value)]]
}

// cdata begins a section of text as it is.
var cdata = []byte("<![CDATA[")

// characters skips the blanks before the text of an element, the tag of one in it that holds the value, and what begins such a
// section.
func characters(data []byte, p int) int {
	p = blanks(data, p, true)
	if end := tagEnd(data, p); end > 0 && holdsValue(data[p+1:end]) {
		p = blanks(data, end, true)
	}
	if bytes.HasPrefix(data[p:], cdata) {
		p = blanks(data, p+len(cdata), true)
	}
	return p
}
