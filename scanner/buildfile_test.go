package scanner_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// scanned writes a Dockerfile, and an image where there is one, and scans both.
func scanned(t *testing.T, text string, img *imagetest.Image) *report.Report {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "Dockerfile")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	targets := []scanner.Target{{Scheme: "dockerfile", Rest: file, Name: "Dockerfile"}}
	if img != nil {
		archive := filepath.Join(dir, "app.tar")
		if err := os.WriteFile(archive, imagetest.OCIArchive(img.Build()), 0o600); err != nil {
			t.Fatal(err)
		}
		targets = append(targets, scanner.Target{Scheme: "oci-archive", Rest: archive, Name: "app.tar"})
	}
	r, err := scanner.Scan(context.Background(), targets, scanner.WithRules(t, scanner.Options{ShowSecrets: true}))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// inDockerfile returns the occurrences of value in the Dockerfile as "LINE:COLUMN KEY in VERB".
func inDockerfile(r *report.Report, value string) []string {
	var all []string
	for _, s := range r.Secrets {
		for _, o := range s.Occurrences {
			if s.Secret == value && o.Place == report.Dockerfile {
				verb, _, _ := strings.Cut(o.Instruction, " ")
				all = append(all, strings.TrimSpace(fmt.Sprintf("%d:%d %s in %s", o.Line, o.Column, o.Key, verb)))
			}
		}
	}
	return all
}

func TestDockerfileSpots(t *testing.T) {
	token, weak := imagetest.GitHubToken("dockerfile"), "hun"+"ter2x"
	for name, c := range map[string]struct {
		text, value string
		want        []string
	}{
		"a comment":                     {"# " + token + "\nFROM a\n", token, []string{"1:3  in"}},
		"ENV":                           {"FROM a\nENV A=1 GH=" + token + "\n", token, []string{"2:12 GH in ENV"}},
		"ENV on many lines":             {"FROM a\nENV A=1 \\\n # x\n  GH='" + token + "' \\\n  B=2\n", token, []string{"4:7 GH in ENV"}},
		"the old form":                  {"FROM a\nENV GH " + token + "\n", token, []string{"2:8 GH in ENV"}},
		"broken over two lines":         {"FROM a\nENV GH=" + token[:10] + "\\\n" + token[10:] + "\n", token, []string{"2:8 GH in ENV"}},
		"a weak value by its name":      {"FROM a\nENV DB_PASSWORD=" + weak + "\n", weak, []string{"2:17 DB_PASSWORD in ENV"}},
		"ARG before FROM, and in use":   {"ARG T=" + token + "\nFROM a\nARG T\nENV GH=$T\n", token, []string{"1:7 T in ARG", "4:8 GH in ENV"}},
		"LABEL":                         {"FROM a\nLABEL \"deploy.token\"=\"" + token + "\"\n", token, []string{"2:23 deploy.token in LABEL"}},
		"RUN":                           {"FROM a\nRUN export GH=" + token + " && make\n", token, []string{"2:15 GH in RUN"}},
		"a heredoc":                     {"FROM a\nRUN <<E\nexport GH=" + token + "\nE\n", token, []string{"3:11 GH in RUN"}},
		"a file of a heredoc":           {"FROM a\nCOPY <<E /x.env\nGH=" + token + "\nE\n", token, []string{"3:4  in COPY"}},
		"an option of the exec form":    {"FROM a\nCMD [\"app\", \"--token\", \"" + token + "\"]\n", token, []string{"2:25 token in CMD"}},
		"a password of net user":        {"FROM a\nRUN [\"net\", \"user\", \"svc\", \"" + "Zq7" + "vLm2#kX\", \"/add\"]\n", "Zq7" + "vLm2#kX", []string{"2:29  in RUN"}},
		"curl in the exec form":         {"FROM a\nHEALTHCHECK CMD [\"curl\", \\\n  \"-u\", \"bob:" + weak + "9\", \"https://a.corp.io\"]\n", "bob:" + weak + "9", []string{"3:10  in HEALTHCHECK"}},
		"HEALTHCHECK":                   {"FROM a\nHEALTHCHECK CMD curl --token " + token + " h\n", token, []string{"2:30 token in HEALTHCHECK"}},
		"ONBUILD":                       {"FROM a\nONBUILD ENV GH=" + token + "\n", token, []string{"2:16 GH in ONBUILD"}},
		"a heredoc that never ends":     {"FROM a\nRUN <<E\nENV DB_PASSWORD=" + weak + "\n", weak, []string{"3:17 DB_PASSWORD in ENV"}},
		"a file that BuildKit refuses":  {"NONSENSE\nFROM a\nENV GH=" + token + " broken\n", token, []string{"3:8 GH in ENV"}},
		"allowed on its line":           {"FROM a\nRUN x=" + token + " # dregs:allow\n", token, nil},
		"allowed above":                 {"FROM a\n# dregs:allow test\nENV GH=" + token + "\n", token, nil},
		"not allowed by what is beside": {"FROM a\nENV A=1\n# dregs:allow test\n\nENV GH=" + token + "\n", token, []string{"5:8 GH in ENV"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(inDockerfile(scanned(t, c.text, nil), c.value), c.want); diff != "" {
				t.Errorf("occurrences (-got +want):\n%s", diff)
			}
		})
	}
}

