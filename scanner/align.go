package scanner

import (
	"regexp"
	"slices"
	"strings"

	"dregs/report"
	"dregs/scanner/dockerfile"
)

// Bounds of the work of one alignment: instructions, and those times history entries.
const (
	alignInstructions = 2_000
	alignCells        = 4_000_000
)

// fits is the likeness, of 1,000, from which an instruction may have made a history entry.
const fits = 500

// alignment ties instructions to the history entries of one image. entry is -1 for an instruction that is tied to none; why
// tells the reason.
type alignment struct {
	entry []int
	why   []string
	tied  int
	score int
}

// align ties instructions, in order, to history entries, in order. A build adds one entry for each instruction on top of
// those of its base, so where the last entries fit one by one, they are it. Otherwise the best pairing in order counts, and
// of that only what every best pairing has: what could be tied in several ways is not tied.
func align(instructions []*dockerfile.Instruction, history []report.History) alignment {
	n, m := len(instructions), len(history)
	a := alignment{entry: make([]int, n), why: make([]string, n)}
	for i := range a.entry {
		a.entry[i], a.why[i] = -1, "no history entry fits"
	}
	if n == 0 || m == 0 || n > alignInstructions || n*m > alignCells {
		return a
	}
	made := make([]imprint, n)
	for i, in := range instructions {
		made[i] = imprintOf(in)
	}
	left := make([]imprint, m)
	for j := range history {
		left[j] = imprintOfEntry(history[j].Instruction)
	}
	if a.tail(made, left) {
		return a
	}
	a.best(made, left)
	return a
}

// tail ties the instructions to the last entries, if they fit one by one.
func (a *alignment) tail(made, left []imprint) bool {
	n, m := len(made), len(left)
	if m < n {
		return false
	}
	score := 0
	for i := range made {
		l := made[i].likeness(&left[m-n+i])
		if l < fits {
			return false
		}
		score += l
	}
	a.tied, a.score = n, score
	for i := range made {
		a.entry[i], a.why[i] = m-n+i, ""
	}
	return true
}

// best finds what all best pairings have in common, by dynamic programming from both ends.
func (a *alignment) best(made, left []imprint) {
	n, m := len(made), len(left)
	like := make([][]int32, n)
	for i := range like {
		like[i] = make([]int32, m)
		for j := range left {
			if l := made[i].likeness(&left[j]); l >= fits {
				like[i][j] = int32(l)
			}
		}
	}
	before, after := table(n, m), table(n, m) // best of the first i and j, and of those from i and j on
	for i := 1; i <= n; i++ {
		for j := 1; j <= m; j++ {
			best := max(before[i-1][j], before[i][j-1])
			if l := like[i-1][j-1]; l > 0 {
				best = max(best, before[i-1][j-1]+l)
			}
			before[i][j] = best
		}
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			best := max(after[i+1][j], after[i][j+1])
			if l := like[i][j]; l > 0 {
				best = max(best, after[i+1][j+1]+l)
			}
			after[i][j] = best
		}
	}
	total := before[n][m]
	a.score = int(total)
	for i := range made {
		a.settle(i, like[i], before[i], after[i+1], total)
	}
}

// settle ties instruction i where all best pairings agree on it.
func (a *alignment) settle(i int, like, before, after []int32, total int32) {
	var where []int
	for j, l := range like {
		if l > 0 && before[j]+l+after[j+1] == total {
			where = append(where, j)
		}
	}
	without := false // a best pairing leaves it out
	for j := range before {
		without = without || before[j]+after[j] == total
	}
	switch {
	case len(where) == 1 && !without:
		a.entry[i], a.why[i] = where[0], ""
		a.tied++
	case len(where) > 0:
		a.why[i] = "several history entries fit equally well"
	}
}

func table(n, m int) [][]int32 {
	cells := make([]int32, (n+1)*(m+1))
	rows := make([][]int32, n+1)
	for i := range rows {
		rows[i] = cells[i*(m+1) : (i+1)*(m+1)]
	}
	return rows
}

