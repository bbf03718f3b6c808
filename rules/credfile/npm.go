package credfile

import (
	"strings"

	"dregs/report"
)

var npmrc = Family{
	ID:          "npmrc-auth",
	Description: "A token or password for an npm registry, in the settings of npm or yarn.",
	Vendor:      "npm",
	Severity:    report.High,
	Advice:      "Revoke the token at the registry (npm token revoke) or change the password, and look for versions published since.",
	Reference:   "https://docs.npmjs.com/cli/configuring-npm/npmrc",
	paths:       []string{".npmrc", "npmrc", ".npmrc.*", ".yarnrc"},
	parse:       parseNpmrc,
}

var yarnrc = Family{
	ID:          "yarnrc-auth",
	Description: "A token or password for an npm registry, in the settings of yarn 2 or later.",
	Vendor:      "Yarn",
	Severity:    report.High,
	Advice:      "Revoke the token at the registry (npm token revoke) or change the password, and look for versions published since.",
	Reference:   "https://yarnpkg.com/configuration/yarnrc",
	paths:       []string{".yarnrc.yml"},
	parse: inTree(readYAML,
		fields{secrets: []string{"npmauthtoken"}, kind: Token, hosts: []string{"npmregistryserver"}, hostUp: 1},
		fields{secrets: []string{"npmauthident"}, hosts: []string{"npmregistryserver"}, hostUp: 1, reveal: value.identity},
		fields{secrets: []string{"httpproxy", "httpsproxy"}, reveal: value.address},
	),
}

var bunfig = Family{
	ID:          "bunfig-auth",
	Description: "A token or password for an npm registry, in the settings of bun.",
	Vendor:      "Bun",
	Severity:    report.High,
	Advice:      "Revoke the token at the registry (npm token revoke) or change the password, and look for versions published since.",
	Reference:   "https://bun.sh/docs/runtime/bunfig",
	paths:       []string{"bunfig.toml", ".bunfig.toml"},
	parse: inTree(readINI,
		fields{secrets: []string{"token"}, kind: Token, hosts: []string{"url", "registry"}},
		fields{secrets: []string{"password"}, users: userNames, hosts: []string{"url", "registry"}},
		fields{named: func(string) bool { return true }, reveal: value.address},
	),
}

// parseNpmrc reads settings NAME=VALUE, or as yarn 1 writes them "NAME" VALUE, whose names may begin with the registry
// that they are for: //HOST/PATH/:_authToken.
func parseNpmrc(data []byte, emit func(Credential)) error {
	users := map[string]string{}
	var waiting []Credential
	lines(data, func(line value) bool {
		line = line.trimmed()
		if line.text == "" || line.text[0] == '#' || line.text[0] == ';' {
			return true
		}
		i := strings.IndexByte(line.text, '=')
		if j := strings.IndexAny(line.text, " \t"); i < 0 || j > 0 && j < i && !strings.HasPrefix(strings.TrimSpace(line.text[j:]), "=") {
			i = j
		}
		if i <= 0 {
			return true
		}
		name := strings.Trim(strings.TrimSpace(line.text[:i]), `"`)
		v := literal(line.part(i+1, len(line.text)).trimmed())
		host := ""
		if k := strings.LastIndexByte(name, ':'); k >= 0 {
			host, name = strings.Trim(name[:k], "/"), name[k+1:]
		}
		c, ok := v.credential(Token), true
		switch name {
		case "_authToken", "_authtoken":
		case "_auth":
			if c, ok = v.basic(); !ok {
				c, ok = v.credential(Token), true
			}
		case "_password":
			if c, ok = v.decoded(Password); !ok {
				c, ok = v.credential(Password), true
			}
		case "proxy", "https-proxy", "http-proxy", "registry":
			c, ok = v.address()
		case "username":
			users[host] = v.text
			return true
		default:
			return true
		}
		if ok && len(waiting) <= maxCredentials {
			c.Host = firstOf(c.Host, host)
			waiting = append(waiting, c)
		}
		return true
	})
	for _, c := range waiting {
		c.User = firstOf(c.User, users[c.Host])
		emit(c)
	}
	return nil
}
