package credfile

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"unicode/utf8"

	"dregs/report"
)

var s3cfg = Family{
	ID:          "s3cfg-secret-key",
	Description: "The secret half of a key for S3 or a service like it, in the settings of s3cmd, boto, mc or another tool.",
	Vendor:      "S3",
	Severity:    report.High,
	Advice:      "Delete the access key where it was issued, and look in the service's log for what was done with it.",
	Reference:   "https://s3tools.org/kb/item14.htm",
	paths:       []string{".s3cfg", "s3cfg", ".s3cfg.*", ".boto", "boto.cfg", "etc/boto.cfg", ".mc/config.json", "mc/config.json", ".s3ql/authinfo2", ".ossutilconfig", ".cos.conf", ".s5cmd"},
	parse: func(data []byte, emit func(Credential)) error {
		read := readINI
		if looksJSON(data) {
			read = readJSON
		}
		return inTree(read,
			fields{secrets: []string{"secretkey", "awssecretaccesskey", "gssecretaccesskey", "secret", "accesskeysecret"}, kind: Key,
				users: []string{"accesskey", "awsaccesskeyid", "gsaccesskeyid", "accesskeyid", "secretid"}, hosts: []string{"url", "hostbase", "host", "endpoint"}, facts: map[string]string{"key id": "accesskey"}},
			fields{secrets: []string{"gsoauth2refreshtoken", "accesstoken", "sessiontoken", "ststoken"}, kind: Token},
			fields{secrets: []string{"gpgpassphrase", "proxypass", "password"}, users: []string{"proxyuser"}},
		)(data, emit)
	},
}

var rclone = Family{
	ID:          "rclone-config-secret",
	Description: "A password, key or token for a storage service, in the settings of rclone, which hides passwords under a published key.",
	Vendor:      "rclone",
	Severity:    report.High,
	Advice:      "Change the password or revoke the key or token at the service named.",
	Reference:   "https://rclone.org/commands/rclone_obscure/",
	paths:       []string{"rclone.conf", ".rclone.conf", "rclone/*.conf"},
	parse: inTree(readINI,
		fields{secrets: []string{"pass", "password", "password2", "bearertokencommand", "passcommand", "sshpass", "keyfilepass", "apipassword", "sharepassword"}, users: []string{"user", "username", "account"}, hosts: []string{"host", "url", "endpoint"}, hostUp: 1, reveal: value.obscured},
		fields{secrets: []string{"secretaccesskey", "key", "keypem", "applicationkey", "serviceaccountcredentials", "sasurl", "clientsecret"}, kind: Key, users: []string{"accesskeyid", "account", "user"}, hosts: []string{"endpoint", "host", "provider"}, hostUp: 1},
		fields{secrets: []string{"token", "bearertoken", "accesstoken", "apikey", "accessgrant", "sessiontoken"}, kind: Token, users: []string{"user", "account"}, hosts: []string{"endpoint", "url"}, hostUp: 1},
	),
}

// rcloneKey is the key under which rclone hides passwords from a passing eye; it is published in its source, fs/config/obscure.
const rcloneKey = "\x9c\x93\x5b\x48\x73\x0a\x55\x4d\x6b\xfd\x7c\x63\xc8\x86\xa9\x2b\xd3\x90\x19\x8e\xb8\x12\x8a\xfb\xf4\xde\x16\x2b\x8b\x95\xf6\x38"

// obscured reveals what rclone obscured: base64 of an initial vector and AES in counter mode. What does not reveal a text
// is taken as it stands.
func (v value) obscured() (Credential, bool) {
	c := v.credential(Password)
	raw, err := base64.RawURLEncoding.DecodeString(v.text)
	if err != nil || len(raw) <= aes.BlockSize {
		return c, true
	}
	block, err := aes.NewCipher([]byte(rcloneKey))
	if err != nil {
		return c, false
	}
	plain := make([]byte, len(raw)-aes.BlockSize)
	cipher.NewCTR(block, raw[:aes.BlockSize]).XORKeyStream(plain, raw[aes.BlockSize:])
	if printable(string(plain)) {
		c.Secret, c.Steps = string(plain), append(c.Steps, stepRclone)
	}
	return c, true
}

// printable tells whether text is UTF-8 without control codes.
func printable(text string) bool {
	for _, r := range text {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return false
		}
	}
	return text != ""
}
