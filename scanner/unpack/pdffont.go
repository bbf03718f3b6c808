package unpack

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strconv"
	"unicode/utf16"
)

const (
	pdfMapEntries = 1 << 20 // of all ToUnicode maps of a file
	pdfFontNames  = 4096
	pdfFontSame   = 32 // fonts of one name
)

var (
	pdfToUnicode = late(`/ToUnicode\s+(\d{1,9})\s+\d{1,5}\s+R\b`)
	pdfReference = late(`/([^\s/<>\[\]()%{}]{1,64})\s+(\d{1,9})\s+\d{1,5}\s+R\b`)
	pdfMapBlock  = late(`(?s)begin(bfchar|bfrange)(.*?)end(?:bfchar|bfrange)`)
	pdfMapToken  = late(`<([0-9A-Fa-f\s]*)>|\[|\]`)
)

// pdfFonts knows which text the codes of each font stand for.
type pdfFonts struct {
	named map[string][]int // by name in a resource dictionary: objects that it refers to
	maps  map[int]int      // by font object: its ToUnicode map
	codes map[int]*pdfMap  // by object of the map
	left  int              // entries that maps may still have
}

// pdfMap is a ToUnicode map.
type pdfMap struct {
	size int // bytes of a code
	text map[uint32]string
}

func newPDFFonts() *pdfFonts {
	return &pdfFonts{named: map[string][]int{}, maps: map[int]int{}, codes: map[int]*pdfMap{}, left: pdfMapEntries}
}

// learn takes in what an object tells: that it is a font with a map, or names of fonts. Not every name that refers to an
// object is that of a font; those that are not lead to no map.
func (f *pdfFonts) learn(number int, object []byte) {
	if m := pdfToUnicode().FindSubmatch(object); m != nil && len(f.maps) < pdfFontNames {
		f.maps[number], _ = strconv.Atoi(string(m[1]))
	}
	for _, m := range pdfReference().FindAllSubmatch(object, -1) {
		name := string(m[1])
		n, _ := strconv.Atoi(string(m[2]))
		known, seen := f.named[name]
		if (seen || len(f.named) < pdfFontNames) && len(known) < pdfFontSame && !slices.Contains(known, n) {
			f.named[name] = append(known, n)
		}
	}
}

// addMap takes in a ToUnicode map.
func (f *pdfFonts) addMap(number int, data []byte) {
	m := &pdfMap{text: map[uint32]string{}}
	for _, block := range pdfMapBlock().FindAllSubmatch(data, -1) {
		tokens := pdfMapToken().FindAllSubmatch(block[2], -1)
		if string(block[1]) == "bfchar" {
			for i := 0; i+1 < len(tokens); i += 2 {
				f.set(m, pdfHex(tokens[i][1]), 0, pdfHex(tokens[i+1][1]))
			}
			continue
		}
		f.ranges(m, tokens)
	}
	f.codes[number] = m
}

// ranges reads the lines of a bfrange block: from, to, and the text of the first or an array of texts.
func (f *pdfFonts) ranges(m *pdfMap, tokens [][][]byte) {
	for i := 0; i+2 < len(tokens); {
		from, to := pdfHex(tokens[i][1]), pdfHex(tokens[i+1][1])
		count := min(pdfCode(to)-pdfCode(from)+1, 1<<16)
		i += 2
		if tokens[i][0][0] != '[' {
			text := pdfHex(tokens[i][1])
			for n := range count {
				f.set(m, from, n, pdfAdd(text, n))
			}
			i++
			continue
		}
		i++
		for n := uint32(0); i < len(tokens) && tokens[i][0][0] == '<'; n++ {
			f.set(m, from, n, pdfHex(tokens[i][1]))
			i++
		}
		i++
	}
}

// set maps the n-th code after code to text in UTF-16.
func (f *pdfFonts) set(m *pdfMap, code []byte, n uint32, text []byte) {
	if f.left--; f.left < 0 || len(code) == 0 {
		return
	}
	m.size = len(code)
	var units []uint16
	for i := 0; i+1 < len(text); i += 2 {
		units = append(units, uint16(text[i])<<8|uint16(text[i+1]))
	}
	m.text[pdfCode(code)+n] = string(utf16.Decode(units))
}

// pdfHex returns the bytes that hexadecimal digits spell; a missing last digit is 0.
func pdfHex(digits []byte) []byte {
	digits = bytes.Join(bytes.Fields(digits), nil)
	if len(digits)%2 == 1 {
		digits = append(digits, '0')
	}
	b := make([]byte, len(digits)/2)
	n, _ := hex.Decode(b, digits)
	return b[:n]
}

func pdfCode(code []byte) uint32 {
	var n uint32
	for _, c := range code[:min(len(code), 4)] {
		n = n<<8 | uint32(c)
	}
	return n
}

// pdfAdd returns text with n added to its last character.
func pdfAdd(text []byte, n uint32) []byte {
	if len(text) < 2 {
		return text
	}
	b := bytes.Clone(text)
	last := uint32(b[len(b)-2])<<8 | uint32(b[len(b)-1]) + n
	b[len(b)-2], b[len(b)-1] = byte(last>>8), byte(last)
	return b
}

// decode returns the text of a string that is shown in the font of a name: by the map that knows most of its codes, else
// as it is, without the zeros of two-byte codes.
func (f *pdfFonts) decode(font string, s []byte) []byte {
	var best []byte
	most := 0
	for _, object := range f.named[font] {
		m := f.codes[f.maps[object]]
		if m == nil || m.size == 0 {
			continue
		}
		if text, known := m.decode(s); known > most {
			best, most = text, known
		}
	}
	if most > 0 {
		return best
	}
	return bytes.ReplaceAll(s, []byte{0}, nil)
}

// decode returns the text of a string, and how many of its codes are known.
func (m *pdfMap) decode(s []byte) (text []byte, known int) {
	for i := 0; i+m.size <= len(s); i += m.size {
		if t, ok := m.text[pdfCode(s[i:i+m.size])]; ok {
			text = append(text, t...)
			known++
		}
	}
	return text, known
}
