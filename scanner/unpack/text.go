package unpack

import (
	"bytes"
	"context"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// textEncoding is an encoding in which ASCII does not look like ASCII. Latin-1 and its kin need no decoding: their ASCII
// is in place.
type textEncoding struct {
	step    string
	mark    string // the byte order mark
	width   int    // bytes of a unit
	ascii   int    // position of the byte of a unit that holds ASCII; the others are zero
	decoder func() *encoding.Decoder
}

// textEncodings are tried in order: the mark of UTF-32 begins with that of UTF-16.
var textEncodings = []textEncoding{
	{"utf-32", "\xff\xfe\x00\x00", 4, 0, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM).NewDecoder},
	{"utf-32", "\x00\x00\xfe\xff", 4, 3, utf32.UTF32(utf32.BigEndian, utf32.UseBOM).NewDecoder},
	{"utf-16", "\xff\xfe", 2, 0, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder},
	{"utf-16", "\xfe\xff", 2, 1, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder},
}

// textSample is how many bytes tell an encoding that has no mark, and textUnits how many units it takes at least.
const (
	textSample = 1024
	textUnits  = 8
)

// encodingOf returns the encoding of a text that begins with head, nil where it is none of these.
func encodingOf(head []byte) *textEncoding {
	for i := range textEncodings {
		e := &textEncodings[i]
		if bytes.HasPrefix(head, []byte(e.mark)) && len(head) > len(e.mark) {
			return e
		}
	}
	if bytes.IndexByte(head[:min(len(head), textSample)], 0) < 0 {
		return nil
	}
	for i := range textEncodings {
		if e := &textEncodings[i]; e.looksLike(head) {
			return e
		}
	}
	return nil
}

// looksLike tells text without a mark: nine units in ten are ASCII characters.
func (e *textEncoding) looksLike(head []byte) bool {
	head = head[:min(len(head), textSample)]
	units := len(head) / e.width
	if units < textUnits {
		return false
	}
	others := 0
	for i := range units {
		unit := head[i*e.width:][:e.width]
		if !isText(unit[e.ascii]) || zeros(unit) != e.width-1 {
			if others++; others*10 > units {
				return false
			}
		}
	}
	return true
}

func isText(c byte) bool { return c >= ' ' && c < 0x7f || c >= '\t' && c <= '\r' }

func zeros(unit []byte) int { return bytes.Count(unit, []byte{0}) }

func isEncodedText(head []byte) bool { return encodingOf(head) != nil }

// unpackText yields the text as UTF-8. What cannot be decoded becomes U+FFFD, as in a viewer.
func unpackText(ctx context.Context, in Input, out *sink) error {
	head := make([]byte, HeadBytes)
	n, err := io.ReadFull(in.Reader, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	e := encodingOf(head[:n])
	if e == nil {
		return corrupt("reading text: its encoding cannot be told")
	}
	src := io.MultiReader(bytes.NewReader(head[:n]), in.Reader)
	return out.put(ctx, Member{Steps: []string{e.step}, Size: -1, Kind: Content, Body: transform.NewReader(src, e.decoder())})
}
