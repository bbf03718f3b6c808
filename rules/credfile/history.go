package credfile

import (
	"path"
	"slices"
	"strings"

	"dregs/report"
)

var shellHistory = Family{
	ID:          "shell-history-password",
	Description: "A password or token that was given to a command, in the history of a shell or its start-up file.",
	Vendor:      "shell",
	Severity:    report.High,
	Advice:      "Change the password or revoke the token where the command used it, and keep history out of images.",
	Reference:   "https://cwe.mitre.org/data/definitions/214.html",
	paths: []string{
		".bash_history", ".zsh_history", ".zhistory", ".histfile", ".sh_history", ".ash_history", ".ksh_history", ".history", "fish_history", ".local/share/fish/fish_history",
		"consolehost_history.txt", ".python_history", ".node_repl_history", ".bashrc", ".bash_profile", ".bash_login", ".bash_aliases", ".profile", ".zshrc", ".zshenv",
		".zprofile", ".kshrc", ".cshrc", ".tcshrc", ".exports", ".extra", ".envrc", "profile.d/*.sh", "config.fish",
	},
	parse: parseShellHistory,
}

// parseShellHistory reads a command a line. What a shell notes in front of a command is passed over.
func parseShellHistory(data []byte, emit func(Credential)) error {
	lines(data, func(line value) bool {
		words(bareCommand(line.trimmed()), func(command []word) { readCommand(command, emit) })
		return true
	})
	return nil
}

// bareCommand returns a line of a history without the time that zsh writes, and without the mark of fish.
func bareCommand(line value) value {
	if strings.HasPrefix(line.text, ": ") {
		if i := strings.IndexByte(line.text, ';'); i > 0 && all(strings.TrimSpace(line.text[2:i]), "0123456789:") {
			return line.part(i+1, len(line.text))
		}
	}
	if strings.HasPrefix(line.text, "- cmd: ") {
		return line.part(len("- cmd: "), len(line.text))
	}
	if strings.HasPrefix(line.text, "#") {
		return value{}
	}
	return line
}

// place tells where a command looks for what an option is given.
type place uint8

const (
	anywhere place = iota // behind the letter, or the next word
	behind                // behind the letter alone: without, the command asks for it
)

// option is how commands are given secrets: by a letter with the secret behind it, glued to it or as the next word.
type option struct {
	commands []string
	flag     string
	where    place
	split    string // parts user and password; empty means that the value is the password
}

var options = []option{
	{[]string{"curl", "http", "https", "xh"}, "-u", anywhere, ":"},
	{[]string{"curl"}, "--user", anywhere, ":"},
	{[]string{"curl"}, "-U", anywhere, ":"},
	{[]string{"curl"}, "--proxy-user", anywhere, ":"},
	{[]string{"http", "https", "xh"}, "-a", anywhere, ":"},
	{[]string{"http", "https", "xh"}, "--auth", anywhere, ":"},
	{[]string{"skopeo", "buildah", "podman"}, "--creds", anywhere, ":"},
	{[]string{"skopeo"}, "--src-creds", anywhere, ":"},
	{[]string{"skopeo"}, "--dest-creds", anywhere, ":"},
	{[]string{"mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlshow", "mysqlcheck", "mariadb", "mariadb-dump", "mycli", "mysqlsh", "xtrabackup"}, "-p", behind, ""},
	{[]string{"7z", "7za", "7zz", "rar", "unrar"}, "-p", behind, ""},
	{[]string{"sshpass", "docker", "podman", "buildah", "nerdctl", "helm", "oras", "crane", "regctl", "mongo", "mongosh", "mongodump", "mongorestore", "mongoexport",
		"az", "oc", "rdesktop", "cqlsh", "cf", "ibmcloud", "netexec", "nxc", "crackmapexec", "evil-winrm", "clickhouse-client"}, "-p", anywhere, ""},
	{[]string{"redis-cli"}, "-a", anywhere, ""},
	{[]string{"redis-cli"}, "--pass", anywhere, ""},
	{[]string{"ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldapwhoami", "ldappasswd"}, "-w", anywhere, ""},
	{[]string{"zip", "unzip", "sqlcmd", "bcp", "mosquitto_pub", "mosquitto_sub", "ipmitool"}, "-P", anywhere, ""}, //nolint:misspell // the commands' names
	{[]string{"smbclient", "rpcclient", "smbmap", "net"}, "-U", anywhere, "%"},
	{[]string{"lftp", "ftp", "ncftp"}, "-u", anywhere, ","},
	{[]string{"openssl"}, "-passin", anywhere, "pass:"},
	{[]string{"openssl"}, "-passout", anywhere, "pass:"},
	{[]string{"openssl"}, "-pass", anywhere, "pass:"},
	{[]string{"openssl"}, "-k", anywhere, ""},
	{[]string{"keytool", "jarsigner"}, "-storepass", anywhere, ""},
	{[]string{"keytool", "jarsigner"}, "-keypass", anywhere, ""},
	{[]string{"xfreerdp", "wlfreerdp"}, "/p:", behind, ""},
}