// TestDockerfileIsTiedToItsImage builds the image as several builders tell its history.
func TestDockerfileIsTiedToItsImage(t *testing.T) {
	token, npm := imagetest.GitHubToken("tied"), imagetest.NPMToken("unshipped")
	text := "FROM debian AS build\nENV NPM_TOKEN=" + npm + "\nRUN make\n" +
		"FROM debian\nARG V=1\nENV GH=" + token + " B=2\nCOPY --chown=1 conf/.env /app/\nRUN rm -rf /tmp/*\nCMD [\"app\", \"-x\"]\n"
	for name, history := range map[string][]string{
		"buildkit": {"ARG V=1", "ENV GH=" + token + " B=2", "COPY conf/.env /app/ # buildkit", "RUN |1 V=1 /bin/sh -c rm -rf /tmp/* # buildkit", `CMD ["app" "-x"]`},
		"classic": {"/bin/sh -c #(nop)  ARG V=1", "/bin/sh -c #(nop)  ENV GH=" + token + " B=2", "/bin/sh -c #(nop) COPY file:" + imagetest.Hex("f", 64) + " in /app/ ",
			"|1 V=1 /bin/sh -c rm -rf /tmp/*", `/bin/sh -c #(nop)  CMD ["app" "-x"]`},
		"buildah": {"/bin/sh -c #(nop) ARG V=1", "/bin/sh -c #(nop) ENV GH=" + token + " B=2", "/bin/sh -c #(nop) COPY file:" + imagetest.Hex("f", 64) + " in /app/",
			"|1 V=1 /bin/sh -c rm -rf /tmp/*", `/bin/sh -c #(nop) CMD ["app", "-x"]`},
	} {
		t.Run(name, func(t *testing.T) {
			img := &imagetest.Image{Config: imagetest.Env("GH=" + token), Layers: []imagetest.Layer{
				{Entries: []imagetest.Entry{imagetest.File("etc/motd", "hi\n")}},
				{Entries: []imagetest.Entry{imagetest.File("app/.env", "GH="+token+"\n")}},
				{Entries: []imagetest.Entry{imagetest.Remove("tmp/x")}},
			}}
			img.History = []imagetest.History{{CreatedBy: "# debian.sh"}, {CreatedBy: `CMD ["bash"]`, EmptyLayer: true}}
			for i, by := range history {
				img.History = append(img.History, imagetest.History{CreatedBy: by, EmptyLayer: i != 2 && i != 3})
			}
			checkTied(t, scanned(t, text, img), token, npm)
		})
	}
}

