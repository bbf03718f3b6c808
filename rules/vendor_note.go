package rules

import "bytes"

// Bounds of a note: the comment behind a value, or the heading, comment or import on the lines above it.
const (
	noteReach  = 256
	noteLines  = 2 // other settings between it and the name
	noteBlanks = 2
	maxNote    = 64 // bytes of it
	noteWords  = 7  // of it; a longer one is a sentence, about anything
)

// noteMarks begin a comment, or a heading.
var noteMarks = [][]byte{[]byte("#"), []byte("//"), []byte("--"), []byte("/*"), []byte("<!--"), []byte(";"), []byte("*"), []byte("==")}

// importWords begin a line that makes a package known.
var importWords = [][]byte{[]byte("import "), []byte("from "), []byte("use "), []byte("using "), []byte("require "), []byte("require_once "), []byte("const "), []byte("var "), []byte("let ")}

// vendorNoted returns the vendor that a comment behind data[hi] on its line names, or else a note above data[lo], which other
// settings may part from it, if value can be its token; none has no rule.
func (a *assigner) vendorNoted(data []byte, lo, hi int, value string) indexed {
	after := data[hi:min(len(data), hi+noteReach)]
	if end := bytes.IndexByte(after, '\n'); end >= 0 {
		after = after[:end]
	}
	if text, ok := comment(bytes.TrimLeft(after, " \t\"'`)]},;")); ok {
		if v, ok := a.noted(text); ok {
			return v.ofToken(value)
		}
	}
	floor := max(0, lo-noteReach)
	line := bytes.LastIndexByte(data[floor:lo], '\n') + 1 + floor
	for blank, beside := 0, 0; line > floor && blank < noteBlanks && beside <= noteLines; {
		end := line - 1
		line = bytes.LastIndexByte(data[floor:end], '\n') + 1 + floor
		text := bytes.TrimSpace(data[line:end])
		if len(bytes.Trim(text, "-=")) == 0 { // or the line under a heading
			blank++
			continue
		}
		note, ok := heading(text)
		if !ok {
			if note, ok = provided(text); !ok {
				beside++
				if !bytes.ContainsAny(text, ":=") {
					break
				}
				continue
			}
		}
		if v, ok := a.noted(note); ok {
			return v.ofToken(value)
		}
		break
	}
	return indexed{}
}

// providing are names whose values tell whose the other settings beside them are.
var providing = words("name provider service vendor type source integration platform")

// provided returns the value of a setting on a line of its own that has such a name: "provider": "acme",.
func provided(line []byte) ([]byte, bool) {
	i := bytes.IndexAny(line, ":=")
	if i < 0 || !providing[asciiLower(string(bytes.Trim(line[:i], " \t\"'-")))] {
		return nil, false
	}
	return bytes.Trim(line[i+1:], " \t\"',;:="), true
}

// comment returns the text of the comment that a line goes on with.
func comment(line []byte) ([]byte, bool) {
	for _, m := range noteMarks {
		if bytes.HasPrefix(line, m) {
			return line[len(m):], true
		}
	}
	return nil, false
}

// heading returns the text of a line that tells what the next are about: a comment, the import of a package, a few words
// that give nothing a value.
func heading(line []byte) ([]byte, bool) {
	if text, ok := comment(line); ok {
		return text, true
	}
	for _, w := range importWords {
		if bytes.HasPrefix(line, w) {
			return line, w[0] != 'c' && w[0] != 'v' && w[0] != 'l' || bytes.Contains(line, []byte("require("))
		}
	}
	return line, !bytes.ContainsAny(bytes.TrimSuffix(line, []byte(":")), ":={}(,;<|")
}

// noted returns the vendor that a note names, if one word or more of it are exactly its name.
func (a *assigner) noted(text []byte) (indexed, bool) {
	words := sectionWords(text)
	if len(text) > maxNote || len(words) > noteWords {
		return indexed{}, false
	}
	for i := range words {
		if v, ok := a.index.exact(words[i:], len(words) == 1); ok {
			return v, true
		}
	}
	return indexed{}, false
}
