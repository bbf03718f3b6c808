package dockerfile

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// read is what an instruction says, as both parsers tell it.
type read struct {
	Verb      string
	Line, End int
	Pairs     [][2]string // names and values, quotes resolved, variables as they are unknown
	Words     []string
	Docs      []string
	Stage     int
}

// ours tells what Parse reads.
func ours(f *File) []read {
	var all []read
	for i := range f.Instructions {
		in := &f.Instructions[i]
		r := read{Verb: in.Verb, Line: in.Line, End: in.End, Stage: in.Stage}
		if in.OnBuild {
			r.Verb = "ONBUILD"
		}
		switch r.Verb {
		case "ENV", "LABEL", "ARG":
			for _, v := range in.Values {
				r.Pairs = append(r.Pairs, [2]string{v.Key, v.Text.String()})
			}
		case "FROM":
			r.Words = []string{in.Words[0].String()}
		case "COPY", "ADD":
			bodies := map[string]string{} // the last of a name counts, and none is empty where a quote does not end
			for _, d := range in.Heredocs {
				bodies[d.Name] = d.Body.String()
			}
			for _, w := range in.Words {
				if doc := parser.MustParseHeredoc(w.String()); doc != nil {
					r.Docs = append(r.Docs, bodies[doc.Name])
				} else {
					r.Words = append(r.Words, w.String())
				}
			}
		case "RUN", "CMD", "ENTRYPOINT":
			if in.Exec {
				for _, w := range in.Words {
					r.Words = append(r.Words, w.String())
				}
			} else if in.Args.String() != "" {
				r.Words = []string{in.Args.String()}
			}
		}
		for _, d := range in.Heredocs {
			if r.Verb != "ONBUILD" && r.Verb != "COPY" && r.Verb != "ADD" {
				r.Docs = append(r.Docs, d.Body.String())
			}
		}
		all = append(all, r)
	}
	return all
}

// theirs tells what BuildKit reads; ok is false for a file that it refuses.
func theirs(data []byte) (all []read, ok bool) {
	parsed, err := parser.Parse(bytes.NewReader(data))
	if err != nil {
		return nil, false
	}
	stages, args, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil, false
	}
	escape := byte(parsed.EscapeToken)
	resolve := func(s string) string {
		text, _ := unquote(Text{s: s}, escape)
		return text.String()
	}
	for i := range args {
		all = append(all, readArg(&args[i], -1, resolve))
	}
	for n, s := range stages {
		all = append(all, read{Verb: "FROM", Line: s.Location[0].Start.Line, End: lastLine(s.Location), Words: []string{s.BaseName}, Stage: n})
		for _, c := range s.Commands {
			all = append(all, readCommand(c, n, resolve))
		}
	}
	return all, true
}

// lastLine returns the line at which a location ends: it has a range for each line.
func lastLine(location []parser.Range) int { return location[len(location)-1].End.Line }

func readArg(c *instructions.ArgCommand, stage int, resolve func(string) string) read {
	r := read{Verb: "ARG", Line: c.Location()[0].Start.Line, End: lastLine(c.Location()), Stage: stage}
	for _, a := range c.Args {
		if a.Value != nil {
			r.Pairs = append(r.Pairs, [2]string{resolve(a.Key), resolve(*a.Value)})
		}
	}
	return r
}

func readCommand(c instructions.Command, stage int, resolve func(string) string) read {
	r := read{Verb: strings.ToUpper(c.Name()), Line: c.Location()[0].Start.Line, End: lastLine(c.Location()), Stage: stage}
	pairs := func(all instructions.KeyValuePairs) {
		for _, p := range all {
			r.Pairs = append(r.Pairs, [2]string{resolve(p.Key), resolve(p.Value)})
		}
	}
	files := func(s *instructions.SourcesAndDest) {
		r.Words = append(append(r.Words, s.SourcePaths...), s.DestPath)
		for _, doc := range s.SourceContents {
			r.Docs = append(r.Docs, doc.Data)
		}
	}
	command := func(l *instructions.ShellDependantCmdLine) {
		r.Words = l.CmdLine
		for _, doc := range l.Files {
			if doc.Chomp { // which BuildKit leaves to the shell
				doc.Data = parser.ChompHeredocContent(doc.Data)
			}
			r.Docs = append(r.Docs, doc.Data)
		}
	}
	switch c := c.(type) {
	case *instructions.ArgCommand:
		return readArg(c, stage, resolve)
	case *instructions.EnvCommand:
		pairs(c.Env)
	case *instructions.LabelCommand:
		pairs(c.Labels)
	case *instructions.CopyCommand:
		files(&c.SourcesAndDest)
	case *instructions.AddCommand:
		files(&c.SourcesAndDest)
	case *instructions.RunCommand:
		command(&c.ShellDependantCmdLine)
	case *instructions.CmdCommand:
		command(&c.ShellDependantCmdLine)
	case *instructions.EntrypointCommand:
		command(&c.ShellDependantCmdLine)
	}
	return r
}

// comparable tells whether BuildKit's parser reads data without loss: it decodes what is no UTF-8 in ways of its own.
func comparable(data []byte) bool { return lexable(string(data)) && len(data) < 1<<16 }

// checkAgainstBuildKit holds Parse to what BuildKit reads of a file that it takes.
func checkAgainstBuildKit(t *testing.T, data []byte) {
	t.Helper()
	f := Parse(data)
	checkPlaces(t, f, data)
	if !comparable(data) || f.nested() {
		return
	}
	want, ok := theirs(data)
	if refused := refusal(data) != nil; refused == ok {
		t.Errorf("refusal says %v, BuildKit takes the file: %v", refused, ok)
	}
	if !ok {
		if len(f.Problems) == 0 {
			t.Error("BuildKit refuses the file, and Parse tells no problem")
		}
		return
	}
	if diff := cmp.Diff(ours(f), want, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("instructions differ from BuildKit's (-ours +theirs):\n%s", diff)
	}
}

// checkPlaces holds every text to the bytes of the file that it claims to be.
func checkPlaces(t *testing.T, f *File, data []byte) {
	t.Helper()
	last := 0
	for i := range f.Instructions {
		in := &f.Instructions[i]
		if in.Start < last || in.Stop < in.Start || in.Stop > len(data) || in.End < in.Line {
			t.Fatalf("instruction %d lies at %d to %d, after %d of %d", i, in.Start, in.Stop, last, len(data))
		}
		last = in.Stop
		check := func(text Text) {
			for k := range len(text.s) {
				at := text.Source(k)
				if at < in.Start || at >= in.Stop {
					t.Fatalf("line %d: byte %d of %q lies at %d, outside of its instruction", in.Line, k, text.s, at)
				}
				if data[at] != text.s[k] && data[at] != '\\' {
					t.Fatalf("line %d: byte %d of %q is %q in the file", in.Line, k, text.s, data[at])
				}
			}
		}
		for _, v := range in.Values {
			check(v.Text)
		}
		for _, w := range append(in.Words, in.Flags...) {
			check(w)
		}
		for _, d := range in.Heredocs {
			check(d.Body)
		}
	}
}

func TestParseLikeBuildKit(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "corpus", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("listing the corpus: %v, %d files", err, len(files))
	}
	if dir := os.Getenv("DREGS_DOCKERFILES"); dir != "" {
		more, err := filepath.Glob(filepath.Join(dir, "*", "Dockerfile"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	for _, file := range files {
		t.Run(filepath.ToSlash(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			checkAgainstBuildKit(t, data)
		})
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "corpus", "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		checkAgainstBuildKit(t, data)
	})
}
