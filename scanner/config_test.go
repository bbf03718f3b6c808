package scanner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/source"
)

func TestConfigPlaces(t *testing.T) {
	digest := "sha256:" + strings.Repeat("ab", 32)
	tests := []struct {
		name, config string
		want         []string
	}{
		{"environment value by value", `{"config":{"Env":["PATH=/bin","DB_PASSWORD=a=b c","BARE"]}}`, []string{
			"config-env PATH visible: /bin",
			"config-env DB_PASSWORD visible: a=b c",
			"config-env Env key= visible: BARE",
		}},
		{"labels, the long name too", `{"config":{"Labels":{"x":"y","https://u:p@example.org/":"z"}}}`, []string{
			"config-label x visible: y",
			"config-label https://u:p@example.org/ key= visible: https://u:p@example.org/",
			"config-label https://u:p@example.org/ visible: z",
		}},
		{"commands as one text and option by option",
			`{"config":{"Cmd":["curl","-u","a:b"],"Entrypoint":["/app","--password=x y","--token","t"],"Healthcheck":{"Test":["CMD-SHELL","curl x"],"Interval":30},"OnBuild":["RUN a","RUN b"]}}`,
			[]string{
				"config-cmd Cmd key= visible: curl -u a:b",
				"config-entrypoint Entrypoint key= visible: /app --password=x y --token t",
				"config-entrypoint Entrypoint key=password visible: x y",
				"config-entrypoint Entrypoint key=token visible: t",
				"config-healthcheck Healthcheck key= visible: CMD-SHELL curl x",
				"config-onbuild OnBuild key= visible: RUN a\nRUN b",
			}},
		{"everything else by its pointer",
			`{"author":"me","config":{"User":"u","Volumes":{"/a-long-name-of-a-volume":{}}},"container_config":{"Env":["A=b"],"Cmd":["x"]},"un/known":{"deep":[1,{"k":"v"}],"pin":12345678},"rootfs":{"diff_ids":["` + digest + `"]}}`,
			[]string{
				"config-other /author key=author history: me",
				"config-other /config/User key=User visible: u",
				"config-other /config/Volumes/~1a-long-name-of-a-volume key= visible: /a-long-name-of-a-volume",
				"config-other /container_config/Env/0 key=Env history: A=b",
				"config-other /container_config/Cmd/0 key=Cmd history: x",
				"config-other /un~1known/deep/1/k key=k history: v",
				"config-other /un~1known/pin key=pin history: 12345678",
			}},
		{"a name in another case counts, as for Go programs", `{"Config":{"env":["A=b"]}}`, []string{"config-env A visible: b"}},
		{"of two members the later is visible", `{"config":{"Env":["A=one"],"Labels":{"l":"one","l":"two"},"Env":["A=two"]},"config":{"Cmd":["c"],"Cmd":null}}`, []string{
			"config-env A history: one",
			"config-env A visible: two",
			"config-label l history: one",
			"config-label l visible: two",
			"config-cmd Cmd key= history: c",
		}},
		{"a second history", `{"history":[{"created_by":"first","author":"a"}],"history":[{"created_by":"second","created_by":"third"}]}`, []string{
			"config-other /history/0/created_by key=created_by history: first",
			"config-other /history/0/author key=author history: a",
			"config-other /history/0/created_by key=created_by history: second",
			"history /history/0/created_by key= history=0 history: third",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			img := &source.Image{Config: []byte(tt.config), Kind: "artifact"}
			got, _, problems := readMetadata(t, img, nil)
			if diff := cmp.Diff(shownAll(got), tt.want); diff != "" {
				t.Errorf("fragments (-got +want):\n%s", diff)
			}
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
		})
	}
}

// TestOneSpot: what is found in a command as a whole and again as the value of an option lies at one spot.
func TestOneSpot(t *testing.T) {
	fragments, _, _ := readMetadata(t, &source.Image{Config: []byte(`{"config":{"Cmd":["sh","a\nö","--token","x\ny","B=z"]}}`)}, nil)
	type spot struct {
		offset       int64
		line, column int
	}
	got := make(map[string]spot)
	for i := range fragments {
		f := &fragments[i]
		_, key, offset, line, column := f.spot(&rules.Match{Line: 1, Column: 1})
		got[key] = spot{offset, line, column}
		if text := string(fragments[0].text[offset:]); !strings.HasPrefix(text, string(f.text)) {
			t.Errorf("%s is said to be at %q", f.text, text)
		}
	}
	want := map[string]spot{"": {0, 1, 1}, "token": {16, 2, 11}, "B": {22, 3, 5}}
	if diff := cmp.Diff(got, want, cmp.AllowUnexported(spot{})); diff != "" {
		t.Errorf("spots (-got +want):\n%s", diff)
	}
}

func TestConfigBroken(t *testing.T) {
	tests := []struct {
		name, config, kind string
	}{
		{"cut short", `{"config":{"Env":["A=b"]},"x":"hidden`, report.Corrupt},
		{"not JSON behind", `{"config":{"Env":["A=b"]}} hidden`, report.Corrupt},
		{"wrong types", `{"config":{"Env":["A=b"]},"history":7,"rootfs":[1,{"hidden":"hidden"}],"created":{}}`, ""},
		{"nested without end", `{"config":{"Env":["A=b"]},"x":` + strings.Repeat("[", 2*jsonDepth) + `"hidden"`, report.Limit},
		{"too many values", `{"config":{"Env":["A=b"]},"x":[` + strings.Repeat(`"a",`, imageTokens) + `"hidden"]}`, report.Limit},
		{"a shell that is no text", "{\"config\":{\"Env\":[\"A=b\"],\"Shell\":[\"\xff\"]},\"x\":\"hidden\"}", ""},
		{"too many history entries", `{"config":{"Env":["A=b"]},"history":[` + strings.Repeat(`{"created_by":"x"},`, configHistory) + `{"created_by":"hidden"}]}`, report.Limit},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, _, problems := readMetadata(t, &source.Image{Config: []byte(tt.config), Kind: "artifact"}, nil)
			if !holds(got, report.ConfigEnv, "A", "b") || !holds(got, "", "", "hidden") {
				t.Errorf("what can be read was not: %v", shownAll(got)[:min(len(got), 20)])
			}
			kind := ""
			if len(problems) > 0 {
				kind = problems[0].Kind
			}
			if kind != tt.kind {
				t.Errorf("problems %v, want one of kind %q", problems, tt.kind)
			}
		})
	}
	t.Run("empty", func(t *testing.T) {
		_, _, problems := readMetadata(t, &source.Image{Config: []byte(" ")}, nil)
		if len(problems) != 1 || problems[0].Kind != report.Corrupt {
			t.Errorf("problems %v, want one that is corrupt", problems)
		}
	})
	t.Run("diff IDs and layers differ", func(t *testing.T) {
		_, _, problems := readMetadata(t, &source.Image{Config: []byte(`{"rootfs":{"diff_ids":["a"]}}`), Layers: layersOf(2)}, nil)
		if len(problems) != 1 || problems[0].Kind != report.Corrupt {
			t.Errorf("problems %v, want one that is corrupt", problems)
		}
	})
}
