package credfile

import (
	"strings"

	"dregs/report"
)

var shadow = Family{
	ID:          "shadow-hash",
	Description: "The hash of an account's password, in a system's shadow file.",
	Vendor:      "Linux",
	Severity:    report.Medium,
	Advice:      "Change the account's password, wherever else it is used too: a hash can be guessed at offline. Lock accounts that need none.",
	Reference:   "https://man7.org/linux/man-pages/man5/shadow.5.html",
	paths:       []string{"shadow", "gshadow", "etc/passwd", "master.passwd", "security/opasswd"},
	parse:       parseShadow,
}

var htpasswd = Family{
	ID:          "htpasswd-hash",
	Description: "The hash of a user's password, in a file of users of a web, FTP or mail server.",
	Vendor:      "Apache",
	Severity:    report.Medium,
	Advice:      "Change the user's password, wherever else it is used too: a hash can be guessed at offline.",
	Reference:   "https://httpd.apache.org/docs/current/misc/password_encryptions.html",
	paths: []string{
		".htpasswd", "htpasswd", "*.htpasswd", ".htpasswd-*", "htpasswd.*", ".htdigest", "htdigest", "proftpdpasswd", "proftpd.passwd", "ftpd.passwd",
		"proftpd/passwd", "vsftpd/passwd", "squid/passwd", "dovecot/passwd*", "dovecot/*users*", "dovecot-users", "dovecot*.passwd", "nginx/passwd",
		"mosquitto/passwd", "mosquitto/pwfile", //nolint:misspell // the broker's name
		"nginx/.passwd", "registry/auth/htpasswd", "svnserve/passwd", "pureftpd.passwd", "pure-ftpd/pureftpd.pdb",
	},
	parse: parseHtpasswd,
}

// parseShadow reads lines USER:HASH:… An account that is locked, that has no password or whose hash is elsewhere yields none.
func parseShadow(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		f := columns(line, ':')
		if len(f) < 4 {
			return true
		}
		hash := f[1]
		all := []value{hash}
		if len(f) == 4 && digits(f[1].text) && digits(f[2].text) { // opasswd: USER:UID:COUNT:HASH,HASH
			all = columns(f[3], ',')
		}
		for _, h := range all {
			if algorithm := hashOf(h.text); algorithm != "" {
				c := h.credential(Hash)
				c.User = f[0].text
				c.fact("hash", algorithm)
				emit(c)
			}
		}
		return true
	})
	return nil
}

// parseHtpasswd reads lines USER:HASH, and USER:REALM:HASH of digests.
func parseHtpasswd(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		f := columns(line.trimmed(), ':')
		if len(f) < 2 || f[0].text == "" || f[0].text[0] == '#' || strings.ContainsAny(f[0].text, " \t=") {
			return true
		}
		h, realm := f[1], ""
		if len(f) == 3 && hashOf(f[1].text) == "" && hashOf(f[2].text) != "" {
			h, realm = f[2], f[1].text
		}
		if plain := plainOf(h); plain.text != h.text {
			c := plain.credential(Password)
			c.User = f[0].text
			c.fact("hash", "none")
			emit(c)
			return true
		}
		if _, rest := schemeOf(h.text); strings.HasPrefix(rest, "$") { // which tells by itself what made it
			h = h.part(len(h.text)-len(rest), len(h.text))
		}
		algorithm := hashOf(h.text)
		if scheme, rest := schemeOf(h.text); algorithm == "" && len(rest) >= 8 {
			algorithm = scheme
		}
		if algorithm == "" && (len(f) > 2 || len(h.text) < 4 || strings.ContainsAny(h.text, " \t")) {
			return true
		}
		c := h.credential(Hash)
		c.User, c.Host = f[0].text, realm
		c.fact("hash", firstOf(algorithm, "none"))
		if algorithm == "" {
			c.Kind = Password
		}
		emit(c)
		return true
	})
	return nil
}

// plainOf returns what follows the scheme of a password that Dovecot keeps as it is, or v.
func plainOf(v value) value {
	switch scheme, rest := schemeOf(v.text); scheme {
	case "plain", "clear", "cleartext":
		return v.part(len(v.text)-len(rest), len(v.text))
	}
	return v
}

