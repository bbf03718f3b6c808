package credfile

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"

	"dregs/report"
)

var networkDevice = Family{
	ID:          "network-device-password",
	Description: "A password, community or shared key in the configuration of a router, a switch or an access server.",
	Vendor:      "network device",
	Severity:    report.High,
	Advice:      "Change it on the device and wherever the same one is used, and keep configurations with passwords out of images.",
	Reference:   "https://www.cisco.com/c/en/us/support/docs/security-vpn/remote-authentication-dial-user-service-radius/107614-64.html",
	paths: []string{
		"startup-config", "running-config", "startup-config.*", "running-config.*", "config.text", "*-confg", "cisco/*.cfg", "cisco/*.conf", "cisco/*.txt", "tac_plus*.conf", "tac_plus*.cfg",
	},
	parse: parseDevice,
}

// keyed are the words, the last of which a secret follows, of a line in the configuration of a device.
var keyed = []string{"password", "secret", "key", "community", "key-string", "cleartext", "pre-shared-key", "md5", "sha", "authentication-key", "ascii"}

// keyedLines begin the lines in which one of keyed may come later.
var keyedLines = []string{
	"username", "enable", "snmp-server", "tacacs-server", "radius-server", "crypto", "ppp", "neighbor", "ip", "key", "key-string", "password", "login", "server", "user", "pre-shared-key",
	"ntp", "isis", "vtp", "standby", "wpa-psk",
}

// parseDevice reads lines such as enable secret 5 HASH, username ops privilege 15 password 0 PASSWORD, snmp-server community
// COMMUNITY RW, key = "KEY".
func parseDevice(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		f := quotedBlanks(line.trimmed())
		if len(f) < 2 || !slices.Contains(keyedLines, strings.ToLower(f[0].text)) {
			return true
		}
		if strings.EqualFold(f[0].text, "snmp-server") && strings.EqualFold(f[1].text, "host") {
			emitTrapCommunity(f, emit)
			return true
		}
		at := -1
		for i, w := range f[:len(f)-1] {
			if slices.Contains(keyed, strings.ToLower(w.text)) && (i > 0 || at < 0) {
				at = i
			}
		}
		if at < 0 {
			return true
		}
		rest := f[at+1:]
		if rest[0].text == "=" {
			rest = rest[1:]
		}
		kind := ""
		if len(rest) > 1 && len(rest[0].text) == 1 && digits(rest[0].text) {
			kind, rest = rest[0].text, rest[1:]
		}
		if len(rest) == 0 || strings.EqualFold(rest[0].text, "chain") || strings.EqualFold(rest[0].text, "encryption") {
			return true
		}
		c := rest[0].unquoted().credential(Password)
		if strings.EqualFold(f[0].text, "username") {
			c.User = f[1].text
		}
		switch kind {
		case "5", "8", "9", "4":
			c.Kind = Hash
			c.fact("hash", "type "+kind)
		case "6":
			c.Encrypted = true
		case "7":
			c.revealType7()
		case "":
			if len(c.Secret) < leastCommunity || rest[0].text == "public" || rest[0].text == "private" || rest[0].text == "level" {
				return true
			}
		}
		emit(c)
		return true
	})
	return nil
}

// emitTrapCommunity emits the community of a line snmp-server host HOST [traps|informs] [version 1|2c] COMMUNITY: of version 3
// it is the name of a user.
func emitTrapCommunity(f []value, emit func(Credential)) {
	for i := 3; i < len(f); i++ {
		switch word := strings.ToLower(f[i].text); word {
		case "traps", "informs", "1", "2c":
		case "version":
			if i+1 < len(f) && f[i+1].text == "3" {
				return
			}
		case "public", "private", "vrf", "3":
			return
		default:
			if len(word) >= leastCommunity {
				c := f[i].unquoted().credential(Password)
				c.Host = f[2].text
				emit(c)
			}
			return
		}
	}
}

