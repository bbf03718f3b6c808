package credfile

import (
	"encoding/hex"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"dregs/report"
)

var keytab = Family{
	ID:          "kerberos-keytab-key",
	Description: "The key of a Kerberos principal in a keytab, which is as good as its password.",
	Vendor:      "Kerberos",
	Severity:    report.High,
	Advice:      "Change the principal's key (kadmin: ktadd, or the password of the account in Active Directory), and hand out a new keytab.",
	Reference:   "https://web.mit.edu/kerberos/krb5-latest/doc/formats/keytab_file_format.html",
	paths:       []string{"*.keytab", "*keytab*"},
	parse:       parseKeytab,
}

// stepKeytab is how the run of a key in a keytab turns into text: its digits in base 16.
const stepKeytab = "keytab"

// parseKeytab reads a keytab of version 2. The room of a removed entry may still hold its key, and is read as one.
func parseKeytab(data []byte, emit func(Credential)) error {
	rest := cryptobyte.String(data)
	var version uint16
	if !rest.ReadUint16(&version) || version != 0x0502 {
		return nil
	}
	for !rest.Empty() {
		var size uint32
		var entry []byte
		if !rest.ReadUint32(&size) {
			return nil
		}
		if int32(size) < 0 {
			size = -size
		}
		at := len(data) - len(rest)
		if !rest.ReadBytes(&entry, int(min(size, MaxBytes))) {
			return nil
		}
		if c, ok := keytabEntry(entry, at); ok {
			emit(c)
		}
	}
	return nil
}

// keytabEntry reads an entry that begins at a place of the file.
func keytabEntry(entry []byte, at int) (c Credential, ok bool) {
	s := cryptobyte.String(entry)
	var count, kind uint16
	var name, number uint32
	var version uint8
	var realm, key cryptobyte.String
	if !s.ReadUint16(&count) || count > maxDepth || !s.ReadUint16LengthPrefixed(&realm) {
		return c, false
	}
	parts := make([]string, count)
	for i := range parts {
		var part cryptobyte.String
		if !s.ReadUint16LengthPrefixed(&part) {
			return c, false
		}
		parts[i] = string(part)
	}
	if !s.ReadUint32(&name) || !s.ReadUint32(&number) || !s.ReadUint8(&version) || !s.ReadUint16(&kind) || !s.ReadUint16LengthPrefixed(&key) || len(key) < 8 {
		return c, false
	}
	lo := at + len(entry) - len(s) - len(key)
	c = value{text: hex.EncodeToString(key), lo: lo, hi: lo + len(key)}.credential(Key)
	c.Steps = []string{stepKeytab}
	c.User, c.Host = strings.Join(parts, "/"), string(realm)
	c.fact("encryption_type", strconv.Itoa(int(kind)))
	return c, true
}