// schemeOf parts a password of LDAP's or Dovecot's way, {SCHEME}VALUE, and returns the scheme in lower case; empty for another.
func schemeOf(text string) (scheme, rest string) {
	in, rest, ok := strings.Cut(strings.TrimPrefix(text, "{"), "}")
	if !ok || text[0] != '{' || in == "" || !all(in, schemeLetters) {
		return "", text
	}
	return strings.ToLower(in), rest
}

const schemeLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"

// hashes are how hashes of passwords begin, by what makes them.
var hashes = []struct{ prefix, name string }{
	{"$1$", "md5crypt"}, {"$2a$", "bcrypt"}, {"$2b$", "bcrypt"}, {"$2x$", "bcrypt"}, {"$2y$", "bcrypt"}, {"$5$", "sha256crypt"},
	{"$6$", "sha512crypt"}, {"$y$", "yescrypt"}, {"$gy$", "gost-yescrypt"}, {"$7$", "scrypt"}, {"$apr1$", "apr1"}, {"$argon2", "argon2"},
	{"$sha1$", "sha1crypt"}, {"$md5", "sunmd5"}, {"$P$", "phpass"}, {"$H$", "phpass"}, {"$S$", "drupal"}, {"$pbkdf2", "pbkdf2"},
	{"$A$005$", "caching_sha2"}, {"{SHA}", "sha1"}, {"{SSHA}", "salted sha1"}, {"{SSHA256}", "salted sha256"}, {"{SSHA512}", "salted sha512"},
	{"{SHA256}", "sha256"}, {"{SHA512}", "sha512"}, {"{CRYPT}", "crypt"}, {"{BLF-CRYPT}", "bcrypt"}, {"{MD5}", "md5"}, {"{SMD5}", "salted md5"},
	{"{CRAM-MD5}", "cram-md5"}, {"{SHA512-CRYPT}", "sha512crypt"}, {"{SHA256-CRYPT}", "sha256crypt"}, {"{MD5-CRYPT}", "md5crypt"},
	{"{ARGON2", "argon2"}, {"pbkdf2_sha256$", "pbkdf2"}, {"pbkdf2_sha1$", "pbkdf2"}, {"pbkdf2:sha", "pbkdf2"}, {"scrypt:", "scrypt"},
	{"bcrypt_sha256$", "bcrypt"}, {"argon2$", "argon2"}, {"sha1$", "sha1"}, {"md5$", "md5"}, {"SCRAM-SHA-256$", "scram"},
}

// hashOf names what made a hash of a password, or returns "" for what is none: one that is locked, an empty one, a name.
func hashOf(text string) string {
	for _, h := range hashes {
		if len(text) >= len(h.prefix)+8 && strings.HasPrefix(text, h.prefix) {
			return h.name
		}
	}
	switch n := len(text); {
	case n == 13 && all(text, cryptLetters) && !oneWord(text):
		return "descrypt"
	case n == 32 && all(text, hexLetters):
		return "md5"
	case n == 40 && all(text, hexLetters):
		return "sha1"
	case n == 64 && all(text, hexLetters):
		return "sha256"
	case n == 41 && text[0] == '*' && all(text[1:], hexLetters):
		return "mysql"
	case n == 35 && strings.HasPrefix(text, "md5") && all(text[3:], hexLetters):
		return "postgres md5"
	}
	return ""
}

// oneWord tells whether text is a word: small letters, behind a capital one or not.
func oneWord(text string) bool {
	return all(text[1:], "abcdefghijklmnopqrstuvwxyz") && (wordByte(text[0]) && (text[0] < '0' || text[0] > '9'))
}

const (
	hexLetters   = "0123456789abcdefABCDEF"
	cryptLetters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// all tells whether text has no character but those of set.
func all(text, set string) bool {
	return text != "" && strings.Trim(text, set) == ""
}

// digits tells whether text is a number.
func digits(text string) bool { return all(text, "0123456789") }
