package rules

import (
	"slices"
	"strings"
)

// grade tells what a name says of its value.
type grade uint8

const (
	gradeNone   grade = iota
	gradeHint         // beside a vendor's name it tells a credential, alone it does not
	gradeKey          // *_KEY: a key of some kind
	gradeToken        // a key, token or secret that a program made
	gradePasswd       // a password, that a person may have chosen
)

// nameWords lead to assignments: each is a part of names that say secret. One that begins another comes after it.
var nameWords = []struct {
	word  string
	grade grade
	apart bool // it must be a word of the name: nothing may precede it but another word
}{
	{"passphrase", gradePasswd, false},
	{"password", gradePasswd, false},
	{"passwort", gradePasswd, false},
	{"passwd", gradePasswd, false},
	{"passcode", gradePasswd, false},
	{"pass", gradePasswd, true},
	{"pwd", gradePasswd, false},
	{"_pw", gradePasswd, false},
	{"rootpw", gradePasswd, true},
	{"bindpw", gradePasswd, true},
	{"userpw", gradePasswd, true},
	{"adminpw", gradePasswd, true},
	{"kennwort", gradePasswd, true},
	{"wachtwoord", gradePasswd, true},
	{"contrasena", gradePasswd, true},
	{"adgangskode", gradePasswd, true},
	{"salasana", gradePasswd, true},
	{"losenord", gradePasswd, true},
	{"senha", gradePasswd, true},
	{"heslo", gradePasswd, true},
	{"haslo", gradePasswd, true},
	{"psk", gradeToken, true},
	{"seed", gradeKey, true},
	{"pepper", gradeToken, true},
	{"secret", gradeToken, false},
	{"token", gradeToken, false},
	{"credential", gradeToken, false},
	{"creds", gradeToken, true},
	{"cred", gradeToken, true},
	{"bearer", gradeToken, true},
	{"key", gradeKey, true},
	{"dsn", gradeToken, true},
	{"auth", gradeHint, true},
	{"access", gradeHint, true},
	{"private", gradeHint, true},
}

// qualified are the words that make a key one that opens something.
var qualified = words(`api secret access private encryption encrypt encode signing sign auth master account storage app application license
 client service shared hmac aes jwt deploy admin consumer subscription session cipher crypto crypt security rest write read
 live prod ingest integration function management wrap salt root sdk webhook hash otp totp hotp mfa wallet ed25519`)

// innocent are words that, in a name, say that its value is none: it is public, or tells something about a secret.
var innocent = words(`public pub gpg pgp primary foreign sort partition cache object hot row map dict json group index unique
 translation i18n routing next page cancel cancellation csrf xsrf host idempotency dedup lookup shortcut arrow site publishable anon
 syntax max min num no without skip disable allow has is require requires registry keyboard press event sort compose config meta
 bucket s3key field column dictionary lang locale message msg error err file path dir directory url uri endpoint hostname name names id
 ids type len length size expiry expires expiration expire ttl timeout age policy algorithm algo alg method format regex pattern
 label prompt header param parameter enabled enable disabled required env var variable provider manager store location ref version
 count limit rotation hint help desc description title placeholder validator reset changed change check command cmd server class
 attribute attr bits usage mode list set fingerprint thumbprint checksum digest sha256 md5 sha1 sum trusted keyring arn scope audience
 grant protocol grade strength revision commit rule rules context factory handler callback func function hashalg input output button link form
 html css color icon image encrypted hashed empty random default defaults keys tokens secrets passwords
 generator generate forgot reminder old confirm confirmation verify verification warning issuer kind source
 state status property ask askpass change-ever never prefix suffix separator delim char chars word words line start end begin
 comma colon recv detach`)

// environments are words after which a name may end: they tell whose secret or in which form it is.
var environments = words(`prod production dev development stage staging test testing live sandbox local qa uat base base64 b64 hex
 string str text txt value val plain raw one two a b 1 2 3 old new current primary secondary main backup s key token default
 github gitlab`)

