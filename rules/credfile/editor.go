package credfile

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"dregs/report"
)

var editorSFTP = Family{
	ID:          "editor-sftp-password",
	Description: "A password for a server, in the settings with which an editor uploads files to it.",
	Vendor:      "editor",
	Severity:    report.High,
	Advice:      "Change the password of the user at the host named, and look there for logins that are not yours.",
	Reference:   "https://cwe.mitre.org/data/definitions/256.html",
	paths: []string{
		".vscode/sftp.json", "sftp.json", ".vscode/ftp-sync.json", "ftp-sync.json", ".vscode/settings.json", ".remote-sync.json", ".ftpconfig", "deployment-config.json", "sftp-config.json", "sftp-config-alt*.json",
		"ftpsync.settings", ".sftp-config.json", ".ftppass", ".ftpquota.json", ".brackets.json", ".vscode/*.json",
	},
	parse: inTree(readJSON, fields{
		secrets: []string{"password", "pass", "passphrase", "sshpassword", "ftppassword"}, users: userNames, hosts: []string{"host", "hostname", "server", "url", "remote"},
	}, fields{secrets: []string{"uri", "url", "connectionstring"}, reveal: value.address}),
}

var jetbrains = Family{
	ID:          "jetbrains-server-password",
	Description: "A password for a server or database, in the settings of a JetBrains editor.",
	Vendor:      "JetBrains",
	Severity:    report.High,
	Advice:      "Change the password of the user at the host named.",
	Reference:   "https://www.jetbrains.com/help/phpstorm/creating-a-remote-server-configuration.html",
	paths:       []string{"webservers.xml", "datasources.xml", "datasources.local.xml", "datasources.ids", "deployment.xml", "sshconfigs.xml", ".idea/*.xml", "security.xml"},
	parse: inTree(readXML,
		fields{secrets: []string{"password", "passphrase", "proxypassword"}, users: []string{"username", "user", "login"}, hosts: []string{"host", "server", "url"}, reveal: value.jetbrains},
		fields{secrets: []string{"jdbcurl", "url"}, reveal: value.address},
	),
}

// stepJetBrains is how these editors wrote passwords: four hexadecimal digits for each unit of UTF-16, under a fixed mask.
const stepJetBrains = "jetbrains-mask"

// jetbrains reveals a masked password, or takes v as it stands.
func (v value) jetbrains() (Credential, bool) {
	c := v.credential(Password)
	if len(v.text)%4 != 0 || !all(v.text, hexLetters) {
		return c, true
	}
	var units []uint16
	for i := 0; i < len(v.text); i += 4 {
		n, err := strconv.ParseUint(v.text[i:i+4], 16, 16)
		if err != nil || n^0xdfaa >= 0x80 {
			return c, true // not of ASCII: rather a password of such digits
		}
		units = append(units, uint16(n)^0xdfaa)
	}
	if plain := string(utf16.Decode(units)); printable(plain) {
		c.Secret, c.Steps = plain, append(c.Steps, stepJetBrains)
	}
	return c, true
}

var filezilla = Family{
	ID:          "filezilla-site-password",
	Description: "A password for a server, in the site manager or the last connections of FileZilla.",
	Vendor:      "FileZilla",
	Severity:    report.High,
	Advice:      "Change the password of the user at the host named, and look there for files that are not yours.",
	Reference:   "https://wiki.filezilla-project.org/Documentation",
	paths:       []string{"filezilla.xml", "sitemanager.xml", "recentservers.xml", "filezilla server.xml", "filezilla/*.xml", ".filezilla/*.xml"},
	parse:       parseFileZilla,
}

// parseFileZilla reads servers. A password is base64 where an attribute says so, and under a master password where another
// does.
func parseFileZilla(data []byte, emit func(Credential)) error {
	root, err := readXML(data)
	root.each(func(n *node) {
		if n.key != "pass" || !n.leaf || n.text == "" {
			return
		}
		c, encoding := n.credential(Password), n.says("encoding")
		if strings.EqualFold(encoding, "base64") {
			if plain, ok := n.decoded(Password); ok {
				c = plain
			}
		}
		c.Encrypted = strings.EqualFold(encoding, "crypt")
		c.User, c.Host = n.up.says("user"), n.up.says("host")
		if port := n.up.says("port"); c.Host != "" && port != "" {
			c.Host += ":" + port
		}
		emit(c)
	})
	return err
}
