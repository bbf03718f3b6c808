package credfile

import (
	"strings"

	"dregs/report"
)

var installAnswers = Family{
	ID:          "install-answer-password",
	Description: "A password or its hash that an installer or a cloud's first start gives to an account.",
	Vendor:      "installer",
	Severity:    report.High,
	Advice:      "Change the password on every machine that was set up from the file.",
	Reference:   "https://cloudinit.readthedocs.io/en/latest/reference/modules.html#users-and-groups",
	paths: []string{
		"user-data", "user-data.*", "user_data", "userdata", "userdata.*", "cloud-config.yaml", "cloud-config.yml", "cloud-init.yaml", "cloud-init.yml", "cloud.cfg", "cloud.cfg.d/*.cfg", "cloud/instances/*/user-data.txt", "cloud/instances/*/cloud-config.txt",
		"preseed.cfg", "*.preseed", "ks.cfg", "*.ks", "anaconda-ks.cfg", "kickstart.cfg", "autoinst.xml", "autoyast.xml", "unattend.xml", "autounattend.xml", "sysprep.xml", "sysprep.inf", "answers.txt",
	},
	parse: parseAnswers,
}

// parseAnswers reads YAML of cloud-init, the answers of Debian's and Red Hat's installers, or XML of Windows' and SUSE's.
func parseAnswers(data []byte, emit func(Credential)) error {
	names := []string{"password", "passwd", "hashedpasswd", "plaintextpasswd", "administratorpassword", "userpassword"}
	hashed := func(c Credential) {
		if algorithm := hashOf(c.Secret); algorithm != "" {
			c.Kind = Hash
			c.fact("hash", algorithm)
		}
		if c.Secret != "*" && c.Secret != "!" && c.Secret != "x" {
			emit(c)
		}
	}
	text := strings.TrimSpace(string(data[:min(len(data), 256)]))
	switch {
	case strings.HasPrefix(text, "<"):
		root, err := readXML(data)
		root.take(hashed, []fields{
			{secrets: names, users: []string{"username", "name"}},
			{secrets: []string{"value"}, under: "password", users: []string{"username", "name"}, reveal: value.unattended},
			{secrets: []string{"value"}, under: "administratorpassword", user: "Administrator", reveal: value.unattended},
		})
		return err
	case looksYAML(data) || strings.HasPrefix(text, "#cloud-config"):
		root, err := readYAML(data)
		root.take(hashed, []fields{{secrets: names, users: []string{"name", "username", "user"}}})
		readChpasswd(data, hashed)
		return err
	}
	lines(data, func(line value) bool {
		readAnswer(line.trimmed(), hashed)
		return true
	})
	readChpasswd(data, hashed)
	return nil
}

// unattended reads a password that Windows' setup may have written in base64 of UTF-16, with the element's name behind it.
func (v value) unattended() (Credential, bool) {
	c := v.credential(Password)
	plain, ok := fromBase64(v.text)
	if !ok || len(plain)%2 != 0 {
		return c, true
	}
	var out strings.Builder
	for i := 0; i < len(plain); i += 2 {
		if plain[i+1] != 0 {
			return c, true
		}
		out.WriteByte(plain[i])
	}
	for _, name := range []string{"AdministratorPassword", "UserPassword", "Password"} {
		if password, ok := strings.CutSuffix(out.String(), name); ok && printable(password) {
			c.Secret, c.Steps = password, append(c.Steps, stepUTF16)
			return c, true
		}
	}
	return c, true
}

// stepUTF16 is base64 of a text in UTF-16.
const stepUTF16 = "base64-utf16"

// readAnswer reads a line of a preseed, d-i passwd/NAME-password TYPE VALUE, or of a kickstart, rootpw and user.
func readAnswer(line value, emit func(Credential)) {
	f := quotedBlanks(line)
	if len(f) < 2 || strings.HasPrefix(f[0].text, "#") {
		return
	}
	last := f[len(f)-1].unquoted()
	switch {
	case len(f) >= 4 && strings.Contains(f[1].text, "/") && (strings.HasSuffix(f[1].text, "password") || strings.HasSuffix(f[1].text, "password-crypted")):
		c := f[3].unquoted().credential(Password)
		_, name, _ := strings.Cut(f[1].text, "/")
		c.User = strings.TrimSuffix(strings.TrimSuffix(name, "-crypted"), "-password")
		emit(c)
	case f[0].text == "rootpw" && !strings.HasPrefix(last.text, "--"):
		c := last.credential(Password)
		c.User = "root"
		emit(c)
	case f[0].text == "user" || f[0].text == "bootloader" || f[0].text == "autopart":
		readFlags(f[1:], emit)
	}
}

// readFlags reads --name=NAME --password=PASSWORD.
func readFlags(all []value, emit func(Credential)) {
	user := ""
	for _, w := range all {
		if name, ok := strings.CutPrefix(w.text, "--name="); ok {
			user = name
		}
	}
	for _, w := range all {
		for _, flag := range []string{"--password=", "--passphrase="} {
			if strings.HasPrefix(w.text, flag) {
				c := w.part(len(flag), len(w.text)).unquoted().credential(Password)
				c.User = user
				emit(c)
			}
		}
	}
}

// readChpasswd reads the lines USER:PASSWORD below chpasswd.
func readChpasswd(data []byte, emit func(Credential)) {
	inside := false
	lines(data, func(line value) bool {
		v := line.trimmed()
		switch {
		case strings.HasPrefix(v.text, "chpasswd:"):
			inside = true
		case inside && line.text != "" && line.text[0] != ' ' && line.text[0] != '\t':
			inside = false
		case inside:
			v = v.part(len(v.text)-len(strings.TrimLeft(v.text, "- ")), len(v.text))
			user, password, ok := strings.Cut(v.text, ":")
			if ok && identifier(strings.ReplaceAll(user, "-", "_")) && password != "" && !strings.HasPrefix(password, " ") && password != "RANDOM" && password != "R" {
				c := v.part(len(user)+1, len(v.text)).credential(Password)
				c.User = user
				emit(c)
			}
		}
		return true
	})
}

var debconf = Family{
	ID:          "debconf-password",
	Description: "A password that was answered when a package of Debian was configured.",
	Vendor:      "Debian",
	Severity:    report.High,
	Advice:      "Change the password where it was set, and clear the answer after the installation (debconf-communicate).",
	Reference:   "https://manpages.debian.org/bookworm/debconf/debconf.conf.5.en.html",
	paths:       []string{"debconf/passwords.dat", "debconf/passwords.dat-old"},
	parse:       parseDebconf,
}

// parseDebconf reads entries of lines NAME: VALUE, of which the first names the question.
func parseDebconf(data []byte, emit func(Credential)) error {
	question := ""
	lines(data, func(line value) bool {
		if rest, ok := strings.CutPrefix(line.text, "Name: "); ok {
			question = strings.TrimSpace(rest)
		}
		if strings.HasPrefix(line.text, "Value: ") {
			if v := line.part(len("Value: "), len(line.text)).trimmed(); v.text != "" && v.text != "true" && v.text != "false" {
				c := v.credential(Password)
				c.Host, _, _ = strings.Cut(question, "/")
				emit(c)
			}
		}
		return true
	})
	return nil
}
