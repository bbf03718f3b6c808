package credfile

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"

	"dregs/report"
)

var dbeaver = Family{
	ID:          "dbeaver-connection-password",
	Description: "A password for a database, in the settings of DBeaver, which hides it under a published key.",
	Vendor:      "DBeaver",
	Severity:    report.High,
	Advice:      "Change the password of the user at the database named.",
	Reference:   "https://dbeaver.com/docs/dbeaver/Admin-Manage-Connections/",
	paths:       []string{"credentials-config.json", ".dbeaver-data-sources.xml", "dbeaver-data-sources.xml", ".dbeaver-data-sources*.xml", ".dbeaver/data-sources.json", "data-sources.json"},
	parse:       parseDBeaver,
}

var robomongo = Family{
	ID:          "robomongo-connection-password",
	Description: "A password for MongoDB, in the settings of Robo 3T or another client.",
	Vendor:      "Robo 3T",
	Severity:    report.High,
	Advice:      "Change the password of the user at the database named.",
	Reference:   "https://github.com/Studio3T/robomongo/wiki",
	paths:       []string{"robomongo.json", "robo3t.json", "mongodb-compass/connections/*.json", ".robomongo/*/*.json", ".3t/robo-3t/*/*.json", "compass-connections.json"},
	parse: inTree(readJSON,
		fields{secrets: []string{"userpassword", "password", "sshuserpassword", "sshpassphrase", "sslpempassphrase"}, users: []string{"username", "sshusername"}, hosts: []string{"serverhost", "sshhost", "host", "connectionname"}},
		fields{secrets: []string{"userpasswordencrypted", "passwordencrypted"}, users: []string{"username"}, hosts: []string{"serverhost", "host"}, reveal: value.sealed},
		fields{secrets: []string{"connectionstring", "uri"}, reveal: value.address},
	),
}

var firefox = Family{
	ID:          "firefox-login",
	Description: "A login that Firefox or Thunderbird keeps, encrypted under key4.db beside it.",
	Vendor:      "Firefox",
	Severity:    report.High,
	Advice:      "Change the password at the site named: whoever has the profile can decrypt it, unless it has a primary password.",
	Reference:   "https://support.mozilla.org/kb/profiles-where-firefox-stores-user-data",
	paths:       []string{"logins.json", "logins-backup.json", "signons.json"},
	parse:       inTree(readJSON, fields{secrets: []string{"encryptedpassword"}, hosts: []string{"hostname", "formsubmiturl"}, reveal: value.sealed}),
}

// sealed takes v as a secret that is encrypted.
func (v value) sealed() (Credential, bool) {
	c := v.credential(Password)
	c.Encrypted = true
	return c, true
}

// dbeaverKey is the key of DBeaver's file of credentials where no other was chosen; it is published in its source.
const dbeaverKey = "\xba\xbb\x4a\x9f\x77\x4a\xb8\x53\xc9\x6c\x2d\x65\x3d\xfe\x54\x4a"

// parseDBeaver reads the encrypted file of credentials: an initial vector, then JSON under AES-128 in CBC; or the sources in
// XML or JSON of older releases.
func parseDBeaver(data []byte, emit func(Credential)) error {
	if plain := dbeaverPlain(data); plain != nil {
		root, err := readJSON(plain)
		root.take(func(c Credential) {
			c.Lead = len([]rune(string(plain[:c.Start])))
			c.Start, c.End, c.Steps = 0, len(data), append([]string{stepDBeaver}, c.Steps...)
			emit(c)
		}, []fields{{secrets: []string{"password"}, users: []string{"user"}, hostUp: 2}})
		return err
	}
	if looksJSON(data) {
		return inTree(readJSON, fields{secrets: []string{"password"}, users: []string{"user"}, hosts: []string{"host", "url"}})(data, emit)
	}
	return inTree(readXML,
		fields{secrets: []string{"password"}, users: []string{"user", "username"}, hosts: []string{"host", "server", "url"}, reveal: value.dbeaver},
		fields{secrets: []string{"url"}, reveal: value.address},
	)(data, emit)
}

// dbeaverPlain decrypts the file of credentials, or returns nil for what is none.
func dbeaverPlain(data []byte) []byte {
	if len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 || looksJSON(data) {
		return nil
	}
	block, err := aes.NewCipher([]byte(dbeaverKey))
	if err != nil {
		return nil
	}
	plain := make([]byte, len(data)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(plain, data[aes.BlockSize:])
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > aes.BlockSize || !looksJSON(plain) {
		return nil
	}
	return plain[:len(plain)-pad]
}

// dbeaverMask is what older releases wrote passwords under.
const dbeaverMask = "sdf@!#$verf^wv%6Fwe%$$#FFGwfsdefwfe135s$^H)dg"

// dbeaver reveals a password that an older release wrote: base64 of its bytes and two of a check, under a mask. Any other
// is taken as it stands.
func (v value) dbeaver() (Credential, bool) {
	c := v.credential(Password)
	raw, err := base64.StdEncoding.DecodeString(v.text)
	if err != nil || len(raw) < 3 {
		return c, true
	}
	for i := range raw {
		raw[i] ^= dbeaverMask[i%len(dbeaverMask)]
	}
	n := len(raw) - 2
	if raw[n] == 0 && raw[n+1] == 0x81 && printable(string(raw[:n])) {
		c.Secret, c.Steps = string(raw[:n]), append(c.Steps, stepDBeaver)
	}
	return c, true
}
