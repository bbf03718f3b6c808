package source

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// leastBytes lists archives by their magic bytes, with how long the shortest of each is: headers and what has to follow
// them (RFC 1952, the xz file format, RFC 8878, bzip2, APPNOTE.TXT 4.3, 7zFormat.txt).
var leastBytes = []struct {
	magic []byte
	least int
}{
	{[]byte{0x1f, 0x8b, 0x08}, 18},
	{[]byte{0xfd, '7', 'z', 'X', 'Z', 0}, 32},
	{[]byte{0x28, 0xb5, 0x2f, 0xfd}, 9},
	{[]byte("BZh91AY&SY"), 14},
	{[]byte("PK\x03\x04"), 98},
	{[]byte{'7', 'z', 0xbc, 0xaf, 0x27, 0x1c}, 32},
}

// isCut tells whether all, the whole of an input if it is shorter than sniffLength, ends before the archive that it begins
// can be one.
func isCut(all []byte) bool {
	for _, a := range leastBytes {
		if bytes.HasPrefix(all, a.magic) && len(all) < a.least {
			return true
		}
		if len(all) > 1 && bytes.HasPrefix(a.magic, all) && bytes.ContainsFunc(all, notPrinted) {
			return true
		}
	}
	return isCutTar(all)
}

// notPrinted tells what plain text in English has none of.
func notPrinted(r rune) bool {
	return r >= utf8.RuneSelf || unicode.IsControl(r)
}

// Fields of the header of a tar archive (POSIX.1-2017 pax, ustar interchange format).
const (
	tarNameEnd    = 100 // where the name ends and mode, uid, gid, size and mtime begin, which are digits
	tarNumbersEnd = 148
)

// isCutTar tells whether all begins as the header of a tar archive and ends within it. What ends within the first member's
// name cannot be told from text.
func isCutTar(all []byte) bool {
	if len(all) >= sniffLength {
		return false
	}
	field := all[:min(len(all), tarNameEnd)]
	name := bytes.TrimRight(field, "\x00")
	if len(name) == 0 || bytes.IndexByte(all, 0) < 0 || !utf8.Valid(name) || bytes.ContainsFunc(name, unicode.IsControl) {
		return false
	}
	for _, c := range all[len(field):min(len(all), max(len(field), tarNumbersEnd))] {
		if (c < '0' || c > '7') && c != ' ' && c != 0 {
			return false
		}
	}
	return true
}
