package dockerfile

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

// Bounds of expansion: variables that refer to variables may double at every line.
const (
	maxExpanded = 64 << 10 // bytes of a value that is expanded, and of what it may become
	maxKnown    = 4 << 10  // bytes of a variable's value that is put into others
)

// variables are the variables whose value is known at some point of a file.
type variables map[string]string

// Get implements shell.EnvGetter.
func (v variables) Get(name string) (string, bool) {
	value, ok := v[name]
	return value, ok
}

// Keys implements shell.EnvGetter.
func (v variables) Keys() []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// set notes the value of a variable, or that it is no longer known.
func (v variables) set(name, value string, known bool) {
	if !known || len(value) > maxKnown {
		delete(v, name)
		return
	}
	if _, there := v[name]; !there && len(v) >= maxVariables {
		return // it is not known then
	}
	v[name] = value
}

// expand returns word, raw as it stands in the file, with its quotes resolved and its variables put in. ok is false where
// a variable is not known, or the word is none that BuildKit could expand.
func (v variables) expand(word string, escape byte) (expanded string, ok bool) {
	if len(word) > maxExpanded || !lexable(word) || strings.Contains(word, "${") && strings.Contains(word, "/") && replaces(word) {
		return "", false
	}
	if (strings.Count(word, "$")+1)*maxKnown > 64*maxExpanded {
		return "", false
	}
	expanded, unknown, err := shell.NewLex(rune(escape)).ProcessWord(word, v)
	if err != nil {
		return "", false
	}
	for name := range unknown {
		// One with a text in its stead, as ${NAME:-text}, is known where it is not set.
		if strings.Contains(word, "$"+name) || strings.Contains(word, "${"+name+"}") {
			return "", false
		}
	}
	return expanded, true
}

// replaces tells whether word has a ${NAME/PATTERN/TEXT}, whose result may be far larger than its parts.
func replaces(word string) bool {
	for {
		i := strings.Index(word, "${")
		if i < 0 {
			return false
		}
		word = word[i+2:]
		name := strings.TrimLeft(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
		if strings.HasPrefix(name, "/") {
			return true
		}
	}
}

// lexable tells whether BuildKit's lexer takes s quietly: what is no text it tells on standard error.
func lexable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsAny(s, "\x00\ufeff")
}
