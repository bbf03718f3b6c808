package credfile

import (
	"strings"

	"dregs/report"
)

var wireless = Family{
	ID:          "network-connection-secret",
	Description: "A key or password for a wireless network or a VPN, in the settings of NetworkManager, wpa_supplicant or connman.",
	Vendor:      "network",
	Severity:    report.High,
	Advice:      "Change the network's key, or the password of the user at it.",
	Reference:   "https://networkmanager.dev/docs/api/latest/nm-settings-keyfile.html",
	paths:       []string{"wpa_supplicant*.conf", "wpa_supplicant/*.conf", "system-connections/*", "*.nmconnection", "connman/*/settings", "connman/*.config", "iwd/*.psk", "iwd/*.8021x", "hostapd.conf", "netplan/*.yaml", ".wicd/*.conf"},
	parse: func(data []byte, emit func(Credential)) error {
		read := readINI
		if looksYAML(data) {
			read = readYAML
		}
		root, err := read(data)
		ssid := ""
		root.each(func(n *node) {
			if (n.key == "ssid" || n.key == "ssid2") && ssid == "" {
				ssid = n.text
			}
		})
		root.take(func(c Credential) {
			if c.Secret == "wpa-psk" || c.Secret == "0" || c.Secret == "1" {
				return
			}
			c.Host = firstOf(c.Host, ssid)
			emit(c)
		}, []fields{{
			secrets: []string{"psk", "password", "wepkey0", "wepkey1", "wpapassphrase", "passphrase", "presharedkey", "privatekeypasswd", "privatekeypassword", "secret", "privatekey", "leappassword", "pin", "saepassword", "ipsecsecret", "ipsecpsk", "xauthpassword"},
			kind:    Password, users: []string{"identity", "username", "user"}, hosts: []string{"ssid", "gateway", "remote"},
		}})
		return err
	},
}

var wireguard = Family{
	ID:          "wireguard-config-key",
	Description: "The private key, or a key shared with a peer, of a WireGuard interface.",
	Vendor:      "WireGuard",
	Severity:    report.High,
	Advice:      "Make a new key pair (wg genkey), and replace the public key at every peer.",
	Reference:   "https://man7.org/linux/man-pages/man8/wg.8.html",
	paths:       []string{"wireguard/*.conf", "wg[0-9]*.conf", "wg-*.conf", "wireguard/*.key", "wireguard/privatekey", "wireguard/private*"},
	parse: func(data []byte, emit func(Credential)) error {
		if v := (value{text: string(data), hi: len(data)}).trimmed(); len(v.text) == 44 && !strings.Contains(v.text, "\n") {
			emit(v.credential(Key))
			return nil
		}
		return inTree(readINI, fields{secrets: []string{"privatekey", "presharedkey"}, kind: Key, users: []string{"publickey"}, hosts: []string{"endpoint", "address"}})(data, emit)
	},
}

var ipsec = Family{
	ID:          "ipsec-shared-secret",
	Description: "A shared secret or password for a VPN, in the settings of IPsec.",
	Vendor:      "IPsec",
	Severity:    report.High,
	Advice:      "Change the secret at both ends.",
	Reference:   "https://docs.strongswan.org/docs/latest/config/secrets.html",
	paths:       []string{"ipsec.secrets", "ipsec.d/*.secrets", "ipsec*.secrets", "racoon/psk.txt"},
	parse:       parseIPsec,
}

var ppp = Family{
	ID:          "ppp-secret",
	Description: "A password for a dial-up, DSL or VPN connection, in the secrets of ppp.",
	Vendor:      "ppp",
	Severity:    report.High,
	Advice:      "Change the password of the account with the provider or at the VPN's server.",
	Reference:   "https://man7.org/linux/man-pages/man8/pppd.8.html",
	paths:       []string{"chap-secrets", "pap-secrets", "srp-secrets", "l2tp-secrets", "ppp/*-secrets", "xl2tpd/*-secrets"},
	parse:       tabled(3, 0, 1, 2),
}

var openvpn = Family{
	ID:          "openvpn-user-password",
	Description: "The password of a VPN's user, in a file of a name and a password.",
	Vendor:      "OpenVPN",
	Severity:    report.High,
	Advice:      "Change the user's password at the VPN's server.",
	Reference:   "https://community.openvpn.net/openvpn/wiki/Openvpn24ManPage",
	paths:       []string{"openvpn/*auth*", "openvpn/*pass*", "openvpn/*cred*", "openvpn/*login*", "openvpn/*/*auth*", "openvpn/*/*pass*", "auth-user-pass", "auth-user-pass.txt", "*.ovpn.auth", "vpn-auth.txt", "*.ovpn"},
	parse:       parseOpenVPN,
}

var radius = Family{
	ID:          "radius-secret",
	Description: "A secret shared with a RADIUS client, or a user's password, in the settings of FreeRADIUS.",
	Vendor:      "FreeRADIUS",
	Severity:    report.High,
	Advice:      "Change the secret at the server and at the client, or the user's password.",
	Reference:   "https://wiki.freeradius.org/config/Users",
	paths:       []string{"freeradius/*/clients.conf", "freeradius/clients.conf", "raddb/clients.conf", "freeradius/*/users", "freeradius/users", "raddb/users", "mods-config/files/authorize", "pam_radius_auth.conf"},
	parse:       parseRadius,
}

