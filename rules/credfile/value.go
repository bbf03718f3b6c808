package credfile

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Steps of decoding. The first four are quoting: what they give stands where the run stands.
const (
	stepPercent   = "percent"
	stepEntity    = "html-entity"
	stepBackslash = "backslash-escape"
	stepQuote     = "shell-quote"

	stepBase64  = "base64"
	stepHex     = "hex"
	stepRclone  = "rclone-obscure"
	stepDBeaver = "dbeaver-cipher"
	stepTable   = "csv-quote"
)

// Quoted tells whether steps do no more than undo quoting, so that the secret stands where its run does.
func Quoted(steps []string) bool {
	for _, s := range steps {
		switch s {
		case stepPercent, stepEntity, stepBackslash, stepQuote:
		default:
			return false
		}
	}
	return true
}

// value is a text and the run of the file that says it.
type value struct {
	text   string
	lo, hi int
	quoted string // the step that turns the run into the text; empty where they are equal
}

// steps returns the steps from the run to the text.
func (v value) steps() []string {
	if v.quoted == "" {
		return nil
	}
	return []string{v.quoted}
}

// credential returns the credential that the value is the whole of.
func (v value) credential(kind string) Credential {
	return Credential{Secret: v.text, Start: v.lo, End: v.hi, Steps: v.steps(), Kind: kind}
}

// part returns text[i:j] as a value of its own. Where the run is quoted it stays whole.
func (v value) part(i, j int) value {
	if v.quoted != "" {
		return value{v.text[i:j], v.lo, v.hi, v.quoted}
	}
	return value{v.text[i:j], v.lo + i, v.lo + j, ""}
}

// trimmed returns v without white space at its ends.
func (v value) trimmed() value {
	i := len(v.text) - len(strings.TrimLeft(v.text, " \t\r\n"))
	j := len(strings.TrimRight(v.text, " \t\r\n"))
	return v.part(i, max(i, j))
}

// unquoted returns v without the quotes around it.
func (v value) unquoted() value {
	if n := len(v.text); n >= 2 && (v.text[0] == '"' || v.text[0] == '\'' || v.text[0] == '`') && v.text[n-1] == v.text[0] {
		return v.part(1, n-1)
	}
	return v
}

// basic decodes v as base64 of USER:PASSWORD.
func (v value) basic() (Credential, bool) {
	plain, ok := fromBase64(v.text)
	if !ok || !utf8.ValidString(plain) {
		return Credential{}, false
	}
	user, password, ok := strings.Cut(strings.TrimRight(plain, "\x00\r\n"), ":")
	if !ok || password == "" {
		return Credential{}, false
	}
	c := v.credential(Password)
	c.Secret, c.User, c.Steps = password, user, append(c.Steps, stepBase64)
	c.Lead = utf8.RuneCountInString(user) + 1
	return c, true
}

// decoded decodes v as base64 of a text.
func (v value) decoded(kind string) (Credential, bool) {
	plain, ok := fromBase64(v.text)
	if !ok || plain == "" || !utf8.ValidString(plain) || strings.ContainsRune(plain, 0) {
		return Credential{}, false
	}
	c := v.credential(kind)
	c.Secret, c.Steps = plain, append(c.Steps, stepBase64)
	return c, true
}

// fromBase64 decodes text of either alphabet, padded or not, over several lines or not.
func fromBase64(text string) (string, bool) {
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '=':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, text)
	plain, err := base64.RawStdEncoding.DecodeString(text)
	return string(plain), err == nil && len(plain) > 0
}

// address returns the password in v, an address that says SCHEME://USER:PASSWORD@HOST, or a token in the place of the
// user name.
func (v value) address() (Credential, bool) {
	i := strings.Index(v.text, "://")
	if i <= 0 || strings.ContainsAny(v.text[:i], " \t\"'") {
		return Credential{}, false
	}
	i += len("://")
	end := i + strings.IndexAny(v.text[i:]+"/", "/?#\"' \t\r\n<>")
	at := strings.LastIndexByte(v.text[i:end], '@')
	if at <= 0 {
		return Credential{}, false
	}
	user, password, ok := strings.Cut(v.text[i:i+at], ":")
	lo := i + len(user) + 1
	if !ok || password == "" || password == "x-oauth-basic" {
		if len(user) < 16 { // a token in the place of the user is no short word
			return Credential{}, false
		}
		user, password, lo = "", user, i
	}
	out := v.part(lo, lo+len(password))
	c := out.credential(Password)
	c.User, c.Host = unescape(user), v.text[i+at+1:end]
	if plain := unescape(password); plain != password {
		c.Secret, c.Steps = plain, append(c.Steps, stepPercent)
	}
	return c, true
}

// unescape undoes percent-encoding, or returns s as it is where that is broken.
func unescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

// identity reads v as USER:PASSWORD, as it stands or in base64.
func (v value) identity() (Credential, bool) {
	user, password, ok := strings.Cut(v.text, ":")
	if !ok {
		return v.basic()
	}
	c := v.part(len(user)+1, len(v.text)).credential(Password)
	c.User = user
	return c, password != ""
}

// authorization reads v as what an Authorization header says.
func (v value) authorization() (Credential, bool) {
	scheme, rest, ok := strings.Cut(v.text, " ")
	if !ok || strings.TrimSpace(rest) == "" {
		return Credential{}, false
	}
	given := v.part(len(scheme)+1, len(v.text)).trimmed()
	switch strings.ToLower(scheme) {
	case "basic":
		return given.basic()
	case "bearer", "token":
		return given.credential(Token), true
	}
	return Credential{}, false
}

// header reads v as a header that authorizes: NAME: VALUE.
func (v value) header() (Credential, bool) {
	name, _, ok := strings.Cut(v.text, ":")
	if !ok {
		return Credential{}, false
	}
	given := v.part(len(name)+1, len(v.text)).trimmed()
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "authorization", "proxy-authorization":
		return given.authorization()
	case "private-token", "job-token", "x-api-key", "api-key", "x-auth-token", "x-vault-token", "x-consul-token", "x-jfrog-art-api", "cookie":
		return given.credential(Token), given.text != ""
	}
	return Credential{}, false
}