// positional is how commands are given secrets by their place: the words that must stand in front, and how many more do.
type positional struct {
	words []string
	skip  int
	user  int // how many words before the secret the user stands; 0 for none
}

var positionals = []positional{
	{[]string{"aws", "configure", "set", "aws_secret_access_key"}, 0, 0},
	{[]string{"aws", "configure", "set", "aws_session_token"}, 0, 0},
	{[]string{"vault", "login"}, 0, 0},
	{[]string{"mysqladmin", "password"}, 0, 0},
	{[]string{"rabbitmqctl", "add_user"}, 1, 1},
	{[]string{"rabbitmqctl", "change_password"}, 1, 1},
	{[]string{"htpasswd"}, 2, 1},
	{[]string{"pip", "config", "set", "global.index-url"}, 0, 0},
	{[]string{"composer", "config", "http-basic"}, 2, 1},
	{[]string{"gcloud", "config", "set", "auth/access_token"}, 0, 0},
	{[]string{"ngrok", "authtoken"}, 0, 0},
	{[]string{"ngrok", "config", "add-authtoken"}, 0, 0},
}

// wrappers are commands that run another.
var wrappers = []string{"sudo", "env", "time", "nohup", "exec", "watch", "command", "doas", "nice", "torsocks", "proxychains", "proxychains4", "-E", "export", "set", "declare", "-x", "-gx", "-Ux", "typeset", "setenv"}

// readCommand emits the secrets that one command was given.
func readCommand(command []word, emit func(Credential)) {
	c := commandLine{words: command, seen: map[int]bool{}}
	c.put = func(v value, kind, user string) {
		if v.text == "" || c.seen[v.lo] {
			return
		}
		c.seen[v.lo] = true
		out := v.credential(kind)
		out.User, out.Host = firstOf(user, c.user()), c.host()
		emit(out)
	}
	i := c.variables()
	if i < len(command) && command[i].text == "sshpass" {
		c.options("sshpass", i)
	}
	if i < len(command) {
		name := path.Base(command[i].text)
		c.options(name, i)
		c.positionals(name, i)
	}
	for _, w := range command {
		if a, ok := w.whole().address(); ok && !c.seen[a.Start] {
			c.seen[a.Start] = true
			emit(a)
		}
	}
}

// commandLine is one command while it is read.
type commandLine struct {
	words []word
	seen  map[int]bool // positions of what was emitted
	put   func(v value, kind, user string)
}

// variables reads NAME=VALUE in front of a command, after -e and behind export, and returns where the command begins.
func (c *commandLine) variables() int {
	begin := -1
	for i, w := range c.words {
		name, _, ok := strings.Cut(w.text, "=")
		if ok && identifier(name) && (begin < 0 || strings.HasPrefix(c.words[i-1].text, "-")) {
			if environmentName(fold(name)) || name == "MYSQL_PWD" || name == "PGPASSWORD" {
				c.put(w.part(len(name)+1, len(w.text)), kindOf(name), "")
			}
			continue
		}
		if begin < 0 && !slices.Contains(wrappers, w.text) {
			begin = i
		}
		if i > 0 && i+1 < len(c.words) && begin == i && (c.words[i-1].text == "setenv" || strings.HasSuffix(c.words[i-1].text, "x")) && environmentName(fold(w.text)) {
			c.put(c.words[i+1].whole(), kindOf(w.text), "") // csh and fish write a blank for the sign
		}
	}
	if begin < 0 {
		return len(c.words)
	}
	return begin
}

