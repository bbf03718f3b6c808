package keys

import (
	"encoding/base64"
	"regexp"
	"strings"
)

const (
	// minBody is the least that the body of a key decodes to: an Ed25519 key in PKCS #8 has 48 bytes. What is shorter
	// stands for a key in a document or in code.
	minBody = 24
	// minLine is the least length of a key's longest line. Words of prose and code are of base 64 too, and shorter.
	minLine = 32
)

const pgpKind = "PGP PRIVATE KEY BLOCK"

// block is what stands between a BEGIN and an END line.
type block struct {
	kind    string // in upper case, less BEGIN and the dashes
	headers string // what stands before the body, as Proc-Type
	body    []byte // decoded; nil where nothing looks like a key
}

var (
	begin  = regexp.MustCompile(`(?i)-----BEGIN[ _-]?([ A-Z0-9_-]{0,100}?PRIVATE KEY(?: BLOCK)?)-----`)
	header = regexp.MustCompile(`\A[\s"'+*#/|>,]*[A-Za-z][A-Za-z0-9-]{1,40}:[ \t][^\n]*\n`)

	// escapes are how line breaks and what base 64 has beside letters and digits are written in JSON, code and HTML.
	escapes = strings.NewReplacer("\r\n", "\n", `\\r`, "\n", `\\n`, "\n", `\r`, "\n", `\n`, "\n", `\t`, " ", `\/`, "/",
		`\u002b`, "+", `\u002B`, "+", `\u003d`, "=", `\u003D`, "=", `\u000a`, "\n", `\u000A`, "\n", `\u000d`, "\n", `\u000D`, "\n",
		"&#10;", "\n", "&#13;", "\n", "&#xA;", "\n", "&#xa;", "\n", "&#xD;", "\n", "&#xd;", "\n", "&#43;", "+", "&#61;", "=",
		"\r", "\n", "\x00", "\n")
)

// decorations stand around the lines of a key in code, comments and quoted mail.
const decorations = "\"'`,;|*#>\\<()[]{}.:-"

// findBlock returns the first private key block in text that has an end.
func findBlock(text string) (*block, bool) {
	m := begin.FindStringSubmatchIndex(text)
	if m == nil {
		return nil, false
	}
	b := &block{kind: strings.ToUpper(strings.TrimSpace(text[m[2]:m[3]]))}
	rest := text[m[1]:]
	end := strings.Index(rest, "-----")
	if end < 0 {
		return nil, false
	}
	b.read(rest[:end])
	return b, true
}

// read reads what stands between the two lines: headers of RFC 1421 and RFC 9580, then the body.
func (b *block) read(text string) {
	text = strings.TrimLeft(escapes.Replace(text), "\n \t")
	for {
		n := len(header.FindString(text))
		if n == 0 {
			break
		}
		b.headers += text[:n]
		text = text[n:]
	}
	var fields []string
	odd, most, marked := 0, 0, 0
	for field := range strings.FieldsSeq(text) {
		f := strings.Trim(field, decorations)
		if b.kind == pgpKind && len(f) == 5 && f[0] == '=' {
			break // the checksum
		}
		switch {
		case f == "" || f == "+" || f == "//":
			continue
		case !isBase64(f):
			odd++
			continue
		case f[0] == '+':
			marked++
		}
		fields = append(fields, f)
		most = max(most, len(f))
	}
	if most < minLine && len(fields) > 1 || odd > len(fields) {
		return
	}
	if marked == len(fields) { // lines that a difference added
		for i := range fields {
			fields[i] = fields[i][1:]
		}
	}
	b.body = decode64(strings.Join(fields, ""))
}

// decode64 decodes base 64 with or without padding, to its first error. What is left over of a body that was cut is
// dropped.
func decode64(s string) []byte {
	s, _, _ = strings.Cut(s, "=")
	if len(s)%4 == 1 {
		s = s[:len(s)-1]
	}
	body := make([]byte, base64.RawStdEncoding.DecodedLen(len(s)))
	n, _ := base64.RawStdEncoding.Decode(body, []byte(s)) // what comes after an error is no key
	return body[:n]
}

// isBase64 tells whether s is of the digits of base 64, with padding at its end.
func isBase64(s string) bool {
	s = strings.TrimRight(s, "=")
	for i := range len(s) {
		c := s[i]
		if !('A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/') {
			return false
		}
	}
	return s != ""
}
