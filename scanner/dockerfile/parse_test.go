package dockerfile

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// values returns what a file gives to names, as "LINE:COLUMN NAME=VALUE", with the expanded value after an arrow.
func values(f *File) []string {
	var all []string
	for i := range f.Instructions {
		for _, v := range f.Instructions[i].Values {
			line, column := f.Position(v.Text.Source(0))
			s := number(line) + ":" + number(column) + " " + v.Key + "=" + v.Text.String()
			if v.Expanded != "" {
				s += " -> " + v.Expanded
			}
			all = append(all, s)
		}
	}
	return all
}

func TestValues(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"both forms of ENV":          {"FROM a\nENV A=1 B=\"x y\"\nENV C  z and w", []string{"2:7 A=1", "2:12 B=x y", "3:8 C=z and w"}},
		"many lines":                 {"FROM a\nENV A=1 \\\n  # no\n\n  B='2'", []string{"2:7 A=1", "5:6 B=2"}},
		"variables":                  {"FROM a\nENV A=1 B=$A\nENV C=$A-${B:-none} D=$UNKNOWN", []string{"2:7 A=1", "2:11 B=$A", "3:7 C=$A-${B:-none} -> 1-none", "3:23 D=$UNKNOWN"}},
		"variables that are known":   {"FROM a\nENV A=1\nENV C=$A${B:-x} D=\\$A", []string{"2:7 A=1", "3:7 C=$A${B:-x} -> 1x", "3:20 D=$A"}},
		"an argument before FROM":    {"ARG V=7\nFROM a:$V\nENV X=$V\nARG V\nENV Y=$V", []string{"1:7 V=7", "3:7 X=$V", "5:7 Y=$V -> 7"}},
		"ENV wins over ARG":          {"FROM a\nENV V=env\nARG V=arg\nENV W=$V", []string{"2:7 V=env", "3:7 V=arg", "4:7 W=$V -> env"}},
		"a stage built on another":   {"FROM a AS b\nENV E=1\nARG G=2\nFROM b\nENV X=$E Y=$G", []string{"2:7 E=1", "3:7 G=2", "5:7 X=$E -> 1", "5:12 Y=$G"}},
		"several arguments":          {"FROM a\nARG A=1 B C=\"3\"", []string{"2:7 A=1", "2:14 C=3"}},
		"the shell form":             {"FROM a\nRUN export A='x y' && B=2 cmd --token abc --key=def", []string{"2:15 A=x y", "2:25 B=2", "2:39 token=abc", "2:49 key=def"}},
		"the exec form":              {"FROM a\nCMD [\"app\", \"--secret\", \"a\\u0062c\", \"K=v\"]", []string{"2:26 secret=abc", "2:40 K=v"}},
		"a health check":             {"FROM a\nHEALTHCHECK --interval=5s CMD curl --password abc h", []string{"2:47 password=abc"}},
		"a heredoc":                  {"FROM a\nRUN <<-E\n\texport A=1\n\tE\nLABEL x=y", []string{"3:11 A=1", "5:9 x=y"}},
		"a trigger":                  {"FROM a\nONBUILD ENV A=1", []string{"2:15 A=1"}},
		"a build within":             {"FROM a\nRUN docker build --build-arg T=x .", []string{"2:32 T=x"}},
		"wide characters before":     {"FROM a\nENV É=ü B=x", []string{"2:7 É=ü", "2:11 B=x"}},
		"an instruction in no stage": {"ENV A=1", []string{"1:7 A=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(values(Parse([]byte(c.text))), c.want); diff != "" {
				t.Errorf("values (-got +want):\n%s", diff)
			}
		})
	}
}

func TestStages(t *testing.T) {
	f := Parse([]byte("ARG B=base\nFROM ${B} AS one\nFROM ONE as two\nFROM scratch\nCOPY --from=two /a /a\nFROM two\nUSER 1\n"))
	var got []string
	for i, s := range f.Stages {
		got = append(got, f.Label(i)+" on "+s.Base+" "+number(s.Parent))
	}
	if diff := cmp.Diff(got, []string{"one on base -1", "two on ONE 0", "2 on scratch -1", "3 on two 1"}); diff != "" {
		t.Errorf("stages (-got +want):\n%s", diff)
	}
	if diff := cmp.Diff(f.Shipped(f.Final()), []int{0, 1, 3}); diff != "" {
		t.Errorf("shipped (-got +want):\n%s", diff)
	}
}

func TestHeredocFiles(t *testing.T) {
	f := Parse([]byte("FROM a\nENV D=/etc\nCOPY <<one /x/y\na\none\nCOPY <<a <<b $D/\n1\na\n2\nb\n"))
	var got []string
	for _, in := range f.Instructions {
		for _, d := range in.Heredocs {
			got = append(got, d.File+": "+d.Body.String())
		}
	}
	if diff := cmp.Diff(got, []string{"/x/y: a\n", "/etc/a: 1\n", "/etc/b: 2\n"}); diff != "" {
		t.Errorf("files (-got +want):\n%s", diff)
	}
}

