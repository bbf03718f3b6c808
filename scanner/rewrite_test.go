package scanner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/scanner/dockerfile"
)

// rewritten returns the Dockerfile lines of each entry; the secrets are what pairs of old and new say.
func rewritten(t testing.TB, config map[string]any, secrets []string, entries ...built) [][]string {
	t.Helper()
	file, _ := readConfigFile(configOf(config, entries...))
	var all [][]string
	for i := range file.entries {
		w := rewriter{config: file, entry: i, hide: strings.NewReplacer(secrets...)}
		all = append(all, w.lines())
	}
	return all
}

func TestRewrite(t *testing.T) {
	config := map[string]any{"Env": []string{"A=b c=d", "PW=hunter2 x"}}
	secrets := []string{"hunter2", "…"}
	for by, want := range map[string][]string{
		nop + " ADD file:0123abcd in / ":                                             {"# the builder kept the hash of what was copied, not its name", "ADD file:0123abcd /"},
		nop + "COPY dir:0123abcd in /a b ":                                           {"# the builder kept the hash of what was copied, not its name", "COPY dir:0123abcd /a b"},
		"COPY a b /c/ # buildkit":                                                    {"COPY a b /c/"},
		nop + ` CMD ["sh" "-c" "echo \"x\""]`:                                        {`CMD ["sh", "-c", "echo \"x\""]`},
		"ENTRYPOINT [\"a\",\"b\"]":                                                   {`ENTRYPOINT ["a","b"]`},
		nop + " SHELL [/bin/bash -o pipefail -c]":                                    {`SHELL ["/bin/bash", "-o", "pipefail", "-c"]`},
		"EXPOSE map[443/tcp:{} 80/tcp:{}]":                                           {"EXPOSE 443/tcp 80/tcp"},
		nop + " VOLUME [/a /b]":                                                      {"VOLUME /a /b"},
		"/bin/sh -c apt-get update":                                                  {"RUN apt-get update"},
		"RUN |1 A=b /bin/sh -c make $A # buildkit":                                   {"RUN make $A"},
		"RUN /bin/sh -c a\nb # buildkit":                                             {"RUN <<'EOF'", "a", "b", "EOF"},
		"RUN /bin/sh -c EOF\nb # buildkit":                                           {"RUN <<'EOF1'", "EOF", "b", "EOF1"},
		"RUN /bin/sh -c curl -u me:hunter2 h # buildkit":                             {"RUN curl -u me:… h"},
		nop + ` HEALTHCHECK &{["CMD-SHELL" "true || x"] "0s" "3s" "0s" "0s" '\x00'}`: {"HEALTHCHECK --timeout=3s CMD true || x"},
		nop + ` HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" '\x00'}`:                  {"HEALTHCHECK NONE"},
		"USER app":               {"USER app"},
		"WORKDIR":                {"# WORKDIR"},
		"made by nobody\nENV A=": {"# made by nobody", "# ENV A="},
		"":                       {"# an entry without an instruction"},
		"ENV A=b c=d":            {`ENV A="b c=d"`},
		"ENV PW=hunter2 x":       {`ENV PW="… x"`},
		`LABEL a=$b "c" \`:       {`LABEL a="\$b \"c\" \\"`},
		nop + " ARG V=1":         {"ARG V=1"},
		nop + " ARG V":           {"ARG V"},
		"ONBUILD RUN x":          {"ONBUILD RUN x"},
	} {
		t.Run(by, func(t *testing.T) {
			got := rewritten(t, config, secrets, built{by: by, comment: "buildkit.dockerfile.v0"})[0]
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("lines (-got +want):\n%s", diff)
			}
		})
	}
}

// FuzzRewrite holds that whatever a history says, its Dockerfile is one that BuildKit takes, and has no secret in it.
func FuzzRewrite(f *testing.F) {
	f.Add("ENV A=1 B=two", "buildkit.dockerfile.v0", "A=1")
	f.Add("|2 A=x B=y /bin/sh -c echo <<EOF\nx\nEOF", "", "")
	f.Add(nop+` HEALTHCHECK &{["CMD" "a"] "1s" "0s" "0s" "0s" '\x03'}`, "", "")
	f.Add("COPY file:00 in /x\\", "", "")
	f.Fuzz(func(t *testing.T, by, comment, env string) {
		const secret, shown = "qzqzqzqz", "…"
		all := rewritten(t, map[string]any{"Env": []string{env}}, []string{secret, shown},
			built{by: by, comment: comment}, built{by: "RUN " + by}, built{by: "ENV A=" + by, comment: comment}, built{by: nop + "LABEL " + by})
		text := []string{"FROM scratch"}
		for _, lines := range all {
			for _, l := range lines {
				if strings.Contains(l, "\r") {
					t.Errorf("line %q has a carriage return", l)
				}
			}
			text = append(text, lines...)
		}
		file := strings.Join(text, "\n") + "\n"
		if strings.Contains(file, secret) {
			t.Errorf("the secret is in %q", file)
		}
		if p := dockerfile.Parse([]byte(file)).Problems; len(p) > 0 {
			t.Errorf("%q: %v", file, p)
		}
	})
}
