package credfile

import (
	"strings"

	"dregs/report"
)

var couchdb = Family{
	ID:          "couchdb-admin-password",
	Description: "The password of an administrator of CouchDB, or its hash, or the secret that signs sessions.",
	Vendor:      "CouchDB",
	Severity:    report.High,
	Advice:      "Change the administrator's password and the secret, which ends all sessions.",
	Reference:   "https://docs.couchdb.org/en/stable/config/auth.html",
	paths:       []string{"couchdb*/*.ini", "couchdb*/*/*.ini", "couchdb*/*/*/*.ini"},
	parse: func(data []byte, emit func(Credential)) error {
		root, err := readINI(data)
		root.take(func(c Credential) {
			if strings.HasPrefix(c.Secret, "-pbkdf2") || strings.HasPrefix(c.Secret, "-hashed-") {
				c.Kind = Hash
				c.fact("hash", "pbkdf2")
			}
			emit(c)
		}, []fields{
			{within: "admins", userUp: hostSelf},
			{secrets: []string{"secret"}, under: "chttpdauth", kind: Key},
			{secrets: []string{"secret"}, under: "couchhttpdauth", kind: Key},
		})
		return err
	},
}

var kopia = Family{
	ID:          "kopia-repository-password",
	Description: "The password of a repository of backups, as Kopia keeps it beside its settings.",
	Vendor:      "Kopia",
	Severity:    report.High,
	Advice:      "Change the repository's password (kopia repository change-password), and look after who may read its storage.",
	Reference:   "https://kopia.io/docs/reference/command-line/common/repository-change-password/",
	paths:       []string{"*.kopia-password"},
	parse: func(data []byte, emit func(Credential)) error {
		v := value{text: string(data), hi: len(data)}.trimmed()
		if c, ok := v.decoded(Password); ok {
			emit(c)
		}
		return nil
	},
}

var vpnc = Family{
	ID:          "vpnc-secret",
	Description: "The secret of a group, or the password of a user, of a Cisco VPN.",
	Vendor:      "vpnc",
	Severity:    report.High,
	Advice:      "Change the user's password and the group's secret at the VPN's server.",
	Reference:   "https://manpages.debian.org/stable/vpnc/vpnc.8.en.html",
	paths:       []string{"vpnc/*.conf", "vpnc.conf"},
	parse:       parseVPNC,
}

// parseVPNC reads lines of several words, the last of which is the value: IPSec secret VALUE, Xauth password VALUE.
func parseVPNC(data []byte, emit func(Credential)) error {
	user, host := "", ""
	lines(data, func(line value) bool {
		line = line.trimmed()
		f := blanks(line)
		given := func(first, second string) (value, bool) {
			if len(f) < 3 || !strings.EqualFold(f[0].text, first) || !strings.EqualFold(f[1].text, second) {
				return value{}, false
			}
			return line.part(f[2].lo-line.lo, len(line.text)), true
		}
		if v, ok := given("ipsec", "gateway"); ok {
			host = v.text
		}
		if v, ok := given("xauth", "username"); ok {
			user = v.text
		}
		if v, ok := given("ipsec", "secret"); ok {
			c := v.credential(Password)
			c.Host = host
			emit(c)
		}
		if v, ok := given("xauth", "password"); ok {
			c := v.credential(Password)
			c.User, c.Host = user, host
			emit(c)
		}
		return true
	})
	return nil
}
