package rules

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// The reasons for which a candidate is judged to be no secret. They are counted, so that nothing vanishes in silence.
const (
	reasonReference   = "reference to a value that is elsewhere"
	reasonPlaceholder = "placeholder or example"
	reasonRepeated    = "repeated or counting characters"
	reasonOrdinary    = "ordinary word, name or number"
	reasonPath        = "path or address"
	reasonPublic      = "public identifier, hash or key"
	reasonDull        = "too little entropy for its rule"
	reasonAllowed     = "allowed by an allowlist"
)

// placeholderWords stand in values that wait for a real one.
var placeholderWords = []string{
	"changeme", "change_me", "change-me", "change me", "changethis", "change_this", "change-this", "replaceme", "replace_me",
	"replace-me", "replace_with", "replace-with", "replace this", "your_", "your-", "your ", "youra", "yourk", "yourp",
	"yours", "yourt", "my_api", "my-api", "xxxx", "****", "...", "____", "----", "placeholder", "example", "sample",
	"dummy", "redacted", "insert_", "insert-", "insert ", "enter_", "enter-", "enter ", "to-be-", "to_be_", "fixme",
	"foobar", "foo_bar", "goes-here", "goes_here", "goes here", "not-a-real", "not_a_real", "notreal", "some_", "some-",
	"deadbeef", "cafebabe", "abc123", "…",
}

// literals that say that there is no value.
const emptyWords = " null none nil undefined empty true false yes no on off enabled disabled todo tbd unset default auto" +
	" required optional n/a na string int integer bool boolean str text any object "

// references begin values that tell where the value is.
var references = []string{
	"$", "%", "@", "{", "[", "(", "&", "*", "!", "#", "env:", "env.", "file:", "vault:", "secret:", "secrets.", "ref:", "ref+", "op://",
	"arn:", "enc:", "enc[", "ssm:", "aws:", "gcp:", "azure:", "kms:", "sops:", "process.env", "os.environ", "os.getenv", "getenv",
	"system.getenv", "config.", "self.", "this.", "var.", "local.", "data.", "module.", "params.", "args.", "opts.",
	"options.", "request.", "req.", "projects/",
}

// templateMarks stand in values that are filled in later.
var templateMarks = []string{"${", "$(", "{{", "}}", "<%", "%>", "#{", "%s", "%d", "%v", "%(", "@@", "$$", "{0}", "\\(", "\\f", "`"}

// minMarked is the length from which on a rare value has %s, %d or %v by chance: some tokens are percent-encoded.
const minMarked = 40

// refers tells whether a value only says where the secret is.
func refers(value string) bool {
	lower := strings.ToLower(value)
	for _, r := range references {
		if strings.HasPrefix(lower, r) && (len(r) > 1 || !chosen(value)) {
			return true
		}
	}
	for _, m := range templateMarks {
		if strings.Contains(value, m) && !(m[0] == '%' && len(value) >= minMarked && rare(value)) {
			return true
		}
	}
	return strings.HasPrefix(value, "%") && strings.HasSuffix(value, "%") || braced(value)
}

// braced tells whether braces stand in a value with a name or a number between them, or nothing.
func braced(value string) bool {
	return field.MatchString(value)
}

// field is what a format fills in.
var field = regexp.MustCompile(`\{[\w$#.:, -]*\}`)

// element is the beginning or the end of an element, as of <password> and of a tag of HTML; what is in it may be cut off.
var element = regexp.MustCompile(`<[/?!%]?[A-Za-z][\w .:/"'=-]+>|^<[/?!%]?[A-Za-z][A-Za-z _.:/-]*$|<[/?!%]?[A-Za-z][A-Za-z _.:/-]{3,}$`)

// chosen tells whether a value that begins with a mark reads like a password that begins with it: of digits, letters and many
// marks, and no name. One that is unlike language may have brackets, too.
func chosen(value string) bool {
	if value[0] == '$' {
		return false
	}
	digits, letters := countKinds(value)
	return digits > 0 && letters > 0 && (!strings.ContainsAny(value[1:], "({[<") || rare(value) && (unbalanced(value) || !strings.ContainsAny(value[1:], "({[")))
}

