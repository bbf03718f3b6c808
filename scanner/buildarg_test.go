package scanner

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRun(t *testing.T) {
	known := map[string]bool{"A": true, "B": true, "http_proxy": true}
	tests := []struct {
		name, text string
		args       []string
		command    string
		exact      bool
	}{
		{"classic", "|1 A=x /bin/sh -c make", []string{"A=x"}, "/bin/sh -c make", true},
		{"buildkit", "RUN |2 A=x B=y /bin/sh -c make # buildkit", []string{"A=x", "B=y"}, "/bin/sh -c make # buildkit", true},
		{"spaces, quotes, equals signs and line ends", "|2 A=x 'y\" =\nz B== /bin/sh -c make", []string{"A=x 'y\" =\nz", "B=="}, "/bin/sh -c make", true},
		{"a value that looks like an argument", "|2 A=x C=y B=z /bin/sh -c make", []string{"A=x C=y", "B=z"}, "/bin/sh -c make", true},
		{"a value that looks like a known argument", "|2 A=x B=y B=z /bin/sh -c make", []string{"A=x", "B=y B=z"}, "/bin/sh -c make", false},
		{"a command that looks like an argument", "|1 A=x /bin/sh -c B=y make", []string{"A=x"}, "/bin/sh -c B=y make", true},
		{"empty values", "|2 A= B= /bin/sh -c make", []string{"A=", "B="}, "/bin/sh -c make", true},
		{"a shell in the command", "|1 A=x /bin/sh -c find -exec sh -c true", []string{"A=x"}, "/bin/sh -c find -exec sh -c true", true},
		{"bash with options", "|1 A=x /bin/bash -eo pipefail -c make", []string{"A=x"}, "/bin/bash -eo pipefail -c make", true},
		{"windows", "|1 A=x y cmd /S /C dir", []string{"A=x y"}, "cmd /S /C dir", true},
		{"powershell", "|1 A=x y powershell -NoProfile -Command dir", []string{"A=x y"}, "powershell -NoProfile -Command dir", true},
		{"no shell", "|1 A=x /app run", []string{"A=x"}, "/app run", false},
		{"no command", "|1 A=x", []string{"A=x"}, "", false},
		{"none", "|0 /bin/sh -c make", nil, "/bin/sh -c make", true},
		{"too few named", "|9 A=x http_proxy=y /bin/sh -c make", []string{"A=x", "http_proxy=y"}, "/bin/sh -c make", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run, ok := parseRun(tt.text, known, shellPattern(nil))
			if !ok {
				t.Fatal("not parsed")
			}
			var args []string
			for _, a := range run.args {
				args = append(args, a.name+"="+a.value)
			}
			if diff := cmp.Diff(args, tt.args); diff != "" {
				t.Errorf("arguments (-got +want):\n%s", diff)
			}
			if got := tt.text[run.command:]; got != tt.command || run.exact != tt.exact {
				t.Errorf("got command %q, exact %v, want %q, %v", got, run.exact, tt.command, tt.exact)
			}
		})
	}
	for _, text := range []string{"", "RUN make", "/bin/sh -c make", "|x A=b", "|1 /bin/sh -c make", "|1", "| 1 A=b", "|1 -A=b /bin/sh -c x"} {
		if run, ok := parseRun(text, known, shellPattern(nil)); ok {
			t.Errorf("%q is parsed as %v", text, run)
		}
	}
}

// FuzzParseRun: the parts of a RUN put together again are its text.
func FuzzParseRun(f *testing.F) {
	for _, s := range []string{"|1 A=x /bin/sh -c make", "RUN |2 A=x y B=\"z\" /bin/bash -o pipefail -c make", "|7 A=b C=d /bin/sh -c x", "|1 A=x y", "|0 x", "|2 A= A= sh -c y sh -c z"} {
		f.Add(s, "A B")
	}
	pattern := shellPattern([]string{"my shell"})
	f.Fuzz(func(t *testing.T, text, names string) {
		known := make(map[string]bool)
		for _, n := range strings.Fields(names) {
			known[n] = true
		}
		run, ok := parseRun(text, known, pattern)
		if !ok {
			return
		}
		var args []string
		for _, a := range run.args {
			args = append(args, a.name+"="+a.value)
		}
		head := runHead.FindString(text)
		got := head + strings.Join(args, " ")
		if run.command < len(text) && len(args) > 0 {
			got += " "
		}
		if got += text[run.command:]; got != text && got+" " != text {
			t.Errorf("%q is read as %q", text, got)
		}
	})
}

// FuzzSettings: settings in plain text put together again are that text, and quoted ones survive being quoted again.
func FuzzSettings(f *testing.F) {
	for _, s := range []string{"A=b", " A=b c D=e", `A="b c" D='e f' G=h\ i`, `"a.b"="c d"`, "A some value", "A=", "=", `A="`, `A=\`} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, text string, raw bool) {
		none := func(string) (string, bool) { return "", false }
		settings, exact := parseSettings(text, raw, none)
		if !exact && !raw {
			return
		}
		var parts []string
		for _, s := range settings {
			if raw {
				parts = append(parts, s.name+"="+s.value)
			} else {
				parts = append(parts, requote(s.name)+"="+requote(s.value))
			}
		}
		again := strings.Join(parts, " ")
		if raw {
			if want := strings.TrimLeft(text, " \t"); exact && again != want && again+" " != want {
				t.Errorf("%q is read as %q", text, again)
			}
			return
		}
		got, ok := parseSettings(again, false, none)
		for i := range got {
			got[i].expands = settings[i].expands
		}
		if !ok || len(got) != len(settings) {
			t.Fatalf("%q is quoted as %q, that is read as %v", text, again, got)
		}
		for i := range got {
			if got[i] != settings[i] {
				t.Errorf("%q is quoted as %q, that is read as %v", text, again, got)
			}
		}
	})
}

// requote writes s as a word of a Dockerfile.
func requote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(s) + `"`
}
