package dockerfile

import (
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// head reads verb, flags and arguments of an instruction; of ONBUILD those of its trigger.
func (in *Instruction) head(line Text, escape byte) {
	rest := in.verb(line)
	if in.Verb == "ONBUILD" && rest.s != "" {
		in.OnBuild = true
		rest = in.verb(rest)
	}
	in.Args = in.flags(rest, escape)
	switch in.Verb {
	case "RUN", "CMD", "ENTRYPOINT", "SHELL", "VOLUME", "COPY", "ADD":
		in.Words, in.Exec = jsonWords(in.Args)
	case "HEALTHCHECK":
		if verb, command := cutField(in.Args); strings.EqualFold(verb.s, "CMD") {
			in.Args = command
			in.Words, in.Exec = jsonWords(command)
		}
	case "ENV", "LABEL", "ARG":
		in.Words = quotedWords(in.Args, escape)
		return
	}
	if !in.Exec {
		in.Words = fields(in.Args)
	}
}

// verb takes the first word of line and returns the rest.
func (in *Instruction) verb(line Text) Text {
	line = trimSpace(line)
	first, rest := cutField(line)
	in.Verb = strings.ToUpper(first.s)
	return rest
}

// trimSpace returns t without the white space around it, that of Unicode too.
func trimSpace(t Text) Text {
	lo := len(t.s) - len(strings.TrimLeftFunc(t.s, unicode.IsSpace))
	hi := len(strings.TrimRightFunc(t.s, unicode.IsSpace))
	return t.slice(min(lo, hi), hi)
}

// cutField returns the first word of t and what follows the blanks after it.
func cutField(t Text) (first, rest Text) {
	i := strings.IndexAny(t.s, "\t\v\f\r ")
	if i < 0 {
		return t, t.slice(len(t.s), len(t.s))
	}
	return t.slice(0, i), t.slice(len(t.s)-len(strings.TrimLeft(t.s[i:], "\t\v\f\r ")), len(t.s))
}

// fields cuts t at blanks.
func fields(t Text) []Text {
	var words []Text
	for t.s != "" {
		var w Text
		if w, t = cutField(t); w.s != "" {
			words = append(words, w)
		}
	}
	return words
}

// flags reads the words that begin with two dashes, quotes and escapes resolved, and returns what follows them.
func (in *Instruction) flags(t Text, escape byte) Text {
	for {
		t = t.slice(len(t.s)-len(strings.TrimLeftFunc(t.s, unicode.IsSpace)), len(t.s))
		if !strings.HasPrefix(t.s, "--") {
			return trimSpace(t)
		}
		flag, n := flagWord(t, escape)
		t = t.slice(n, len(t.s))
		if flag.s == "--" {
			return trimSpace(t)
		}
		if flag.s != "" {
			in.Flags = append(in.Flags, flag)
		}
	}
}

// flagWord reads the word at the beginning of t, and how much of t it takes.
func flagWord(t Text, escape byte) (flag Text, length int) {
	var b textBuilder
	quote := byte(0)
	i := 0
	for ; i < len(t.s); i++ {
		c := t.s[i]
		switch {
		case quote == 0 && unicode.IsSpace(rune(c)):
			return b.text(), i
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case quote != 0 && c == quote:
			quote = 0
			continue
		case c == escape:
			if i++; i == len(t.s) {
				return b.text(), i
			}
		}
		b.part(t, i, i+1)
	}
	return b.text(), i
}

// Flag returns the value of the flag --name, and whether the instruction has it.
func (in *Instruction) Flag(name string) (value string, ok bool) {
	for _, f := range in.Flags {
		if n, v, _ := strings.Cut(strings.TrimPrefix(f.s, "--"), "="); n == name {
			return v, true
		}
	}
	return "", false
}

// quotedWords cuts t at white space outside of quotes. Quotes and escapes stay.
func quotedWords(t Text, escape byte) []Text {
	var words []Text
	start, quote := -1, rune(0)
	for i := 0; i < len(t.s); {
		c, n := utf8.DecodeRuneInString(t.s[i:])
		switch {
		case quote == 0 && unicode.IsSpace(c):
			if start >= 0 {
				words = append(words, t.slice(start, i))
			}
			start = -1
			i += n
			continue
		case start < 0:
			start = i
		}
		switch {
		case c == rune(escape) && quote != '\'':
			if i+n == len(t.s) { // an escape of nothing counts for nothing
				if start < i {
					words = append(words, t.slice(start, i))
				}
				return words
			}
			_, after := utf8.DecodeRuneInString(t.s[i+n:])
			n += after
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		}
		i += n
	}
	if start >= 0 {
		words = append(words, t.slice(start, len(t.s)))
	}
	return words
}

// unquote returns a word without its quotes and escapes, and whether it refers to variables.
func unquote(t Text, escape byte) (text Text, refers bool) {
	var b textBuilder
	quote := byte(0)
	for i := 0; i < len(t.s); i++ {
		c := t.s[i]
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case quote != 0 && c == quote:
			quote = 0
			continue
		case c == escape && quote != '\'':
			if i+1 == len(t.s) {
				return b.text(), refers
			}
			if next := t.s[i+1]; quote == 0 || next == '"' || next == '$' || next == escape {
				i++
			}
		case c == '$' && quote != '\'':
			refers = true
		}
		b.part(t, i, i+1)
	}
	return b.text(), refers
}

// jsonWords reads a JSON array of strings. ok is false for anything else.
func jsonWords(t Text) (words []Text, ok bool) {
	if !strings.HasPrefix(t.s, "[") {
		return nil, false
	}
	var all []any
	if json.Unmarshal([]byte(t.s), &all) != nil {
		return nil, false
	}
	for _, v := range all {
		if _, ok := v.(string); !ok {
			return nil, false
		}
	}
	for i := 0; i < len(t.s); {
		if t.s[i] != '"' {
			i++
			continue
		}
		w, n := jsonString(t.slice(i, len(t.s)))
		words = append(words, w)
		i += n
	}
	return words, true
}

// jsonString reads the JSON string at the beginning of t, which is known to be one.
func jsonString(t Text) (s Text, length int) {
	var b textBuilder
	for i := 1; i < len(t.s); i++ {
		switch c := t.s[i]; {
		case c == '"':
			return b.text(), i + 1
		case c != '\\':
			b.part(t, i, i+1)
		default:
			n := 2
			if i+1 < len(t.s) && t.s[i+1] == 'u' {
				n = 6
				if strings.HasPrefix(t.s[min(i+6, len(t.s)):], `\u`) && surrogate(t.s[i+2:i+6]) {
					n = 12
				}
			}
			end := min(i+n, len(t.s))
			var decoded string
			if json.Unmarshal([]byte(`"`+t.s[i:end]+`"`), &decoded) == nil {
				b.made(decoded, t.Source(i))
			}
			i = end - 1
		}
	}
	return b.text(), len(t.s)
}

// surrogate tells whether four hexadecimal digits are the first half of a pair.
func surrogate(digits string) bool {
	return len(digits) == 4 && (digits[0] == 'd' || digits[0] == 'D') && strings.ContainsRune("89abAB", rune(digits[1]))
}
