package unpack

import (
	"bytes"
	"math"
	"strconv"
)

// pdfPage is what a content stream shows, before its fonts are known.
type pdfPage struct {
	step string
	runs []pdfRun
	size int
}

// pdfRun is a string in a font, or a break in the text.
type pdfRun struct {
	font string
	text []byte // nil for a break
	gap  byte   // what the break is: a space or a new line
}

// text returns what the page shows.
func (p *pdfPage) text(fonts *pdfFonts) []byte {
	var text []byte
	for _, r := range p.runs {
		if r.text != nil {
			text = append(text, fonts.decode(r.font, r.text)...)
			continue
		}
		if n := len(text); n > 0 && text[n-1] != '\n' && (r.gap == '\n' || text[n-1] != ' ') {
			text = append(text, r.gap)
		}
	}
	if n := len(text); n > 0 && text[n-1] != '\n' {
		text = append(text, '\n')
	}
	return text
}

// pdfSpace is from which displacement in thousandths of the font size on a gap in a line passes for a space.
const pdfSpace = 180

// readPDFPage reads a content stream: the strings that are shown, and where lines end.
func readPDFPage(step string, data []byte) *pdfPage {
	p := &pdfPage{step: step}
	t := pdfTokens{data: data}
	var operands []pdfToken
	font := ""
	y, moved := 0.0, false // where the next string stands, and whether something moved all that follows
	line := math.Inf(1)    // where the last one stood
	show := func() {
		if y != line || moved {
			p.gap('\n')
		}
		line, moved = y, false
		p.show(font, operands)
	}
	for {
		token, ok := t.next()
		if !ok {
			return p
		}
		if token.kind != pdfOperator {
			if len(operands) < 1<<16 {
				operands = append(operands, token)
			}
			continue
		}
		switch string(token.text) {
		case "Tf":
			for _, o := range operands {
				if o.kind == pdfNameToken {
					font = string(o.text)
				}
			}
		case "Tj", "TJ":
			show()
		case "'", `"`:
			moved = true
			show()
		case "BT":
			y = 0
		case "Td", "TD":
			if n := len(operands); n > 0 {
				y += operands[n-1].number()
			}
			if y == line && !moved {
				p.gap(' ')
			}
		case "Tm":
			if n := len(operands); n > 0 {
				y = operands[n-1].number()
			}
		case "T*", "cm":
			moved = true
		case "ID":
			t.skipImage()
		}
		operands = operands[:0]
	}
}

func (p *pdfPage) gap(c byte) {
	p.runs = append(p.runs, pdfRun{gap: c})
	p.size += 48
}

// show adds the strings among the operands, which are one string, or strings and displacements.
func (p *pdfPage) show(font string, operands []pdfToken) {
	for _, o := range operands {
		switch o.kind {
		case pdfString:
			if n := len(p.runs); n > 0 && p.runs[n-1].text != nil && p.runs[n-1].font == font {
				p.runs[n-1].text = append(p.runs[n-1].text, o.text...)
				p.size += len(o.text)
				continue
			}
			p.runs = append(p.runs, pdfRun{font: font, text: append([]byte{}, o.text...)})
			p.size += len(o.text) + 48
		case pdfNumber:
			if o.number() < -pdfSpace {
				p.gap(' ')
			}
		}
	}
}

type pdfTokenKind uint8

const (
	pdfOperator pdfTokenKind = iota
	pdfNumber
	pdfNameToken
	pdfString
	pdfMark // of an array or a dictionary
)

type pdfToken struct {
	kind pdfTokenKind
	text []byte
}

func (t pdfToken) number() float64 {
	n, _ := strconv.ParseFloat(string(t.text), 64)
	return n
}

// pdfTokens splits a content stream.
type pdfTokens struct {
	data []byte
	at   int
}

func pdfDelimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/% \t\r\n\f\x00"), c) >= 0 }

// next returns the next token.
func (t *pdfTokens) next() (pdfToken, bool) {
	for t.at < len(t.data) {
		c := t.data[t.at]
		switch {
		case c <= ' ':
			t.at++
		case c == '%':
			end := bytes.IndexAny(t.data[t.at:], "\r\n")
			if end < 0 {
				end = len(t.data) - t.at
			}
			t.at += end
		case c == '(':
			return pdfToken{pdfString, t.literal()}, true
		case c == '<' && !bytes.HasPrefix(t.data[t.at:], []byte("<<")):
			end := bytes.IndexByte(t.data[t.at:], '>')
			if end < 0 {
				end = len(t.data) - t.at
			}
			text := pdfHex(t.data[t.at+1 : t.at+end])
			t.at = min(len(t.data), t.at+end+1)
			return pdfToken{pdfString, text}, true
		case c == '/':
			return pdfToken{pdfNameToken, t.word(t.at + 1)}, true
		case pdfDelimiter(c):
			t.at++
			return pdfToken{kind: pdfMark}, true
		case c == '+' || c == '-' || c == '.' || c >= '0' && c <= '9':
			return pdfToken{pdfNumber, t.word(t.at)}, true
		default:
			return pdfToken{pdfOperator, t.word(t.at)}, true
		}
	}
	return pdfToken{}, false
}

// word returns what stands from start up to the next delimiter.
func (t *pdfTokens) word(start int) []byte {
	end := start
	for end < len(t.data) && !pdfDelimiter(t.data[end]) {
		end++
	}
	t.at = end
	return t.data[start:end]
}

// literal reads a string in parentheses.
func (t *pdfTokens) literal() []byte {
	var text []byte
	depth := 0
	for ; t.at < len(t.data); t.at++ {
		c := t.data[t.at]
		switch c {
		case '(':
			if depth++; depth == 1 {
				continue
			}
		case ')':
			if depth--; depth == 0 {
				t.at++
				return text
			}
		case '\\':
			text = t.escape(text)
			continue
		}
		text = append(text, c)
	}
	return text
}

// escape reads what a backslash begins, and leaves at on its last byte.
func (t *pdfTokens) escape(text []byte) []byte {
	t.at++
	if t.at >= len(t.data) {
		return text
	}
	switch c := t.data[t.at]; {
	case c >= '0' && c <= '7':
		n, digits := 0, 0
		for digits < 3 && t.at+digits < len(t.data) && t.data[t.at+digits] >= '0' && t.data[t.at+digits] <= '7' {
			n = n<<3 | int(t.data[t.at+digits]-'0')
			digits++
		}
		t.at += digits - 1
		return append(text, byte(n))
	case c == '\r':
		if t.at+1 < len(t.data) && t.data[t.at+1] == '\n' {
			t.at++
		}
		return text
	case c == '\n':
		return text
	default:
		if i := bytes.IndexByte([]byte("nrtbf"), c); i >= 0 {
			c = "\n\r\t\b\f"[i]
		}
		return append(text, c)
	}
}

// skipImage passes over the data of an inline image.
func (t *pdfTokens) skipImage() {
	for t.at < len(t.data) {
		end := bytes.Index(t.data[t.at:], []byte("EI"))
		if end < 0 {
			t.at = len(t.data)
			return
		}
		before, after := t.at+end-1, t.at+end+2
		t.at = after
		if t.data[before] <= ' ' && (after >= len(t.data) || t.data[after] <= ' ') {
			return
		}
	}
}
