package dockerfile

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// told returns the practices of text as "LINE RULE", without those on users.
func told(t *testing.T, text string, s Surroundings) []string {
	t.Helper()
	var all []string
	for _, p := range Parse([]byte(text)).Practices(s) {
		if p.Why == "" || p.Instead == "" {
			t.Errorf("%s at line %d has no why or no instead", p.Rule, p.Line)
		}
		if p.Rule != "dockerfile-no-user" {
			all = append(all, number(p.Line)+" "+strings.TrimPrefix(p.Rule, "dockerfile-"))
		}
	}
	return all
}

func TestPractices(t *testing.T) {
	clean := &Folder{}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"a password in ENV":                       {"FROM a\nENV DB_PASSWORD=hunter2\n", []string{"2 secret-env"}},
		"a reference in ENV":                      {"FROM a\nARG API_TOKEN\nENV API_TOKEN=$API_TOKEN\n", []string{"2 secret-arg", "3 secret-env"}},
		"the path of a secret":                    {"FROM a\nENV DB_PASSWORD_FILE=/run/secrets/db TOKEN=/run/secrets/t\n", nil},
		"an empty password":                       {"FROM a\nENV DB_PASSWORD=\n", nil},
		"names that are none":                     {"FROM a\nARG AUTHOR=x KEYBOARD=us PATH=/bin\nENV GPG_KEY=0123 MONKEY=1 TOKENIZER=fast PASSWORD_LENGTH=9\n", nil},
		"an argument before FROM":                 {"ARG NPM_TOKEN\nFROM a\n", []string{"1 secret-arg"}},
		"a trigger":                               {"FROM a\nONBUILD ENV API_KEY=x\n", []string{"2 secret-env"}},
		"a copy of a key":                         {"FROM a\nCOPY id_rsa /root/.ssh/id_rsa\n", []string{"2 copy-credentials"}},
		"a copy of a key from a stage":            {"FROM a AS b\nFROM c\nCOPY --from=b /k/id_rsa /x\n", nil},
		"an example":                              {"FROM a\nCOPY .env.example id_rsa.pub ca-default.pem /x/\n", nil},
		"a URL with a password":                   {"FROM a\nADD https://u:p@h/x.tar /x\n", []string{"2 add-url-credentials"}},
		"a URL":                                   {"FROM a\nADD https://h/x.tar /x\nADD git@github.com:a/b.git /y\nRUN git clone ssh://git@h/a && git clone https://h/a\n", nil},
		"ADD of a file":                           {"FROM a\nADD x /x\nADD rootfs.tar.xz /\n", []string{"2 add-not-copy"}},
		"curl -u":                                 {"FROM a\nRUN curl -sS -u me:$PW https://h | sh\n", []string{"2 run-credentials"}},
		"a clone with a token":                    {"FROM a\nRUN git clone https://x:${TOKEN}@h/a\n", []string{"2 run-credentials"}},
		"a header in a heredoc":                   {"FROM a\nRUN <<E\nwget --header 'Authorization: Bearer x' https://h\nE\n", []string{"2 run-credentials"}},
		"the exec form":                           {"FROM a\nRUN [\"sshpass\", \"-p\", \"x\", \"ssh\", \"h\"]\n", []string{"2 run-credentials"}},
		"a secret mount":                          {"FROM a\nRUN --mount=type=secret,id=t curl -u me:$(cat /run/secrets/t) https://h\n", nil},
		"plain curl":                              {"FROM a\nRUN curl -fsSLO https://h/a && wget -q https://h\n", nil},
		"a token left in a file":                  {"FROM a\nRUN echo //r/:_authToken=$T > ~/.npmrc && npm ci\n", []string{"2 credential-file-left"}},
		"a token removed at once":                 {"FROM a\nRUN echo //r/:_authToken=$T > ~/.npmrc && npm ci && rm -f ~/.npmrc\n", nil},
		"a token removed later":                   {"FROM a\nRUN echo x >> .npmrc\nRUN npm ci; rm -f .npmrc\n", []string{"2 credential-file-left", "3 removed-later"}},
		"a login":                                 {"FROM a\nRUN docker login -u a -p $P r\n", []string{"2 credential-file-left", "2 run-credentials"}},
		"a login undone":                          {"FROM a\nRUN docker login -u a --password-stdin r < p && docker push x && docker logout r\n", nil},
		"a file removed later, in its folder":     {"FROM a\nCOPY .env /app/\nRUN make && rm -rf /app\n", []string{"2 copy-credentials", "3 removed-later"}},
		"a file removed in a stage above":         {"FROM a AS b\nCOPY .netrc /root/.netrc\nFROM b\nRUN rm /root/.netrc\n", []string{"2 copy-credentials", "4 removed-later"}},
		"a file of another stage":                 {"FROM a AS b\nCOPY .netrc /root/.netrc\nFROM c\nRUN rm /root/.netrc\n", []string{"2 copy-credentials"}},
		"the same, allowed by a comment above it": {"FROM a\n# dregs:allow it is a test\nENV DB_PASSWORD=hunter2\nENV API_TOKEN=x\n", []string{"4 secret-env"}},
		"all of the context":                      {"FROM a\nCOPY . /app\n", []string{"2 copy-all"}},
		"all of the context, in other words":      {"FROM a\nCOPY ./ [\"/app\"]\nADD [\".\", \"/\"]\nCOPY --from=x . .\n", []string{"2 copy-all", "3 add-not-copy", "3 copy-all"}},
		"a folder of the context":                 {"FROM a\nCOPY src /app\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(told(t, c.text, Surroundings{Context: clean}), c.want); diff != "" {
				t.Errorf("practices (-got +want):\n%s", diff)
			}
		})
	}
}

