package rules

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/rules/credfile"
	credsample "dregs/rules/credfile/sample"
)

// TestCredentialFiles checks that each sample's entries are found under their rule, however the file arrives, and that
// what is told of them holds no secret.
func TestCredentialFiles(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	for _, s := range credsample.Files() {
		t.Run(s.Path, func(t *testing.T) {
			f := Fragment{Place: report.LayerFile, Path: s.Path, Via: []string{"outer"}, Data: []byte(s.Body)}
			got, err := e.Search(context.Background(), f)
			if err != nil {
				t.Fatal(err)
			}
			streamed, n, err := e.SearchReader(context.Background(), f, strings.NewReader(s.Body))
			if diff := cmp.Diff(got, streamed); diff != "" || err != nil || n != int64(len(s.Body)) {
				t.Errorf("Search and SearchReader (%d bytes, %v): %s", n, err, diff)
			}
			for _, want := range s.Want {
				i := slices.IndexFunc(got, func(m Match) bool { return m.Rule.ID == s.Family && m.Value.Reveal() == want.Secret })
				if i < 0 {
					t.Errorf("no match for %+v", want)
					continue
				}
				checkCredential(t, got[i], []byte(s.Body), want, got)
			}
			for _, m := range got {
				if m.Rule.Generic && slices.ContainsFunc(s.Want, func(w credsample.Entry) bool { return w.Secret == m.Value.Reveal() }) {
					t.Errorf("%s tells again what %s tells", m.Rule.ID, s.Family)
				}
			}
		})
	}
}

func checkCredential(t *testing.T, m Match, data []byte, want credsample.Entry, all []Match) {
	t.Helper()
	if m.Via[0] != "outer" || m.Rule.Severity == "" || m.Rule.Generic {
		t.Errorf("via %q, rule %+v", m.Via, m.Rule)
	}
	if credfile.Quoted(m.Via[1:]) {
		before := data[:m.Offset]
		if line := bytes.Count(before, newline) + 1; m.Line != line {
			t.Errorf("line %d, want %d", m.Line, line)
		}
	}
	if len(m.Via) == 1 && !bytes.HasPrefix(data[m.Offset:], []byte(want.Secret)) {
		t.Errorf("at %d there is no %q", m.Offset, want.Secret)
	}
	if user := m.Verdict.Facts["user"]; user != want.User && !strings.HasPrefix(want.User, "AKIA") {
		t.Errorf("user %q, want %q", user, want.User)
	}
	if want.Host != "" && !strings.Contains(want.Host+"/"+m.Verdict.Facts["host"], m.Verdict.Facts["host"]) || (want.Host == "") != (m.Verdict.Facts["host"] == "") {
		t.Errorf("host %q, want %q", m.Verdict.Facts["host"], want.Host)
	}
	for _, other := range all {
		for name, text := range m.Verdict.Facts {
			if other.Rule == m.Rule && other.Value.Len() > 6 && strings.Contains(text, other.Value.Reveal()) {
				t.Errorf("the fact %s holds a secret", name)
			}
		}
	}
}

