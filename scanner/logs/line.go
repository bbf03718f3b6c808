package logs

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// line is a line of a log as a reader would see it: without escape codes and control characters, with what JSON escapes
// undone. A line end that JSON escaped, and a carriage return, end a message of it.
type line struct {
	text string
	raw  []byte
	at   []int32 // where each byte of text lies in raw; nil where text is raw
	// start and end bound what the program wrote, where the line is a record of JSON that wraps it.
	start, end int
}

// newLine cleans raw.
func newLine(raw []byte) *line {
	raw = bytes.TrimRight(raw, "\r\n")
	if clean(raw) {
		return &line{text: string(raw), raw: raw, end: len(raw)}
	}
	from, to := wrapped(raw)
	l := &line{raw: raw, at: make([]int32, 0, len(raw)), start: -1, end: -1}
	text := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		if l.start < 0 && i >= from {
			l.start = len(text)
		}
		if l.end < 0 && i >= to {
			l.end = len(text)
		}
		c, n, ok := unit(raw[i:])
		if ok {
			text = append(text, c)
			l.at = append(l.at, int32(i))
		}
		i += n
	}
	l.text = string(text)
	if l.start < 0 {
		l.start = len(text)
	}
	if l.end < 0 {
		l.end = len(text)
	}
	return l
}

// clean tells that a line needs no cleaning.
func clean(raw []byte) bool {
	for _, c := range raw {
		if c < ' ' && c != '\t' || c == '\\' || c == 0x7f {
			return false
		}
	}
	return true
}

// unit returns the byte that raw begins with as a reader sees it, how many bytes of raw it takes, and whether there is one:
// a control code has none.
func unit(raw []byte) (c byte, n int, ok bool) {
	switch c := raw[0]; {
	case c == 0x1b:
		return 0, 1 + controlCode(raw[1:]), false
	case c == '\r':
		return '\n', 1, true
	case c == '\t':
		return c, 1, true
	case c < ' ' || c == 0x7f:
		return 0, 1, false
	case c == '\\' && len(raw) > 1:
		return escaped(raw)
	default:
		return c, 1, true
	}
}

// escaped undoes one escape of JSON. Other uses of a backslash are left as they are.
func escaped(raw []byte) (c byte, n int, ok bool) {
	switch raw[1] {
	case '"', '/', '\\':
		return raw[1], 2, true
	case 'n', 'r':
		return '\n', 2, true
	case 't':
		return '\t', 2, true
	case 'u':
		if v, ok := fourDigits(raw[2:]); ok {
			switch {
			case v == 0x1b:
				return 0, 6 + controlCode(raw[6:]), false
			case v == '\n' || v == '\r':
				return '\n', 6, true
			case v < ' ' || v == 0x7f:
				return 0, 6, false
			case v < utf8.RuneSelf:
				return byte(v), 6, true
			}
			return '?', 6, true
		}
	}
	return '\\', 1, true
}

// fourDigits reads four hexadecimal digits.
func fourDigits(b []byte) (v int, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			v = v<<4 | int(c-'a'+10)
		case c >= 'A' && c <= 'F':
			v = v<<4 | int(c-'A'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

// maxControl bounds a control code: what is longer is text behind a stray escape character.
const maxControl = 64

// controlCode returns the length of the rest of a terminal's control code, ECMA-48, after its escape character.
func controlCode(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case '[':
		for i := 1; i < len(b) && i < maxControl; i++ {
			if b[i] >= 0x40 && b[i] <= 0x7e {
				return i + 1
			}
			if b[i] < 0x20 || b[i] > 0x3f {
				return i
			}
		}
		return 1
	case ']':
		return operatingSystemCommand(b)
	case '(', ')':
		return min(2, len(b))
	}
	return 0
}

// operatingSystemCommand returns the length of a code that BEL or ESC \ ends: a window's title, a link.
func operatingSystemCommand(b []byte) int {
	for i := 1; i < len(b) && i < 16*maxControl; i++ {
		switch b[i] {
		case 0x07:
			return i + 1
		case 0x1b:
			if i+1 < len(b) && b[i+1] == '\\' {
				return i + 2
			}
			return i
		}
	}
	return 1
}

// wrappers are the keys under which records of JSON hold what a program wrote: docker's json-file, structured loggers,
// journald, fluentd.
var wrappers = []string{`"log":`, `"message":`, `"msg":`, `"MESSAGE":`, `"line":`, `"textPayload":`, `"data":`}

// wrapped returns the bounds of the message in a record of JSON, or those of all of raw where it is none.
func wrapped(raw []byte) (from, to int) {
	open := bytes.IndexByte(raw, '{')
	if open < 0 {
		return 0, len(raw)
	}
	for _, key := range wrappers {
		i := bytes.Index(raw[open:], []byte(key))
		if i < 0 {
			continue
		}
		i += open + len(key)
		for i < len(raw) && raw[i] == ' ' {
			i++
		}
		if i == len(raw) || raw[i] != '"' {
			continue
		}
		return i + 1, i + 1 + quoted(raw[i+1:])
	}
	return 0, len(raw)
}

// quoted returns the length of a string of JSON up to its closing quote.
func quoted(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(b)
}

// offset returns where byte i of the text lies in the raw line.
func (l *line) offset(i int) int {
	if l.at == nil {
		return i
	}
	return int(l.at[i])
}

// windowBytes is how far from an identity its context is looked for.
const windowBytes = 1 << 10

// message returns the bounds of the message that holds bytes i to j: what one program wrote in one line, without the
// prefixes that collectors and CI systems put before it. Of a long message it gives what lies within windowBytes; begins
// and ends tell whether that reaches its ends.
func (l *line) message(i, j int) (start, end int, begins, ends bool) {
	first, last := 0, len(l.text)
	if i >= l.start && j <= l.end {
		first, last = l.start, l.end
	}
	start, end = max(first, i-windowBytes), min(last, j+windowBytes)
	begins, ends = start == first, end == last
	if n := strings.LastIndexByte(l.text[start:i], '\n'); n >= 0 {
		start, begins = start+n+1, true
	}
	if n := strings.IndexByte(l.text[j:end], '\n'); n >= 0 {
		end, ends = j+n, true
	}
	if begins {
		start += prefix(l.text[start:i])
	}
	return start, j + len(strings.TrimRight(l.text[j:end], " \t")), begins, ends
}

// snippetBytes is how much text is shown on either side of an identity.
const snippetBytes = 60

// snippet returns the text around bytes i to j.
func (l *line) snippet(i, j int) string {
	from, to := max(0, i-snippetBytes), min(len(l.text), j+snippetBytes)
	if n := strings.LastIndexByte(l.text[from:i], '\n'); n >= 0 {
		from += n + 1
	}
	if n := strings.IndexByte(l.text[j:to], '\n'); n >= 0 {
		to = j + n
	}
	return strings.TrimSpace(strings.ToValidUTF8(l.text[from:to], "\uFFFD"))
}
