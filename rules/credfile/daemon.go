package credfile

import (
	"slices"
	"strings"

	"dregs/report"
)

var redisUsers = Family{
	ID:          "redis-acl-password",
	Description: "A password of a user in the access control list of Redis or Valkey.",
	Vendor:      "Redis",
	Severity:    report.High,
	Advice:      "Change the user's password (ACL SETUSER), and look through ACL LOG.",
	Reference:   "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/",
	paths:       []string{"users.acl", "redis/*.acl", "valkey/*.acl", "redis*.conf", "redis/*.conf", "sentinel.conf", "valkey*.conf", "valkey/*.conf"},
	parse:       parseRedisUsers,
}

// parseRedisUsers reads lines user NAME RULE…, where >PASSWORD adds a password and #HASH the SHA-256 of one.
func parseRedisUsers(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		f := quotedBlanks(line.trimmed())
		if len(f) < 3 || !strings.EqualFold(f[0].text, "user") {
			return true
		}
		for _, rule := range f[2:] {
			if rule = rule.unquoted(); rule.text == "" {
				continue
			}
			c := rule.part(1, len(rule.text)).credential(Password)
			c.User = f[1].text
			switch {
			case rule.text[0] == '>':
				emit(c)
			case rule.text[0] == '#' && hashOf(c.Secret) == "sha256":
				c.Kind = Hash
				c.fact("hash", "sha256")
				emit(c)
			}
		}
		return true
	})
	return nil
}

var haproxy = Family{
	ID:          "haproxy-user-password",
	Description: "A password, or the hash of one, of a user of HAProxy or its page of statistics.",
	Vendor:      "HAProxy",
	Severity:    report.High,
	Advice:      "Change the user's password, and use hashes of SHA-512 in its place.",
	Reference:   "https://docs.haproxy.org/3.0/configuration.html#3.4",
	paths:       []string{"haproxy.cfg", "haproxy/*.cfg", "haproxy/*/*.cfg"},
	parse:       parseHAProxy,
}

// parseHAProxy reads user NAME password HASH, user NAME insecure-password PASSWORD and stats auth NAME:PASSWORD.
func parseHAProxy(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		f := quotedBlanks(line.trimmed())
		switch {
		case len(f) >= 4 && f[0].text == "user" && (f[2].text == "password" || f[2].text == "insecure-password"):
			c := f[3].unquoted().credential(Password)
			c.User = f[1].text
			if f[2].text == "password" {
				c.Kind = Hash
				c.fact("hash", firstOf(hashOf(c.Secret), "unknown"))
			}
			emit(c)
		case len(f) >= 3 && f[0].text == "stats" && f[1].text == "auth":
			v := f[2].unquoted()
			if user, _, ok := strings.Cut(v.text, ":"); ok {
				c := v.part(len(user)+1, len(v.text)).credential(Password)
				c.User = user
				emit(c)
			}
		}
		return true
	})
	return nil
}

var snmp = Family{
	ID:          "snmp-community",
	Description: "A community, or the passphrase of a user, of an SNMP agent.",
	Vendor:      "SNMP",
	Severity:    report.High,
	Advice:      "Change the community or passphrase at the agent and at whatever queries it, and prefer users of version 3.",
	Reference:   "http://www.net-snmp.org/docs/man/snmpd.conf.html",
	paths:       []string{"snmpd.conf", "snmptrapd.conf", "snmp.conf", "snmp/*.conf"},
	parse:       parseSNMP,
}

// parseSNMP reads the directives of net-snmp that hold secrets. The community public is no secret.
func parseSNMP(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		f := quotedBlanks(line.trimmed())
		if i := slices.IndexFunc(f, func(w value) bool { return w.text[0] == '#' }); i >= 0 {
			f = f[:i]
		}
		if len(f) < 2 {
			return true
		}
		tell := func(at int, user string) {
			if at >= len(f) || f[at].unquoted().text == "public" {
				return
			}
			c := f[at].unquoted().credential(Password)
			c.User = user
			emit(c)
		}
		switch name := strings.ToLower(f[0].text); name {
		case "rocommunity", "rwcommunity", "rocommunity6", "rwcommunity6", "trapcommunity", "defcommunity", "defpassphrase", "defauthpassphrase", "defprivpassphrase":
			tell(1, "")
		case "com2sec", "com2sec6":
			at := 1
			if f[1].text == "-Cn" { // a context, which stands before the name
				at = 3
			}
			if at < len(f) {
				tell(at+2, f[at].text)
			}
		case "trapsink", "trap2sink", "informsink", "authcommunity":
			tell(2, "")
		case "trapsess", "proxy":
			for i, w := range f[1:] {
				if w.text == "-c" || w.text == "-A" || w.text == "-X" {
					tell(i+2, "")
				}
			}
		case "usmuser": // as the agent keeps it: … NULL AUTHPROTOCOL KEY PRIVPROTOCOL KEY
			for _, at := range []int{8, 10} {
				if at < len(f) && len(f[at].text) > len("0x")+16 {
					tell(at, f[4].unquoted().text)
				}
			}
		case "createuser":
			at := 1
			if f[1].text == "-e" {
				at = 3
			}
			if at < len(f) {
				tell(at+2, f[at].text)
				tell(at+4, f[at].text)
			}
		}
		return true
	})
	return nil
}

