package rules

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// TestCommandsInStrings holds that a password of a command that stands in a string ends before what the string writes as an
// escape, and that quotes may be escaped as well: JSON, arguments of printf, cells of notebooks.
func TestCommandsInStrings(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	secret := randomToken(rand.New(rand.NewPCG(7, 1)), alphabets["alnum"], 14)
	for _, test := range []struct{ rule, text string }{
		{"curl-user-password", `{"run": "curl -u ci:⟦⟧\nls -la"}`},
		{"curl-user-password", `{"run": "cd /tmp\ncurl -u \"ci:⟦⟧\" https://api.corp.io\n"}`},
		{"curl-user-password", `"!curl --user 'ci:⟦⟧' https://api.corp.io\n",`},
		{"mysql-command-password", `{"run": "mysql -h db -p⟦⟧\nexit 0"}`},
		{"mysql-command-password", `RUN printf "#!/bin/sh\nmysql -h db -p⟦⟧\n" > /dump.sh`},
		{"mysql-command-password", `{"run": "mysql -h db --password=\"⟦⟧\" shop"}`},
		{"docker-login-password", `{"run": "docker login -u ci -p ⟦⟧\\nexit 0"}`},
		{"docker-login-password", `"docker login -p \"⟦⟧\" registry.corp.io"`},
		{"docker-login-password", "docker login -p ⟦⟧\\\n  registry.corp.io"},
		{"sshpass-password", `printf 'sshpass -p ⟦⟧\tssh'`},
		{"pgpassword-variable", `"PGPASSWORD=⟦⟧\nPGUSER=app"`},
		{"redis-cli-password", `{"cmd": "redis-server --requirepass ⟦⟧\r\n"}`},
		{"openssl-pass-argument", `"openssl rsa -in k.pem -passin pass:⟦⟧\n"`},
		{"client-password-argument", `"mongosh -u admin -p \"⟦⟧\"\n"`},
		{"login-call-password", `"    \"server.login(\\\"a@corp.io\\\", \\\"⟦⟧\\\")\\n\",",`},
		{"login-call-password", `"r = DriverManager.getConnection(\"jdbc:mysql://db/x\", \"app\", \"⟦⟧\");\n"`},
		{"chpasswd-password", `RUN printf 'root:⟦⟧\n' | chpasswd`},
		{"chpasswd-password", `RUN printf '%s\n' root:⟦⟧ | chpasswd`},
		{"chpasswd-password", `{"run": "echo \"root:⟦⟧\" | chpasswd"}`},
		{"passwd-stdin-password", `RUN echo -e "⟦⟧\n⟦⟧" | passwd root`},
		{"passwd-stdin-password", `RUN printf '⟦⟧\n⟦⟧\n' | smbpasswd -s -a ops`},
		{"passwd-stdin-password", `RUN (echo ⟦⟧; echo ⟦⟧) | passwd root`},
		{"piped-login-password", `printf '⟦⟧\n' | docker login -u ci --password-stdin`},
	} {
		text := strings.ReplaceAll(test.text, "⟦⟧", secret)
		ms, err := e.Search(t.Context(), Fragment{Place: report.LayerFile, Path: "build", Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range ms {
			if m.Rule.ID == test.rule {
				got = append(got, strings.TrimPrefix(strings.Trim(m.Value.Reveal(), "'"), "ci:"))
			}
		}
		if diff := cmp.Diff([]string{secret}, got); diff != "" {
			t.Errorf("%s in %q (-want +got):\n%s", test.rule, test.text, diff)
		}
	}
}