// TestParseHostile reads what no honest builder would: in bounded time, with a problem of the right kind, and all that can
// be read of it.
func TestParseHostile(t *testing.T) {
	secret := "plain" + "text"
	for name, c := range map[string]struct {
		text, kind string
		values     int
	}{
		"a heredoc that never ends":       {"FROM a\nRUN <<E\nENV A=1\n", report.Corrupt, 1},
		"many that never end":             {"FROM a\n" + strings.Repeat("RUN <<a\nRUN <<b\nRUN <<c\n", 100_000/3), report.Corrupt, 0},
		"different ones that never end":   {"FROM a\n" + distinctHeredocs(20_000), report.Corrupt, 0},
		"NUL bytes":                       {"FROM a\nENV A=\x001\n", report.Corrupt, 1},
		"a binary":                        {"\x7fELF\x02\x01\x00\x00\xff\xfe" + strings.Repeat("\x00\x01\xff", 1000), report.Corrupt, 0},
		"an unknown instruction":          {"FROM a\n" + secret + " x\nENV A=1\n", report.Corrupt, 1},
		"a setting that is none":          {"FROM a\nENV A=1 " + secret + "\n", report.Corrupt, 1},
		"a trigger of a trigger":          {"FROM a\n" + strings.Repeat("ONBUILD ", 1000) + "RUN x\n", report.Corrupt, 0},
		"triggers on many lines":          {"FROM a\n" + strings.Repeat("ONBUILD \\\n", 400_000) + "RUN x\nENV A=1\n", report.Limit, 1},
		"a file too long":                 {"FROM a\nENV A=1\n" + strings.Repeat("#", MaxBytes), report.Limit, 1},
		"a line too long":                 {"FROM a\nENV B=" + strings.Repeat("x", maxLineBytes) + "\nENV A=1\n", report.Limit, 1},
		"too many instructions":           {"FROM a\n" + strings.Repeat("USER a\n", maxInstructions), report.Limit, 0},
		"too many values":                 {"FROM a\nENV" + strings.Repeat(" A=1", maxValues+1), report.Limit, 0},
		"too many stages":                 {"FROM a AS s\n" + strings.Repeat("FROM s AS s\nRUN rm x\n", 40_000), report.Limit, 0},
		"too many variables":              {"FROM a\n" + distinctVariables(20_000), "", 20_000},
		"many secrets removed many times": {"FROM a\nCOPY .env id_rsa .npmrc /x/\n" + strings.Repeat("RUN rm -rf a\n", 50_000), "", 0},
		"variables that double":           {"FROM a\nENV V=xxxxxxxx\n" + strings.Repeat("ENV V=$V$V$V$V$V$V$V$V\n", 1000), "", 1001},
		"variables that replace":          {"FROM a\nENV V=" + strings.Repeat("x", maxKnown) + "\nENV W=${V//x/$V}\n", "", 2},
		"nothing":                         {"", report.Corrupt, 0},
		"comments alone":                  {"# " + secret + "\n\n", report.Corrupt, 0},
		"a directive told twice":          {"# escape=`\n# escape=`\nFROM a\nENV A=1\n", report.Corrupt, 1},
		"continued to the end":            {"FROM a\nENV A=1 \\", "", 1},
		"an unfinished quote":             {"FROM a\nENV A=\"1 \nENV B=2\n", "", 2},
		"a byte-order mark in the middle": {"FROM a\nENV A=\ufeffx$Y\nRUN <<\ufeffE\nx\nE\n", report.Corrupt, 1},
	} {
		t.Run(name, func(t *testing.T) {
			started := time.Now()
			f := Parse([]byte(c.text))
			if took := time.Since(started); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if got := len(values(f)); got != c.values {
				t.Errorf("%d values, want %d", got, c.values)
			}
			kinds := map[string]bool{}
			for _, err := range f.Problems {
				var fault *report.Fault
				if !errors.As(err, &fault) {
					t.Fatalf("a problem is no fault: %v", err)
				}
				kinds[fault.Kind] = true
				if strings.Contains(err.Error(), secret) {
					t.Errorf("a problem repeats the file: %v", err)
				}
			}
			if c.kind == "" && len(kinds) > 0 || c.kind != "" && !kinds[c.kind] {
				t.Errorf("problems %v, want %q", f.Problems, c.kind)
			}
			f.Practices(Surroundings{})
		})
	}
}

// distinctHeredocs announces n heredocs of different names.
func distinctHeredocs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("RUN <<h" + number(i) + "x\n")
	}
	return b.String()
}

// distinctVariables sets n variables.
func distinctVariables(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("ENV V" + number(i) + "=x\n")
	}
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	text := []byte("FROM a\n" + strings.Repeat("RUN apt-get update && \\\n    apt-get install -y curl=1 git\nENV A=1 B=$A C=\"x y\"\nCOPY a b /c/\n", 2000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Parse(text)
	}
}