// imprint is what of an instruction may be told again in a history entry.
type imprint struct {
	verb   string
	words  []string // sorted
	names  []string // of ENV, LABEL and ARG, sorted
	dest   string   // of COPY and ADD
	hashed bool     // the sources are told as a hash
}

var (
	wordPattern   = regexp.MustCompile(`[A-Za-z0-9_./:@%+-]+`)
	hashedSources = regexp.MustCompile(`^(?:(?:file|dir|multi):[0-9a-f]+ ?)+(?:in )?`)
	entryArgument = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*=` + report.Ellipsis + `$`)
	nameInText    = regexp.MustCompile(`(?:^|\s)([A-Za-z_][^\s='"]*)=`)
)

// imprintBytes bounds the text that is compared of one instruction.
const imprintBytes = 4 << 10

func imprintOf(in *dockerfile.Instruction) imprint {
	p := imprint{verb: in.Verb}
	if in.OnBuild {
		p.verb = "ONBUILD"
	}
	text := in.Args.String()
	switch {
	case p.verb == "ENV" || p.verb == "LABEL" || p.verb == "ARG":
		for _, v := range in.Values {
			p.names = append(p.names, v.Key)
		}
		for _, w := range in.Words {
			if p.verb == "ARG" && !strings.Contains(w.String(), "=") {
				p.names = append(p.names, w.String())
			}
		}
	case (p.verb == "COPY" || p.verb == "ADD") && len(in.Words) > 0:
		p.dest = in.Words[len(in.Words)-1].String()
	case p.verb == "RUN" && len(in.Heredocs) > 0:
		text += " " + in.Heredocs[0].Body.String()
	}
	p.finish(text)
	return p
}

func imprintOfEntry(instruction string) imprint {
	p := imprint{verb: strings.ToUpper(verb(instruction))}
	text := strings.TrimSpace(strings.TrimPrefix(instruction, verb(instruction)))
	switch p.verb {
	case "ENV", "LABEL", "ARG":
		for _, m := range nameInText.FindAllStringSubmatch(text[:min(len(text), imprintBytes)], -1) {
			p.names = append(p.names, m[1])
		}
		if p.verb == "ARG" && len(p.names) == 0 {
			p.names = strings.Fields(text)
		}
		if p.names == nil {
			p.names = append(p.names, verb(text)) // NAME VALUE
		}
	case "COPY", "ADD":
		if at := hashedSources.FindStringIndex(text); at != nil {
			p.hashed, text = true, text[at[1]:]
		}
		if words := strings.Fields(text); len(words) > 0 {
			p.dest = words[len(words)-1]
		}
	case "RUN":
		for entryArgument.MatchString(verb(text)) {
			text = strings.TrimSpace(strings.TrimPrefix(text, verb(text)))
		}
	}
	p.finish(text)
	return p
}

func (p *imprint) finish(text string) {
	p.words = wordPattern.FindAllString(text[:min(len(text), imprintBytes)], -1)
	slices.Sort(p.words)
	slices.Sort(p.names)
	if p.dest = strings.Trim(p.dest, `"'[]`); p.dest != "/" {
		p.dest = strings.TrimSuffix(p.dest, "/")
	}
}

// likeness tells, of 1,000, how well an instruction and an entry fit.
func (p *imprint) likeness(e *imprint) int {
	switch {
	case p.verb != e.verb:
		return 0
	case p.names != nil || e.names != nil:
		return shared(p.names, e.names)
	case e.hashed:
		if p.dest != "" && (p.dest == e.dest || strings.HasSuffix(e.dest, "/"+strings.TrimPrefix(p.dest, "./"))) {
			return 900
		}
		return 0
	case len(p.words) == 0 && len(e.words) == 0:
		return 1000
	}
	return shared(p.words, e.words)
}

// shared returns, of 1,000, how much two sorted lists share.
func shared(a, b []string) int {
	if len(a)+len(b) == 0 {
		return 1000
	}
	same, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			same++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return 2000 * same / (len(a) + len(b))
}