var samba = Family{
	ID:          "samba-credentials-password",
	Description: "A password for a file server, in a file of credentials, the table of file systems or the secrets of davfs2.",
	Vendor:      "Samba",
	Severity:    report.High,
	Advice:      "Change the password of the user at the file server.",
	Reference:   "https://www.samba.org/samba/docs/current/man-html/smbclient.1.html",
	paths:       []string{".smbcredentials", "smbcredentials", ".smbcreds", ".smb", "cifs.creds", ".cifs", ".cifs*", "cifs-credentials", "*.cifs", "*.smbcredentials", "*.creds", "samba/credentials", "samba/*.cred", "fstab", "etc/auto.*", "davfs2/secrets", ".davfs2/secrets"},
	parse:       parseSamba,
}

// parseIPsec reads lines ID… : KIND "SECRET". A key in a file is none.
func parseIPsec(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		line = line.trimmed()
		ids, rest, ok := strings.Cut(line.text, ":")
		if !ok || strings.HasPrefix(line.text, "#") {
			return true
		}
		f := quotedBlanks(line.part(len(line.text)-len(rest), len(line.text)))
		if len(f) < 2 {
			return true
		}
		secret := f[1]
		switch strings.ToUpper(f[0].text) {
		case "PSK", "EAP", "XAUTH", "NTLM":
		case "RSA", "ECDSA", "PKCS8", "P12":
			if len(f) < 3 {
				return true
			}
			secret = f[2]
		default:
			return true
		}
		c := secret.unquoted().credential(Password)
		names := strings.Fields(ids)
		if len(names) > 0 {
			c.User = names[0]
		}
		if len(names) > 1 {
			c.Host = names[1]
		}
		emit(c)
		return true
	})
	return nil
}

// parseOpenVPN reads a file of two lines, or what stands between <auth-user-pass> and its end.
func parseOpenVPN(data []byte, emit func(Credential)) error {
	var all []value
	remote, inside, tagged := "", false, false
	lines(data, func(line value) bool {
		v := line.trimmed()
		switch {
		case strings.HasPrefix(v.text, "remote "):
			remote = strings.Fields(v.text)[1]
		case v.text == "<auth-user-pass>":
			inside, tagged, all = true, true, nil
		case v.text == "</auth-user-pass>":
			inside = false
		case v.text != "" && (inside || !tagged):
			all = append(all, v)
		}
		return len(all) < maxWords
	})
	if len(all) == 2 && !strings.ContainsAny(all[0].text+all[1].text, " \t") && !strings.HasPrefix(all[0].text, "#") {
		c := all[1].credential(Password)
		c.User, c.Host = all[0].text, remote
		emit(c)
	}
	return nil
}

// parseRadius reads the secrets of clients, and lines NAME Cleartext-Password := "PASSWORD".
func parseRadius(data []byte, emit func(Credential)) error {
	root, err := readBlocks(data)
	root.take(func(c Credential) {
		if c.Secret != "testing123" { // the example of every installation
			emit(c)
		}
	}, []fields{{secrets: []string{"secret"}, hosts: []string{"ipaddr", "ipv4addr", "ipv6addr", "shortname"}, hostUp: 1}})
	lines(data, func(line value) bool {
		f := quotedBlanks(line)
		if len(f) < 4 || strings.HasPrefix(line.text, "#") || line.text[0] == '\t' || !strings.HasSuffix(f[1].text, "-Password") {
			return true
		}
		c := f[3].unquoted().credential(Password)
		c.User = f[0].unquoted().text
		emit(c)
		return true
	})
	return err
}

// parseSamba reads settings USERNAME=…, options of a table of file systems, or lines ADDRESS USER PASSWORD.
func parseSamba(data []byte, emit func(Credential)) error {
	root, err := readINI(data)
	root.take(emit, []fields{{secrets: []string{"password", "pass"}, users: []string{"username", "user"}, hosts: []string{"domain", "workgroup"}}})
	lines(data, func(line value) bool {
		f := quotedBlanks(line.trimmed())
		if len(f) < 3 || strings.HasPrefix(f[0].text, "#") {
			return true
		}
		if len(f) == 3 && (strings.Contains(f[0].text, "://") || strings.HasPrefix(f[0].text, "/")) && !strings.Contains(f[2].text, "=") {
			c := f[2].unquoted().credential(Password)
			c.User, c.Host = f[1].unquoted().text, f[0].text
			emit(c)
			return true
		}
		for _, options := range f[1:] {
			readOptions(options, f[0].text, emit)
		}
		return true
	})
	return err
}

// readOptions reads the options of a mount, NAME=VALUE with commas between.
func readOptions(options value, host string, emit func(Credential)) {
	user := ""
	for _, o := range columns(options, ',') {
		name, text, given := strings.Cut(o.text, "=")
		switch {
		case !given:
		case name == "user" || name == "username":
			user = text
		case name == "password" || name == "pass":
			c := o.part(len(name)+1, len(o.text)).credential(Password)
			c.User, c.Host = user, host
			emit(c)
		}
	}
}