// identifier tells whether name is that of a variable.
func identifier(name string) bool {
	return name != "" && all(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") && (name[0] < '0' || name[0] > '9')
}

// kindOf tells the kind of a secret by the name it is given.
func kindOf(name string) string {
	switch key := fold(name); {
	case strings.HasSuffix(key, "token"):
		return Token
	case strings.HasSuffix(key, "key"):
		return Key
	}
	return Password
}

// options reads the options that give secrets to the command of that name at words[at].
func (c *commandLine) options(name string, at int) {
	for i := at + 1; i < len(c.words); i++ {
		w := c.words[i]
		if len(w.text) < 2 || w.text[0] != '-' && w.text[0] != '/' {
			if h, ok := w.whole().header(); ok && h.Secret != "" && !c.seen[h.Start] {
				h.Host = c.host()
				c.seen[h.Start] = true
				c.reemit(h)
			}
			continue
		}
		known := false
		for _, o := range options {
			if !slices.Contains(o.commands, name) {
				continue
			}
			if v, ok := c.given(o, i); ok {
				c.split(v, o.split)
				known = true
			}
		}
		if !known && strings.HasPrefix(w.text, "--") {
			c.long(i)
		}
	}
}

// reemit emits a credential that was read from a word.
func (c *commandLine) reemit(h Credential) {
	delete(c.seen, h.Start)
	c.put(value{text: h.Secret, lo: h.Start, hi: h.End}, h.Kind, h.User)
}

// given returns what option o is given at words[i].
func (c *commandLine) given(o option, i int) (value, bool) {
	w := c.words[i]
	switch {
	case w.text == o.flag:
		if o.where == behind || i+1 == len(c.words) {
			return value{}, false
		}
		return c.words[i+1].whole(), true
	case len(o.flag) == 2 || o.where == behind:
		rest, ok := strings.CutPrefix(w.text, o.flag)
		return w.part(len(o.flag), len(w.text)), ok && rest != ""
	}
	_, ok := strings.CutPrefix(w.text, o.flag+"=")
	return w.part(min(len(o.flag)+1, len(w.text)), len(w.text)), ok
}

// split puts the password in what an option was given.
func (c *commandLine) split(v value, sep string) {
	if sep == "" {
		c.put(v, Password, "")
		return
	}
	user, password, ok := strings.Cut(v.text, sep)
	if ok && password != "" {
		c.put(v.part(len(user)+len(sep), len(v.text)), Password, user)
	}
}

// long reads an option whose name says secret: --NAME VALUE or --NAME=VALUE.
func (c *commandLine) long(i int) {
	w := c.words[i]
	name, _, ok := strings.Cut(w.text, "=")
	key := fold(name)
	if key == "fromliteral" && ok {
		inner, _, _ := strings.Cut(w.text[len(name)+1:], "=")
		if environmentName(fold(inner)) {
			c.put(w.part(min(len(name)+len(inner)+2, len(w.text)), len(w.text)), Password, "")
		}
		return
	}
	if !secretName(key) {
		return
	}
	if ok {
		c.put(w.part(len(name)+1, len(w.text)), kindOf(name), "")
	} else if i+1 < len(c.words) && !strings.HasPrefix(c.words[i+1].text, "-") {
		c.put(c.words[i+1].whole(), kindOf(name), "")
	}
}

// positionals reads what a command is given by place.
func (c *commandLine) positionals(name string, at int) {
	var plain []word
	batch := false
	for _, w := range c.words[at:] {
		if strings.HasPrefix(w.text, "-") {
			batch = batch || w.text[1:] != "" && w.text[1] != '-' && strings.Contains(w.text, "b")
			continue
		}
		plain = append(plain, w)
	}
	for _, p := range positionals {
		n := len(p.words) + p.skip
		if p.words[0] != name || len(plain) <= n || name == "htpasswd" && !batch || !begins(plain, p.words) {
			continue
		}
		user := ""
		if p.user > 0 {
			user = plain[n-p.user].text
		}
		c.put(plain[n].whole(), Password, user)
	}
}

// begins tells whether a command begins with words, the first by its base name.
func begins(plain []word, with []string) bool {
	for i, w := range with {
		if plain[i].text != w && (i > 0 || path.Base(plain[i].text) != w) {
			return false
		}
	}
	return true
}

// user returns the user that the command names.
func (c *commandLine) user() string {
	for i, w := range c.words {
		for _, flag := range []string{"--username", "--user", "-u", "-U", "-D", "-l", "--docker-username", "/u:"} {
			if w.text == flag && i+1 < len(c.words) {
				user, _, _ := strings.Cut(c.words[i+1].text, ":")
				return user
			}
			if rest, ok := strings.CutPrefix(w.text, flag+"="); ok {
				return rest
			}
			if rest, ok := strings.CutPrefix(w.text, flag); ok && len(flag) <= 3 && rest != "" && flag != "-l" && flag != "-D" {
				return strings.TrimPrefix(rest, "=")
			}
		}
		if user, host, ok := strings.Cut(w.text, "@"); ok && identifier(strings.NewReplacer("-", "", ".", "").Replace(user)) && host != "" {
			return user
		}
	}
	return ""
}

// host returns the host that the command names.
func (c *commandLine) host() string {
	for i, w := range c.words {
		for _, flag := range []string{"--host", "--hostname", "--server", "--docker-server", "-h", "-H"} {
			if w.text == flag && i+1 < len(c.words) && !strings.ContainsAny(c.words[i+1].text, " :") {
				return c.words[i+1].text
			}
			if rest, ok := strings.CutPrefix(w.text, flag+"="); ok {
				return rest
			}
			if rest, ok := strings.CutPrefix(w.text, flag); ok && len(flag) == 2 && rest != "" && !strings.ContainsAny(rest, " :") {
				return rest
			}
		}
		if i := strings.Index(w.text, "://"); i >= 0 {
			host := w.text[i+3:]
			host = host[:len(host)-len(strings.TrimLeft(host, "/"))+strings.IndexAny(host+"/", "/?#")]
			return host[strings.LastIndexByte(host, '@')+1:]
		}
		if user, host, ok := strings.Cut(w.text, "@"); ok && user != "" && identifier(strings.NewReplacer("-", "", ".", "").Replace(user)) {
			host, _, _ = strings.Cut(host, ":")
			return host
		}
	}
	for i, w := range c.words {
		if w.text == "login" && len(c.words) > i+1 {
			last := c.words[len(c.words)-1].text
			if strings.ContainsAny(last, ".:") && !strings.HasPrefix(last, "-") && !c.seen[c.words[len(c.words)-1].at[0]] {
				return last
			}
		}
	}
	return ""
}
