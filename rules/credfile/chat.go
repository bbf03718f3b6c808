package credfile

import (
	"bytes"
	"strings"

	"dregs/report"
)

var irssi = Family{
	ID:          "irssi-config-password",
	Description: "A password for a chat server or its services, in the settings of irssi.",
	Vendor:      "irssi",
	Severity:    report.High,
	Advice:      "Change the password of the nickname or server.",
	Reference:   "https://irssi.org/documentation/",
	paths:       []string{".irssi/config", "irssi/config", "config"},
	parse:       parseIrssi,
}

var chatServer = Family{
	ID:          "chat-setting-password",
	Description: "A password for a chat or voice server, in its settings or those of a client.",
	Vendor:      "chat",
	Severity:    report.High,
	Advice:      "Change the password of the account or server.",
	Reference:   "https://cwe.mitre.org/data/definitions/260.html",
	paths: []string{
		"ventrilo_srv.ini", "weechat/irc.conf", ".weechat/*.conf", "hexchat/servlist.conf", "znc.conf", "mumble-server.ini", "murmur.ini", "teamspeak3-server.ini", "ts3server.ini", ".purple/accounts.xml",
	},
	parse: parseChat,
}

var weechat = Family{
	ID:          "weechat-secured-data",
	Description: "A password among the secured data of WeeChat, which without a pass phrase are in the clear.",
	Vendor:      "WeeChat",
	Severity:    report.High,
	Advice:      "Change the password of the nickname or server, and set a pass phrase for the data (/secure passphrase).",
	Reference:   "https://weechat.org/files/doc/stable/weechat_user.en.html#secured_data",
	paths:       []string{"weechat/sec.conf", ".weechat/sec.conf"},
	parse:       parseSecuredData,
}

// parseSecuredData reads the section data, in which the names are the user's own. With a pass phrase its first line says so,
// and the values are ciphers.
func parseSecuredData(data []byte, emit func(Credential)) error {
	section, sealed := "", false
	lines(data, func(line value) bool {
		line = line.trimmed()
		if strings.HasPrefix(line.text, "[") {
			section = strings.Trim(line.text, "[]")
			return true
		}
		name, v, ok := setting(line)
		switch {
		case section != "data" || !ok || strings.HasPrefix(line.text, "#"):
		case name == "__passphrase__":
			sealed = v.text == "on"
		default:
			c := v.unquoted().credential(Password)
			c.Encrypted = sealed
			emit(c)
		}
		return true
	})
	return nil
}

// Names in the settings of chat programs.
var (
	chatSecrets = []string{"password", "saslpassword", "adminpassword", "serverpassword", "icesecretwrite", "icesecret", "pass"}
	chatUsers   = []string{"saslusername", "nick", "username", "user", "login"}
	chatHosts   = []string{"address", "chatnet", "host", "hostname", "server", "addresses", "name"}
)

// parseIrssi reads blocks of settings NAME = "VALUE";. Many a file is called config: it must name servers or networks.
func parseIrssi(data []byte, emit func(Credential)) error {
	if !bytes.Contains(data, []byte("chatnets")) && !bytes.Contains(data, []byte("servers = (")) {
		return nil
	}
	return inTree(readLiterals,
		fields{secrets: chatSecrets, users: chatUsers, hosts: chatHosts},
		fields{secrets: []string{"autosendcmd"}, hosts: chatHosts, reveal: value.identify},
	)(data, emit)
}

// parseChat reads accounts in XML, or settings.
func parseChat(data []byte, emit func(Credential)) error {
	read := readINI
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")) {
		read = readXML
	}
	return inTree(read,
		fields{secrets: chatSecrets, users: chatUsers, hosts: chatHosts},
		fields{named: passwordName, users: chatUsers, hosts: chatHosts},
	)(data, emit)
}

// identify takes the password of a command that tells it to a service: /msg NickServ identify PASSWORD.
func (v value) identify() (Credential, bool) {
	i := strings.Index(strings.ToLower(v.text), "identify ")
	if i < 0 {
		return Credential{}, false
	}
	f := blanks(v.part(i+len("identify "), len(v.text)))
	if len(f) == 0 {
		return Credential{}, false
	}
	last := f[len(f)-1]
	last.text = strings.TrimRight(last.text, ";")
	last.hi = min(last.hi, last.lo+len(last.text))
	return last.credential(Password), v.quoted == "" && last.text != ""
}
