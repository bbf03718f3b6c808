package dockerfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"dregs/report"
)

// maxJudged bounds the file that is given to BuildKit's parser.
const maxJudged = 4 << 20

// judge asks BuildKit whether it takes the file. That it does not is a problem: what it would do with the file cannot be
// known, only what the file says.
func (f *File) judge() {
	for _, err := range f.Problems {
		var fault *report.Fault
		if errors.As(err, &fault) && fault.Kind == report.Limit {
			return // too much to be read here is too much to be read there
		}
	}
	switch {
	case len(f.data) > maxJudged:
		f.problem(report.Limit, "checking the file as BuildKit does: it has more than %d bytes", maxJudged)
		return
	case f.nested():
		f.problem(report.Corrupt, "BuildKit refuses the file: ONBUILD in ONBUILD")
		return
	}
	if err := refusal(f.data); err != nil {
		f.Problems = append(f.Problems, &report.Fault{Kind: report.Corrupt, Err: err})
	}
}

// nested tells whether there is an ONBUILD of an ONBUILD, for which BuildKit's parser calls itself.
func (f *File) nested() bool {
	for i := range f.Instructions {
		if in := &f.Instructions[i]; in.OnBuild && in.Verb == "ONBUILD" {
			return true
		}
	}
	return false
}

// refusal returns why BuildKit refuses a file, nil where it does not. It quotes nothing of the file.
func refusal(data []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("checking the file as BuildKit does: panic of type %T", p)
		}
	}()
	// Its lexer tells on standard error what is no text.
	data = bytes.ReplaceAll(bytes.ToValidUTF8(data, []byte("?")), []byte{0}, []byte("?"))
	if head, ok := bytes.CutPrefix(data, []byte("\ufeff")); ok {
		data = head
	}
	data = bytes.ReplaceAll(data, []byte("\ufeff"), []byte("?"))
	parsed, err := parser.Parse(bytes.NewReader(data))
	if err == nil {
		_, _, err = instructions.Parse(parsed.AST, nil)
	}
	if err != nil {
		return fmt.Errorf("BuildKit refuses the file%s: %s", lineOf(err), reason(err))
	}
	return nil
}

// lineOf tells the line that an error is about.
func lineOf(err error) string {
	var at *parser.LocationError
	if !errors.As(err, &at) || len(at.Locations) == 0 || len(at.Locations[0]) == 0 {
		return ""
	}
	return fmt.Sprintf(" at line %d", at.Locations[0][0].Start.Line)
}

// quoted is where an error begins to repeat what the file says.
var quoted = late("[ (=][\"'`]|:")

// reason returns what an error says before it repeats what the file says.
func reason(err error) string {
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		return "unknown instruction"
	}
	text := err.Error()
	text = strings.TrimPrefix(text, "dockerfile parse error on line ")
	if rest, after, ok := strings.Cut(text, ": "); ok && strings.Trim(rest, "0123456789") == "" {
		text = after
	}
	if at := quoted().FindStringIndex(text); at != nil {
		text = text[:at[0]]
	}
	if text = strings.TrimSpace(text); text == "" || len(text) > 120 {
		return "syntax error"
	}
	return text
}
