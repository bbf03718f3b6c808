package rules

import (
	"strings"
	"testing"

	"dregs/report"
)

// TestQuotedPasswords gives commands and settings, in quotes, passwords with the marks that a shell or a template would
// take for its own, and what is a shell's or a template's.
func TestQuotedPasswords(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	const letters, digits = "qXv" + "RtK", "7" + "29"
	passwords := []string{
		letters + "&(" + digits, "%" + letters + "<" + digits, "*" + letters + ")|" + digits, letters + "$;" + digits + "{",
		letters + digits + "}", ")" + letters + "," + digits + "]", "[" + letters + "#=" + digits, "<" + digits + letters + "!", letters + "%v]" + digits, letters + "$(" + digits + "G",
	}
	references := []string{
		"$PASSWORD", "${PASSWORD}", "$(pwgen)", "<password>", "<yourpassword", "%s", "%PASSWORD%", "{password}", "#{password}", "{{password}}",
		"[REDACTED]", "**********", "@@PASSWORD@@", "$env:PASSWORD", "$row[password]", "$this->password", "pre{user}post", "(none)",
	}
	for _, form := range []struct{ path, text string }{
		{"setup.sh", "mysql -u root -p'%' shop"},
		{"setup.sh", "mysqldump --password='%' shop"},
		{"setup.sh", "sshpass -p '%' ssh root@10.0.0.1"},
		{"setup.sh", "redis-cli -h cache -a '%' ping"},
		{"setup.sh", "PGPASSWORD='%' psql -h db"},
		{"setup.sh", "docker login -u ci -p '%' registry.corp.example"},
		{"setup.sh", "echo 'root:%' | chpasswd"},
		{"setup.sh", "printf 'root:%\\n' | chpasswd"},
		{"setup.sh", "echo '%' | passwd --stdin root"},
		{"setup.sh", "htpasswd -bc /etc/users admin '%'"},
		{"setup.sh", "mongo -u admin -p '%' --quiet"},
		{"setup.sh", "ldapsearch -x -D cn=admin -w '%' -b dc=corp"},
		{"setup.sh", "openssl enc -aes-256-cbc -pass 'pass:%' -in a"},
		{"setup.sh", `net use Z: \\srv\x /user:ops '%'`},
		{"setup.sh", "smbclient //srv/x -U 'ops%' -c ls"},
		{"setup.sh", "keytool -genkey -storepass '%' -keystore k"},
		{"setup.sh", "rabbitmqctl add_user app '%'"},
		{"setup.sh", "kubectl create secret generic db --from-literal='password=%'"},
		{"setup.sh", "skopeo copy --src-creds 'ci:%' docker://a docker://b"},
		{"setup.ps1", "ConvertTo-SecureString '%' -AsPlainText -Force"},
		{"setup.sh", "export DB_PASSWORD='%'"},
		{"deploy.yml", "db_password: '%'"},
		{"db.json", `{"user": "ops", "password": "%"}`},
	} {
		fill := func(value string) Fragment {
			if i := strings.LastIndex(form.text, "ops%"); i >= 0 {
				return Fragment{Place: report.LayerFile, Path: form.path, Data: []byte(strings.Replace(form.text, "ops%", "ops%"+value, 1) + "\n")}
			}
			return Fragment{Place: report.LayerFile, Path: form.path, Data: []byte(strings.Replace(form.text, "%", value, 1) + "\n")}
		}
		for _, password := range passwords {
			if !strings.HasPrefix(form.path, "setup.") || strings.HasPrefix(form.text, "export") {
				password = strings.NewReplacer("%v", "%w", "$(", "$)").Replace(password) // what is assigned may be a format
			}
			found, err := e.Search(t.Context(), fill(password))
			if err != nil {
				t.Fatal(err)
			}
			whole := false
			for _, m := range found {
				whole = whole || m.Value.Reveal() == password
			}
			if !whole {
				t.Errorf("%s: %q is not found, but %v", form.text, password, found)
			}
		}
		for _, reference := range references {
			if found, err := e.Search(t.Context(), fill(reference)); err != nil || len(found) > 0 {
				t.Errorf("%s: %q is found, %v", form.text, reference, err)
			}
		}
	}
}

// TestUnquotedPasswords gives names in settings passwords with the marks that end a value elsewhere.
func TestUnquotedPasswords(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule}}).Searcher()
	password := "qXv" + "R,tK<7" + "29;m"
	for _, test := range []struct{ path, text, want string }{
		{"app.properties", "db.password=" + password, password},
		{"app.properties", "db.password=" + password + ";", password},
		{"app.properties", "db.password=qXvR7" + "29!;db.user=ops", "qXvR7" + "29!"},
		{"app.properties", "db.password=qXv" + "R*7u+29=<Z", "qXv" + "R*7u+29=<Z"},
		{"compose.yml", "  - DB_PASSWORD=qX)|" + "t_9rhl<M>7", "qX)|" + "t_9rhl<M>7"},
		{"ldap.conf", "bindpw " + password, password},
		{"setup.bat", "set DB_PASSWORD=" + password, password},
		{"app.service", "Environment=\"DB_PASSWORD=" + password + "\" A=b", password},
		{"compose.yml", "  - DB_PASSWORD=" + password, password},
		{"compose.yml", "  - 'DB_PASSWORD=" + password + "'", password},
		{"db.xml", "<password>qX(v[R" + "tK7,29;m</password>", "qX(v[R" + "tK7,29;m"},
		{"db.xml", "<password>get(key)</password>", ""},
		{"db.xml", "<password>enter 12 characters!</password>", ""},
		{"db.py", "connect(\"host=db user=ops password=Tiger" + "#4127x dbname=shop\")", "Tiger" + "#4127x"},
		{"db.py", "print(\"password=Tiger" + "#4127x\")", ""},
	} {
		found, err := e.Search(t.Context(), Fragment{Place: report.LayerFile, Path: "srv/" + test.path, Data: []byte(test.text + "\n")})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range found {
			got += m.Value.Reveal()
		}
		if got != test.want {
			t.Errorf("%s in %s: found %q, want %q", test.text, test.path, got, test.want)
		}
	}
}