var relay = Family{
	ID:          "turn-user-password",
	Description: "A password or key of a user of a TURN server.",
	Vendor:      "coturn",
	Severity:    report.High,
	Advice:      "Change the user's password at the server and in what calls through it.",
	Reference:   "https://github.com/coturn/coturn/blob/master/examples/etc/turnserver.conf",
	paths:       []string{"turnserver.conf", "coturn.conf", "turnuserdb.conf", "coturn/*.conf"},
	parse: func(data []byte, emit func(Credential)) error {
		lines(data, func(line value) bool {
			name, v, ok := setting(line.trimmed())
			user, password, parted := strings.Cut(v.text, ":")
			if ok && parted && password != "" && name == "user" {
				c := v.part(len(user)+1, len(v.text)).credential(Password)
				c.User = user
				emit(c)
			}
			return true
		})
		return nil
	},
}

var routing = Family{
	ID:          "routing-password",
	Description: "A password or key of a routing daemon: of its terminal, a neighbour or an area.",
	Vendor:      "routing",
	Severity:    report.High,
	Advice:      "Change the password at both ends of the session, or that of the terminal.",
	Reference:   "https://docs.frrouting.org/en/latest/basic.html",
	paths:       []string{"frr.conf", "bgpd.conf", "zebra.conf", "ospfd.conf", "ospf6d.conf", "ripd.conf", "isisd.conf", "ldpd.conf", "quagga/*.conf", "frr/*.conf", "bird.conf", "bird/*.conf"},
	parse:       parseRouting,
}

// routingWords stand before secrets.
var routingWords = []string{"password", "area-password", "domain-password", "md5", "authentication-key", "key-string"}

// parseRouting reads what stands behind the words that name a secret. One that the daemon encrypted, behind the number 8, is
// a hash.
func parseRouting(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		f := quotedBlanks(line.trimmed())
		for i := 0; i+1 < len(f); i++ {
			if w := f[i].text; strings.HasPrefix(w, "#") || strings.HasPrefix(w, "!") {
				return true
			} else if !slices.Contains(routingWords, w) && (w != "string" || i == 0 || f[i-1].text != "authentication") {
				continue
			}
			v, kind := f[i+1], Password
			switch more := i+2 < len(f); {
			case more && v.text == "8":
				v, kind = f[i+2], Hash
			case more && (v.text == "clear" || v.text == "md5"): // of IS-IS
				v = f[i+2]
			}
			v = v.part(0, len(strings.TrimSuffix(v.text, ";"))).unquoted()
			c := v.credential(kind)
			if f[0].text == "neighbor" {
				c.Host = f[1].text
			}
			emit(c)
			return true
		}
		return true
	})
	return nil
}

var samba4 = Family{
	ID:          "samba-password-hash",
	Description: "The hash of a password in Samba's list of users, which is as good as the password.",
	Vendor:      "Samba",
	Severity:    report.High,
	Advice:      "Change the user's password: Windows' protocols take the hash in its place.",
	Reference:   "https://www.samba.org/samba/docs/current/man-html/smbpasswd.5.html",
	paths:       []string{"smbpasswd", "*.smbpasswd"},
	parse: func(data []byte, emit func(Credential)) error {
		lines(data, func(line value) bool {
			f := columns(line.trimmed(), ':')
			if len(f) < 5 || !digits(f[1].text) {
				return true
			}
			for i, name := range []string{"lm", "nt"} {
				if h := f[2+i]; len(h.text) == 32 && all(h.text, hexLetters) && !slices.Contains(emptyHashes, strings.ToLower(h.text)) {
					c := h.credential(Hash)
					c.User = f[0].text
					c.fact("hash", name)
					emit(c)
				}
			}
			return true
		})
		return nil
	},
}

// emptyHashes are those of no password, by LAN Manager and by NT.
var emptyHashes = []string{"aad3b435b51404eeaad3b435b51404ee", "31d6cfe0d16ae931b73c59d7e0c089c0"}

var rabbit = Family{
	ID:          "rabbitmq-definitions-hash",
	Description: "The hash of a user's password in definitions exported from RabbitMQ.",
	Vendor:      "RabbitMQ",
	Severity:    report.Medium,
	Advice:      "Change the user's password: a hash can be guessed at offline.",
	Reference:   "https://www.rabbitmq.com/docs/passwords",
	paths:       []string{"definitions.json", "rabbitmq*.json", "rabbitmq/*.json", "rabbit*definitions*.json"},
	parse: inTree(readJSON,
		fields{secrets: []string{"passwordhash"}, under: "users", kind: Hash, users: []string{"name"}, facts: map[string]string{"hash": "hashingalgorithm"}},
		fields{secrets: []string{"password"}, under: "users", users: []string{"name"}}),
}

var ceph = Family{
	ID:          "ceph-key",
	Description: "The key of a user in a keyring of Ceph.",
	Vendor:      "Ceph",
	Severity:    report.High,
	Advice:      "Make a new key for the user (ceph auth rotate), and give it to its clients.",
	Reference:   "https://docs.ceph.com/en/latest/rados/configuration/auth-config-ref/",
	paths:       []string{"ceph/*.keyring", "ceph*.keyring", "ceph/*/keyring", "ceph/*/*/keyring", "ceph.client.*"},
	parse:       inTree(readINI, fields{secrets: []string{"key"}, kind: Key, userUp: 1}),
}
