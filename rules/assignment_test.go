package rules

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// contextualHits returns "rule value" for what the rules of names and rarity find in f.
func contextualHits(t testing.TB, e Searcher, f Fragment) []string {
	t.Helper()
	ms, err := e.Search(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range ms {
		if ownDetector(m.Rule) && !m.Rule.Evidence {
			out = append(out, m.Rule.ID+" "+m.Value.Reveal())
		}
	}
	return out
}

// hitsForms tells of each of forms whether value in place of its %s is what the rules of names and rarity find, as want says;
// nil wants nothing.
func hitsForms(t *testing.T, e Searcher, value string, want []string, forms ...string) {
	t.Helper()
	for _, form := range forms {
		text := fmt.Sprintf(form, value)
		if diff := cmp.Diff(want, contextualHits(t, e, Fragment{Place: report.LayerFile, Data: []byte(text)})); diff != "" {
			t.Errorf("%q: %s", form, diff)
		}
	}
}

// randomToken returns n characters of an alphabet that have a digit and a letter at least.
func randomToken(rng *rand.Rand, alphabet string, n int) string {
	for {
		b := random(rng, alphabet, n)
		if digits, letters := countKinds(b); digits > 2 && letters > 2 && distinctBytes(b) >= 8 {
			return b
		}
	}
}

func TestAssignments(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	token := randomToken(rand.New(rand.NewPCG(1, 2)), alphabets["alnum"], 32)
	weak := "hunt" + "er2"
	for _, test := range []struct {
		name, path, key, text string
		place                 report.Place
		want                  []string
	}{
		{name: "a weak password of the environment", place: report.ConfigEnv, key: "DB_PASSWORD", text: weak, want: []string{"dregs-assignment " + weak}},
		{name: "a password with blanks and marks", place: report.BuildArg, key: "PASSPHRASE", text: "correct horse, 'battery'", want: []string{"dregs-assignment correct horse, 'battery'"}},
		{name: "the commonest password", place: report.ConfigEnv, key: "MYSQL_ROOT_PASSWORD", text: "123456", want: []string{"dregs-assignment 123456"}},
		{name: "an instruction of history", place: report.HistoryEntry, text: "ENV DB_PASSWORD=" + weak + " A=b", want: []string{"dregs-assignment " + weak}},
		{name: "an instruction with a blank", place: report.Dockerfile, text: "FROM a\nENV DB_PASSWORD " + weak + "\n", want: []string{"dregs-assignment " + weak}},
		{name: "a label", place: report.ConfigLabel, key: "deploy.secret", text: token, want: []string{"dregs-assignment " + token}},
		{name: "dotenv", place: report.LayerFile, path: "app/.env", text: "export APP_SECRET='" + token + "'\nDB_PASS=" + weak, want: []string{"dotenv-secret " + token, "dotenv-secret " + weak}},
		{name: "properties", place: report.LayerFile, path: "app/a.properties", text: "db.password=" + weak, want: []string{"dregs-assignment " + weak}},
		{name: "yaml", place: report.LayerFile, path: "app/a.yml", text: "db:\n  password: " + weak + "\n", want: []string{"dregs-assignment " + weak}},
		{name: "an explicit key of yaml", place: report.LayerFile, path: "app/a.yml", text: "db:\n  ? password\n  : " + weak + "\n  ? \"api_token\"\n  : \"" + token + "\"\n", want: []string{"dregs-assignment " + weak, "dregs-assignment " + token}},
		{name: "no explicit key", place: report.LayerFile, path: "app/a.yml", text: "is it the password\n: " + weak + "\n"},
		{name: "a list of variables", place: report.LayerFile, path: "k8s/a.yaml", text: "env:\n- name: DB_PASSWORD\n  value: " + weak + "\n- name: A_PASSWORD\n  value: \"" + weak + "!\"\n- name: PASSWORD_POLICY\n  value: " + weak + "\n", want: []string{"dregs-assignment " + weak, "dregs-assignment " + weak + "!"}},
		{name: "attributes of a server", place: report.LayerFile, path: "conf/server.xml", text: "<Connector port=\"1\"\n keystorePass=\"" + weak + "!\"/>\n<Resource username=\"a\" password=\"" + weak + "\"/>\n<!-- --> password=\"" + weak + "?\"", want: []string{"dregs-assignment " + weak + "!", "dregs-assignment " + weak, "dregs-assignment-in-text " + weak + "?"}},
		{name: "a property of a bean", place: report.LayerFile, path: "app/applicationContext.xml", text: "<property name=\"password\" value=\"" + weak + "\"/>", want: []string{"dregs-assignment " + weak}},
		{name: "parameters of a connection", place: report.LayerFile, path: "etc/dovecot/dovecot-sql.conf.ext", text: "connect = host=db user=mail password=" + weak + "\n", want: []string{"dregs-assignment " + weak}},
		{name: "variables of a process", place: report.LayerFile, path: "srv/core.7", text: "\x7f\x01/bin/app\x00PATH=/bin\x00DB_PASSWORD=" + weak + "\x00ADMIN_PASSWORD=correct horse\x00MAIL_PASSWORD=" + weak + "!\x00\x00\x01", want: []string{"dregs-assignment " + weak, "dregs-assignment correct horse", "dregs-assignment " + weak + "!"}},
		{name: "all variables of a process", place: report.LayerFile, path: "proc/1/environ", text: "DB_PASSWORD=" + weak + "\x00A=b\x00MAIL_PASSWORD=" + weak + "!\x00", want: []string{"dregs-assignment " + weak, "dregs-assignment " + weak + "!"}},
		{name: "strings of a program", place: report.LayerFile, path: "srv/app", text: "usage\x00password=" + weak + "\x00yes\x00A=b\x00password=" + weak + "\x00no\x00no\x00password=" + weak + "\x00A=b\x00", want: nil},
		{name: "names in a space", place: report.LayerFile, path: "puppet/data/common.yaml", text: "profile::db::password: " + weak + "\napp:adminPassword: " + weak + "!\n\"a\": \"b:password: " + weak + "?\"\n", want: []string{"dregs-assignment " + weak, "dregs-assignment " + weak + "!"}},
		{name: "the arguments of a task", place: report.LayerFile, path: "ansible/site.yml", text: "- mysql_user: name=app password=" + weak + "! priv=*.*:ALL\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "attributes of a cookbook", place: report.LayerFile, path: "cookbooks/db/attributes/default.rb", text: "default['mysql']['root_password'] = '" + weak + "!'\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "a data bag", place: report.LayerFile, path: "chef/data_bags/db/mysql.json", text: "{\"id\": \"mysql\", \"password\": \"" + weak + "!\"}\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "a manifest of Puppet", place: report.LayerFile, path: "etc/site.pp", text: "mysql::db { 'a':\n  password => '" + weak + "!',\n}\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "a script", place: report.LayerFile, path: "opt/start.sh", text: "#!/bin/sh\nexport FTP_PASSWORD=" + weak + "!\n./server -port 1 -password \"" + weak + "?\" +rcon.password \"" + weak + "+\" -x\n", want: []string{"dregs-assignment " + weak + "!", "dregs-assignment " + weak + "?", "dregs-assignment " + weak + "+"}},
		{name: "passwords of a game", place: report.LayerFile, path: "srv/PalWorldSettings.ini", text: "[x]\nOptionSettings=(A=None,AdminPassword=\"" + weak + "!\",ServerPassword=\"" + weak + "?\",Port=1)\n", want: []string{"dregs-assignment " + weak + "!", "dregs-assignment " + weak + "?"}},
		{name: "a table in a line", place: report.LayerFile, path: "etc/proxysql.cnf", text: " { username = \"app\" , password = \"" + weak + "!\" }\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "a list of passwords", place: report.LayerFile, path: "etc/trojan/config.json", text: "{\"password\": [\"" + weak + "!\"]}\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "passwords to begin with", place: report.LayerFile, path: "etc/emqx.conf", text: "dashboard {\n default_password = \"" + weak + "!\"\n defaultPassword = " + weak + "?\n}\n", want: []string{"dregs-assignment " + weak + "!", "dregs-assignment " + weak + "?"}},
		{name: "passwords of servers", place: report.LayerFile, path: "etc/a.conf", text: "server.ssl.policy.x.private_key_password=" + weak + "!\ndnpass = " + weak + "?\npassword_policy = " + weak + "\n", want: []string{"dregs-assignment " + weak + "!", "dregs-assignment " + weak + "?"}},
		{name: "a registry of Windows", place: report.LayerFile, path: "a/export.reg", text: "[HKEY]\r\n\"DefaultPassword\"=\"" + weak + "!\"\r\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "a batch file", place: report.LayerFile, path: "a/run.bat", text: "set DB_PASSWORD=" + weak + "!\r\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "variables of servers", place: report.LayerFile, path: "etc/php/www.conf", text: "env[DB_PASSWORD] = " + weak + "!\nenv = MAIL_PASSWORD=" + weak + "?\n", want: []string{"dregs-assignment " + weak + "!", "dregs-assignment " + weak + "?"}},
		{name: "blocks in a line", place: report.LayerFile, path: "etc/ircd.conf", text: "oper a { password \"" + weak + "!\"; };\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "a stream", place: report.LayerFile, path: "etc/icecast.xml", text: "<a><source-password>" + weak + "!</source-password></a>\n", want: []string{"dregs-assignment " + weak + "!"}},
		{name: "a pair in an attribute", place: report.LayerFile, path: "etc/freeswitch/a.xml", text: "<set name=\"x\" data=\"db_password=" + weak + "!\"/>\n<param name=\"vm-password\" value=\"" + weak + "?\"/>\n", want: []string{"dregs-assignment " + weak + "!", "dregs-assignment " + weak + "?"}},
		{name: "members", place: report.LayerFile, path: "a/config.json", text: "{\"mail\": {\"user\": \"a\", \"smtpPassword\": \"" + weak + "\"}}", want: []string{"dregs-assignment " + weak}},
		{name: "settings of a recipe", place: report.LayerFile, path: "etc/gitlab/gitlab.rb", text: "gitlab_rails['db_password'] = \"" + weak + "\"\nx(gitlab['db_password'] = \"" + weak + "!\")\n", want: []string{"dregs-assignment " + weak, "dregs-assignment-in-text " + weak + "!"}},
		{name: "the store of keys", place: report.LayerFile, path: "conf/keycloak.conf", text: "https-key-store-password=" + weak + "\ndb.default.password=\"" + weak + "!\"\ndefault.password=" + weak + "\nstore.password=" + weak + "\n", want: []string{"dregs-assignment " + weak, "dregs-assignment " + weak + "!"}},
		{name: "infrastructure as code", place: report.LayerFile, path: "a/main.pkr.hcl", text: "source \"a\" \"b\" {\n  ssh_password = \"" + weak + "\"\n}\n", want: []string{"dregs-assignment " + weak}},
		{name: "yaml on one line", place: report.LayerFile, path: "app/a.yml", text: "db: {user: app, password: " + weak + "}\n", want: []string{"dregs-assignment " + weak}},
		{name: "a directive", place: report.LayerFile, path: "app/a.conf", text: "  api_token " + token + ";\n", want: []string{"dregs-assignment " + token}},
		{name: "three marks", place: report.LayerFile, path: "a.toml", text: "api_token = \"\"\"\n" + token + "\"\"\"\n[db]\npassword = '''" + weak + "'''\r\n", want: []string{"dregs-assignment " + token, "dregs-assignment " + weak}},
		{name: "no text in marks", place: report.LayerFile, path: "a.py", text: "api_token = \"\"\nother = \"" + token + "\"\n"},
		{name: "a pair in a flow", place: report.LayerFile, path: "a.yml", text: "env: [{name: API_TOKEN, value: " + token + "}, {name: A, value: b}]\n", want: []string{"dregs-assignment " + token}},
		{name: "a Dockerfile", place: report.LayerFile, path: "src/app/Dockerfile.dev", text: "FROM a\nENV DB_PASSWORD=" + weak + " A=b\n", want: []string{"dregs-assignment " + weak}},
		{name: "a word in a Dockerfile", place: report.LayerFile, path: "Dockerfile", text: "FROM a\nENV ADMIN_PASS interactive\nRUN cat /etc/passwd\nRUN sed PASSPHRASE 3E2D1142AA59E08E /bye\nRUN gpg --edit-key 7D851EB72D73BDA0 trust\n", want: []string{"dregs-assignment-in-text 7D851EB72D73BDA0"}},
		{name: "an argument in a Dockerfile", place: report.LayerFile, path: "a.Dockerfile", text: "ENV DB_PASSWORD " + weak + "\r\nARG A=b API_TOKEN=" + token + "\r\n", want: []string{"dregs-assignment " + weak, "dregs-assignment " + token}},
		{name: "a parameter", place: report.LayerFile, path: "etc/nginx/nginx.conf", text: "\tfastcgi_param  API_TOKEN  " + token + ";\r\n", want: []string{"dregs-assignment " + token}},
		{name: "a parameter in prose", place: report.LayerFile, path: "etc/nginx/nginx.conf", text: "# with fastcgi_param API_TOKEN " + token + ";\n", want: []string{"dregs-assignment-in-text " + token}},
		{name: "an option in a unit", place: report.LayerFile, path: "etc/systemd/system/a.service", text: "ExecStart=/usr/bin/app --port 80 --api-token " + token + " --verbose\n", want: []string{"dregs-assignment " + token}},
		{name: "an option in a job", place: report.LayerFile, path: "a.yml", text: "  args: [\"--api-token=" + token + "\"]\n", want: []string{"dregs-assignment " + token}},
		{name: "a unit's variable", place: report.LayerFile, path: "etc/systemd/system/a.service", text: "[Service]\nEnvironment=\"APP=1\" \"API_TOKEN=" + token + "\"\n", want: []string{"dregs-assignment " + token}},
		{name: "pass alone", place: report.LayerFile, path: "etc/init.d/app", text: "#!/bin/sh\nPASS=" + token + "\n", want: []string{"dregs-assignment " + token}},
		{name: "pass of a test", place: report.LayerFile, path: "test.log", text: "PASS: " + token + "\n"},
		{name: "pass of a word", place: report.LayerFile, path: "etc/init.d/app", text: "#!/bin/sh\nPASS=interactive\n"},
		{name: "a folder of settings", place: report.LayerFile, path: "etc/default/app", text: "API_TOKEN=\"" + token + "\"\n", want: []string{"dregs-assignment " + token}},
		{name: "a program's variable", place: report.LayerFile, path: "etc/supervisor/a.conf", text: "environment=HOME=\"/a\",API_TOKEN=\"" + token + "\"\n", want: []string{"dregs-assignment " + token}},
		{name: "a property of Hadoop", place: report.LayerFile, path: "etc/hadoop/core-site.xml", text: "<property><name>fs.api.token</name><value>" + token + "</value></property>", want: []string{"dregs-assignment " + token}},
		{name: "an item of a list", place: report.LayerFile, path: "app/a.yml", text: "- api_token " + token + "\n"},
		{name: "a pair of name and value", place: report.LayerFile, path: "app/compose.yml", text: "- name: DB_PASSWORD\n  value: " + weak + "\n", want: []string{"dregs-assignment " + weak}},
		{name: "json", place: report.LayerFile, path: "app/data.json", text: `{"api_key": "` + token + `"}`, want: []string{"dregs-assignment " + token}},
		{name: "markup", place: report.LayerFile, path: "a.xml", text: "<apiToken>" + token + "</apiToken>", want: []string{"dregs-assignment " + token}},
		{name: "attributes", place: report.LayerFile, path: "a.xml", text: `<add key="ApiKey" value="` + token + `"/>`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "go", place: report.LayerFile, path: "a.go", text: `const apiToken string = "` + token + `"`, want: []string{"dregs-assignment " + token}},
		{name: "c", place: report.LayerFile, path: "a.h", text: `#define API_KEY  "` + token + `"`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "php", place: report.LayerFile, path: "a.php", text: `define('AUTH_KEY', '` + token + `');`, want: []string{"dregs-assignment-in-text " + token}},

		{name: "a parameter of an address", place: report.LayerFile, path: "a.go", text: "get(https://a.io/x?v=1&api_key=" + token + "&page=2)", want: []string{"dregs-assignment-in-text " + token}},
		{name: "a parameter that is the key", place: report.LayerFile, path: "a.go", text: "get(https://a.io/x?v=1&key=" + token + "&page=2)", want: []string{"dregs-assignment-in-text " + token}},
		{name: "a parameter in markup", place: report.LayerFile, path: "a.html", text: `<a href="/x?v=1&amp;api_key=` + token + `&amp;page=2">`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "where a server passes requests", place: report.LayerFile, path: "etc/nginx.conf", text: "server {\n  uwsgi_pass mailman3;\n  fastcgi_pass unix:/run/llng/llng-fastcgi.sock;\n}\n"},
		{name: "a placeholder in a comment", place: report.LayerFile, path: "etc/wsrep.cnf", text: "# it is root:<root password>\nwsrep_sst_auth=root:\n"},
		{name: "values left out", place: report.LayerFile, path: "etc/pgbouncer.ini", text: "[databases]\n;; dbname= host= user= password= auth_user=\n"},
		{name: "columns of constants", place: report.LayerFile, path: "a.pod", text: "    NID_pkcs9_challengePassword             X509_V_ERR_OCSP_VERIFY_NEEDED\n"},
		{name: "a field of a form", place: report.LayerFile, path: "a.sh", text: `curl -d "api_key=` + token + `&page=2" https://a.io`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "a mark in a password", place: report.LayerFile, path: "app/a.properties", text: "db.password=" + weak + "&more", want: []string{"dregs-assignment " + weak + "&more"}},
		{name: "a scheme before a token", place: report.LayerFile, path: "a.go", text: `apiToken := "Bearer ` + token + `"`, want: []string{"dregs-assignment " + token}},
		{name: "a scheme without quotes", place: report.LayerFile, path: "app/a.yml", text: "api_token: Token " + token + "\n", want: []string{"dregs-assignment " + token}},
		{name: "a scheme in an instruction", place: report.ConfigEnv, key: "API_TOKEN", text: "Bearer " + token, want: []string{"dregs-assignment " + token}},

		{name: "a setter", place: report.LayerFile, path: "a.java", text: `options.setApiKey("` + token + `");`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "an option of a builder", place: report.LayerFile, path: "a.go", text: `x.WithToken("` + token + `", nil)`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "an instruction in a document", place: report.LayerFile, path: "README", text: "\nENV API_SECRET " + token + "\n", want: []string{"dregs-assignment-in-text " + token}},
		{name: "a command that sets a variable", place: report.LayerFile, path: "a.bat", text: `setx API_SECRET "` + token + `"`, want: []string{"dregs-assignment " + token}},
		{name: "a constant of a build", place: report.LayerFile, path: "build.gradle", text: `buildConfigField "String", "API_SECRET", "\"` + token + `\""`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "a key store in Groovy", place: report.LayerFile, path: "app/build.gradle", text: "release {\n  storePassword '" + weak + "'\n  keyAlias 'release'\n}", want: []string{"dregs-assignment " + weak}},
		{name: "a key store in Kotlin", place: report.LayerFile, path: "app/build.gradle.kts", text: "create(\"release\") {\n  keyPassword = \"" + weak + "\"\n}", want: []string{"dregs-assignment " + weak}},
		{name: "a key store of a property", place: report.LayerFile, path: "app/build.gradle", text: "storePassword project.property('releaseStorePassword')\nkeyPassword System.getenv('KEY_PASSWORD')\n"},
		{name: "a resource of .NET", place: report.LayerFile, path: "Resources.resx", text: "<data name=\"DbPassword\" xml:space=\"preserve\">\n    <value>" + token + "</value>", want: []string{"dregs-assignment-in-text " + token}},
		{name: "a setting of .NET", place: report.LayerFile, path: "App.settings", text: "<Setting Name=\"DbPassword\" Type=\"System.String\" Scope=\"User\">\n <Value Profile=\"(Default)\">" + token + "</Value>", want: []string{"dregs-assignment-in-text " + token}},
		{name: "a variable of Terraform", place: report.LayerFile, path: "apply.sh", text: "TF_VAR_db_password=" + token + " terraform apply\n", want: []string{"dregs-assignment " + token}},
		{name: "an editor's settings", place: report.LayerFile, path: "src/.vscode/launch.json", text: `{"env": {"DB_PASSWORD": "` + weak + `"}}`, want: []string{"dregs-assignment " + weak}},
		{name: "a run configuration", place: report.LayerFile, path: "src/.idea/workspace.xml", text: `<env name="DB_PASSWORD" value="` + weak + `" />`, want: []string{"dregs-assignment " + weak}},
		{name: "a copy of variables", place: report.LayerFile, path: "app/env.backup", text: "DB_PASSWORD=" + weak + "\n", want: []string{"dregs-assignment " + weak}},
		{name: "an input and a text beside it", place: report.LayerFile, path: "a.html", text: "<input name=\"password\" type=\"password\">\n<td>" + weak + "</td>"},
		{name: "a property list", place: report.LayerFile, path: "a.plist", text: "<key>ApiToken</key>\n\t<string>" + token + "</string>", want: []string{"dregs-assignment-in-text " + token}},
		{name: "an attribute with a namespace", place: report.LayerFile, path: "a.xml", text: `<meta-data android:name="io.a.API_TOKEN" android:value="` + token + `"/>`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "a UUID that opens something", place: report.LayerFile, path: "a.xml", text: "<apiToken>6ba7b810-9dad-41d1-80b4-" + "00c04fd430c8</apiToken>", want: []string{"dregs-assignment-in-text 6ba7b810-9dad-41d1-80b4-" + "00c04fd430c8"}},

		{name: "a file of settings in a literal", place: report.LayerFile, path: "a.json", text: `{"a.ini": "x=y\nAPI_TOKEN=` + token + `\nmore=true"}`, want: []string{"dregs-assignment-in-text " + token}},
		{name: "a percent sign in a long token", place: report.LayerFile, path: "a.js", text: `apiToken = "` + token + "%dq" + token + `"`, want: []string{"dregs-assignment " + token + "%dq" + token}},

		{name: "a parameter that is a short key", place: report.LayerFile, path: "a.go", text: "get(https://a.io/x?key=" + token[:16] + ")"},
		{name: "braces that initialize", place: report.LayerFile, path: "a.cc", text: `std::string apiToken{"` + token + `"};`, want: []string{"dregs-assignment " + token}},
		{name: "an object of settings", place: report.LayerFile, path: "a.rb", text: `config.access_token = "` + token + `"`, want: []string{"dregs-assignment " + token}},
		{name: "braces around more", place: report.LayerFile, path: "a.cc", text: `Token apiToken{"` + token + `", 3};`},
		{name: "a template around a token's name", place: report.LayerFile, path: "a.js", text: `apiToken = "` + token[:12] + "%s" + token[12:20] + `"`},
		{name: "a setter of a part", place: report.LayerFile, path: "a.java", text: `setApiKey("` + token + `" + suffix)`},
		{name: "a getter", place: report.LayerFile, path: "a.java", text: `x.getToken("` + token + `")`},
		{name: "a word that is set", place: report.LayerFile, path: "a.java", text: `setPassword("correct-horse-battery")`},
		{name: "a UUID that tells apart", place: report.LayerFile, path: "a.xml", text: "<tokenId>6ba7b810-9dad-41d1-80b4-" + "00c04fd430c8</tokenId>"},
		{name: "another key of a property list", place: report.LayerFile, path: "a.plist", text: "<key>ApiToken</key>\n\t<true/><data>" + token + "</data>"},
		{name: "a version", place: report.LayerFile, path: "a.go", text: "auth_token-go v0.0.0-20210101000000-0a1b2c3d4e5f"},
		{name: "a token with a question mark", place: report.LayerFile, path: "a.go", text: `apiToken = "` + token[:16] + "?" + token[16:] + `"`},
		{name: "a short key in code", place: report.LayerFile, path: "a.go", text: `mapKey = "` + token[:8] + `"`},
		{name: "a scheme alone", place: report.LayerFile, path: "a.go", text: `tokenType := "Bearer "; token = "bearer auth"`},
		{name: "what stands for a value that is set", place: report.HistoryEntry, text: `echo "${NPM_TOKEN:+registry}" > /srv/registry`},
		{name: "a reference", place: report.ConfigEnv, key: "DB_PASSWORD", text: "${OTHER}"},
		{name: "a mounted secret", place: report.ConfigEnv, key: "DB_PASSWORD", text: "/run/secrets/db"},
		{name: "the path of a file", place: report.ConfigEnv, key: "DB_PASSWORD_FILE", text: "/etc/x"},
		{name: "a template", place: report.LayerFile, path: "a.yml", text: "password: {{ .Values.password }}"},
		{name: "encrypted", place: report.LayerFile, path: "a.yml", text: "password: ENC[AES256_GCM,data:" + token + "]"},
		{name: "a placeholder", place: report.ConfigEnv, key: "DB_PASSWORD", text: "change" + "me"},
		{name: "nothing", place: report.ConfigEnv, key: "DB_PASSWORD", text: ""},
		{name: "a switch", place: report.ConfigEnv, key: "ALLOW_EMPTY_PASSWORD", text: "yes"},
		{name: "the working directory", place: report.ConfigEnv, key: "PWD", text: "/root"},
		{name: "a public key's fingerprint", place: report.ConfigEnv, key: "GPG_KEY", text: strings.Repeat("A035C8C19219", 3)},
		{name: "a count", place: report.ConfigEnv, key: "MAX_TOKENS", text: "4096"},
		{name: "a type", place: report.LayerFile, path: "a.go", text: "type a struct { password string; token := newToken(secretName) }"},
		{name: "a field's name", place: report.LayerFile, path: "a.js", text: `{passwordField: "password-input", tokenName: "XSRF-TOKEN"}`},
		{name: "a call", place: report.LayerFile, path: "a.py", text: `password = getpass.getpass("Password: ")`},
		{name: "prose", place: report.LayerFile, path: "README", text: "The password: it must have a letter. The key = value form; token, secret and so on."},
		{name: "the end of a name in a list", place: report.LayerFile, path: "credentials", text: `{"a": "my_access_token", "client_name": "something-else"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := Fragment{Place: test.place, Path: test.path, Key: test.key, Data: []byte(test.text)}
			if diff := cmp.Diff(test.want, contextualHits(t, e, f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSuppressedIsCounted(t *testing.T) {
	for _, test := range []struct{ name, text, reason string }{
		{"an example of the documentation", "AKIA" + "IOSFODNN7EXAMPLE", reasonPlaceholder},
		{"a key of the documentation, of its provider's form", "gcntfy-" + "my_test_key-26785a09-ab16-4eb0-8407-a37497a57506" + "-3d844edf-8d35-48ac-975b-e847b4f122b0", reasonPlaceholder},
		{"noughts of a provider's form", "WAKATIME_API_KEY=wa" + "ka_00000000-0000-0000-0000-000000000000", reasonRepeated},
		{"crosses of a provider's form", "NETLIFY_AUTH_TOKEN=nf" + "p_" + strings.Repeat("x", 36), reasonPlaceholder},
		{"a word that waits, in code", "token: change" + "me", reasonPlaceholder},
		{"crosses", "api_key = " + strings.Repeat("x", 16), reasonPlaceholder},
		{"a reference in code", "password = ${PASSWORD}", reasonReference},
		{"a token of one character", "gh" + "p_" + strings.Repeat("0", 36), reasonRepeated},
		{"a token of few characters", "gh" + "p_" + strings.Repeat("a9Kz", 9), reasonDull},
		{"an address whose parts count", "https://hooks.slack.com/triggers/" + "T00AAAAAAA/1234567890123/" + strings.Repeat("abcdef1234567890", 2), reasonRepeated},
		{"a class's name", "looker_client_id = " + "googlecloud" + "sdkplmqwx", reasonAllowed},
	} {
		if got, dropped := foundAndDropped(t, load(t, LoadOptions{NoDecode: true}).Searcher(), Fragment{Path: "a.go", Data: []byte(test.text)}); got != nil || dropped[test.reason] == 0 {
			t.Errorf("%s: found %v, dropped %v", test.name, got, dropped)
		}
	}
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	for _, value := range []string{"${A}", "change" + "me", "/run/secrets/db", "${B}"} {
		contextualHits(t, e, Fragment{Place: report.ConfigEnv, Key: "DB_PASSWORD", Data: []byte(value)})
	}
	want := map[string]int{reasonReference: 2, reasonPlaceholder: 1, reasonPath: 1}
	if diff := cmp.Diff(want, e.(Suppressor).Suppressed()); diff != "" {
		t.Error(diff)
	}
}

// TestRowed drops an address two parts of which count up, and none of which one does.
func TestRowed(t *testing.T) {
	for _, test := range []struct {
		value string
		want  bool
	}{
		{"https://a.io/b/12345678/abcdefgh", true},
		{"https://a.io/b/12345678/x0a9dk3e", false},
		{"https://a.io/b/12345678abcdefgh", false},
		{"a.io/b/12345678/abcdefgh", false},
	} {
		if got := rowed(test.value); got != test.want {
			t.Errorf("%s: %v", test.value, got)
		}
	}
}

// TestAssignmentForms finds a token in the forms in which languages, shells and files of settings write it, and nothing where
// another thing stands in its place.
func TestAssignmentForms(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule}}).Searcher()
	token := randomToken(rand.New(rand.NewPCG(15, 16)), alphabets["alnum"], 32)
	for _, form := range []string{
		"<property>\n <name>fs.api.token</name>\n <value>%s</value>", "<key>ApiToken</key><string>%s</string>",
		"app_token: &main %s", "app_token: !!str %s", "app_token: >-\n  %s\n", "app_token: |\n  %s\n", "api_keys:\n  - %s\n", "api_keys: [%s]",
		`TOKENS = ["%s"]`, `apiKeys := []string{"%s"}`, `api_key=SecretStr("%s")`, `let t_token = String::from("%s");`, `Token: aws.String("%s"),`,
		`token: Optional[str] = "%s"`, `app_token: str = Field("%s", title="x")`, `app_token = f"%s"`,
		`process.env.APP_TOKEN ?? '%s'`, `ENV["APP_TOKEN"] || "%s"`, "${APP_TOKEN:-%s}", `@Value("${app.token:%s}")`, `add_argument('--app-token', default='%s')`,
		"variable \"app_token\" {\n  type = string\n  default = \"%s\"\n}", `(app-token "%s")`, `{:app-token "%s"}`,
		"setenv APP_TOKEN %s", "set -gx APP_TOKEN %s", "fastcgi_param APP_TOKEN %s;", `proxy_set_header X-Api-Key "%s";`, "git config --global app.token %s",
		"the token is %s.",
	} {
		if got := contextualHits(t, e, Fragment{Path: "a.x", Data: []byte(strings.ReplaceAll(form, "%s", token))}); len(got) != 1 || !strings.HasSuffix(got[0], " "+token) {
			t.Errorf("%s: %q", form, got)
		}
	}
	for _, other := range []string{
		"app_token: &main\n  name: %s", "app_token: |\nother: %s", "app_tokens:\n  name: %s", `TOKENS = [load("%s")]`, `token = read("%s")`,
		`token: Optional[str] == "%s"`, "variable \"app_token\" {\n  type = string\n}\nx = \"%s\"", "type app_token %s", "the token was %s.",
	} {
		if got := contextualHits(t, e, Fragment{Path: "a.x", Data: []byte(strings.ReplaceAll(other, "%s", token))}); got != nil {
			t.Errorf("%s: %q", other, got)
		}
	}
	for _, word := range []string{"secrets:\n  - database-credentials\n", `PASSWORD is required`, `tokens = ["identifier"]`, `password = String("password")`} {
		if got := contextualHits(t, e, Fragment{Path: "docker-compose.yml", Data: []byte(word)}); got != nil {
			t.Errorf("%s: %q", word, got)
		}
	}
}

// TestContextualCuts checks that what names and rarity find does not depend on how a text is cut.
func TestContextualCuts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	set := load(t, LoadOptions{NoDecode: true, Enable: []string{assignmentRule, inTextRule, entropyRule, "karmacrm-context"}})
	var text strings.Builder
	for i := range 200 {
		token := randomToken(rng, alphabets["alnum"], 20+i%30)
		text.WriteString([]string{"DB_PASSWORD=" + token + "\n", "karma SECRET " + token + "\n", "x " + token + " y\n", "apiKey: '" + token + "', ",
			`"secret": "` + token[:9] + `"` + "\n", "token = changeme\n", strings.Repeat("filler words ", i%7)}[i%7])
	}
	e := newEngine(set)
	for _, place := range []report.Place{report.ConfigLabel, report.LayerFile} {
		f := Fragment{Place: place, Data: []byte(text.String())}
		if n := len(contextualHits(t, e, f)); n < 80 {
			t.Errorf("%s: %d matches", place, n)
		}
		checkCuts(t, f, e, []*engine{cutInto(e, 64, 1), cutInto(e, 97, 3), cutInto(e, 1024, 2)})
	}
}

// TestVendorContext finds a token of every shape of every vendor beside each of its names, under the vendor's rule.
func TestVendorContext(t *testing.T) {
	set := load(t, LoadOptions{NoDecode: true})
	e := set.Searcher()
	rng := rand.New(rand.NewPCG(5, 6))
	alphabet := map[string]string{"hex": "0123456789abcdef", "lower": "0123456789abcdefghijklmnopqrstuvwxyz", "upper": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
		"alnum": alphabets["alnum"], "token": alphabets["alnum"]}
	n := 0
	for _, d := range set.rules {
		c, _ := d.detector.(contextual)
		if c.vendor == nil {
			continue
		}
		v, id := c.vendor, d.rule.ID
		for _, alias := range slices.Sorted(maps.Keys(v.aliases)) {
			for _, s := range v.shapes {
				n++
				size := max(s.min, min(s.max, 40))
				var token string
				if s.class == "uuid" {
					h := randomToken(rng, alphabet["hex"], 32)
					token = fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
				} else {
					token = randomToken(rng, alphabet[s.class], size)
				}
				text := strings.ToUpper(alias) + "_API_TOKEN=" + token
				ms, err := e.Search(context.Background(), Fragment{Place: report.LayerFile, Data: []byte(text)})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(ms, func(m Match) bool {
					return m.Value.Reveal() == token && (m.Rule.ID == id || !m.Rule.Generic) // a specific rule names it better
				}) {
					t.Errorf("%s: %s: not found", id, text)
				}
				prose := "the " + alias + " api token_name is words and words, no tokens of " + alias
				if got := contextualHits(t, e, Fragment{Place: report.LayerFile, Data: []byte(prose)}); got != nil {
					t.Errorf("%s: %s: %q", id, prose, got)
				}
			}
		}
	}
	if n < 1000 {
		t.Errorf("%d vendors' shapes", n)
	}
}

func TestReadVendors(t *testing.T) {
	for _, bad := range []string{"a\na", "a b_c\nbc", "a | hex", "a | hex x", "a | hex 40-20", "a | hex 2", "a | what 20"} {
		if got, err := readVendors(bad); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

func TestEntropy(t *testing.T) {
	e := load(t, LoadOptions{NoDecode: true}).Searcher()
	token := randomToken(rand.New(rand.NewPCG(7, 8)), alphabets["alnum"], 32)
	for _, test := range []struct {
		name, path, text string
		place            report.Place
		want             []string
	}{
		{name: "history", place: report.HistoryEntry, text: "RUN /bin/sh -c login admin " + token, want: []string{"dregs-entropy " + token}},
		{name: "a setting", place: report.ConfigEnv, text: "THING=" + token, want: []string{"dregs-entropy " + token}},
		{name: "once, under the name", place: report.ConfigEnv, text: "THING_TOKEN=" + token, want: []string{"dregs-assignment " + token}},
		{name: "code", place: report.LayerFile, path: "a.js", text: "x = '" + token + "'"},
		{name: "a UUID", place: report.ConfigEnv, text: "BUILD=123e4567-e89b-12d3-a456-426614174000"},
		{name: "a hash", place: report.ConfigEnv, text: "THING=0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"},
		{name: "an integrity value", place: report.HistoryEntry, text: "--integrity sha512-" + token},
		{name: "a path", place: report.HistoryEntry, text: "RUN cp /usr/lib/x86_64-linux-gnu/libstdc++.so.6 /opt/java-21-openjdk-amd64/lib"},
		{name: "a public key", place: report.HistoryEntry, text: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + token},
		{name: "words", place: report.HistoryEntry, text: "RUN install-php-extensions-with-configuration enableCommunityRepositories2024"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, contextualHits(t, e, Fragment{Place: test.place, Path: test.path, Data: []byte(test.text)})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// FuzzAssignments checks that no text leads a name's value out of the text, and that a value stands behind its name.
func FuzzAssignments(f *testing.F) {
	set, err := Load(LoadOptions{NoDecode: true})
	if err != nil {
		f.Fatal(err)
	}
	e := newEngine(set)
	for _, s := range []string{"password=\"a", "<token>x</token>", "key\\\":\\\"v\\\"", "secret: &str = \"", "token[\"x\"]=", "\"name\": \"A_KEY\",\n\"value\" : \"b",
		"token: &a b", "token: |\n  a", "token: [a", "token := []s{\"a\"}", "token: A[b] = \"c\"", "token=S(\"a\")", "token\"{default=\"a", "</key><string>", "${token:-a}", "token is a", "token=a\\n",
		"token,b\na,c", "|token|a|\n|-|-|\n|b|c|", "(token)values('a')", "value=a name=token", "token = (\n'a')", "token=<<a\nb\na", "a, token = 'b', 'c'", "{token: {value: a", "token:\n  default: a"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, l := range []look{{}, {genre: program}, {genre: journal}, {setting: inConfig}, {setting: inMetadata}} {
			l.data = data
			for word, w := range nameWords {
				for at := range data {
					if at+len(w.word) > len(data) || !equalFolded(data[at:at+len(w.word)], w.word) {
						continue
					}
					got, _, ok := e.plan().assigner.find(l, word, at)
					if ok && (got.secret.lo <= got.match.lo || got.secret.hi > len(data) || got.secret.lo >= got.secret.hi) {
						t.Fatalf("%q: name %v, value %v", data, got.match, got.secret)
					}
				}
			}
		}
	})
}
