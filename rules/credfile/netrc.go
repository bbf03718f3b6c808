package credfile

import "dregs/report"

var netrc = Family{
	ID:          "netrc-login-password",
	Description: "A password or token for a host, in a .netrc file.",
	Vendor:      "netrc",
	Severity:    report.High,
	Advice:      "Change the password, or revoke the token, of the user at the host named.",
	Reference:   "https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html",
	paths:       []string{".netrc", "_netrc", "netrc", ".netrc.*", ".authinfo", "apt/auth.conf", "auth.conf.d/*.conf"},
	parse:       parseNetrc,
}

// parseNetrc reads entries of words: machine NAME or default, then login, password and account, in any order.
func parseNetrc(data []byte, emit func(Credential)) error {
	var entry Credential
	flush := func() {
		emit(entry)
		entry.Secret = ""
	}
	expects, macro := "", false
	lines(data, func(line value) bool {
		if line.trimmed().text == "" {
			macro = false
		}
		if macro {
			return true
		}
		for _, w := range blanks(line) {
			if expects == "" && w.text[0] == '#' {
				return true
			}
			v := w.unquoted()
			switch expects {
			case "machine":
				entry.Host = v.text
			case "login":
				entry.User = v.text
			case "password":
				user, host := entry.User, entry.Host
				entry = v.credential(Password)
				entry.User, entry.Host = user, host
			case "":
				expects = w.text
				switch expects {
				case "machine", "default":
					flush()
					entry = Credential{}
				case "macdef":
					macro = true
					expects = ""
					return true
				}
				if expects == "default" {
					expects = ""
				}
				continue
			}
			expects = ""
		}
		return true
	})
	flush()
	return nil
}
