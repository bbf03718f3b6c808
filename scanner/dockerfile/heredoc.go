package dockerfile

import (
	"bytes"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"dregs/report"
)

// maxEndless bounds the different heredocs without an end that are looked for in one file: each costs a look through it.
const maxEndless = 16

// heredocs reads the heredocs that line announces. The lines of one that does not end are read as instructions.
func (s *splitter) heredocs(in *Instruction, line string) {
	for _, doc := range announced(line) {
		if in.Incomplete = !s.heredoc(in, doc); in.Incomplete {
			s.file.problem(report.Corrupt, "reading line %d: a heredoc does not end; what follows is read as instructions", in.Line)
			return
		}
	}
}

// heredoc reads one heredoc and tells whether it ends.
func (s *splitter) heredoc(in *Instruction, doc parser.Heredoc) bool {
	f := s.file
	key := doc.Name
	if doc.Chomp {
		key = "\t" + key
	}
	if s.endless[key] || len(s.endless) >= maxEndless {
		return false
	}
	var body textBuilder
	for n := s.next; n < len(f.lines); n++ {
		whole := f.data[f.lines[n]:f.lineEnd(n)]
		start := f.lines[n]
		end := bytes.TrimRight(whole, "\r\n")
		if doc.Chomp {
			tabs := len(whole) - len(bytes.TrimLeft(whole, "\t"))
			whole, start = whole[tabs:], start+tabs
			end = bytes.TrimLeft(end, "\t")
		}
		if string(end) == doc.Name {
			s.next = n + 1
			in.Heredocs = append(in.Heredocs, Heredoc{Name: doc.Name, Expand: doc.Expand, Body: body.text()})
			return true
		}
		body.file(whole, start)
	}
	s.endless[key] = true
	return false
}

// announced returns the heredocs that a line announces, as BuildKit finds them.
func announced(line string) []parser.Heredoc {
	lex := shell.NewLex('\\')
	lex.RawQuotes, lex.RawEscapes, lex.SkipUnsetEnv = true, true, true
	words, _ := lex.ProcessWords(line, variables{}) // BuildKit takes the words before an error too
	var docs []parser.Heredoc
	for _, w := range words {
		if !strings.Contains(w, "<<") {
			continue
		}
		if doc, err := parser.ParseHeredoc(w); err == nil && doc != nil {
			docs = append(docs, *doc)
		}
	}
	return docs
}