// unbalanced tells whether a bracket of a value has none that goes with it, as in no expression.
func unbalanced[T string | []byte](value T) bool {
	var open []byte
	for i := range len(value) {
		switch c := value[i]; c {
		case '(', '[', '{':
			open = append(open, c)
		case ')', ']', '}':
			if len(open) == 0 || pairOf[open[len(open)-1]] != c {
				return true
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) > 0
}

// pairOf are the brackets that close what others open.
var pairOf = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// placeholder tells why a value is none: it waits for one, or says that there is none. strict is for what should be
// random; otherwise a person may have chosen the value, and weak ones are real.
func placeholder(value string, strict bool) (reason string) {
	lower := strings.ToLower(value)
	if len(lower) <= 10 && strings.Contains(emptyWords, " "+lower+" ") {
		return reasonOrdinary
	}
	if refers(value) {
		return reasonReference
	}
	for _, w := range placeholderWords {
		if strings.Contains(lower, w) {
			return reasonPlaceholder
		}
	}
	if element.MatchString(value) {
		return reasonPlaceholder
	}
	if distinctBytes(value) <= 2 && len(value) >= 4 || strict && (counts(value) || holdsRow(value)) {
		return reasonRepeated
	}
	return ""
}

// minHollow is the length from which on a row of noughts or crosses was not drawn by chance.
const minHollow = 16

// hollow tells whether a value has a row of noughts or crosses, hyphens between them or not, where a token should be.
func hollow(value string) bool {
	n := 0
	var last byte
	for i := range len(value) {
		switch c := value[i]; {
		case c == '-':
		case c != '0' && c != 'x' && c != 'X':
			n, last = 0, 0
		case c != last:
			n, last = 1, c
		default:
			if n++; n == minHollow {
				return true
			}
		}
	}
	return false
}

// rowed tells whether two parts of an address or more hold a row: what a document shows of an address with an identifier and a
// key in it. Chance writes one row into a token at most.
func rowed(value string) bool {
	n := 0
	if !strings.Contains(value, "://") {
		return false
	}
	for part := range strings.SplitSeq(value, "/") {
		if len(part) > minRow && holdsRow(part) {
			n++
		}
	}
	return n > 1
}

// fabricated are words of tokens that somebody made up. Chance writes none of them in a token.
var fabricated = []string{"example", "placeholder", "changeme", "replaceme", "redacted", "invalid", "notreal", "foobar", "yourtoken", "yourkey",
	"yourapi", "yoursecret"}

// illustrates tells whether a token that a program should have made, since it has one of the beginnings of its provider's
// and is to be random, holds such a word or the alphabet.
func (d *definition) illustrates(value string, prefixes []string) bool {
	if d.entropy == 0 || prefixOf(value, prefixes) == 0 {
		return false
	}
	lower := asciiLower(value)
	if within, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "=")); err == nil && strings.HasPrefix(value, "eyJ") {
		lower += asciiLower(string(within)) // an object that is encoded
	}
	if strings.Contains(lower, letterRow) {
		return true
	}
	return slices.ContainsFunc(fabricated, func(w string) bool { return strings.Contains(lower, w) })
}

// cutOff tells whether dots behind a value say that it goes on: what a document shows of a token.
func cutOff[T string | []byte](after T) bool {
	return strings.HasPrefix(string(after[:min(len(after), 3)]), "...") || strings.HasPrefix(string(after[:min(len(after), 3)]), "…")
}

// counts tells whether most of a value's characters follow each other: 1234567890, abcdefgh, qwerty.
func counts[T string | []byte](value T) bool {
	const rows = "qwertyuiop asdfghjkl zxcvbnm 01234567890 9876543210 "
	steps := 0
	lower := asciiLower(string(value))
	for i := 1; i < len(lower); i++ {
		d := int(lower[i]) - int(lower[i-1])
		if d == 1 || d == -1 || d == 0 || strings.Contains(rows, lower[i-1:i+1]) {
			steps++
		}
	}
	return len(value) >= 4 && steps*10 >= (len(value)-1)*6
}

// minRow is how many characters that follow each other no random token has: one in a hundred million holds such a row.
const minRow = 7

// holdsRow tells whether a value holds a row of digits or of letters that count up: 12345678, abcdefgh.
func holdsRow(value string) bool {
	lower, row := asciiLower(value), 1
	for i := 1; i < len(lower); i++ {
		if lower[i] != lower[i-1]+1 && (lower[i] != '0' || lower[i-1] != '9') {
			row = 0
		}
		if row++; row == minRow {
			return true
		}
	}
	return false
}

// locator tells whether a value is a path, an address or a host name.
func locator(value string) bool {
	if strings.Contains(value, "://") || strings.HasPrefix(value, "//") {
		return true
	}
	for _, p := range []string{"/", "./", "../", "~/", ".\\", "\\"} {
		if strings.HasPrefix(value, p) && !rare(strings.TrimPrefix(value, p)) {
			return true
		}
	}
	if len(value) > 3 && value[1] == ':' && (value[2] == '\\' || value[2] == '/') {
		return true
	}
	for _, s := range []string{".pem", ".key", ".crt", ".json", ".yml", ".yaml", ".txt", ".conf", ".js", ".py", ".go", ".html", ".com", ".org", ".net", ".io", ".local", ".png", ".svg", ".deb", ".rpm", ".jar", ".zip", ".tgz", ".gz", ".xz", ".whl", ".so", ".xml"} {
		if strings.HasSuffix(strings.ToLower(value), s) {
			return true
		}
	}
	return false
}

// uuid tells whether a value has the form of a UUID.
func uuid[T string | []byte](value T) bool {
	if len(value) != 36 {
		return false
	}
	for i := range len(value) {
		c := value[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if _, kind := raritySymbol(c); kind != 3 && (c|0x20 < 'a' || 'f' < c|0x20) {
			return false
		}
	}
	return true
}

// identifies tells whether a value is of a kind that is no secret: a digest with its algorithm, a public key, a
// certificate, a UUID, a version.
func identifies(value string) bool {
	for _, p := range []string{"sha1-", "sha256-", "sha384-", "sha512-", "sha1:", "sha256:", "sha512:", "md5:", "h1:", "AAAAB3NzaC1yc2", "AAAAC3NzaC1lZDI1NTE5", "AAAAE2VjZHNh", "MII", "iVBORw0KGgo", "R0lGOD", "pk_live_", "pk_test_"} {
		if strings.HasPrefix(value, p) {
			return true
		}
	}
	return uuid(value) || versionNumber(value)
}

// versionNumber tells whether a value begins as versions do: 1.2.3, v0.0.0-20210101000000-0123456789ab.
func versionNumber(value string) bool {
	value = strings.TrimPrefix(value, "v")
	for range 2 {
		digits := 0
		for digits < len(value) && '0' <= value[digits] && value[digits] <= '9' {
			digits++
		}
		if digits == 0 || digits > 3 || digits == len(value) || value[digits] != '.' {
			return false
		}
		value = value[digits+1:]
	}
	return value != "" && '0' <= value[0] && value[0] <= '9'
}