// words returns the fields of text as a set.
func words(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

// Bounds of a name around its word.
const (
	maxNameBefore = 64
	maxNameAfter  = 32
)

// nameByte are the bytes of names.
var nameByte = func() (t [256]bool) {
	for c := range 256 {
		_, kind := raritySymbol(byte(c))
		t[c] = kind != 0 || c == '_' || c == '-' || c == '.'
	}
	return t
}()

// nameAround returns the name that holds data[at:at+n].
func nameAround(data []byte, at, n int) span {
	s := span{at, at + n}
	for s.lo > 0 && at-s.lo < maxNameBefore && nameByte[data[s.lo-1]] {
		s.lo--
	}
	for s.hi < len(data) && s.hi-at-n < maxNameAfter && nameByte[data[s.hi]] {
		s.hi++
	}
	return s
}

// startsWord tells whether a word of a name begins at i: after a mark, a digit or where the case changes.
func startsWord(name string, i int) bool {
	if i == 0 {
		return true
	}
	_, before := raritySymbol(name[i-1])
	_, first := raritySymbol(name[i])
	return before == 0 || before == 3 || before == 1 && first == 2
}

func endsWord(name string, j int) bool {
	if j < len(name) && (name[j] == 's' || name[j] == 'S') {
		j++
	}
	if j >= len(name) {
		return true
	}
	_, last := raritySymbol(name[j-1])
	_, after := raritySymbol(name[j])
	return after == 0 || after == 3 || last == 1 && after == 2
}

// splitName returns the words of a name in lower case.
func splitName(name string) []string {
	var out []string
	start := 0
	for i := 1; i <= len(name); i++ {
		if i < len(name) {
			_, k := raritySymbol(name[i])
			_, before := raritySymbol(name[i-1])
			if k != 0 && before != 0 && !(before == 1 && k == 2) {
				continue
			}
		}
		if w := strings.Trim(strings.ToLower(name[start:i]), "_-."); w != "" {
			out = append(out, w)
		}
		start = i
	}
	return out
}

// judgeName tells what the word number word at name[at] makes of a name. strict asks for names that say no more than
// secret; otherwise the place says that they may.
func judgeName(name string, word, at int, strict bool) grade {
	w := nameWords[word]
	end := at + len(w.word)
	before, after := splitName(name[:at]), splitName(strings.TrimLeft(name[end:], "sS"))
	g := w.grade
	if w.word == "key" && !startsWord(name, at) {
		lead := ""
		if len(before) > 0 {
			lead = before[len(before)-1]
		}
		if !slices.ContainsFunc([]string{"api", "access", "secret", "private", "auth", "license", "master", "encryption", "signing", "app", "account"}, func(q string) bool { return strings.HasSuffix(lead, q) }) {
			return gradeNone
		}
		g = gradeToken
	} else if w.apart && !startsWord(name, at) && !(w.word == "pass" && joinedPass(before)) {
		return gradeNone
	}
	if !endsWord(name, end) {
		return gradeNone
	}
	for i, b := range before {
		opens := w.grade == gradePasswd || w.word == "secret"
		switch {
		case !innocent[b] || i > 0 && excused[b][before[i-1]] || opens && owners[b] || name[:at] == "store" && g == gradePasswd: // storePassword is that of a key store
		case opens && doubtful[b]:
			g = gradeToken
		default:
			return gradeNone
		}
	}
	for _, a := range after {
		if innocent[a] && !environments[a] || strict && !environments[a] {
			return gradeNone
		}
	}
	if g == gradeKey {
		switch {
		case slices.ContainsFunc(before, func(b string) bool { return qualified[b] }):
			return gradeToken
		case len(before) == 0 && len(after) == 0, w.word == "seed": // of numbers drawn at random
			return gradeNone
		}
	}
	if w.word == "pass" && len(before) == 0 && (strict || len(after) > 0) {
		return gradeNone
	}
	if w.word == "pwd" {
		switch {
		case len(before) == 0:
			return gradeKey // a shell's name for where it works, too
		case before[len(before)-1] == "old":
			return gradeNone
		}
	}
	return g
}

// owners are words of innocent that say whose a password or a secret is, or where it is used: registry_password, csrf_secret.
var owners = words(`registry host hostname site server csrf xsrf cache file url uri endpoint page form link provider manager
 location source config compose image class context group param parameter variable env var scope keyring input
 state method html index random policy`)

// doubtful are words of innocent before which a password may be one, if a program made it: defaultPassword, store.password.
var doubtful = words(`primary default defaults old next id ids reset change changed confirm confirmation verify verification check event
 output commit version callback path dir enable enabled store json row object map`)

// excused are words before which one of innocent is none: the key store's password, that of the source of
// data named default, a variable of Terraform in the environment.
var excused = map[string]map[string]bool{"store": words("key trust"), "var": words("tf"), "default": words("db database databases datasource connection connections")}

// joinedPass tells whether pass goes with what stands before it without a mark: dbpass, userpass.
func joinedPass(before []string) bool {
	return len(before) > 0 && slices.ContainsFunc([]string{"db", "user", "admin", "root", "mail", "smtp", "ftp", "my", "sql", "ssh", "proxy", "store", "redis", "mongo", "ldap", "postgres", "rabbit", "vpn", "wifi", "dn", "bind", "remote"},
		func(p string) bool { return strings.HasSuffix(before[len(before)-1], p) })
}

// similar tells whether a value is a spelling of its name, or a word of names itself: what code gives to names.
func similar(value, name string) bool {
	squeeze := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r == '_' || r == '-' || r == '.' || r == ' ' {
				return -1
			}
			return r
		}, strings.ToLower(s))
	}
	v, n := squeeze(value), squeeze(name)
	if strings.Contains(n, v) || strings.Contains(v, n) {
		return true
	}
	if digits, letters := countKinds(v); digits > 0 && digits+letters < len(v) {
		return false // a chosen password that begins with the word
	}
	for _, w := range nameWords {
		if w.grade != gradeHint && w.word != "key" && strings.Contains(v, w.word) && !rare(value) {
			return true
		}
	}
	return false
}
