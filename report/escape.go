package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape returns s as it may be shown on a terminal and in a log: what is not printable (control codes of both ranges,
// line breaks, bidirectional and invisible format characters, bytes that are not UTF-8) is written as an escape such as
// \x1b or \u202e. A # after a # is written \#, since the runners of GitHub, Azure and TeamCity take what follows ## for a
// command. The result is one line.
func Escape(s string) string {
	if plainText(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '#' && i > 0 && s[i-1] == '#':
			b.WriteString(`\#`)
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case printable(r):
			b.WriteString(s[i : i+n])
		default:
			b.WriteString(escapeRune(r))
		}
		i += n
	}
	return b.String()
}

// printable reports whether r is shown as what it is and changes nothing around it.
func printable(r rune) bool {
	switch {
	case r == ' ', r == '…', r == '·', r == '›':
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x034F, r == 0x2800:
		return false // printable by category, invisible in fact
	}
	return unicode.IsPrint(r)
}

func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < 0x80:
		return fmt.Sprintf(`\x%02x`, r)
	case r < 0x10000:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// plainText reports whether Escape has nothing to do.
func plainText(s string) bool {
	for i := 0; i < len(s); {
		if c := s[i]; c < 0x7f {
			if c < ' ' || c == '#' && i > 0 && s[i-1] == '#' {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !printable(r) {
			return false
		}
		i += n
	}
	return true
}

// shorten returns s cut to max runes, an ellipsis in place of its middle.
func shorten(s string, max int) string {
	n := utf8.RuneCountInString(s)
	if n <= max || max < 3 {
		return s
	}
	runes := []rune(s)
	head := (max - 1) * 2 / 3
	return string(runes[:head]) + Ellipsis + string(runes[n-(max-1-head):])
}

// quoteJSON replaces, in JSON text, what encoding/json leaves as it is and a terminal or the runner of a CI job obeys.
// Outside of strings JSON holds none of it.
func quoteJSON(text []byte) []byte {
	var out []byte
	done := 0 // bytes of text that are in out
	for i := 0; i < len(text); {
		n := 1
		r := rune(text[i])
		switch {
		case r == '#' && i > 0 && text[i-1] == '#':
		case r < 0x7f:
			i++
			continue
		default:
			if r, n = utf8.DecodeRune(text[i:]); printable(r) {
				i += n
				continue
			}
		}
		out = append(out, text[done:i]...)
		if r < 0x10000 {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xD800+(r-0x10000)>>10, 0xDC00+(r-0x10000)&0x3FF)
		}
		i += n
		done = i
	}
	if done == 0 {
		return text
	}
	return append(out, text[done:]...)
}
