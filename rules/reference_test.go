package rules

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// pat is a fake credential, put together at run time.
func pat() string { return "gh" + "p_" + "16C7e42F292c6912E7710c838347Ae178B4a" }

type spot struct {
	Rule         string
	Offset       int64
	Line, Column int
}

// spots returns where matches lie, but for those of rules that no engine but ours has.
func spots(ms []Match) []spot {
	var out []spot
	for _, m := range ms {
		if ownDetector(m.Rule) {
			continue
		}
		out = append(out, spot{m.Rule.ID, m.Offset, m.Line, m.Column})
	}
	return out
}

func engines(t testing.TB, s *Set) map[string]Searcher {
	return map[string]Searcher{"gitleaks": s.Gitleaks(), "default": s.Searcher()}
}

func TestPositions(t *testing.T) {
	p := pat()
	for name, e := range engines(t, load(t, LoadOptions{})) {
		for _, test := range []struct {
			name string
			f    Fragment
			want []spot
		}{
			{"start", Fragment{Data: []byte(p)}, []spot{{"github-pat", 0, 1, 1}}},
			{"later line", Fragment{Data: []byte("a\nbé \xff" + p + "\r\nend\n")}, []spot{{"github-pat", 7, 2, 5}}},
			{"last line", Fragment{Data: []byte("\n\n  " + p)}, []spot{{"github-pat", 4, 3, 3}}},
			{"twice", Fragment{Data: []byte(p + "\n" + p + "\n")}, []spot{{"github-pat", 0, 1, 1}, {"github-pat", 41, 2, 1}}},
			{"key", Fragment{Place: report.ConfigEnv, Key: "API_TOKEN", Data: []byte("x9Qz7Lw2Kp4Vt8Rb3")}, []spot{{"generic-api-key", 0, 1, 1}}},
			{"secret in the key", Fragment{Key: p, Data: []byte("v")}, []spot{{"github-pat", 0, 1, 1}}},
		} {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				got, err := e.Search(context.Background(), test.f)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(test.want, spots(got)); diff != "" {
					t.Error(diff)
				}
				read, n, err := e.SearchReader(context.Background(), test.f, strings.NewReader(string(test.f.Data)))
				if err != nil || n != int64(len(test.f.Data)) {
					t.Fatalf("reader: %d bytes, %v", n, err)
				}
				if diff := cmp.Diff(test.want, spots(read)); diff != "" {
					t.Errorf("reader: %s", diff)
				}
			})
		}
	}
}

func TestPathRules(t *testing.T) {
	for name, e := range engines(t, load(t, LoadOptions{})) {
		got, err := e.Search(context.Background(), Fragment{Path: "etc/ssl/a.p12", Data: []byte("\x30\x82")})
		if err != nil || len(got) != 1 || got[0].Rule.ID != "pkcs12-file" || !strings.HasPrefix(got[0].Value.Reveal(), "sha256:") {
			t.Errorf("%s: %v %v", name, spots(got), err)
		}
		// A published tree keeps generic rules quiet, and no other.
		generic := []byte("api_token = 'x9Qz7Lw2Kp4Vt8Rb3'\nx " + pat() + "\n")
		got, err = e.Search(context.Background(), Fragment{Path: "app/node_modules/a/index.js", Data: generic})
		if diff := cmp.Diff([]spot{{"github-pat", 34, 2, 3}}, spots(got)); diff != "" || err != nil {
			t.Errorf("%s: %s %v", name, diff, err)
		}
	}
}

func TestInlineAllow(t *testing.T) {
	text := []byte("x " + pat() + " # gitleaks:allow\n")
	for name, e := range engines(t, load(t, LoadOptions{InlineAllow: true})) {
		for place, want := range map[report.Place]int{report.Dockerfile: 0, report.DirFile: 0, report.LayerFile: 1} {
			got, err := e.Search(context.Background(), Fragment{Place: place, Data: text})
			if err != nil || len(got) != want {
				t.Errorf("%s: %s: %d matches, want %d (%v)", name, place, len(got), want, err)
			}
		}
	}
}

func TestContextHoldsNoPartOfASecret(t *testing.T) {
	long := strings.Repeat("k", 300)
	for _, test := range []struct {
		name, before, value, after string
		lack                       string
	}{
		{"short line", "token = ", "abcdef", ";", ""},
		{"value over the limit", "key ", long, " end", "kk"},
		{"neighbour cut on the left", long + " x=", "abcdef", "", "kk"},
		{"neighbour cut on the right", "x=", "abcdef", " " + long, "kk"},
	} {
		t.Run(test.name, func(t *testing.T) {
			text := "first\n" + test.before + test.value + test.after + "\nlast"
			start := len("first\n" + test.before)
			got := contextOf([]byte(text), start, start+len(test.value))
			if len(got) > contextBytes || strings.Contains(got, "\n") {
				t.Errorf("context of %d bytes: %q", len(got), got)
			}
			if test.lack != "" && strings.Contains(got, test.lack) {
				t.Errorf("part of a secret in %q", got)
			}
			if len(test.value) < 100 && !strings.Contains(got, test.value) {
				t.Errorf("no value in %q", got)
			}
		})
	}
}