func checkTied(t *testing.T, r *report.Report, token, npm string) {
	t.Helper()
	file := r.Targets[0].Dockerfile
	if file == nil || len(file.Images) != 1 || file.Images[0].Tied != 5 {
		t.Fatalf("the Dockerfile is tied to %+v", file)
	}
	var made []string
	for _, in := range file.Instructions {
		for _, m := range in.Made {
			made = append(made, fmt.Sprintf("%d to %d, layer %d", in.Line, m.History, number(m.Layer)))
		}
	}
	if diff := cmp.Diff(made, []string{"5 to 2, layer -1", "6 to 3, layer -1", "7 to 4, layer 1", "8 to 5, layer 2", "9 to 6, layer -1"}); diff != "" {
		t.Errorf("ties (-got +want):\n%s", diff)
	}
	for _, s := range r.Secrets {
		for _, o := range s.Occurrences {
			switch {
			case s.Secret == token && o.Place == report.Dockerfile:
				if number(o.History) != 3 || !strings.HasPrefix(o.Facts["reached the image"], "yes: ") || !strings.Contains(o.Facts["reached the image"], "layer 1") {
					t.Errorf("the token of line %d is tied to %d, facts %v", o.Line, number(o.History), o.Facts)
				}
			case s.Secret == token && o.Place == report.LayerFile && o.Facts["dockerfile"] != "Dockerfile:7":
				t.Errorf("the token of the layer came in by %q", o.Facts["dockerfile"])
			case s.Secret == npm && (!strings.HasPrefix(o.Facts["reached the image"], "no: ") || o.Facts["shipped"] == ""):
				t.Errorf("the token of a stage that was not shipped has facts %v", o.Facts)
			}
		}
		recipe := strings.Join(s.Cleanup, "\n")
		for _, want := range map[string][]string{token: {"line 6 (ENV)", "line 7 (COPY)", "from layer 1 up"}, npm: {"line 2 (ENV)"}}[s.Secret] {
			if !strings.Contains(recipe, want) {
				t.Errorf("the recipe does not say %q:\n%s", want, recipe)
			}
		}
	}
}

// TestDockerfileIsTiedToNoOther does not take an image for one that was built from another Dockerfile.
func TestDockerfileIsTiedToNoOther(t *testing.T) {
	img := &imagetest.Image{Layers: []imagetest.Layer{{CreatedBy: "RUN apt-get update", Entries: []imagetest.Entry{imagetest.File("a", "b")}}}}
	r := scanned(t, "FROM a\nRUN make all\nCOPY x /y\nUSER 1\n", img)
	if n := len(r.Targets[0].Dockerfile.Images); n != 0 {
		t.Errorf("tied to %d images, want none", n)
	}
}

// TestAmbiguousTies says so where an instruction may have made one of several entries.
func TestAmbiguousTies(t *testing.T) {
	img := &imagetest.Image{Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", "b")}}}}
	for i, by := range []string{"RUN a b c", "RUN x y z", "RUN x y z", "USER 1", "RUN squashed"} {
		img.History = append(img.History, imagetest.History{CreatedBy: by, EmptyLayer: i > 0})
	}
	r := scanned(t, "FROM a\nRUN a b c\nRUN x y z\nUSER 1\n", img)
	in := r.Targets[0].Dockerfile.Instructions
	if len(in[1].Made) != 1 || len(in[2].Made) != 0 || !strings.Contains(in[2].Untied, "several") || len(in[3].Made) != 1 {
		t.Errorf("instructions are tied so: %+v", in)
	}
}

func TestImageNotes(t *testing.T) {
	img := &imagetest.Image{Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{
			{Name: "usr/bin/su", Body: "x", Mode: 0o4755}, {Name: "usr/bin/gone", Body: "x", Mode: 0o2755},
			{Name: "root/.ssh/id_ed25519", Body: "x", Mode: 0o644}, {Name: "app/.npmrc", Body: "x", Mode: 0o600},
			{Name: "usr/lib/python3/x.key", Body: "x"},
		}},
		{Entries: []imagetest.Entry{imagetest.Remove("usr/bin/gone")}},
	}}
	told := func(img *imagetest.Image) (rules []string) {
		for _, p := range scanned(t, "FROM a\nUSER 1\n", img).Practices {
			if strings.Contains(p.Why, "gone") || strings.Contains(p.Why, "npmrc") || strings.Contains(p.Why, "x.key") {
				t.Errorf("%s tells %q", p.Rule, p.Why)
			}
			rules = append(rules, p.Rule)
		}
		return rules
	}
	if diff := cmp.Diff(told(img), []string{"image-no-user", "image-setuid", "image-readable-credentials"}); diff != "" {
		t.Errorf("notes (-got +want):\n%s", diff)
	}
	quiet := &imagetest.Image{Config: map[string]any{"User": "app"}, Layers: []imagetest.Layer{{Entries: []imagetest.Entry{imagetest.File("a", "b")}}}}
	if diff := cmp.Diff(told(quiet), []string(nil)); diff != "" {
		t.Errorf("notes on an image without faults (-got +want):\n%s", diff)
	}
}