// leastCommunity is the length from which on a word of a line may be a secret that nothing says to be one.
const leastCommunity = 4

// stepType7 is how devices of Cisco hide a password: two digits that say where in type7Key the mask begins, and the bytes
// under the mask in hexadecimal.
const stepType7 = "cisco-type-7"

// type7Key is the mask of all devices, which goes round.
const type7Key = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"

// revealType7 puts what a password of type 7 hides in its place, or leaves it as it stands where it is none.
func (c *Credential) revealType7() {
	if len(c.Secret) < 4 || len(c.Steps) > 0 || !digits(c.Secret[:2]) {
		return
	}
	plain, err := hex.DecodeString(c.Secret[2:])
	if err != nil {
		return
	}
	from := int(c.Secret[0]-'0')*10 + int(c.Secret[1]-'0')
	for i := range plain {
		plain[i] ^= type7Key[(from+i)%len(type7Key)]
	}
	if printable(string(plain)) {
		c.Secret, c.Steps = string(plain), append(c.Steps, stepType7)
		c.fact("encoding", "cisco type 7")
	}
}

var openWrt = Family{
	ID:          "openwrt-password",
	Description: "The key of a wireless network, or the password of a connection, in the settings of OpenWrt.",
	Vendor:      "OpenWrt",
	Severity:    report.High,
	Advice:      "Change the network's key, or the password at the provider.",
	Reference:   "https://openwrt.org/docs/guide-user/base-system/uci",
	paths:       []string{"etc/config/*"},
	parse: func(data []byte, emit func(Credential)) error {
		section := ""
		lines(data, func(line value) bool {
			f := quotedBlanks(line.trimmed())
			if len(f) > 1 && f[0].text == "config" {
				section = f[1].unquoted().text
			}
			if len(f) < 3 || f[0].text != "option" {
				return true
			}
			name := fold(f[1].unquoted().text)
			if passwordName(name) || (name == "key" || name == "psk" || name == "authsecret") && section == "wifi-iface" {
				v := line.part(f[2].lo-line.lo, len(line.text)).trimmed()
				emit(v.argument().credential(Password))
			}
			return true
		})
		return nil
	},
}

// argument returns the first word of v, without the quotes around it: what stands behind is a comment.
func (v value) argument() value {
	if v.text == "" {
		return v
	}
	if c := v.text[0]; c == '"' || c == '\'' {
		if n := strings.IndexByte(v.text[1:], c); n >= 0 {
			return v.part(1, n+1)
		}
	}
	if n := strings.IndexAny(v.text, " \t"); n >= 0 {
		return v.part(0, n)
	}
	return v
}

var grub = Family{
	ID:          "grub-password",
	Description: "The password of a user of the boot loader, or its hash.",
	Vendor:      "GRUB",
	Severity:    report.Medium,
	Advice:      "Make another password, and keep only its hash in the settings (grub-mkpasswd-pbkdf2).",
	Reference:   "https://www.gnu.org/software/grub/manual/grub/html_node/password.html",
	paths:       []string{"grub.d/*", "grub.cfg", "grub/custom.cfg", "grub2/user.cfg"},
	parse: func(data []byte, emit func(Credential)) error {
		if !bytes.Contains(data, []byte("superusers")) {
			return nil // there is no password without one who needs it
		}
		lines(data, func(line value) bool {
			f := blanks(line.trimmed())
			if len(f) < 3 || len(f) > 3 && f[3].text[0] != '#' || !strings.HasPrefix(f[0].text, "password") || !identifier(f[1].text) {
				return true
			}
			c := f[2].unquoted().credential(Password)
			c.User = f[1].text
			switch {
			case f[0].text == "password_pbkdf2" && strings.HasPrefix(c.Secret, "grub.pbkdf2."):
				c.Kind = Hash
				c.fact("hash", "pbkdf2")
			case f[0].text != "password" || strings.ContainsAny(c.Secret, "$<>(){};"):
				return true
			}
			emit(c)
			return true
		})
		return nil
	},
}
