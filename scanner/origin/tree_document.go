package origin

import "strings"

// manualTree knows share/man/LANGUAGE/manSECTION/NAME.SECTION, as every installed program brings its pages: all of one is a
// document.
func manualTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("share", "man") {
		return Package{}, 0, false
	}
	if !strings.HasPrefix(rest[0], "man") && len(rest) > 1 {
		rest = rest[1:] // a language's
	}
	if len(rest) < 2 || len(rest[0]) != len("man1") || !strings.HasPrefix(rest[0], "man") {
		return Package{}, 0, false
	}
	page := rest[1]
	for _, suffix := range []string{".gz", ".bz2", ".xz", ".zst"} {
		page = strings.TrimSuffix(page, suffix)
	}
	mark := "." + rest[0][len("man"):]
	at := strings.LastIndex(page, mark)
	if at < 0 || strings.Contains(page[at+len(mark):], ".") {
		return Package{}, 0, false
	}
	return Package{System: "man", Name: page[:at], Common: true}, 0, true
}

// documentTree knows share/doc/NAME, where the hierarchy of file systems puts the documents of an installed package.
func documentTree(p place) (Package, int, bool) {
	rest := p.rest()
	if !p.follows("share", "doc") || len(rest) < 2 {
		return Package{}, 0, false
	}
	return Package{System: "documents", Name: rest[0]}, 1, true
}
