package dockerfile

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"dregs/report"
)

// Surroundings are what the practices of a file depend on besides the file.
type Surroundings struct {
	Secrets []Span  // where in the file secrets were found, in any order
	Context *Folder // the folder that COPY takes files from; nil where it is not there
}

// Span is a range of bytes of the file, Stop excluded.
type Span struct{ Start, Stop int }

// Practices returns the habits in the file that let secrets in, by line and rule, one for an instruction and rule. Their
// Target and Path are not set. They name variables and files, and no values.
func (f *File) Practices(s Surroundings) []report.Practice {
	slices.SortFunc(s.Secrets, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	h := habits{file: f, Surroundings: s}
	for _, check := range checks {
		check(&h)
	}
	sort.SliceStable(h.found, func(i, j int) bool {
		a, b := &h.found[i], &h.found[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Rule < b.Rule
	})
	return slices.CompactFunc(h.found, func(a, b report.Practice) bool { return a.Line == b.Line && a.Rule == b.Rule })
}

// habits is one look at a file.
type habits struct {
	file *File
	Surroundings
	found []report.Practice
}

// checks are all that is looked for. To add one, add a function.
var checks = []func(*habits){
	(*habits).namedSecrets,
	(*habits).wideCopies,
	(*habits).copiedCredentials,
	(*habits).addedURLs,
	(*habits).addForCopy,
	(*habits).commandCredentials,
	(*habits).leftFiles,
	(*habits).removedLater,
	(*habits).noUser,
}

func (h *habits) tell(in *Instruction, rule, why, instead string) {
	if !in.Allowed {
		h.found = append(h.found, report.Practice{Rule: rule, Line: in.Line, Why: why, Instead: instead})
	}
}

// holdsSecret tells whether a secret was found in the bytes that text is made of.
func (h *habits) holdsSecret(text Text) bool {
	if text.s == "" {
		return false
	}
	lo, hi := text.Source(0), text.Source(len(text.s)-1)+1
	i := sort.Search(len(h.Secrets), func(i int) bool { return h.Secrets[i].Start >= lo })
	return i < len(h.Secrets) && h.Secrets[i].Start < hi
}

// each calls fn for every instruction with one of the verbs.
func (h *habits) each(fn func(in *Instruction), verbs ...string) {
	for i := range h.file.Instructions {
		if in := &h.file.Instructions[i]; slices.Contains(verbs, in.Verb) {
			fn(in)
		}
	}
}

// names joins the first of some names for a sentence.
func names(all []string) string {
	const shown = 5
	all = distinct(all)
	rest := ""
	if len(all) > shown {
		rest = " and " + number(len(all)-shown) + " more"
		all = all[:shown]
	}
	for i := range all {
		if len(all[i]) > 80 {
			all[i] = report.Ellipsis // what is cut could be cut through a secret
		}
	}
	return strings.Join(all, ", ") + rest
}

// distinct returns each of all once, in order of appearance.
func distinct(all []string) []string {
	var out []string
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
