package credfile

import (
	"encoding/base64"
	"regexp"
	"strings"
	"sync"

	"dregs/report"
)

var consul = Family{
	ID:          "consul-secret",
	Description: "A token or the key of the gossip in the settings of a Consul agent.",
	Vendor:      "HashiCorp Consul",
	Severity:    report.High,
	Advice:      "Revoke the token (consul acl token delete), or rotate the key (consul keyring).",
	Reference:   "https://developer.hashicorp.com/consul/docs/agent/config/config-files",
	paths:       []string{"consul.json", "consul.hcl", "consul*/*.json", "consul*/*.hcl", "consul*/*/*.json", "consul*/*/*.hcl"},
	parse: func(data []byte, emit func(Credential)) error {
		read := readBlocks
		if looksJSON(data) {
			read = readJSON
		}
		return inTree(read,
			fields{within: "tokens", kind: Token},
			fields{secrets: []string{"encrypt", "encryptkey"}, kind: Key},
			fields{secrets: []string{"token", "acltoken", "aclmastertoken", "aclagenttoken", "aclreplicationtoken"}, kind: Token},
		)(data, emit)
	},
}

var mongoKey = Family{
	ID:          "mongodb-keyfile",
	Description: "The key by which the members of a MongoDB cluster know each other, and which opens each of them.",
	Vendor:      "MongoDB",
	Severity:    report.High,
	Advice:      "Rotate the key file of the cluster, member by member.",
	Reference:   "https://www.mongodb.com/docs/manual/core/security-internal-authentication/",
	paths:       []string{"mongo*/*keyfile*", "mongo*/*.key", "mongo*keyfile*", "mongo*.key", "mongo*-key", "*/mongo*/keyfile"},
	parse:       parseBase64Key,
}

var chefSecret = Family{
	ID:          "chef-data-bag-secret",
	Description: "The key of encrypted data bags of Chef.",
	Vendor:      "Chef",
	Severity:    report.High,
	Advice:      "Make a new key, encrypt the data bags with it, and change what they hold.",
	Reference:   "https://docs.chef.io/data_bags/#encrypt-a-data-bag-item",
	paths:       []string{"encrypted_data_bag_secret", "*data_bag_secret*", "*data_bag_key*"},
	parse:       parseBase64Key,
}

// parseBase64Key reads a file of a key in base64, over one line or more, and nothing else, or of a list of keys in YAML, a
// line each.
func parseBase64Key(data []byte, emit func(Credential)) error {
	v := value{text: string(data), hi: len(data)}.trimmed()
	if strings.HasPrefix(v.text, "- ") {
		lines(data, func(line value) bool {
			if item := line.trimmed(); strings.HasPrefix(item.text, "- ") {
				base64Key(item.part(len("- "), len(item.text)).trimmed().unquoted(), emit)
			}
			return true
		})
		return nil
	}
	base64Key(v, emit)
	return nil
}

// base64Key emits v if it is a key in base64.
func base64Key(v value, emit func(Credential)) {
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v.text), ""))
	if n := len(v.text); err == nil && len(raw) >= 24 && n <= 4096 {
		emit(v.credential(Key))
	}
}

var timeKeys = Family{
	ID:          "ntp-key",
	Description: "A symmetric key of a time server, in the keys of ntpd or chronyd.",
	Vendor:      "NTP",
	Severity:    report.High,
	Advice:      "Make a new key for the server and its clients (chronyc keygen).",
	Reference:   "https://chrony-project.org/doc/4.6/chrony.conf.html",
	paths:       []string{"ntp.keys", "chrony.keys", "ntp/*keys*", "chrony/*keys*"},
	parse: func(data []byte, emit func(Credential)) error {
		lines(data, func(line value) bool {
			f := blanks(line.trimmed())
			if len(f) < 2 || !digits(f[0].text) {
				return true
			}
			v := f[min(2, len(f)-1)] // chronyd takes a key without a kind for one of MD5
			if v.text[0] == '#' {
				v = f[1]
			}
			for _, form := range []string{"ASCII:", "HEX:"} {
				if len(v.text) > len(form) && strings.EqualFold(v.text[:len(form)], form) {
					v = v.part(len(form), len(v.text))
				}
			}
			c := v.credential(Key)
			c.User = f[0].text
			emit(c)
			return true
		})
		return nil
	},
}

