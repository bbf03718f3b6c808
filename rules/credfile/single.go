package credfile

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"dregs/report"
)

var secretFile = Family{
	ID:          "secret-file",
	Description: "A password or key that is a file of its own, by the file's name.",
	Vendor:      "secret file",
	Severity:    report.High,
	Advice:      "Change the password or key where it is used, and mount the file at run time.",
	Reference:   "https://docs.docker.com/engine/swarm/secrets/",
	paths: []string{
		"run/secrets/*", "credstore/*", "secret_id", ".secret_id", "vault-secret-id", "vault/secrets/*", "mnt/secrets-store/*", "ldap.secret", "pam_ldap.secret", "libnss-ldap.secret", "ceph/*.secret", "ceph*.secret", "zabbix*.psk", "zabbix*/*.psk", "wireguard/*.psk", "wg*.psk",
		"identity.secret", "authtoken.secret", "arangod*.secret", "amanda/*passphrase*", ".am_passphrase", "admin.password", "password.txt", "passwd.txt", "*_password", "*-password", "*_password.txt", "*-password.txt", "*.passphrase", "*_passphrase", "passphrase.txt",
	},
	parse: parsePhrase,
}

// Bounds of a pass phrase of several words.
const (
	maxPhrase      = 200
	maxPhraseWords = 12
)

// parsePhrase reads a file that a password is the whole of, or a pass phrase of several words on one line. A sentence, a line of
// code and a template are none.
func parsePhrase(data []byte, emit func(Credential)) error {
	v := value{text: string(data), hi: len(data)}.trimmed()
	n := len(strings.Fields(v.text))
	if n < 2 {
		return wholeFile(Password, "")(data, emit)
	}
	if n > maxPhraseWords || len(v.text) > maxPhrase || !printable(v.text) || strings.ContainsAny(v.text[:1], "#<{[/") || strings.ContainsAny(v.text[len(v.text)-1:], ".:?;>}") ||
		strings.Contains(v.text, "%s") || strings.Contains(v.text, "${") || strings.Contains(v.text, "{{") || strings.Contains(v.text, " = ") {
		return nil
	}
	emit(v.unnamed().credential(Password))
	return nil
}

// unnamed returns what stands behind the last word that names something: registry.example password: VALUE.
func (v value) unnamed() value {
	words := blanks(v)
	for i := len(words) - 2; i >= 0; i-- {
		if w := words[i].text; strings.HasSuffix(w, ":") || strings.HasSuffix(w, "=") {
			return v.part(words[i+1].lo-v.lo, len(v.text))
		}
	}
	return v
}

var erlangCookie = Family{
	ID:          "erlang-cookie",
	Description: "The cookie of a cluster of Erlang nodes, such as RabbitMQ's: whoever has it runs code on each of them.",
	Vendor:      "Erlang",
	Severity:    report.High,
	Advice:      "Stop the cluster, give every node a new cookie, and start it again.",
	Reference:   "https://www.erlang.org/doc/system/distributed.html#security",
	paths:       []string{".erlang.cookie", "erlang.cookie", "erlang_cookie", "releases/cookie", "vm.args", "*.vm.args", "vm.args.*"},
	parse:       parseCookie,
}

// parseCookie reads a file of a cookie alone, or arguments of the virtual machine.
func parseCookie(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		if f := blanks(line); len(f) > 1 && f[0].text == "-setcookie" {
			emit(f[len(f)-1].unquoted().credential(Key)) // a node may stand before it
		}
		return true
	})
	return wholeFile(Key, "")(data, emit)
}

var authenticator = Family{
	ID:          "google-authenticator-secret",
	Description: "The secret behind a user's one-time passwords, or a code for an emergency, of the PAM module.",
	Vendor:      "Google Authenticator",
	Severity:    report.High,
	Advice:      "Run google-authenticator again for the user, and enrol the device with the new secret.",
	Reference:   "https://github.com/google/google-authenticator-libpam",
	paths:       []string{".google_authenticator", "google_authenticator", "google-authenticator/*"},
	parse:       parseAuthenticator,
}

const base32Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

// parseAuthenticator reads a secret in base 32, settings behind a quotation mark, and codes of 8 digits.
func parseAuthenticator(data []byte, emit func(Credential)) error {
	first := true
	lines(data, func(line value) bool {
		v := line.trimmed()
		switch {
		case first && (len(v.text) < 16 || !all(v.text, base32Letters)):
			return false
		case first, len(v.text) == 8 && digits(v.text):
			emit(v.credential(Key))
		}
		first = false
		return true
	})
	return nil
}

var hostapdKeys = Family{
	ID:          "hostapd-station-key",
	Description: "A key of a station at a wireless access point.",
	Vendor:      "network",
	Severity:    report.High,
	Advice:      "Change the key at the access point and at the station.",
	Reference:   "https://w1.fi/cgit/hostap/plain/hostapd/hostapd.wpa_psk",
	paths:       []string{"hostapd.wpa_psk", "*.wpa_psk", "hostapd*.psk", "hostapd/*.psk"},
	parse: func(data []byte, emit func(Credential)) error {
		lines(data, func(line value) bool {
			line = line.trimmed()
			f := blanks(line)
			for i, w := range f {
				if len(w.text) == 17 && strings.Count(w.text, ":") == 5 && i+1 < len(f) {
					c := line.part(f[i+1].lo-line.lo, len(line.text)).credential(Password)
					c.User = w.text
					emit(c)
				}
			}
			return true
		})
		return nil
	},
}

var nixKey = Family{
	ID:          "nix-signing-key",
	Description: "The key that signs what a binary cache of Nix hands out.",
	Vendor:      "Nix",
	Severity:    report.Critical,
	Advice:      "Make a new key (nix key generate-secret), and take the old public half out of every trusted-public-keys.",
	Reference:   "https://nix.dev/manual/nix/latest/command-ref/nix-store/generate-binary-cache-key",
	paths:       []string{"nix/*key*", "nix/*.sec", "nix/*private*", "cache-priv-key.pem", "*nix*secret*", "*-cache*.sec", "key.private", "signing-key.sec"},
	parse: func(data []byte, emit func(Credential)) error {
		v := value{text: string(data), hi: len(data)}.trimmed()
		name, key, ok := strings.Cut(v.text, ":")
		raw, err := base64.StdEncoding.DecodeString(key)
		if !ok || err != nil || len(raw) != ed25519.PrivateKeySize || strings.ContainsAny(name, " \t\n") {
			return nil
		}
		c := v.part(len(name)+1, len(v.text)).credential(Key)
		c.User = name
		emit(c)
		return nil
	},
}
