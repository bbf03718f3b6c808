// Package dockerfile reads Dockerfiles and Containerfiles: their stages and instructions, the values that these give to
// names, and the habits in them that let secrets in. It keeps the place in the file of every byte that it hands out. It
// builds nothing, fetches nothing, and judges no value: what is a secret is told by its caller.
//
// The files follow the reference of BuildKit's Dockerfile frontend, whose own parser is the judge of what a builder takes.
// A file that it refuses is read all the same, instruction by instruction.
package dockerfile

import (
	"strings"

	"dregs/report"
)

// Bounds of what is read of one file. A bound that is hit is a report.Fault of kind limit in File.Problems.
const (
	MaxBytes        = 16 << 20 // of a file
	maxInstructions = 100_000
	maxLineBytes    = 1 << 20 // of an instruction with its continuation lines
	maxValues       = 100_000
	maxStages       = 1_000
	maxVariables    = 1_000 // that are known at one time
)

// File is a Dockerfile as far as it could be read. Instructions and Stages are in the order of the file.
type File struct {
	Syntax       string // what "# syntax=" names, empty for none
	Instructions []Instruction
	Stages       []Stage
	Problems     []error // what could not be read in full; they hold no text of the file

	data   []byte
	lines  []int // where each line begins
	escape byte
}

// Instruction is one instruction with its continuation lines and heredocs.
type Instruction struct {
	Verb       string // upper case; that of the trigger for ONBUILD
	OnBuild    bool
	Text       string // in one line, continued lines joined and comments within left out; heredocs are not in it
	Line, End  int    // first and last line in the file, from 1; heredocs are in it
	Start      int    // byte of the file at which its first line begins
	Stop       int    // byte after its last line
	Stage      int    // index into File.Stages, -1 before the first FROM
	Flags      []Text // --NAME or --NAME=VALUE
	Words      []Text // of FROM, COPY, ADD and such; quotes as they are. Of an exec form its strings.
	Args       Text   // what follows the verb and the flags
	Exec       bool   // the arguments are a JSON array
	Heredocs   []Heredoc
	Values     []Value
	Allowed    bool // a comment right above it has dregs:allow or gitleaks:allow
	Incomplete bool // a heredoc of it does not end
}

// Heredoc is a text that follows an instruction. Of a COPY or ADD it is a file.
type Heredoc struct {
	Name   string
	Expand bool // variables in it are expanded
	Body   Text
	File   string // where COPY or ADD puts it; empty for a RUN
}

// Value is what an instruction gives to a name.
type Value struct {
	Key  string
	Text Text
	// Expanded is Text with the variables that are known put in, where that makes another one; else empty.
	Expanded string
}

// Holds tells whether the byte of the file at offset is one of the value.
func (v *Value) Holds(offset int) bool {
	n := len(v.Text.s)
	return n > 0 && v.Text.Source(0) <= offset && offset <= v.Text.Source(n-1)
}

// Stage is one build stage.
type Stage struct {
	Name   string // lower case; empty for none
	Base   string // what it is built from, variables expanded as far as they are known
	Parent int    // the stage that Base names, -1 for an image
	Line   int

	env   map[string]bool // names that ENV has set
	known variables       // at the end of the stage
}

// Label names a stage: its name, else its number.
func (f *File) Label(stage int) string {
	if stage < 0 || stage >= len(f.Stages) {
		return ""
	}
	if name := f.Stages[stage].Name; name != "" {
		return name
	}
	return number(stage)
}

// Final returns the stage that a build ships unless it is told another target, the last one; -1 where there is none.
func (f *File) Final() int { return len(f.Stages) - 1 }

// Shipped returns the stages whose instructions make up the image of a stage, from the one on an image to the stage
// itself. What is copied out of other stages is not theirs.
func (f *File) Shipped(stage int) []int {
	var chain []int
	for ; stage >= 0 && len(chain) <= len(f.Stages); stage = f.Stages[stage].Parent {
		chain = append([]int{stage}, chain...)
	}
	return chain
}

// At returns the instruction that the byte at offset belongs to, or nil.
func (f *File) At(offset int) *Instruction {
	if i := f.IndexAt(offset); i >= 0 {
		return &f.Instructions[i]
	}
	return nil
}

// IndexAt returns the index of the instruction that the byte at offset belongs to, or -1.
func (f *File) IndexAt(offset int) int {
	lo, hi := 0, len(f.Instructions)
	for lo < hi {
		if m := (lo + hi) / 2; f.Instructions[m].Stop <= offset {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo < len(f.Instructions) && f.Instructions[lo].Start <= offset {
		return lo
	}
	return -1
}

// Position returns the line and the column, in code points, of the byte at offset, both from 1.
func (f *File) Position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(f.data))
	lo, hi := 0, len(f.lines)
	for lo+1 < hi {
		if m := (lo + hi) / 2; f.lines[m] <= offset {
			lo = m
		} else {
			hi = m
		}
	}
	return lo + 1, len([]rune(string(f.data[f.lines[lo]:offset]))) + 1
}

// AllowedAt tells whether the line that holds the byte at offset has dregs:allow or gitleaks:allow in it.
func (f *File) AllowedAt(offset int) bool {
	line, _ := f.Position(offset)
	return allows(f.data[f.lines[line-1]:f.lineEnd(line-1)])
}

// shownBytes bounds the text of an instruction that is shown whole: what is cut could be cut through a secret.
const shownBytes = 4 << 10

// Shown returns the instruction as a report shows it: its text, or of a long one its verb.
func (in *Instruction) Shown() string {
	text := in.Text
	if len(text) > shownBytes {
		text = in.Verb + " " + report.Ellipsis
		if in.OnBuild {
			text = "ONBUILD " + text
		}
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
