package credfile

import (
	"regexp"
	"strings"
	"sync"

	"dregs/report"
)

var javaConfig = Family{
	ID:          "java-config-password",
	Description: "A password in the settings of a Java application or its server.",
	Vendor:      "Java",
	Severity:    report.High,
	Advice:      "Change the password on the server that it is for, and give it to the container at run time.",
	Reference:   "https://docs.spring.io/spring-boot/reference/features/external-config.html",
	paths: []string{
		"application.properties", "application-*.properties", "application-*.yml", "application-*.yaml", "bootstrap.yml", "bootstrap.properties", "hibernate.cfg.xml", "hibernate.properties", "persistence.xml", "conf/context.xml", "meta-inf/context.xml",
		"standalone*.xml", "domain.xml", "jetty-*.xml", "realm.properties", "liquibase.properties", "flyway.conf", "jdbc.properties", "db.properties", "database.properties", "mgmt-users.properties", "*-ds.xml", "jboss-web.xml", "resources.xml", "datasource*.xml",
	},
	parse: parseJavaConfig,
}

var nodeConfig = Family{
	ID:          "node-config-password",
	Description: "A password in the settings of a JavaScript or .NET application.",
	Vendor:      "Node.js",
	Severity:    report.High,
	Advice:      "Change the password on the server that it is for, and give it to the container at run time.",
	Reference:   "https://cwe.mitre.org/data/definitions/260.html",
	paths: []string{
		"knexfile.js", "ormconfig.json", "ormconfig.js", "config/config.json", "config/default.json", "config/production.json", "config/local.json", "config/development.json", "config/database.js", "config/database.json", "config/env.js", "ecosystem.config.js", "salesforce*.js", "jsforce*.js",
		"appsettings.json", "appsettings.*.json", "secrets.json", "local.settings.json", "connectionstrings.json", "nodemon.json", ".sequelizerc", "database.json", "config/db.js",
	},
	parse: parseNodeConfig,
}

// parseJavaConfig reads properties, YAML, or XML, in which an element may be named by an attribute: <property
// name="password">VALUE</property>, <property name="password" value="VALUE"/>.
func parseJavaConfig(data []byte, emit func(Credential)) error {
	hosts := append([]string{"jdbcurl", "connectionurl"}, hostNames...)
	plain := fields{named: passwordName, users: userNames, hosts: hosts}
	whole := emit
	emit = func(c Credential) {
		c.Host = strings.TrimPrefix(c.Host, "jdbc:")
		whole(c)
	}
	if !strings.HasPrefix(strings.TrimSpace(string(data[:min(len(data), 256)])), "<") {
		if looksYAML(data) {
			return inTree(readYAML, plain)(data, emit)
		}
		return inTree(readINI, plain, fields{named: secretName, kind: Token})(data, emit)
	}
	root, err := readXML(data)
	root.take(emit, []fields{plain})
	root.each(func(n *node) {
		name := fold(n.says("name", "key"))
		if !passwordName(name) {
			return
		}
		v := n.child("value")
		if n.leaf && n.text != "" {
			v = n
		}
		if v == nil || !v.leaf {
			return
		}
		c := v.credential(Password)
		stem := stemOf(name)
		c.User, c.Host = n.up.property(stem, userNames), n.up.property(stem, hosts)
		emit(c)
	})
	return err
}

// property returns what the child of n that its attribute name or key calls one of names says; stem may stand before it.
func (n *node) property(stem string, names []string) string {
	for _, k := range n.kids[:min(len(n.kids), maxNeighbours)] {
		key := fold(k.says("name", "key"))
		for _, name := range names {
			if key != "" && (key == name || key == stem+name) {
				return firstOf(k.text, k.says("value"))
			}
		}
	}
	return ""
}

// loginCall is a call that logs in with literals.
var loginCall = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.login\(\s{0,40}["']([^"'\n]{1,100})["']\s{0,40},\s{0,40}["']([^"'\n]{1,200})["']`)
})

// parseNodeConfig reads JSON, connection strings in it, and the literals of JavaScript.
func parseNodeConfig(data []byte, emit func(Credential)) error {
	if looksJSON(data) {
		return inTree(readJSON,
			fields{named: passwordName, users: userNames, hosts: hostNames},
			fields{named: func(string) bool { return true }, reveal: value.connection},
		)(data, emit)
	}
	for _, m := range loginCall().FindAllSubmatchIndex(data, 256) {
		c := value{text: string(data[m[4]:m[5]]), lo: m[4], hi: m[5]}.credential(Password)
		c.User = string(data[m[2]:m[3]])
		emit(c)
	}
	return inTree(readLiterals, fields{named: passwordName, users: userNames, hosts: hostNames})(data, emit)
}

// connection reads v as an address, or as settings NAME=VALUE with semicolons between.
func (v value) connection() (Credential, bool) {
	if c, ok := v.address(); ok {
		return c, true
	}
	var c Credential
	user, host := "", ""
	for _, s := range columns(v, ';') {
		name, given, ok := strings.Cut(s.text, "=")
		if !ok {
			continue
		}
		switch fold(strings.TrimSpace(name)) {
		case "password", "pwd", "accountkey", "sharedaccesskey":
			if v.quoted == "" {
				c = s.part(len(name)+1, len(s.text)).trimmed().credential(Password)
			}
		case "userid", "uid", "user", "username", "accountname", "sharedaccesskeyname":
			user = given
		case "server", "datasource", "host", "endpoint", "addr":
			host = given
		}
	}
	c.User, c.Host = user, host
	return c, c.Secret != "" && (user != "" || host != "")
}
