package dockerfile

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"dregs/report"
)

// splitter cuts a file into instructions, by the rules of BuildKit's parser: comments and empty lines are left out,
// within an instruction too; an escape character at the end of a line continues it; heredocs follow.
type splitter struct {
	file       *File
	next       int // line, from 0
	directives parser.DirectiveParser
	heads      bool            // directives may still come
	endless    map[string]bool // heredocs whose end was looked for in vain
	allowed    bool            // the comments before the next instruction allow what is in it
}

// Parse reads a Dockerfile. It always returns a File; what is wrong with data is among its problems. Data over MaxBytes is
// read up to there. The File keeps data, which must not change.
func Parse(data []byte) *File {
	f := &File{data: data, escape: '\\'}
	if len(data) > MaxBytes {
		f.problem(report.Limit, "reading instructions: the file has more than %d bytes", MaxBytes)
		f.data = data[:MaxBytes]
	}
	f.index()
	s := splitter{file: f, heads: true, endless: make(map[string]bool)}
	for s.next < len(f.lines) {
		if len(f.Instructions) == maxInstructions {
			f.problem(report.Limit, "reading instructions: there are more than %d", maxInstructions)
			break
		}
		s.instruction()
	}
	if bytes.IndexByte(f.data, 0) >= 0 {
		f.problem(report.Corrupt, "reading instructions: the file has NUL bytes; it is read as far as it is text")
	}
	f.read()
	f.judge()
	return f
}

func (f *File) problem(kind, format string, args ...any) {
	f.Problems = append(f.Problems, report.Faultf(kind, format, args...))
}

// index notes where the lines begin.
func (f *File) index() {
	f.lines = append(f.lines, 0)
	for at := 0; ; {
		i := bytes.IndexByte(f.data[at:], '\n')
		if i < 0 || at+i+1 == len(f.data) {
			return
		}
		at += i + 1
		f.lines = append(f.lines, at)
	}
}

// line returns line n without its end, and where it begins.
func (f *File) line(n int) (text []byte, start int) {
	start = f.lines[n]
	text = bytes.TrimRight(f.data[start:f.lineEnd(n)], "\r\n")
	if n == 0 {
		rest := bytes.TrimPrefix(text, []byte("\ufeff"))
		start += len(text) - len(rest)
		text = rest
	}
	return text, start
}

// lineEnd returns where line n ends, its end included.
func (f *File) lineEnd(n int) int {
	if n+1 < len(f.lines) {
		return f.lines[n+1]
	}
	return len(f.data)
}

// instruction reads one line and, if an instruction begins there, all of it.
func (s *splitter) instruction() {
	f := s.file
	first := s.next
	text, start := f.line(first)
	s.next++
	trimmed := bytes.TrimLeftFunc(text, unicode.IsSpace)
	start += len(text) - len(trimmed)
	s.directive(trimmed)
	if len(trimmed) > 0 && trimmed[0] == '#' {
		s.allowed = s.allowed || allows(trimmed)
		return
	}
	part, goesOn := s.continued(trimmed)
	if len(part) == 0 && !goesOn {
		s.allowed = false
		return
	}
	var b textBuilder
	b.file(part, start)
	for goesOn && s.next < len(f.lines) {
		text, start := f.line(s.next)
		s.next++
		bare := bytes.TrimLeftFunc(text, unicode.IsSpace)
		if len(bare) == 0 || bare[0] == '#' {
			continue
		}
		part, goesOn = s.continued(text)
		if b.b.Len()+len(part) > maxLineBytes {
			break
		}
		b.file(part, start)
	}
	line := b.text()
	if len(line.s) > maxLineBytes || goesOn && b.b.Len()+len(part) > maxLineBytes {
		f.problem(report.Limit, "reading line %d: an instruction has more than %d bytes", first+1, maxLineBytes)
		return
	}
	s.add(line, first)
}

// directive takes what may be a parser directive, which stands before all else.
func (s *splitter) directive(line []byte) {
	if !s.heads {
		return
	}
	d, err := s.directives.ParseLine(line)
	if err != nil || d == nil {
		s.heads = err != nil
		return
	}
	switch {
	case d.Name == "syntax":
		s.file.Syntax = d.Value
	case d.Name == "escape" && d.Value == "`":
		s.file.escape = '`'
	}
}

// continued returns line without the escape character at its end, and whether there was one.
func (s *splitter) continued(line []byte) (rest []byte, goesOn bool) {
	trimmed := bytes.TrimRight(line, " \t")
	n := len(trimmed) - 1
	if n < 0 || trimmed[n] != s.file.escape || n > 0 && trimmed[n-1] == s.file.escape {
		return line, false
	}
	return trimmed[:n], true
}

// add adds the instruction that line is, with its heredocs.
func (s *splitter) add(line Text, first int) {
	f := s.file
	in := Instruction{Text: strings.TrimSpace(line.s), Line: first + 1, Start: f.lines[first], Allowed: s.allowed}
	s.allowed = false
	in.head(line, f.escape)
	if takesHeredocs(in.Verb) && !in.Exec && strings.Contains(line.s, "<<") {
		s.heredocs(&in, line.s)
	}
	in.End, in.Stop = s.next, f.lineEnd(s.next-1)
	f.Instructions = append(f.Instructions, in)
}

func takesHeredocs(verb string) bool { return verb == "RUN" || verb == "COPY" || verb == "ADD" }

// allows tells whether a comment suppresses what is found beside it.
func allows(comment []byte) bool {
	return bytes.Contains(comment, []byte("dregs:allow")) || bytes.Contains(comment, []byte("gitleaks:allow"))
}
