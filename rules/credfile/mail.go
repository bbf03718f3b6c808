package credfile

import (
	"strings"

	"dregs/report"
)

var mailClient = Family{
	ID:          "mail-account-password",
	Description: "The password of a mail account, in the settings of a program that sends or fetches mail.",
	Vendor:      "mail",
	Severity:    report.High,
	Advice:      "Change the password of the mail account, and look in it for rules and sessions that are not yours.",
	Reference:   "https://marlam.de/msmtp/msmtp.html",
	paths: []string{
		".esmtprc", "esmtprc", ".msmtprc", "msmtprc", "msmtp/config", "ssmtp.conf", ".mbsyncrc", "mbsyncrc", ".offlineimaprc", ".getmailrc", "getmailrc", "getmail/*rc", ".nullmailer/remotes", "aerc/accounts.conf",
		".mailrc", ".s-nailrc", "dma/auth.conf", "dma.conf",
	},
	parse: parseMail,
}

var mutt = Family{
	ID:          "mutt-account-password",
	Description: "The password of a mail account, in the settings of mutt.",
	Vendor:      "Mutt",
	Severity:    report.High,
	Advice:      "Change the password of the mail account, and look in it for rules and sessions that are not yours.",
	Reference:   "http://www.mutt.org/doc/manual/",
	paths:       []string{".muttrc", "muttrc", ".mutt/muttrc", "mutt/*rc", ".mutt/*.rc", "neomuttrc", ".neomuttrc"},
	parse: inTree(readINI,
		fields{named: secretName, users: []string{"imapuser", "popuser", "smtpuser", "from"}, hosts: []string{"folder", "spoolfile", "smtpurl"}},
		fields{secrets: []string{"smtpurl", "folder", "spoolfile", "imapurl"}, reveal: value.address},
	),
}

var fetchmail = Family{
	ID:          "fetchmail-password",
	Description: "The password of a mail account, in the settings of fetchmail.",
	Vendor:      "fetchmail",
	Severity:    report.High,
	Advice:      "Change the password of the mail account, and look in it for rules and sessions that are not yours.",
	Reference:   "https://www.fetchmail.info/fetchmail-man.html",
	paths:       []string{".fetchmailrc", "fetchmailrc"},
	parse:       keywords([]string{"poll", "server", "skip", "via"}, []string{"user", "username"}, []string{"pass", "password"}),
}

var postfix = Family{
	ID:          "postfix-sasl-password",
	Description: "The password with which a mail server logs in to another.",
	Vendor:      "Postfix",
	Severity:    report.High,
	Advice:      "Change the password of the account at the server named.",
	Reference:   "https://www.postfix.org/SASL_README.html#client_sasl_enable",
	paths:       []string{"sasl_passwd", "sasl/passwd", "postfix/sasl_passwords", "sasl_password", "exim4/passwd.client", "passwd.client", "mail/authinfo", "authinfo"},
	parse:       parseSASL,
}

// parseMail reads settings with a sign of equality, or after a blank, as the file has them.
func parseMail(data []byte, emit func(Credential)) error {
	read := readDirectives("account", "imapaccount", "imapstore", "remote", "identity", "hostname")
	if strings.Contains(string(data[:min(len(data), 4<<10)]), "[") && strings.Contains(string(data), "=") {
		read = readINI
	}
	return inTree(read,
		fields{named: func(key string) bool { return passwordName(key) || strings.HasSuffix(key, "pass") },
			users: append([]string{"authuser", "remoteuser"}, userNames...), hosts: append([]string{"mailhub", "remotehost"}, hostNames...)},
		fields{named: func(string) bool { return true }, reveal: value.address},
	)(data, emit)
}

// parseSASL reads lines DESTINATION USER:PASSWORD, or as exim has them DESTINATION:USER:PASSWORD.
func parseSASL(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		line = line.trimmed()
		if strings.HasPrefix(line.text, "#") {
			return true
		}
		f := blanks(line)
		if len(f) == 2 {
			user, password, ok := strings.Cut(f[1].text, ":")
			if ok && password != "" {
				c := f[1].part(len(user)+1, len(f[1].text)).credential(Password)
				c.User, c.Host = user, f[0].text
				emit(c)
			}
			return true
		}
		if e := columns(line, ':'); len(f) == 1 && len(e) == 3 {
			c := e[2].credential(Password)
			c.User, c.Host = e[1].text, e[0].text
			emit(c)
		}
		return true
	})
	return nil
}
