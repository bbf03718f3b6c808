package scanner_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// TestFormsInAnImage holds that what files and instructions of an image say in less common ways is one secret each, under one rule
// and of a severity that a gate stops at; what a file only shows is none.
func TestFormsInAnImage(t *testing.T) {
	password := imagetest.Password
	hexadecimal := func(seed string) string { return imagetest.Hex("form-"+seed, 32) }
	key := func(seed string) string {
		sum := sha256.Sum256([]byte("form-" + seed))
		return base64.StdEncoding.EncodeToString(sum[:])
	}
	migration := "+/" + key("migration")
	argon := "$argon2id$v=19$m=10240,t=10,p=8$" + strings.TrimRight(key("salt")[:22], "=") + "$" + strings.TrimRight(key("argon"), "=")
	rows := []struct{ rule, path, text, value string }{
		{"secret-file", "run/secrets/db", "quokka lantern 47 velvet\n", "quokka lantern 47 velvet"},
		{"dregs-assignment", "srv/a.yml", "db:\n  ? password\n  : " + password("explicit") + "\n", password("explicit")},
		{"server-setting-password", "etc/mosquitto/mosquitto.conf", "connection a\nbridge_psk " + hexadecimal("bridge") + "\n", hexadecimal("bridge")}, //nolint:misspell // the broker's name
		{"dregs-assignment", "etc/hadoop/core-site.xml", "<property>\n<value>" + password("hadoop") + "</value>\n<name>fs.s3a.password</name></property>", password("hadoop")},
		{"java-realm-password", "opt/wildfly/mgmt-users.properties", "#admin=2a0923285184943425d1f53ddd58ec7a\n#ops=" + hexadecimal("disabled") + "\n", hexadecimal("disabled")},
		{"otpauth-secret", "srv/otp.txt", "otpauth-migration://offline?data=" + url.QueryEscape(migration) + "\n", migration},
		{"password-hash-argon2", "root/.jupyter/jupyter_server_config.json", `{"IdentityProvider": {"hashed_password": "argon2:` + argon + `"}}`, argon},
		{"dnssec-private-key", "etc/bind/Kexample.org.+015+00001.private", "Private-key-format: v1.3\nAlgorithm: 15 (ED25519)\nPrivateKey: " + key("zone") + "\n", key("zone")},
	}
	img := imagetest.Image{
		Layers: []imagetest.Layer{{CreatedBy: "COPY . /"}},
		History: []imagetest.History{
			{CreatedBy: "COPY . /"},
			{CreatedBy: `RUN /bin/sh -c echo "machine git.corp.io login ci password ` + password("echo") + `" > ~/.netrc`, EmptyLayer: true},
			{CreatedBy: `RUN /bin/sh -c printf "machine a.corp.io\nlogin ci\npassword ` + password("printf") + `\n" > ~/.netrc`, EmptyLayer: true},
			{CreatedBy: `RUN /bin/sh -c printf 'mysql -h db -p` + password("script") + `\nexit\n' > /dump.sh`, EmptyLayer: true},
		},
	}
	for _, row := range rows {
		img.Layers[0].Entries = append(img.Layers[0].Entries, imagetest.File(row.path, row.text))
	}
	r := scanFile(t, imagetest.WriteFile(t, "forms.tar", imagetest.OCIArchive(img.Build())), scanner.Options{ShowSecrets: true})
	rows = append(rows, []struct{ rule, path, text, value string }{
		{rule: "netrc-line-password", path: "/history/1/created_by", value: password("echo")},
		{rule: "netrc-line-password", path: "/history/2/created_by", value: password("printf")},
		{rule: "mysql-command-password", path: "/history/3/created_by", value: password("script")},
	}...)
	for _, row := range rows {
		var found []*report.Secret
		for i := range r.Secrets {
			if r.Secrets[i].Occurrences[0].Path == row.path {
				found = append(found, &r.Secrets[i])
			}
		}
		if len(found) != 1 {
			t.Errorf("%s: %d secrets", row.path, len(found))
			continue
		}
		if s := found[0]; s.Secret != row.value || s.Rule != row.rule || report.Rank(s.Severity) < report.Rank(report.Medium) {
			t.Errorf("%s: %s secret %q of rule %s, want %q of %s", row.path, s.Severity, s.Secret, s.Rule, row.value, row.rule)
		}
	}
}