func TestPracticesFollowSecrets(t *testing.T) {
	text := "FROM a\nENV X=abcdef Y=1\nRUN true\nENV X=\n"
	at := strings.Index(text, "abcdef")
	got := told(t, text, Surroundings{Secrets: []Span{{at, at + 6}}})
	if diff := cmp.Diff(got, []string{"2 secret-env", "4 removed-later"}); diff != "" {
		t.Errorf("practices (-got +want):\n%s", diff)
	}
}

func TestPracticesLookAtTheContext(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	copyAll := "FROM a\nCOPY . /app\n"
	for name, c := range map[string]struct {
		files fstest.MapFS
		text  string
		want  string // what the reason names; empty for no practice
	}{
		"no ignore file":               {fstest.MapFS{}, copyAll, "no .dockerignore does not keep .env, .git out"},
		"one that keeps all out":       {fstest.MapFS{".dockerignore": file(".env\n.git\n"), ".env": file("x")}, copyAll, ""},
		"one that keeps nothing out":   {fstest.MapFS{".dockerignore": file("node_modules\n"), ".env": file("x"), "a/b/id_rsa": file("x"), ".git/config": file("x")}, copyAll, "copies .env, .git, a/b/id_rsa out"},
		"an exception":                 {fstest.MapFS{".dockerignore": file("**\n!.env\n"), ".env": file("x")}, copyAll, "copies .env out"},
		"one of the Dockerfile itself": {fstest.MapFS{"Dockerfile.dockerignore": file("**\n"), ".dockerignore": file("x\n"), ".env": file("x")}, copyAll, ""},
		"left out by the instruction":  {fstest.MapFS{".env": file("x")}, "FROM a\nCOPY --exclude=.env --exclude=.git . /app\n", ""},
		"a folder above":               {fstest.MapFS{".dockerignore": file("config\n.env\n.git\n"), "config/server.key": file("x")}, copyAll, ""},
	} {
		t.Run(name, func(t *testing.T) {
			folder, faults := ReadFolder(c.files, "Dockerfile")
			if len(faults) > 0 {
				t.Fatalf("ReadFolder: %v", faults)
			}
			why := ""
			for _, p := range Parse([]byte(c.text)).Practices(Surroundings{Context: folder}) {
				if p.Rule == "dockerfile-copy-all" {
					why = p.Why
				}
			}
			if !strings.Contains(why, c.want) || c.want == "" && why != "" {
				t.Errorf("why = %q, want %q in it", why, c.want)
			}
		})
	}
}

func TestReadFolderTellsWhatItCannotRead(t *testing.T) {
	for name, text := range map[string]string{
		"a pattern that is none": "[a\n",
		"a file too long":        strings.Repeat("a\n", maxIgnoreBytes),
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := ReadFolder(fstest.MapFS{".dockerignore": {Data: []byte(text)}}, "Dockerfile")
			if len(faults) != 1 {
				t.Errorf("ReadFolder gave %d faults, want 1: %v", len(faults), faults)
			}
		})
	}
}
