package credfile

import (
	"crypto/des"
	"math/bits"
	"strings"

	"dregs/report"
)

var jenkins = Family{
	ID:          "jenkins-credential",
	Description: "A credential that Jenkins keeps, encrypted under the keys in its folder of secrets.",
	Vendor:      "Jenkins",
	Severity:    report.High,
	Advice:      "Change the credential where it is used: whoever has secrets/master.key and hudson.util.Secret can decrypt it.",
	Reference:   "https://www.jenkins.io/doc/developer/security/secrets/",
	paths:       []string{"credentials.xml", "jenkins/users/*/config.xml", "jenkins_home/users/*/config.xml", "users/*/config.xml", "hudson.plugins.*.xml", "jenkins.plugins.*.xml", "jenkins.yaml"},
	parse:       parseJenkins,
}

// parseJenkins reads the elements that hold credentials. One in braces, or in base64 of older releases, is encrypted.
func parseJenkins(data []byte, emit func(Credential)) error {
	read := readXML
	if looksYAML(data) {
		read = readYAML
	}
	root, err := read(data)
	root.take(func(c Credential) {
		switch {
		case strings.HasPrefix(c.Secret, "#jbcrypt:"):
			c.Secret, c.Start, c.Kind = strings.TrimPrefix(c.Secret, "#jbcrypt:"), c.Start+len("#jbcrypt:"), Hash
			c.fact("hash", "bcrypt")
		case strings.HasPrefix(c.Secret, "{AQAA"), strings.HasSuffix(c.Secret, "=") && len(c.Secret) >= 24:
			c.Encrypted = true
		}
		emit(c)
	}, []fields{{
		secrets: []string{"password", "passphrase", "privatekey", "secret", "secretbytes", "apitoken", "passwordhash", "token", "secretkey", "bindpassword", "clientsecret", "value"},
		users:   []string{"username", "id", "accesskey", "fullname"}, hosts: []string{"host", "url", "description"},
	}})
	return err
}

var serverSettings = Family{
	ID:          "server-setting-password",
	Description: "A password or key in the settings of a server.",
	Vendor:      "server",
	Severity:    report.High,
	Advice:      "Change the password in the server and in its clients.",
	Reference:   "https://cwe.mitre.org/data/definitions/260.html",
	paths: []string{
		"redis.conf", "redis/*.conf", "valkey*.conf", "valkey/*.conf", "sentinel.conf", "rabbitmq.conf", "rabbitmq-env.conf", "pgpool.conf", "pcp.conf", "odbc.ini", ".odbc.ini", "slapd.conf", "nslcd.conf", "libnss-ldap.conf", "pam_ldap.conf", "keepalived.conf", "sssd.conf", "web.config",
		"my.cnf.d/*", "keystore.conf", "turnserver.conf", "coturn.conf", "kafka/*.properties", "server.properties", "zoo.cfg", "*_jaas.conf", "jaas.conf", "krb5.conf", "ddclient.conf", "inadyn.conf", "transmission/settings.json",
		"deluge/auth", "qbittorrent.conf", "aria2.conf", "motion.conf", "munin.conf", "zabbix_server.conf", "nagios/resource.cfg", "bacula-*.conf", "bacula/*.conf", "rsyncd.secrets", "rsync.secrets", "stunnel*.psk", "stunnel*/*.psk", "stunnel*/psk*", "monitrc", "monit/*", "upsd.users", "upsmon.conf", "keyrings/*.keyring", "opensipsctlrc", "kamctlrc", "3proxy.cfg", "3proxy/*.cfg", "cups/subscriptions.conf",
		"asterisk/sip*.conf", "asterisk/pjsip*.conf", "asterisk/iax*.conf", "asterisk/manager*.conf", "asterisk/users.conf",
		"mosquitto.conf", "mosquitto/*.conf", "mosquitto/*/*.conf", //nolint:misspell // the broker's name
	},
	parse: parseServer,
}