// TestCredentialClass checks that a file's name is a part of its class where it names a family, and no more than that.
// TestCredentialToldOnce has a file that is of two kinds by its name, one of which knows how it is encoded.
func TestCredentialToldOnce(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	f := Fragment{Place: report.LayerFile, Path: "root/.config/kopia/repository.config.kopia-password", Data: []byte(base64.StdEncoding.EncodeToString([]byte("k"+"Pq7xV2mWz9Lt4R")) + "\n")}
	got, err := e.Search(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Rule.ID != "kopia-repository-password" || got[0].Value.Reveal() != "k"+"Pq7xV2mWz9Lt4R" {
		t.Errorf("got %+v, want the password alone", trails(got))
	}
}

func TestCredentialClass(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	class := func(path string) string { return e.Class(Fragment{Place: report.LayerFile, Path: path}) }
	if class("root/.netrc") == class("root/plain") || class("root/.netrc") == class("root/.pgpass") {
		t.Error("families share a class with other files")
	}
	if class("root/.netrc") != class("home/a.jar!b/_netrc") {
		t.Error("two files of one family differ in class")
	}
	skipping := load(t, LoadOptions{Skip: []string{"netrc-login-password"}}).Searcher()
	if skipping.Class(Fragment{Path: "root/.netrc"}) != skipping.Class(Fragment{Path: "root/plain"}) {
		t.Error("a rule that was skipped is in the class")
	}
}

func TestCredentialChoices(t *testing.T) {
	value := "hunter" + "2"
	netrc := "machine a.example.org login ops password " + value + "\n"
	path := "root/.netrc"
	for _, test := range []struct {
		name     string
		options  LoadOptions
		fragment Fragment
		want     []string // rule and severity
	}{
		{"a weak password", LoadOptions{}, Fragment{Path: path, Data: []byte(netrc)}, []string{"netrc-login-password high"}},
		{"alone", LoadOptions{Enable: []string{"netrc-login-password"}}, Fragment{Path: path, Data: []byte(netrc)}, []string{"netrc-login-password high"}},
		{"skipped", LoadOptions{Skip: []string{"netrc-login-password"}}, Fragment{Path: path, Data: []byte(netrc)}, nil},
		{"another rule alone", LoadOptions{Enable: []string{"github-pat"}}, Fragment{Path: path, Data: []byte(netrc)}, nil},
		{"in an archive", LoadOptions{}, Fragment{Path: "app.jar!lib/.netrc", Data: []byte(netrc)}, []string{"netrc-login-password high"}},
		{"a copy", LoadOptions{}, Fragment{Path: "root/.netrc.bak", Data: []byte(netrc)}, []string{"netrc-login-password high"}},
		{"in an example", LoadOptions{}, Fragment{Path: "usr/share/doc/curl/examples/.netrc", Data: []byte(netrc)}, []string{"netrc-login-password low"}},
		{"by another name", LoadOptions{}, Fragment{Path: "root/notes", Data: []byte(netrc)}, nil},
		{"a value with a name of its own", LoadOptions{}, Fragment{Path: path, Key: "X", Data: []byte(netrc)}, nil},
		{"a reference", LoadOptions{}, Fragment{Path: path, Data: []byte("machine a login b password ${TOKEN}\n")}, nil},
		{"a placeholder", LoadOptions{}, Fragment{Path: path, Data: []byte("machine a login b password <your-token>\n")}, nil},
		{"inline", LoadOptions{InlineAllow: true}, Fragment{Place: report.DirFile, Path: path, Data: []byte(strings.TrimSpace(netrc) + " # dregs:allow\n")}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := load(t, test.options).Searcher().Search(context.Background(), test.fragment)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range found {
				if !m.Rule.Generic {
					got = append(got, m.Rule.ID+" "+m.Rule.Severity)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCredentialType7 checks that a device's masked password is told as what it hides, and how.
func TestCredentialType7(t *testing.T) {
	found, err := load(t, LoadOptions{}).Searcher().Search(context.Background(), Fragment{Path: "cisco/running-config", Data: []byte("line vty 0 4\n password 7 082959401D1C1745\n")})
	if err != nil || len(found) != 1 {
		t.Fatal(len(found), err)
	}
	m := found[0]
	if got, want := m.Value.Reveal(), "hunter"+"2"; got != want || m.Verdict.Facts["encoding"] != "cisco type 7" || !slices.Equal(m.Via, []string{"cisco-type-7"}) {
		t.Errorf("%q by %q, facts %v", got, m.Via, m.Verdict.Facts)
	}
}

// TestCredentialFileTooLarge checks that the other rules still search a file that is too large to be parsed.
func TestCredentialFileTooLarge(t *testing.T) {
	text := "machine a.example.org login ops password " + "hunter" + "2\n" + pat() + "\n"
	text += strings.Repeat("# "+strings.Repeat("-", 60)+"\n", credfile.MaxBytes/60)
	found, _, err := load(t, LoadOptions{}).Searcher().SearchReader(context.Background(), Fragment{Path: "root/.netrc"}, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found {
		if m.Rule.ID == "netrc-login-password" {
			t.Error("it was parsed")
		}
	}
	if !slices.ContainsFunc(found, func(m Match) bool { return m.Rule.ID == "github-pat" }) {
		t.Error("it was not searched")
	}
}

// TestCredentialRunsAreMasked checks that the text around a match shows no run that decodes to a secret.
func TestCredentialRunsAreMasked(t *testing.T) {
	for _, s := range credsample.Files() {
		if !strings.Contains(s.Path, "rclone") && !strings.Contains(s.Path, "WebServers") && s.Path != "cisco/running-config" {
			continue
		}
		found, err := load(t, LoadOptions{Enable: []string{s.Family}}).Searcher().Search(context.Background(), Fragment{Path: s.Path, Data: []byte(s.Body)})
		if err != nil || len(found) == 0 {
			t.Fatal(len(found), err)
		}
		for _, m := range found {
			if run := s.Body[m.Offset : m.Offset+12]; strings.Contains(m.Context.Reveal(), run) {
				t.Errorf("%s: the context shows a run that is the secret in disguise", s.Path)
			}
		}
	}
}

// TestCredentialStockFiles checks that files as distributions and generators ship them hold none.
func TestCredentialStockFiles(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	for path, text := range map[string]string{
		"etc/shadow":                    "root:*:19000:0:99999:7:::\ndaemon:!:19000::::::\nsys:!!:19000::::::\napp:!*:19000::::::\nnobody::19000::::::\n",
		"etc/gshadow":                   "root:*::\nshadow:!::\n",
		"etc/passwd":                    "root:x:0:0:root:/root:/bin/bash\n",
		"etc/pip.conf":                  "[global]\nindex-url = https://pypi.org/simple\nextra-index-url = https://www.piwheels.org/simple\n",
		"etc/npmrc":                     "prefix=/usr/local\n; //registry.npmjs.org/:_authToken=commented\n",
		"app/gradle.properties":         "org.gradle.jvmargs=-Xmx2g\nandroid.useAndroidX=true\n# nexusPassword=commented\n",
		"etc/tomcat10/tomcat-users.xml": "<tomcat-users>\n<!--\n  <user username=\"admin\" password=\"<must-be-changed>\" roles=\"manager-gui\"/>\n-->\n</tomcat-users>\n",
		"usr/share/wordpress/wp-config-sample.php": "<?php\ndefine( 'DB_USER', 'username_here' );\ndefine( 'DB_PASSWORD', 'password_here' );\ndefine( 'AUTH_KEY', 'put your unique phrase here' );\n",
		"app/config/database.yml":                  "default: &default\n  adapter: postgresql\n  # password:\n  password: <%= ENV[\"DB_PASSWORD\"] %>\nproduction:\n  <<: *default\n  url: <%= ENV['DATABASE_URL'] %>\n",
		"app/config/secrets.yml":                   "production:\n  secret_key_base: <%= ENV[\"SECRET_KEY_BASE\"] %>\n",
		"root/.irssi/config":                       "servers = (\n  { address = \"irc.dal.net\"; chatnet = \"DALnet\"; port = \"6667\"; }\n);\nchatnets = { DALnet = { type = \"IRC\"; }; };\n",
		"root/.docker/config.json":                 "{\"auths\": {\"https://index.docker.io/v1/\": {}}, \"credsStore\": \"pass\"}\n",
		"root/.bash_history":                       "ls\nmysql -u root -p orders\ndocker login -u ci --password-stdin\nexport PATH=$PATH:/opt\nexport TOKEN=$(cat t)\ncurl -u ops https://a.example.org\n",
		"root/.bashrc":                             "export PS1='$ '\nalias ls='ls --color'\nexport HISTCONTROL=ignoreboth\n",
		"root/.gitconfig":                          "[user]\n\tname = Ci\n\temail = ci@example.org\n[credential]\n\thelper = store\n",
		"etc/fstab":                                "UUID=0 / ext4 defaults 0 1\n//a/b /mnt cifs credentials=/root/.cred 0 0\n",
		"etc/redis/redis.conf":                     "bind 127.0.0.1\n# requirepass foo\nprotected-mode yes\n",
		"etc/ppp/chap-secrets":                     "# Secrets for authentication using CHAP\n# client\tserver\tsecret\tIP addresses\n",
		"etc/cloud/cloud.cfg":                      "users:\n  - default\nsystem_info:\n  default_user:\n    name: debian\n    lock_passwd: True\n",
		"root/.m2/settings.xml":                    "<settings><servers><!-- <server><password>my_password</password></server> --><server><id>a</id><password>${env.NEXUS}</password></server></servers></settings>",
		"infra/terraform.tfstate":                  "{\"version\": 4, \"resources\": [{\"instances\": [{\"attributes\": {\"password\": null, \"token\": \"\"}}]}]}",
		"app/site/settings.py":                     "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nDATABASES = {'default': {'PASSWORD': os.getenv('PW')}}\n",
		"etc/freeradius/3.0/clients.conf":          "client localhost {\n\tipaddr = 127.0.0.1\n\tsecret = testing123\n}\n",
	} {
		t.Run(path, func(t *testing.T) {
			found, err := e.Search(context.Background(), Fragment{Place: report.LayerFile, Path: path, Data: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range found {
				if slices.Contains(m.Rule.Tags, credentialTag) {
					t.Errorf("%s finds %q in line %d", m.Rule.ID, m.Value.Reveal(), m.Line)
				}
			}
		})
	}
}
