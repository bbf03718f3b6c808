package report

import (
	"bytes"
	"html"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	spellingDepth = 3  // encodings within encodings that are looked through
	hexRun        = 16 // digits from which a run of hex is decoded
	base64Run     = 11 // characters from which a run of base64 is decoded: 8 bytes
	spellingTimes = 64 // decoded bytes are bounded to this multiple of the text
)

// view is a text as one way of reading it decodes it: byte i of text was spelled by the source's bytes from[i] to to[i].
type view struct {
	text     []byte
	from, to []int32
}

func (v *view) add(b byte, from, to int) {
	v.text = append(v.text, b)
	v.from = append(v.from, int32(from))
	v.to = append(v.to, int32(to))
}

func (v *view) addAll(s []byte, from, to int) {
	for _, b := range s {
		v.add(b, from, to)
	}
}

// source maps a span of the view to the source.
func (v *view) source(s span) span { return span{int(v.from[s.start]), int(v.to[s.end-1])} }

// spellings calls visit with text as it is and as every encoding reads it: percent, JSON and C escapes, HTML entities,
// hexadecimal, and base64 of both alphabets in all alignments, and encodings within these. source maps a span of a view
// to text. It reports whether it could look at all of them: text that is encodings through and through reaches a bound.
func spellings(text []byte, visit func(v []byte, source func(span) span)) (all bool) {
	all = true
	budget := spellingTimes*len(text) + 1024
	var walk func(t []byte, depth int, source func(span) span)
	walk = func(t []byte, depth int, source func(span) span) {
		visit(t, source)
		if depth == spellingDepth || depth > 0 && !hasText(t) {
			return
		}
		for _, decode := range spellingDecoders {
			decode(t, func(v view) {
				if len(v.text) < namedFrom {
					return
				}
				if budget -= len(v.text); budget < 0 {
					all = false
					return
				}
				walk(v.text, depth+1, func(s span) span { return source(v.source(s)) })
			})
		}
	}
	walk(text, 0, func(s span) span { return s })
	return all
}

// hasText reports whether t holds printable ASCII enough for a value to be spelled in it once more.
func hasText(t []byte) bool {
	n := 0
	for _, b := range t {
		if n++; b < ' ' || b > '~' {
			n = 0
		}
		if n == base64Run {
			return true
		}
	}
	return false
}

var spellingDecoders = []func([]byte, func(view)){percentViews, escapeViews, entityViews, hexViews, base64Views}

// percentViews reads %XX, once with + as itself and once, where there is one, as a space.
func percentViews(t []byte, emit func(view)) {
	if bytes.IndexByte(t, '%') < 0 {
		return
	}
	for _, plus := range []byte{'+', ' '} {
		if plus == ' ' && bytes.IndexByte(t, '+') < 0 {
			return
		}
		v := newView(len(t))
		changed := false
		for i := 0; i < len(t); i++ {
			if t[i] == '%' && i+2 < len(t) {
				if b, ok := hexByte(t[i+1], t[i+2]); ok {
					v.add(b, i, i+3)
					i += 2
					changed = true
					continue
				}
			}
			b := t[i]
			if b == '+' {
				b = plus
			}
			v.add(b, i, i+1)
		}
		if !changed {
			return
		}
		emit(v)
	}
}

// escapeViews reads backslash escapes of JSON, JavaScript, C and the shell.
func escapeViews(t []byte, emit func(view)) {
	if bytes.IndexByte(t, '\\') < 0 {
		return
	}
	v := newView(len(t))
	for i := 0; i < len(t); {
		if t[i] != '\\' || i+1 == len(t) {
			v.add(t[i], i, i+1)
			i++
			continue
		}
		decoded, n := escapeAt(t[i:])
		v.addAll(decoded, i, i+n)
		i += n
	}
	emit(v)
}

