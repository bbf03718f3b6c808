package scanner

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	runHead  = regexp.MustCompile(`^(?:RUN +)?\|(\d{1,9}) `)
	argStart = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*=`)
)

// parseRun reads the text of a RUN with arguments. Its values stand there as they were given, with spaces, quotes, equals
// signs and line ends in them, so where one ends is told by the number of arguments, by the names that known tells, and
// by the shell that follows. ok is false for any other text.
func parseRun(text string, known map[string]bool, shells *regexp.Regexp) (run buildEntry, ok bool) {
	head := runHead.FindStringSubmatchIndex(text)
	if head == nil {
		return buildEntry{}, false
	}
	count, err := strconv.Atoi(text[head[2]:head[3]])
	if err != nil {
		return buildEntry{}, false
	}
	from := head[1]
	if count == 0 {
		return buildEntry{run: true, command: from, exact: true}, true
	}
	starts := argStarts(text[from:])
	if len(starts) == 0 || starts[0].at != 0 {
		return buildEntry{}, false
	}
	run.run = true
	body := text[from:]
	end, starts, certain := commandStart(body, starts, count, shells)
	chosen, exact := chooseArgs(starts, count, known)
	for i, s := range chosen {
		stop := end
		if i+1 < len(chosen) {
			stop = chosen[i+1].at - 1
		}
		run.args = append(run.args, setting{name: s.name, value: body[s.value:stop]})
	}
	run.command = from + min(end+1, len(body))
	run.exact = exact && certain
	return run, true
}

// argText is where a NAME= stands in the arguments of a RUN.
type argText struct {
	name      string
	at, value int // where the name starts, and the value
}

func argStarts(body string) []argText {
	var starts []argText
	for at := 0; ; {
		if m := argStart.FindString(body[at:]); m != "" {
			starts = append(starts, argText{name: m[:len(m)-1], at: at, value: at + len(m)})
		}
		i := strings.IndexByte(body[at:], ' ')
		if i < 0 {
			return starts
		}
		at += i + 1
	}
}

// commandStart returns where the command starts, at the space before its shell, and the names before it: the first shell
// that leaves count names, else the first at all, else after the last name's first word.
func commandStart(body string, starts []argText, count int, shells *regexp.Regexp) (end int, before []argText, certain bool) {
	heads := shells.FindAllStringIndex(body, maxStarts)
	for i, h := range heads {
		if n := startsBefore(starts, h[0]); n >= count {
			again := slices.ContainsFunc(heads[i+1:], func(o []int) bool { return body[o[0]:o[1]] == body[h[0]:h[1]] })
			return h[0], starts[:n], !again
		}
	}
	if len(heads) > 0 {
		// Buildah's count is not that of the arguments.
		return heads[0][0], starts[:startsBefore(starts, heads[0][0])], len(heads) == 1
	}
	before = starts[:min(count, len(starts))]
	last := before[len(before)-1].value
	if i := strings.IndexByte(body[last:], ' '); i >= 0 {
		return last + i, before, false
	}
	return len(body), before, false
}

// usualShells matches the start of a command in a shell of Linux or Windows, with the space before it.
const usualShells = `(?:/\S*/)?(?:ba|da|a|z|k)?sh(?: -[A-Za-z]+| pipefail)*? -[A-Za-z]*c|` +
	`(?i:cmd(?:\.exe)? /S /C|(?:\S*[/\\])?(?:powershell|pwsh)(?:\.exe)?(?: -\S+)*? -Command)`

// Bounds of the shells that an image names, and of the places in one entry at which a command may start.
const (
	maxShells     = 16
	maxShellBytes = 256
	maxStarts     = 64
)

// shellPattern matches where a command starts: in a usual shell, or in one of shells.
func shellPattern(shells []string) *regexp.Regexp {
	pattern := usualShells
	for _, s := range shells {
		pattern += "|" + regexp.QuoteMeta(s)
	}
	return regexp.MustCompile(" (?:" + pattern + ") ")
}

func startsBefore(starts []argText, end int) int {
	n := 0
	for n < len(starts) && starts[n].at < end {
		n++
	}
	return n
}

// chooseArgs picks the names that are arguments among those that look so.
func chooseArgs(starts []argText, count int, known map[string]bool) (chosen []argText, exact bool) {
	named := 0
	for _, s := range starts {
		if known[s.name] {
			named++
		}
	}
	if len(starts) == count {
		return starts, named == 0 || named == count
	}
	seen := make(map[string]bool)
	doubtful := false
	for i, s := range starts {
		switch {
		case seen[s.name]:
			doubtful = true // one of the two stands in a value
		case i == 0 || known[s.name]:
			chosen = append(chosen, s)
			seen[s.name] = true
		}
	}
	switch {
	case len(chosen) == count:
		return chosen, !doubtful
	case len(chosen) == len(starts):
		return chosen, known[starts[0].name]
	default:
		return starts, false
	}
}
