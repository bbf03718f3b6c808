package scanner

import (
	"regexp"
	"strings"

	"dregs/report"
)

// argvPlace reads the commands of one place: the elements of each as one text, as a shell would show them (triggers of
// ONBUILD a line each), then again each option or assignment in it by its name.
func argvPlace(at report.Place) func(*document, func(fragment)) error {
	separator := " "
	if at == report.ConfigOnbuild {
		separator = "\n"
	}
	return func(d *document, emit func(fragment)) error {
		if d.config == nil {
			return nil
		}
		values := d.config.values
		for i := 0; i < len(values); {
			if values[i].place != at {
				i++
				continue
			}
			n := 1
			for i+n < len(values) && values[i+n].place == at && values[i+n].argv == values[i].argv && values[i].argv != 0 && values[i].key == "" {
				n++
			}
			emitCommand(d, values[i:i+n], separator, emit)
			i += n
		}
		return nil
	}
}

// emitCommand emits the elements of one command.
func emitCommand(d *document, argv []configValue, separator string, emit func(fragment)) {
	words := make([]string, len(argv))
	for i := range argv {
		words[i] = argv[i].text
	}
	whole := argv[0].fragment(d)
	whole.text = []byte(strings.Join(words, separator))
	emitArgv(whole, words, len(separator), emit)
}

// maxOptions bounds the words of one command that are read for options; its whole text has them all.
const maxOptions = 1_000

// emitArgv emits a command, of which whole has the words with gap bytes in between, and then the value of each option or
// assignment in it, with its name.
func emitArgv(whole fragment, words []string, gap int, emit func(fragment)) {
	emit(whole)
	from := 0
	for i, w := range words[:min(len(words), maxOptions)] {
		if key, at, ok := assigned(w); ok {
			f := whole
			f.key, f.text, f.within, f.from = key, []byte(w[at:]), &whole, from+at
			emit(f)
		} else if i > 0 && optionName.MatchString(words[i-1]) && !strings.HasPrefix(w, "-") {
			f := whole
			f.key, f.text, f.within, f.from = strings.TrimLeft(words[i-1], "-"), []byte(w), &whole, from
			emit(f)
		}
		from += len(w) + gap
	}
}

var (
	assignment = regexp.MustCompile(`^-{0,2}([A-Za-z_][A-Za-z0-9_.-]*)=`)
	optionName = regexp.MustCompile(`^(?:--[A-Za-z][A-Za-z0-9_.-]+|-[A-Za-z][A-Za-z0-9_.-]{4,})$`)
)

// assigned returns the name in NAME=VALUE or --name=VALUE, and where the value starts.
func assigned(word string) (name string, at int, ok bool) {
	m := assignment.FindStringSubmatchIndex(word)
	if m == nil {
		return "", 0, false
	}
	return clip(word[m[2]:m[3]], jsonNameBytes), m[1], true
}
