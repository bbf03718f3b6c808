package logs

import (
	"encoding/binary"
	"sync"
)

// Lengths of the hexadecimal runs that may be identities: 64 in full; 12 as docker shortens them, 11 as buildah and 13 as
// crictl do.
const (
	fullDigits  = 64
	leastDigits = 11
	mostShort   = 13
)

// anchors are words that come before an identity which no run of leastDigits tells. A line with none of them, and without
// such a run, holds no identity. They have 7 bytes or more: every fourth byte of a text is looked at. Those of their grams
// that are common in any text cost time.
var anchors = []string{
	"naming to ", "repository [", " tagged ", "image for ", "Image is up ", "Copying config ", "Image: ", "\"image\":", " image: ",
	"image \"", "image \\\"", "image to ", "to pull ", "docker image ", "-reference\"", "executor with ", "docker://",
	"docker push ", "docker pull ", "podman push ", "podman pull ", "buildah push ", "signature to: ",
}

// gramTable finds, by the hash of four bytes, the anchors that have them among their first seven, and how far in.
type gramTable struct {
	buckets [1 << 13]uint8 // numbers of entries; 0 for none
	entries [][]gramEntry
}

type gramEntry struct {
	anchor string
	shift  int
}

var anchorGrams = sync.OnceValue(func() *gramTable {
	t := &gramTable{entries: make([][]gramEntry, 1)}
	for _, a := range anchors {
		for shift := range 4 {
			h := gramHash(binary.LittleEndian.Uint32([]byte(a[shift : shift+4])))
			if t.buckets[h] == 0 {
				t.buckets[h] = uint8(len(t.entries))
				t.entries = append(t.entries, nil)
			}
			t.entries[t.buckets[h]] = append(t.entries[t.buckets[h]], gramEntry{a, shift})
		}
	}
	return t
})

func gramHash(gram uint32) uint32 { return gram * 0x9E3779B1 >> 19 }

// hexDigits says which bytes are lower-case hexadecimal digits, as all tools print identities.
var hexDigits = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true,
}

// candidates finds the places of a text that make a line worth reading.
type candidates struct {
	text  []byte
	grams *gramTable
	run   int // where the next run lies, len(text) where there is none
}

func newCandidates(text []byte, from int) *candidates {
	return &candidates{text: text, grams: anchorGrams(), run: nextRun(text, from)}
}

// next returns the offset of the next candidate from i on, or -1. i must not decrease, and must be the start of a line.
func (c *candidates) next(i int) int {
	if c.run < i {
		c.run = nextRun(c.text, i)
	}
	if a := nextAnchor(c.text[:c.run], i, c.grams); a >= 0 {
		return a
	}
	if c.run == len(c.text) {
		return -1
	}
	return c.run
}

// nextRun returns the start of the next run of digits that may be an identity. It looks at every 11th byte until it meets
// a digit, and returns len(text) where there is no run.
func nextRun(text []byte, i int) int {
	for p := i + leastDigits - 1; p < len(text); {
		if !hexDigits[text[p]] {
			p += leastDigits
			continue
		}
		start := p
		for start > i && hexDigits[text[start-1]] {
			start--
		}
		for p < len(text) && hexDigits[text[p]] {
			p++
		}
		if mayIdentify(text, start, p) {
			return start
		}
		p += leastDigits
	}
	return len(text)
}

// mayIdentify tells runs that are long and alone enough. What precedes a short run rules out UUIDs and words; an escape code
// may end directly before it. Thirteen digits without letters are a time in milliseconds.
func mayIdentify[T string | []byte](text T, start, end int) bool {
	n := end - start
	if n == fullDigits {
		return true
	}
	if n < leastDigits || n > mostShort {
		return false
	}
	if start > 0 && text[start-1] == '-' || end < len(text) && (text[end] == '-' || isWord(text[end])) {
		return false
	}
	return n == leastDigits+1 || hasLetter(text[start:end]) || start >= 4 && string(text[start-4:start]) == "--> "
}

func hasLetter[T string | []byte](run T) bool {
	for i := range len(run) {
		if run[i] >= 'a' {
			return true
		}
	}
	return false
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// nextAnchor returns where the next anchor, or a part of it, lies, or -1.
func nextAnchor(text []byte, i int, grams *gramTable) int {
	for p := i; p+4 <= len(text); p += 4 {
		n := grams.buckets[gramHash(binary.LittleEndian.Uint32(text[p:]))]
		if n == 0 {
			continue
		}
		for _, e := range grams.entries[n] {
			start := p - e.shift
			if start >= i && start+len(e.anchor) <= len(text) && string(text[start:start+len(e.anchor)]) == e.anchor {
				return p
			}
		}
	}
	return -1
}