// erlangTerm is a tuple of a name and a text, {default_pass, <<"…">>}, or of a name and an account in LDAP, {dn_lookup_bind,
// {"cn=…", "…"}}.
var erlangTerm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{\s*([a-z][a-z0-9_@]{1,60})\s*,\s*(?:<<\s*)?(?:\{\s*"([^"\\\n]{1,200})"\s*,\s*)?"([^"\\\n]{3,200})"`)
})

var erlang = Family{
	ID:          "erlang-setting-password",
	Description: "A password in the settings of a program in Erlang, such as RabbitMQ or ejabberd.",
	Vendor:      "Erlang",
	Severity:    report.High,
	Advice:      "Change the password in the program and in its clients.",
	Reference:   "https://www.rabbitmq.com/docs/configure",
	paths:       []string{"rabbitmq.config", "advanced.config", "sys.config", "ejabberd.cfg", "rabbitmq/*.config", "*.app.config"},
	parse: func(data []byte, emit func(Credential)) error {
		user := ""
		for _, m := range erlangTerm().FindAllSubmatchIndex(data, maxCredentials) {
			name, text := fold(string(data[m[2]:m[3]])), string(data[m[6]:m[7]])
			bound := m[4] >= 0
			c := value{text: text, lo: m[6], hi: m[7]}.credential(Password)
			switch {
			case bound && strings.HasSuffix(name, "bind"):
				c.User = string(data[m[4]:m[5]])
				emit(c)
			case bound:
			case strings.HasSuffix(name, "user"), name == "username":
				user = text
			case serverName(name):
				c.User = user
				emit(c)
			}
		}
		return nil
	},
}

var realms = Family{
	ID:          "java-realm-password",
	Description: "A password, or the hash of one, in a file of users of a Java server: JMX, Jetty, WildFly or Solr.",
	Vendor:      "Java",
	Severity:    report.High,
	Advice:      "Change the user's password at the server.",
	Reference:   "https://jetty.org/docs/jetty/12/operations-guide/security/index.html",
	paths:       []string{"jmxremote.password", "jmx*.password", "realm.properties", "*-realm.properties", "*-users.properties", "conf/users.properties", "configuration/users.properties", "etc/users.properties", "solr*/security.json", "solr*/*/security.json", "security.json"},
	parse:       parseRealm,
}

// parseRealm reads lines USER PASSWORD, USER: PASSWORD,ROLE… and USER=HASH, or a JSON document with credentials.
func parseRealm(data []byte, emit func(Credential)) error {
	if looksJSON(data) {
		return inTree(readJSON, fields{within: "credentials", kind: Hash, userUp: hostSelf})(data, emit)
	}
	lines(data, func(line value) bool {
		line = line.trimmed()
		if c, ok := disabledUser(line); ok {
			emit(c)
			return true
		}
		i := strings.IndexAny(line.text, ":= \t")
		if i <= 0 || line.text[0] == '#' || line.text[0] == '!' {
			return true
		}
		v := line.part(i, len(line.text)).trimmed()
		v = v.part(len(v.text)-len(strings.TrimLeft(v.text, ":= \t")), len(v.text))
		hashed := false
		if f := blanks(v); len(f) == 3 && strings.HasPrefix(f[2].text, "SHA") { // as JMX hashes in place: SALT HASH SHA3-512
			v, hashed = v.part(0, f[1].hi-v.lo), true
		}
		password, _, _ := strings.Cut(v.text, ",")
		v = v.part(0, len(password))
		if !hashed && strings.ContainsAny(v.text, " \t") || len(v.text) < 3 {
			return true
		}
		c := v.credential(Password)
		c.User = line.text[:i]
		hash := hashOf(v.text)
		if hashed {
			hash = "salted sha"
		}
		if scheme, _, _ := strings.Cut(v.text, ":"); scheme == "MD5" || scheme == "CRYPT" {
			hash = strings.ToLower(scheme)
		}
		if hash != "" {
			c.Kind = Hash
			c.fact("hash", hash)
		}
		emit(c)
		return true
	})
	return nil
}

// shippedHash is what WildFly's files show a user by, which is that of no password.
const shippedHash = "2a0923285184943425d1f53ddd58ec7a"

// disabledUser returns the hash of a user whom WildFly's add-user disabled: it puts a mark of comment before the line, and takes
// it away when the user is enabled again.
func disabledUser(line value) (Credential, bool) {
	user, hash, ok := strings.Cut(line.text, "=")
	name, marked := strings.CutPrefix(user, "#")
	if !ok || !marked || len(hash) != len(shippedHash) || !all(hash, hexLetters) || hash == shippedHash || strings.ContainsAny(name, " \t#") {
		return Credential{}, false
	}
	c := line.part(len(user)+1, len(line.text)).credential(Hash)
	c.User = name
	c.fact("hash", "md5")
	c.fact("disabled", "true")
	return c, true
}

var jupyter = Family{
	ID:          "jupyter-password-hash",
	Description: "The hash of the password of a Jupyter server, which runs code for whoever knows it.",
	Vendor:      "Jupyter",
	Severity:    report.Medium,
	Advice:      "Set another password (jupyter server password): a hash can be guessed at offline.",
	Reference:   "https://jupyter-server.readthedocs.io/en/latest/operators/public-server.html",
	paths:       []string{"jupyter_notebook_config.json", "jupyter_server_config.json", "jupyter*_config.py"},
	parse:       parseJupyter,
}

// jupyterSetting gives one of the traits a text: c.ServerApp.password = u'…'.
var jupyterSetting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[ \t]{0,8}c\.\w{1,40}\.(password|hashed_password|token)[ \t]{0,8}=[ \t]{0,8}[bru]{0,2}['"]([^'"\\\n]{3,300})['"]`)
})

// parseJupyter reads settings in JSON, or in Python.
func parseJupyter(data []byte, emitAll func(Credential)) error {
	emit := func(c Credential) {
		const named = "argon2:" // before a hash that tells by itself what made it
		if hash, ok := strings.CutPrefix(c.Secret, named); ok && strings.HasPrefix(hash, "$") {
			c.Secret = hash
			if len(c.Steps) == 0 {
				c.Start += len(named)
			}
		}
		emitAll(c)
	}
	if looksJSON(data) {
		return inTree(readJSON,
			fields{secrets: []string{"password", "hashedpassword"}, kind: Hash},
			fields{secrets: []string{"token"}, kind: Token})(data, emit)
	}
	for _, m := range jupyterSetting().FindAllSubmatchIndex(data, maxCredentials) {
		kind := Hash
		if string(data[m[2]:m[3]]) == "token" {
			kind = Token
		}
		emit(value{text: string(data[m[4]:m[5]]), lo: m[4], hi: m[5]}.credential(kind))
	}
	return nil
}
