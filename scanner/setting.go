package scanner

import (
	"regexp"
	"strings"
)

// Bounds of the text that is read setting by setting: of one history entry and of a whole history. What lies behind them
// is searched as text.
const (
	entryBytes   = 256 << 10
	historyBytes = 1 << 20
)

// readingBudget is what may still be read of a history.
type readingBudget int

// allows takes n bytes, of one entry, if they may be read.
func (b *readingBudget) allows(n int) bool {
	if n > entryBytes || n > int(*b) {
		return false
	}
	*b -= readingBudget(n)
	return true
}

// setting is a name and the value that an instruction or the configuration gives it.
type setting struct {
	name, value string
	expands     bool // the value refers to others, which its text does not show
}

var pairHead = regexp.MustCompile(`^ [A-Za-z_][A-Za-z0-9_./-]*=`)

// parseSettings returns the settings in the text after ENV, LABEL or ARG. raw tells that values stand in it as they are;
// otherwise they may be quoted as in a Dockerfile. final returns the value that a name has in the end: where the text may
// be read in several ways, that tells the right one. exact is false where the reading may be wrong.
func parseSettings(text string, raw bool, final func(name string) (string, bool)) (settings []setting, exact bool) {
	text = strings.TrimLeft(text, " \t")
	if !raw {
		if settings, ok := quotedSettings(text); ok {
			return settings, true
		}
	}
	return rawSettings(text, final)
}

// rawSettings reads NAME=VALUE pairs that are joined by spaces, where values may hold spaces and equals signs too.
func rawSettings(text string, final func(name string) (string, bool)) (settings []setting, exact bool) {
	exact = true
	met := make(map[string]bool) // the final value is worth one comparison, or hostile text makes them quadratic
	for text != "" {
		name, rest, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return settings, false
		}
		if v, ok := final(name); ok && !met[name] && strings.HasPrefix(rest, v) && endsPair(rest[len(v):]) {
			settings = append(settings, setting{name: name, value: v})
			text = strings.TrimPrefix(rest[len(v):], " ")
			met[name] = true
			continue
		}
		met[name] = true
		end := nextPair(rest)
		value := rest[:end]
		exact = exact && end == len(rest)
		settings = append(settings, setting{name: name, value: value})
		text = strings.TrimPrefix(rest[end:], " ")
	}
	return settings, exact
}

// endsPair tells whether rest, which follows a value, is its end.
func endsPair(rest string) bool {
	return rest == "" || pairHead.MatchString(rest)
}

// nextPair returns the position of the space before the next NAME= in s, else its length.
func nextPair(s string) int {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], ' ')
		if i < 0 {
			return len(s)
		}
		if endsPair(s[from+i:]) {
			return from + i
		}
		from += i + 1
	}
}

// quotedSettings reads settings written as in a Dockerfile: NAME=VALUE words, quoted and escaped, or the old form NAME
// VALUE. ok is false where the text is neither.
func quotedSettings(text string) (settings []setting, ok bool) {
	rest := text
	for rest != "" {
		w, ok := dockerWord(rest)
		if !ok {
			return nil, false
		}
		rest = strings.TrimLeft(rest[w.length:], " \t\r\n")
		if w.equals < 0 {
			return oldSetting(text, w)
		}
		if w.equals == 0 {
			return nil, false
		}
		settings = append(settings, setting{name: w.text[:w.equals], value: w.text[w.equals+1:], expands: w.expands})
	}
	return settings, true
}

// oldSetting reads NAME VALUE, where the value is the rest of the line. first is the first word that has no equals sign.
func oldSetting(text string, first dockerText) ([]setting, bool) {
	name, value, ok := strings.Cut(text, " ")
	if !ok || name != first.text {
		return nil, false
	}
	value = strings.TrimSpace(value)
	if w, ok := dockerWord(value); ok && w.length == len(value) {
		return []setting{{name: name, value: w.text, expands: w.expands}}, true
	}
	return []setting{{name: name, value: value, expands: strings.Contains(value, "$")}}, true
}

// dockerText is a word of a Dockerfile with its quotes and escapes resolved.
type dockerText struct {
	text    string
	length  int  // of its source
	equals  int  // the first equals sign in text, -1 for none
	expands bool // it refers to variables
}

// dockerWord reads the first word of s, up to a space outside of quotes. ok is false where a quote has no end.
func dockerWord(s string) (w dockerText, ok bool) {
	var b strings.Builder
	w.equals = -1
	quote := byte(0)
	i := 0
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			w.text, w.length = b.String(), i
			return w, true
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
			continue
		case quote != 0 && c == quote:
			quote = 0
			continue
		case c == '\\' && quote != '\'' && i+1 < len(s) && (quote == 0 || strings.IndexByte("\"\\$", s[i+1]) >= 0):
			i++
			c = s[i]
		case c == '$' && quote != '\'':
			w.expands = true
		}
		if c == '=' && w.equals < 0 { // also one that is escaped: names are cut off before quotes and escapes are resolved
			w.equals = b.Len()
		}
		b.WriteByte(c)
	}
	w.text, w.length = b.String(), i
	return w, quote == 0
}
