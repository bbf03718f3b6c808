package credfile

import (
	"strings"

	"dregs/report"
)

var curlrc = Family{
	ID:          "http-client-password",
	Description: "A password or token in the settings of a program that transfers files, such as curl, wget or lftp.",
	Vendor:      "curl",
	Severity:    report.High,
	Advice:      "Change the password or revoke the token of the user at the host named.",
	Reference:   "https://curl.se/docs/manpage.html#-K",
	paths:       []string{".curlrc", "_curlrc", "curlrc", ".wgetrc", "wgetrc", ".lftprc", "lftp.conf", ".lftp/bookmarks", ".lftp/rc", "lftp/bookmarks", "lftp/rc", ".ncftp/bookmarks", ".httpie/config.json", "httpie/*.json", "*.repo", "sources.list", "sources.list.d/*.list", "apt.conf.d/*proxy*", ".gitmodules"},
	parse: func(data []byte, emit func(Credential)) error {
		if looksJSON(data) {
			return inTree(readJSON, fields{secrets: []string{"auth", "rawauth"}, reveal: value.identity, hosts: []string{"host"}}, fields{named: secretName, users: userNames, hosts: hostNames})(data, emit)
		}
		root, err := readDirectives()(data)
		root.each(func(n *node) {
			name := strings.TrimLeft(n.name, "-")
			switch {
			case !n.leaf || n.text == "":
			case name == "user" || name == "u" || name == "proxy-user" || name == "U":
				if c, ok := n.identity(); ok && len(c.Steps) == 0 {
					c.Host = root.near([]string{"url"})
					emit(c)
				}
			case name == "header" || name == "H":
				if c, ok := n.header(); ok {
					emit(c)
				}
			case passwordName(fold(name)):
				c := n.credential(Password)
				c.User = root.near([]string{"user", "httpuser", "ftpuser", "proxyuser", "username"})
				emit(c)
			case name == "oauth2-bearer":
				emit(n.credential(Token))
			}
		})
		if e := parseAddresses(data, emit); err == nil {
			err = e
		}
		return err
	},
}

var renviron = Family{
	ID:          "r-environment-secret",
	Description: "A password, key or token in the environment or start-up file of R.",
	Vendor:      "R",
	Severity:    report.High,
	Advice:      "Change the value where it is used.",
	Reference:   "https://stat.ethz.ch/R-manual/R-devel/library/base/html/Startup.html",
	paths:       []string{".renviron", "renviron", ".rprofile", "rprofile.site", "renviron.site"},
	parse: func(data []byte, emit func(Credential)) error {
		root, err := readINI(data)
		root.take(emit, []fields{{named: environmentName, users: userNames, hosts: hostNames}})
		if err != nil {
			return err
		}
		root, err = readLiterals(data)
		seen := map[int]bool{}
		root.take(func(c Credential) {
			if !seen[c.Start] {
				seen[c.Start] = true
				emit(c)
			}
		}, []fields{{named: environmentName, users: userNames, hosts: hostNames}})
		return err
	},
}

var subversion = Family{
	ID:          "subversion-password",
	Description: "A password for a version control server, as Subversion or Mercurial keeps it.",
	Vendor:      "Subversion",
	Severity:    report.High,
	Advice:      "Change the password of the user at the server named.",
	Reference:   "https://svnbook.red-bean.com/en/1.8/svn.serverconfig.netmodel.html#svn.serverconfig.netmodel.credcache",
	paths:       []string{"svn.simple/*", "svn.ssl.client-passphrase/*", ".hgrc", "hgrc", "mercurial.ini", "svnserve/passwd", "conf/passwd", ".cvspass", ".p4tickets"},
	parse:       parseSubversion,
}

// parseSubversion reads K LENGTH, NAME, V LENGTH, VALUE; or settings PREFIX.password of Mercurial; or [users] of svnserve.
func parseSubversion(data []byte, emit func(Credential)) error {
	if !strings.HasPrefix(string(data), "K ") {
		return inTree(readINI,
			fields{within: "users"},
			fields{named: passwordName, users: userNames, hosts: append([]string{"prefix", "schemes"}, hostNames...)},
		)(data, emit)
	}
	var all []value
	lines(data, func(line value) bool {
		all = append(all, line)
		return len(all) < maxWords
	})
	said := map[string]value{}
	for i := 0; i+3 < len(all) && strings.HasPrefix(all[i].text, "K "); i += 4 {
		said[all[i+1].text] = all[i+3]
	}
	for _, name := range []string{"password", "passphrase"} {
		v, ok := said[name]
		if !ok {
			continue
		}
		c := v.credential(Password)
		c.User = said["username"].text
		host := said["svn:realmstring"].text
		if i, j := strings.IndexByte(host, '<'), strings.IndexByte(host, '>'); i == 0 && j > 0 {
			host = host[1:j]
		}
		c.Host = host
		emit(c)
	}
	return nil
}
