package scanner

import (
	"errors"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var errJSONSyntax = errors.New("unexpected character")

// jsonLexer splits JSON text (RFC 8259) into tokens. It exists beside encoding/json for speed, many times that of its
// Decoder on an SBOM, and to keep bytes that are not UTF-8 as they are.
type jsonLexer struct {
	text string
	at   int
}

// space skips white space and tells whether anything follows.
func (l *jsonLexer) space() bool {
	for l.at < len(l.text) {
		switch l.text[l.at] {
		case ' ', '\t', '\r', '\n':
			l.at++
		default:
			return true
		}
	}
	return false
}

// scalar reads a string, number, true, false or null. On an error it stays where it was.
func (l *jsonLexer) scalar() (jsonEvent, error) {
	switch l.text[l.at] {
	case '"':
		s, err := l.string()
		return jsonEvent{jsonString, s}, err
	case 't':
		return l.word("true", jsonBool)
	case 'f':
		return l.word("false", jsonBool)
	case 'n':
		return l.word("null", jsonNull)
	}
	return l.number()
}

func (l *jsonLexer) word(word string, kind jsonKind) (jsonEvent, error) {
	if !strings.HasPrefix(l.text[l.at:], word) {
		return jsonEvent{}, l.wrong(l.at + 1)
	}
	l.at += len(word)
	return jsonEvent{kind, word}, nil
}

// wrong returns the error for a token that is not JSON at position at.
func (l *jsonLexer) wrong(at int) error {
	if at >= len(l.text) {
		return io.ErrUnexpectedEOF
	}
	return errJSONSyntax
}

func (l *jsonLexer) number() (jsonEvent, error) {
	i := l.at
	if l.is(i, '-') {
		i++
	}
	whole := l.digits(i)
	if whole == i || l.text[i] == '0' && whole > i+1 {
		return jsonEvent{}, l.wrong(i)
	}
	i = whole
	if l.is(i, '.') {
		end := l.digits(i + 1)
		if end == i+1 {
			return jsonEvent{}, l.wrong(end)
		}
		i = end
	}
	if l.is(i, 'e') || l.is(i, 'E') {
		i++
		if l.is(i, '+') || l.is(i, '-') {
			i++
		}
		end := l.digits(i)
		if end == i {
			return jsonEvent{}, l.wrong(end)
		}
		i = end
	}
	literal := l.text[l.at:i]
	l.at = i
	return jsonEvent{jsonNumber, literal}, nil
}

func (l *jsonLexer) is(i int, c byte) bool { return i < len(l.text) && l.text[i] == c }

func (l *jsonLexer) digits(i int) int {
	for i < len(l.text) && l.text[i] >= '0' && l.text[i] <= '9' {
		i++
	}
	return i
}

// string reads a string that starts here. One without escapes shares the memory of the document.
func (l *jsonLexer) string() (string, error) {
	if !l.is(l.at, '"') {
		return "", l.wrong(l.at)
	}
	for i := l.at + 1; i < len(l.text); i++ {
		switch c := l.text[i]; {
		case c == '"':
			s := l.text[l.at+1 : i]
			l.at = i + 1
			return s, nil
		case c == '\\':
			return l.escaped(i)
		case c < ' ':
			return "", errJSONSyntax
		}
	}
	return "", io.ErrUnexpectedEOF
}

// escaped reads the string that starts here and has its first escape at i.
func (l *jsonLexer) escaped(i int) (string, error) {
	var b strings.Builder
	b.WriteString(l.text[l.at+1 : i])
	for i < len(l.text) {
		c := l.text[i]
		switch {
		case c == '"':
			l.at = i + 1
			return b.String(), nil
		case c < ' ':
			return "", errJSONSyntax
		case c != '\\':
			b.WriteByte(c)
			i++
			continue
		}
		r, n := unescape(l.text[i:])
		if n == 0 {
			return "", l.wrong(i + 6)
		}
		b.WriteRune(r)
		i += n
	}
	return "", io.ErrUnexpectedEOF
}

// unescape returns the code point that the escape at the start of s stands for and the length of the escape, 0 for none.
func unescape(s string) (rune, int) {
	if len(s) < 2 {
		return 0, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2
	}
	r := hexRune(s)
	if r < 0 {
		return 0, 0
	}
	if utf16.IsSurrogate(r) {
		if pair := utf16.DecodeRune(r, hexRune(s[6:])); pair != utf8.RuneError {
			return pair, 12
		}
		return utf8.RuneError, 6
	}
	return r, 6
}

// hexRune returns the code unit of an escape with four hexadecimal digits, -1 where s does not start with one.
func hexRune(s string) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	var r rune
	for i := 2; i < 6; i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}