// escapeAt decodes the escape that t begins with, and returns how many bytes it takes.
func escapeAt(t []byte) ([]byte, int) {
	switch c := t[1]; c {
	case 'n':
		return []byte{'\n'}, 2
	case 'r':
		return []byte{'\r'}, 2
	case 't':
		return []byte{'\t'}, 2
	case 'b':
		return []byte{'\b'}, 2
	case 'f':
		return []byte{'\f'}, 2
	case 'x':
		if len(t) >= 4 {
			if b, ok := hexByte(t[2], t[3]); ok {
				return []byte{b}, 4
			}
		}
	case 'u':
		if r, ok := hexRune(t, 4); ok {
			if low, ok := hexRune(t[6:], 4); ok && utf16.IsSurrogate(r) && len(t) >= 12 && t[6] == '\\' && t[7] == 'u' {
				if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
					return utf8.AppendRune(nil, pair), 12
				}
			}
			return utf8.AppendRune(nil, r), 6
		}
	case 'U':
		if r, ok := hexRune(t, 8); ok {
			return utf8.AppendRune(nil, r), 10
		}
	case '0', '1', '2', '3':
		if len(t) >= 4 {
			if n, err := strconv.ParseUint(string(t[1:4]), 8, 8); err == nil {
				return []byte{byte(n)}, 4
			}
		}
	}
	return t[1:2], 2
}

// hexRune reads n hexadecimal digits after the two bytes that begin an escape.
func hexRune(t []byte, n int) (rune, bool) {
	if len(t) < 2+n {
		return 0, false
	}
	r, err := strconv.ParseUint(string(t[2:2+n]), 16, 32)
	return rune(r), err == nil
}

// entityViews reads HTML entities, numeric and named.
func entityViews(t []byte, emit func(view)) {
	if bytes.IndexByte(t, '&') < 0 {
		return
	}
	v := newView(len(t))
	changed := false
	for i := 0; i < len(t); {
		if t[i] == '&' {
			if n := bytes.IndexByte(t[i:min(len(t), i+40)], ';'); n > 0 {
				name := string(t[i : i+n+1])
				if decoded := html.UnescapeString(name); decoded != name {
					v.addAll([]byte(decoded), i, i+n+1)
					i += n + 1
					changed = true
					continue
				}
			}
		}
		v.add(t[i], i, i+1)
		i++
	}
	if changed {
		emit(v)
	}
}

// hexViews reads runs of hexadecimal digits, from their first digit and from their second.
func hexViews(t []byte, emit func(view)) {
	for i := 0; i < len(t); {
		end := i
		for end < len(t) && hexDigit(t[end]) >= 0 {
			end++
		}
		for start := i; start < i+2 && end-start >= hexRun; start++ {
			v := newView((end - start) / 2)
			for j := start; j+1 < end; j += 2 {
				b, _ := hexByte(t[j], t[j+1])
				v.add(b, j, j+2)
			}
			emit(v)
		}
		i = end + 1
	}
}

// base64Views reads runs of both base64 alphabets, line breaks within them passed over, from each of the first four
// characters on.
func base64Views(t []byte, emit func(view)) {
	for i := 0; i < len(t); {
		if base64Digit(t[i]) < 0 {
			i++
			continue
		}
		var at []int32 // positions of the characters of the run
		end := i
		for ; end < len(t); end++ {
			if base64Digit(t[end]) >= 0 {
				at = append(at, int32(end))
			} else if t[end] != '\n' && t[end] != '\r' {
				break
			}
		}
		for phase := 0; phase < 4 && len(at)-phase >= base64Run; phase++ {
			emit(base64View(t, at[phase:]))
		}
		i = end + 1
	}
}

func base64View(t []byte, at []int32) view {
	v := newView(len(at) * 3 / 4)
	for k := 0; (8*k+7)/6 < len(at); k++ {
		first, last := 8*k/6, (8*k+7)/6
		shift := 8 * k % 6 // bits of the first character that belong to the byte before
		bits := base64Digit(t[at[first]])<<6 | base64Digit(t[at[last]])
		v.add(byte(bits>>(4-shift)), int(at[first]), int(at[last])+1)
	}
	return v
}

func newView(n int) view {
	return view{text: make([]byte, 0, n), from: make([]int32, 0, n), to: make([]int32, 0, n)}
}

func hexByte(a, b byte) (byte, bool) {
	x, y := hexDigit(a), hexDigit(b)
	return byte(x<<4 | y), x >= 0 && y >= 0
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func base64Digit(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '+' || c == '-':
		return 62
	case c == '/' || c == '_':
		return 63
	}
	return -1
}
