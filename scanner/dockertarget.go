package scanner

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sort"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/dockerfile"
)

// dockerfileTarget is a Dockerfile of the scan.
type dockerfileTarget struct {
	target int
	name   string
	file   *dockerfile.File

	told    report.BuildFile
	shipped []int // the stages that images of the scan were built from
}

// dockerfile searches a Dockerfile: its text as a whole, comments included, then the values that it gives to names, and the
// files that heredocs become. What is found in several of these at one place is one occurrence.
func (s *scan) dockerfile(ctx context.Context, index int, t Target, name string, in io.Reader) ([]found, []report.Problem) {
	head, err := io.ReadAll(io.LimitReader(contextReader{ctx, in}, dockerfile.MaxBytes+1))
	rest := in
	if err != nil {
		rest = failingReader{err}
	}
	all, problems := s.named(ctx, index, report.Dockerfile, name, io.MultiReader(bytes.NewReader(head), rest))
	d := &dockerfileTarget{target: index, name: name, file: dockerfile.Parse(head)}
	for _, err := range d.file.Problems {
		problems = append(problems, report.NewProblem(name, err))
	}
	named, faults := s.namedValues(ctx, d)
	problems = append(problems, faults...)
	all = s.allowed(d, append(uncovered(all, named), named...))
	d.describe(all)
	folder, faults := buildContext(t)
	problems = append(problems, faults...)
	for _, p := range d.file.Practices(dockerfile.Surroundings{Secrets: spansOf(all), Context: folder}) {
		p.Target, p.Path = index, name
		s.practices = append(s.practices, p)
	}
	s.dockerfiles = append(s.dockerfiles, d)
	return all, problems
}

// failingReader returns the error that ended an earlier reading.
type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// buildContext looks at the folder that a Dockerfile lies in, nil for standard input.
func buildContext(t Target) (*dockerfile.Folder, []report.Problem) {
	if t.Rest == "-" {
		return nil, nil
	}
	root, err := os.OpenRoot(filepath.Dir(t.Rest))
	if err != nil {
		return nil, nil // the Dockerfile was read, so it is no folder that a build could take files from
	}
	defer root.Close()
	folder, faults := dockerfile.ReadFolder(root.FS(), filepath.Base(t.Rest))
	var problems []report.Problem
	for _, err := range faults {
		problems = append(problems, report.NewProblem("build context of "+filepath.Base(t.Rest), err))
	}
	return folder, problems
}

// namedValues searches each value by its name, each command in exec form as a shell has it, and each heredoc that becomes a file
// by its path.
func (s *scan) namedValues(ctx context.Context, d *dockerfileTarget) (all []found, problems []report.Problem) {
	search := func(in *dockerfile.Instruction, f rules.Fragment, source func(int) int, facts map[string]string) {
		f.Place = report.Dockerfile
		if len(f.Data) == 0 {
			return
		}
		matches, err := s.Searcher.Search(ctx, f)
		if err != nil {
			problems = append(problems, report.NewProblem(fmt.Sprintf("%s, line %d", d.name, in.Line), err))
		}
		for _, m := range matches {
			at := source(int(m.Offset))
			m.Offset = int64(at)
			if len(m.Via) == 0 {
				m.Line, m.Column = d.file.Position(at)
			}
			o := spotOf(&m)
			o.Target, o.Place, o.Path, o.Key, o.Visibility, o.Facts = d.target, report.Dockerfile, d.name, f.Key, report.Visible, maps.Clone(facts)
			all = append(all, found{match: m, at: o})
		}
	}
	for i := range d.file.Instructions {
		in := &d.file.Instructions[i]
		for _, v := range in.Values {
			if ctx.Err() != nil {
				return all, problems // the search of the text tells it
			}
			key := clip(v.Key, jsonNameBytes)
			if v.Expanded != "" {
				start := v.Text.Source(0)
				search(in, rules.Fragment{Key: key, Data: []byte(v.Expanded)}, func(int) int { return start }, map[string]string{"expanded": "its variables are put in"})
				continue
			}
			search(in, rules.Fragment{Key: key, Data: []byte(v.Text.String())}, v.Text.Source, nil)
		}
		command := in.Command()
		search(in, rules.Fragment{Data: []byte(command.String())}, command.Source, nil)
		for _, doc := range in.Heredocs {
			if doc.File != "" {
				search(in, rules.Fragment{Path: doc.File, Data: []byte(doc.Body.String())}, doc.Body.Source, nil)
			}
		}
	}
	return all, problems
}

// uncovered leaves out of all the generic matches that are a part of a value that a named match has whole.
func uncovered(all, named []found) []found {
	spans := spansOf(named)
	sort.Slice(spans, func(i, j int) bool { return spans[i].Start < spans[j].Start })
	kept := all[:0]
	for _, f := range all {
		at, length := int(f.at.Offset), len(f.match.Value.Reveal())
		i := sort.Search(len(spans), func(i int) bool { return spans[i].Start > at }) - 1
		if f.match.Rule.Generic && len(f.at.Via) == 0 && i >= 0 && at+length <= spans[i].Stop && length < spans[i].Stop-spans[i].Start {
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

// spansOf returns where in the file the values lie that stand there as they are.
func spansOf(all []found) []dockerfile.Span {
	var spans []dockerfile.Span
	for _, f := range all {
		if at := int(f.at.Offset); len(f.at.Via) == 0 && f.match.Rule.Severity != report.Low {
			spans = append(spans, dockerfile.Span{Start: at, Stop: at + len(f.match.Value.Reveal())})
		}
	}
	return spans
}

// allowed leaves out what a comment allows, and counts it.
func (s *scan) allowed(d *dockerfileTarget, all []found) []found {
	kept := all[:0]
	for _, f := range all {
		offset := int(f.at.Offset)
		if in := d.file.At(offset); in != nil && in.Allowed || d.file.AllowedAt(offset) {
			s.coverage.skip(allowedByComment, fmt.Sprintf("%s:%d", d.name, f.at.Line), 0)
			continue
		}
		kept = append(kept, f)
	}
	return kept
}

// describe tells of each occurrence its instruction, its stage, and the name that its value was given.
func (d *dockerfileTarget) describe(all []found) {
	for i := range all {
		at := &all[i].at
		in := d.file.At(int(at.Offset))
		if in == nil {
			continue // a comment
		}
		at.Instruction = in.Shown()
		if label := d.file.Label(in.Stage); label != "" {
			at.Facts = withFact(at.Facts, "stage", label)
		}
		if at.Key != "" {
			continue
		}
		// Values are in the order of the file.
		n := sort.Search(len(in.Values), func(i int) bool { return in.Values[i].Text.Source(0) > int(at.Offset) }) - 1
		if n >= 0 && in.Values[n].Holds(int(at.Offset)) {
			at.Key = clip(in.Values[n].Key, jsonNameBytes)
		}
	}
}

// withFact returns facts with one more; facts itself may be shared and is left as it is.
func withFact(facts map[string]string, name, value string) map[string]string {
	more := make(map[string]string, len(facts)+1)
	maps.Copy(more, facts)
	more[name] = value
	return more
}
