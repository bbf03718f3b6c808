package rules

import "bytes"

// Bounds of a note: the comment behind a value, or the heading, comment or import on the lines above it.
const (
	noteReach = 256
	noteLines = 2
	maxNote   = 64 // bytes of it
	noteWords = 7  // of it; a longer one is a sentence, about anything
)

// noteMarks begin a comment, or a heading.
var noteMarks = [][]byte{[]byte("#"), []byte("//"), []byte("--"), []byte("/*"), []byte("<!--"), []byte(";"), []byte("*"), []byte("==")}

// importWords begin a line that makes a package known.
var importWords = [][]byte{[]byte("import "), []byte("from "), []byte("use "), []byte("using "), []byte("require "), []byte("require_once "), []byte("const "), []byte("var "), []byte("let ")}

// vendorNoted returns the vendor that a comment behind data[hi] on its line names, or else the nearest line above data[lo] if it
// is a note, if value can be its token; none has no rule.
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
	for n := 0; n < noteLines && line > floor; n++ {
		end := line - 1
		line = bytes.LastIndexByte(data[floor:end], '\n') + 1 + floor
		text := bytes.TrimSpace(data[line:end])
		if len(text) == 0 {
			continue
		}
		if note, ok := heading(text); ok {
			if v, ok := a.noted(note); ok {
				return v.ofToken(value)
			}
		}
		break
	}
	return indexed{}
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
