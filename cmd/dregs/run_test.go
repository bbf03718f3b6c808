package main

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"dregs/report"
)

// dregs runs a command line in this process.
func dregs(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestEveryFlagHasAVariable(t *testing.T) {
	parser, err := newParser(streams{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	flags := 0
	var visit func(n *kong.Node)
	visit = func(n *kong.Node) {
		for _, flag := range n.Flags {
			if flag.Name == "help" || n.Name == "completion" {
				continue
			}
			flags++
			want := "DREGS_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
			// A flag that means something else for one command has a variable of that command's.
			own := "DREGS_" + strings.ToUpper(n.Name+"_"+strings.ReplaceAll(flag.Name, "-", "_"))
			if len(flag.Envs) == 0 || flag.Envs[0] != want && flag.Envs[0] != own {
				t.Errorf("%s --%s has the variables %q, want %q", n.Name, flag.Name, flag.Envs, want)
			}
			if flag.Help == "" {
				t.Errorf("%s --%s has no help", n.Name, flag.Name)
			}
			if other := seen[n.FullPath()+want]; other != "" {
				t.Errorf("--%s and --%s share %s", flag.Name, other, want)
			}
			seen[n.FullPath()+want] = flag.Name
		}
		for _, child := range n.Children {
			visit(child)
		}
	}
	visit(parser.Model.Node)
	if flags < 20 {
		t.Errorf("saw %d flags; there are more", flags)
	}
}

func TestEveryCommandHelps(t *testing.T) {
	parser, err := newParser(streams{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(true) {
		words := strings.Fields(command.FullPath())[1:]
		t.Run(strings.Join(words, "-"), func(t *testing.T) {
			code, stdout, stderr := dregs(t, append(words, "--help")...)
			if code != report.ExitClean || stderr != "" {
				t.Errorf("ended with %d, stderr %q", code, stderr)
			}
			if !strings.HasPrefix(stdout, "Usage: dregs "+strings.Join(words, " ")) {
				t.Errorf("the help begins with %.60q", stdout)
			}
			for line := range strings.Lines(stdout) {
				if n := len([]rune(line)); n > 122 {
					t.Errorf("a line of %d columns: %q", n, line)
				}
			}
		})
	}
}

func TestUsageErrors(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no command":                  {nil, "expected one of"},
		"an unknown command":          {[]string{"scna", "demo:"}, "unexpected argument scna"},
		"no target":                   {[]string{"scan"}, "expected \"<target>"},
		"an unknown flag":             {[]string{"scan", "--speed", "demo:"}, "unknown flag --speed"},
		"an unknown format":           {[]string{"scan", "-f", "yaml", "demo:"}, "--format must be one of"},
		"a format without file":       {[]string{"scan", "--report", "json", "demo:"}, "is not FORMAT=FILE"},
		"an unknown format of a file": {[]string{"scan", "--report", "yaml=x", "demo:"}, "none of the formats"},
		"a severity there is not":     {[]string{"scan", "--fail-on", "severe", "demo:"}, "--fail-on must be one of"},
		"a size that is none":         {[]string{"scan", "--max-layer-bytes", "lots", "demo:"}, "is no size"},
		"a bound of nothing":          {[]string{"scan", "--max-depth", "0", "demo:"}, "not more than zero"},
		"quiet and verbose":           {[]string{"scan", "-q", "-v", "demo:"}, "can't be used together"},
		"an unknown rule":             {[]string{"scan", "--rule", "no-such-rule", "demo:"}, "no-such-rule"},
		"standard input twice":        {[]string{"scan", "-", "log:-"}, "is taken by both the target - and the target log:-"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := dregs(t, c.args...)
			if code != report.ExitUsage {
				t.Errorf("ended with %d, want %d", code, report.ExitUsage)
			}
			if stdout != "" {
				t.Errorf("stdout: %q", stdout)
			}
			if !strings.HasPrefix(stderr, "dregs: error: ") || !strings.Contains(stderr, c.want) {
				t.Errorf("stderr: %q, want an error with %q", stderr, c.want)
			}
		})
	}
}

func TestErrorsAreSafeToPrint(t *testing.T) {
	_, _, stderr := dregs(t, "scan", "./\x1b[2Jimage.tar")
	if strings.Contains(stderr, "\x1b") || !strings.Contains(stderr, `\x1b[2J`) {
		t.Errorf("stderr: %q", stderr)
	}
}

func TestCompletion(t *testing.T) {
	for line, want := range map[string]string{
		"dregs ":               "scan",
		"dregs scan --for":     "--format",
		"dregs scan --engine ": "gitleaks",
		"dregs completion ":    "zsh",
	} {
		t.Run(line, func(t *testing.T) {
			t.Setenv("COMP_LINE", line)
			code, stdout, stderr := dregs(t)
			if code != report.ExitClean || stderr != "" {
				t.Errorf("ended with %d, stderr %q", code, stderr)
			}
			if !strings.Contains("\n"+stdout, "\n"+want+"\n") {
				t.Errorf("offers %q, want %s among them", stdout, want)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	code, stdout, stderr := dregs(t, "version")
	if code != report.ExitClean || stderr != "" {
		t.Errorf("ended with %d, stderr %q", code, stderr)
	}
	for _, want := range []string{"dregs ", "\nrevision ", "\ngo1."} {
		if !strings.Contains(stdout, want) {
			t.Errorf("stdout: %q, want %q in it", stdout, want)
		}
	}
}

func TestCommandsUseTheSameRules(t *testing.T) {
	digest := regexp.MustCompile(`sha256:[0-9a-f]{64}`)
	_, list, _ := dregs(t, "rules", "list", "github-pat")
	want := digest.FindString(list)
	if want == "" {
		t.Fatalf("rules list tells no digest: %s", list)
	}
	for _, command := range []string{"scan", "history"} {
		if _, out, _ := dregs(t, command, "-f", "json", "demo:"); digest.FindString(out) != want {
			t.Errorf("%s has the rules %s, rules list %s", command, digest.FindString(out), want)
		}
	}
}

func TestConventionalNames(t *testing.T) {
	for _, test := range []struct{ args, as []string }{
		{[]string{"--version"}, []string{"version"}},
		{[]string{"help"}, []string{"--help"}},
		{[]string{"help", "rules", "list"}, []string{"rules", "list", "--help"}},
	} {
		code, got, _ := dregs(t, test.args...)
		_, want, _ := dregs(t, test.as...)
		if code != report.ExitClean || got != want || got == "" {
			t.Errorf("dregs %s ends with %d and prints %q, want what %s prints", test.args, code, got, test.as)
		}
	}
}