// parseServer reads settings with a sign of equality or after a blank, or XML.
func parseServer(data []byte, emit func(Credential)) error {
	text := strings.TrimSpace(string(data[:min(len(data), 256)]))
	of := fields{named: serverName, users: append([]string{"masteruser", "rootdn", "binddn"}, userNames...), hosts: hostNames}
	switch {
	case strings.HasPrefix(text, "<"):
		return inTree(readXML, fields{secrets: []string{"password", "decryptionkey", "validationkey"}, users: userNames, hosts: hostNames})(data, emit)
	case looksJSON(data):
		return inTree(readJSON, of)(data, emit)
	}
	seen := map[int]bool{}
	once := func(c Credential) {
		if !seen[c.Start] {
			seen[c.Start] = true
			emit(c)
		}
	}
	root, err := readINI(data)
	root.take(once, []fields{of})
	if err != nil {
		return err
	}
	root, err = readDirectives()(data)
	root.take(once, []fields{of})
	lines(data, func(line value) bool {
		if c, ok := wordedPassword(line); ok {
			once(c)
			return true
		}
		if user, password, ok := strings.Cut(line.text, ":"); ok && identifier(strings.TrimPrefix(user, "@")) && password != "" && !strings.ContainsAny(password, " :\t=") {
			c := line.part(len(user)+1, len(line.text)).credential(Password)
			c.User = user
			once(c)
		}
		return true
	})
	return err
}

var vsftpdUsers = Family{
	ID:          "vsftpd-user-password",
	Description: "The password of a virtual user of vsftpd, in the file that its database is made of.",
	Vendor:      "vsftpd",
	Severity:    report.High,
	Advice:      "Change the user's password, make the database anew (db_load), and keep what it is made of out of images.",
	Reference:   "https://security.appspot.com/vsftpd/EXAMPLE/VIRTUAL_USERS/README",
	paths: []string{
		"vsftpd_login.txt", "vsftpd*/*login*.txt", "vsftpd*virt*user*.txt", "vsftpd*/*virt*user*", "vsftpd*vuser*.txt", "vsftpd*/vuser*.txt", "vsftpd*/logins*.txt",
	},
	parse: parseVsftpd,
}

// parseVsftpd reads users and passwords in turn, a line each, or both in one line.
func parseVsftpd(data []byte, emit func(Credential)) error {
	var all []value
	joined := false
	lines(data, func(line value) bool {
		if v := line.trimmed(); v.text != "" && v.text[0] != '#' {
			all = append(all, v)
			user, _, ok := strings.Cut(v.text, ":")
			joined = joined || len(all)%2 == 1 && ok && user != ""
		}
		return len(all) <= maxNodes
	})
	if joined {
		return parseServer(data, emit)
	}
	for i := 0; i+1 < len(all) && len(all)%2 == 0; i += 2 {
		if strings.ContainsAny(all[i].text, " \t=") || strings.ContainsAny(all[i+1].text, " \t") {
			continue
		}
		c := all[i+1].credential(Password)
		c.User = all[i].text
		emit(c)
	}
	return nil
}

// wordedPassword returns the password of a line in which words stand before it: of Redis' sentinel, sentinel auth-pass GROUP
// PASSWORD and sentinel sentinel-pass PASSWORD; of Monit, allow USER:PASSWORD and … password "PASSWORD"; of the tools of power
// supplies, MONITOR SYSTEM NUMBER USER PASSWORD KIND; of 3proxy, users USER:CL:PASSWORD.
func wordedPassword(line value) (Credential, bool) {
	f := quotedBlanks(line.trimmed())
	if len(f) < 2 || strings.HasPrefix(f[0].text, "#") {
		return Credential{}, false
	}
	given := func(v value, user string) (Credential, bool) {
		c := v.unquoted().credential(Password)
		c.User = user
		return c, true
	}
	last := f[len(f)-1]
	switch name := strings.ToLower(f[1].text); strings.ToLower(f[0].text) {
	case "sentinel":
		if name == "auth-pass" && len(f) > 3 {
			return given(f[3], "")
		}
		if name == "sentinel-pass" && len(f) > 2 {
			return given(f[2], "")
		}
	case "monitor":
		if len(f) == 6 && strings.Contains(name, "@") && digits(f[2].text) {
			return given(f[4], f[3].text)
		}
	case "allow":
		if user, password, ok := strings.Cut(f[1].text, ":"); ok && len(f) == 2 && identifier(user) && password != "" {
			return given(f[1].part(len(user)+1, len(f[1].text)), user)
		}
	case "users":
		if user, _, ok := strings.Cut(last.text, ":CL:"); ok && identifier(user) {
			return given(last.part(len(user)+len(":CL:"), len(last.text)), user)
		}
	default:
		if n := len(f); n > 2 && strings.EqualFold(f[n-2].text, "password") && last.text[0] == '"' {
			return given(last, "")
		}
	}
	return Credential{}, false
}

