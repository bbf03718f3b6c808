package credfile

import "strings"

// word is one of a command line: its text, and for each byte of it where it stands in the file.
type word struct {
	text string
	at   []int
	ends []int // where what stands for each byte ends; nil where each stands for itself
}

// part returns text[i:j] as a value.
func (w word) part(i, j int) value {
	if i >= j || j > len(w.text) {
		return value{}
	}
	v := value{text: w.text[i:j], lo: w.at[i], hi: w.at[j-1] + 1}
	if w.ends != nil {
		v.hi = w.ends[j-1]
	}
	if v.hi-v.lo != j-i {
		v.quoted = stepQuote
	}
	return v
}

// whole returns all of the word as a value.
func (w word) whole() value { return w.part(0, len(w.text)) }

// maxWords bounds the words of one command.
const maxWords = 4096

// words splits a line as a shell does, at blanks outside of quotes. Operators end a command: fn is called for each command
// that has words.
func words(line value, fn func([]word)) {
	var command []word
	var text strings.Builder
	var at []int
	open := false
	endWord := func() {
		if open && len(command) < maxWords {
			command = append(command, word{text: text.String(), at: at})
		}
		text.Reset()
		at, open = nil, false
	}
	endCommand := func() {
		endWord()
		if len(command) > 0 {
			fn(command)
		}
		command = nil
	}
	put := func(i int) {
		text.WriteByte(line.text[i])
		at = append(at, line.lo+i)
		open = true
	}
	for i := 0; i < len(line.text); i++ {
		switch c := line.text[i]; c {
		case ' ', '\t', '\r', '\n':
			endWord()
		case ';', '|', '&', '(', ')':
			endCommand()
		case '\\':
			if i+1 < len(line.text) {
				i++
				put(i)
			}
		case '\'', '"':
			open = true
			for i++; i < len(line.text) && line.text[i] != c; i++ {
				if c == '"' && line.text[i] == '\\' && i+1 < len(line.text) && strings.IndexByte(`"\$`+"`", line.text[i+1]) >= 0 {
					i++
				}
				put(i)
			}
		default:
			put(i)
		}
	}
	endCommand()
}

// blanks splits a line at blanks, without regard to quotes.
func blanks(line value) []value {
	var out []value
	for i := 0; i < len(line.text) && len(out) < maxWords; {
		for i < len(line.text) && (line.text[i] == ' ' || line.text[i] == '\t') {
			i++
		}
		j := i
		for j < len(line.text) && line.text[j] != ' ' && line.text[j] != '\t' {
			j++
		}
		if i < j {
			out = append(out, line.part(i, j))
		}
		i = j
	}
	return out
}

// columns splits a line at every sep.
func columns(line value, sep byte) []value {
	var out []value
	for i := 0; len(out) < maxWords; {
		j := strings.IndexByte(line.text[i:], sep)
		if j < 0 {
			return append(out, line.part(i, len(line.text)))
		}
		out = append(out, line.part(i, i+j))
		i += j + 1
	}
	return out
}
