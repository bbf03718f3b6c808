package credfile

import (
	"strings"

	"dregs/report"
)

var maven = Family{
	ID:          "maven-server-password",
	Description: "A password for a repository or proxy, in the settings of Maven.",
	Vendor:      "Maven",
	Severity:    report.High,
	Advice:      "Change the password of the user at the repository named, and look for artifacts deployed since.",
	Reference:   "https://maven.apache.org/settings.html#Servers",
	paths:       []string{"settings.xml", "settings-security.xml", ".m2/*.xml", "maven/*.xml"},
	parse:       parseMaven,
}

var gradle = Family{
	ID:          "gradle-properties-password",
	Description: "A password or token in the properties of Gradle.",
	Vendor:      "Gradle",
	Severity:    report.High,
	Advice:      "Change the password or revoke the token where it is used.",
	Reference:   "https://docs.gradle.org/current/userguide/build_environment.html",
	paths:       []string{"gradle.properties", "local.properties", "keystore.properties", "key.properties", "signing.properties"},
	parse:       inTree(readINI, fields{named: secretName, users: userNames, hosts: hostNames}),
}

var sbt = Family{
	ID:          "sbt-credentials-password",
	Description: "A password for a repository, as sbt or coursier keeps it.",
	Vendor:      "sbt",
	Severity:    report.High,
	Advice:      "Change the password of the user at the repository named, and look for artifacts published since.",
	Reference:   "https://www.scala-sbt.org/1.x/docs/Publishing.html#Credentials",
	paths:       []string{".sbt/.credentials", ".ivy2/.credentials", ".credentials", "sonatype_credentials", "*.credentials", "coursier/credentials.properties", "credentials.properties"},
	parse:       inTree(readINI, fields{secrets: []string{"password", "pass"}, users: userNames, hosts: hostNames}, fields{named: passwordName, users: userNames, hosts: hostNames}),
}

// passwordName tells whether a folded name says that a password is given.
func passwordName(key string) bool {
	return strings.HasSuffix(key, "password") || strings.HasSuffix(key, "passwd") || strings.HasSuffix(key, "passphrase")
}

// parseMaven reads servers and proxies. A value in braces is encrypted under settings-security.xml. The names of both elements
// in capitals are no login but a form to fill in.
func parseMaven(data []byte, emit func(Credential)) error {
	root, err := readXML(data)
	root.take(func(c Credential) {
		if n := len(c.Secret); c.Secret[0] == '{' && c.Secret[n-1] == '}' && n > 20 {
			c.Encrypted = true
		}
		if c.User == "USERNAME" && c.Secret == "PASSWORD" {
			return
		}
		emit(c)
	}, []fields{
		{secrets: []string{"master"}, under: "settingssecurity"},
		{secrets: []string{"password", "passphrase"}, under: "proxies", users: []string{"username"}, hosts: []string{"host"}},
		{secrets: []string{"password", "passphrase"}, under: "settings", users: []string{"username", "privatekey"}, hosts: []string{"id"}},
	})
	return err
}