// serverName tells whether a folded name of a server's setting is that of a secret.
func serverName(key string) bool {
	return passwordName(key) || key == "requirepass" || key == "masterauth" || key == "primaryauth" || key == "rootpw" || key == "bindpw" || key == "rootbindpw" || key == "authpass" || key == "staticauthsecret" ||
		key == "clisecret" || key == "rpcsecret" || key == "defaultpass" || key == "pass" || key == "pwd" || key == "sentinelpass" || key == "ldapdefaultauthtok" || key == "rpcpasswd" || key == "bridgepsk" || key == "dbrwpw" || key == "dbropw" || key == "secret"
}

var vnc = Family{
	ID:          "vnc-password",
	Description: "The password of a VNC server, which hides it under a published key.",
	Vendor:      "VNC",
	Severity:    report.High,
	Advice:      "Set another password (vncpasswd), and let the server listen to a tunnel alone.",
	Reference:   "https://tigervnc.org/doc/vncpasswd.html",
	paths:       []string{".vnc/passwd", "vnc/passwd", "tigervnc/passwd", ".vncpasswd", "vncpasswd"},
	parse:       parseVNC,
}

// stepVNC is the cipher of a VNC password.
const stepVNC = "vnc-cipher"

// vncKey is the key of every such file, as the servers' sources publish it.
var vncKey = [8]byte{23, 82, 107, 6, 35, 78, 88, 7}

// parseVNC reads 8 bytes for each password, under DES with the bits of the key's bytes turned round.
func parseVNC(data []byte, emit func(Credential)) error {
	if len(data) != 8 && len(data) != 16 {
		return nil
	}
	key := vncKey
	for i := range key {
		key[i] = bits.Reverse8(key[i])
	}
	block, err := des.NewCipher(key[:])
	if err != nil {
		return nil // no key of 8 bytes is wrong
	}
	for at := 0; at < len(data); at += 8 {
		var plain [8]byte
		block.Decrypt(plain[:], data[at:at+8])
		text := strings.TrimRight(string(plain[:]), "\x00")
		if !printable(text) {
			continue
		}
		c := value{text: text, lo: at, hi: at + 8}.credential(Password)
		c.Steps = []string{stepVNC}
		emit(c)
	}
	return nil
}

var ageKey = Family{
	ID:          "age-identity-file",
	Description: "The secret key of an age identity.",
	Vendor:      "age",
	Severity:    report.High,
	Advice:      "Make a new identity, and encrypt anew what was encrypted for this one, with its secrets changed.",
	Reference:   "https://age-encryption.org/v1",
	paths:       []string{"age/keys.txt", "keys.txt", "key.txt", ".age/*", "age.key", "*.agekey", "age/*.txt", "*.age.key"},
	parse: func(data []byte, emit func(Credential)) error {
		public := ""
		lines(data, func(line value) bool {
			v := line.trimmed()
			if _, key, ok := strings.Cut(v.text, "public key: "); ok {
				public = key
			}
			if strings.HasPrefix(v.text, "AGE-SECRET-KEY-1") || strings.HasPrefix(v.text, "AGE-PLUGIN-") {
				c := v.credential(Key)
				c.Encrypted = strings.HasPrefix(v.text, "AGE-PLUGIN-")
				c.fact("recipient", public)
				emit(c)
			}
			return true
		})
		return nil
	},
}
