package credfile

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// firstArgument tells whether a name that before stands in front of is the first argument of a call, whose second is given
// to it: define('NAME', set :NAME, set "NAME". It is neither one of a list of words nor a variable.
func firstArgument(before []byte) bool {
	n := len(before)
	if n == 0 {
		return false
	}
	switch before[n-1] {
	case ':':
		return n < 2 || before[n-2] != ':'
	case '"', '\'':
	default:
		return false
	}
	call := bytes.TrimRight(before[:n-1], " \t")
	if len(call) == 0 {
		return false
	}
	if open := call[len(call)-1] == '('; !open {
		return wordByte(call[len(call)-1])
	}
	switch lastWord(bytes.TrimRight(call[:len(call)-1], " \t")) {
	case "array", "list":
		return false
	}
	return true
}

// wordByte tells whether c may stand in a name.
func wordByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// lastWord returns the name that text ends in, in lower case, of at most 32 bytes.
func lastWord(text []byte) string {
	i := len(text)
	for i > 0 && len(text)-i < 32 && wordByte(text[i-1]) {
		i--
	}
	return strings.ToLower(string(text[i:]))
}

// texts are the names of arrays that hold what a program says in one language.
var texts = []string{"lang", "language", "string", "strings", "txt", "text", "texts", "locale", "messages", "msg", "translation", "translations", "labels", "l10n", "i18n"}

// translated tells whether a name that before stands in front of is an index of such an array: $lang['NAME'].
func translated(before []byte) bool {
	array, ok := bytes.CutSuffix(bytes.TrimRight(before, `"'`), []byte("["))
	return ok && slices.Contains(texts, lastWord(array))
}

// severalWords is a name of several words as programs write them.
var severalWords = regexp.MustCompile(`^(?:[A-Z]+(?:_[A-Z]+)+|[a-z]+(?:[A-Z][a-z]+)+|[A-Z][a-z]+:(?:[A-Z][a-z]+)+)$`)

// namesIt tells whether a literal says how the secret is called that name names: the name's end in capitals, the name of an
// environment's variable, or what a constant of a class stands for, in words of its name.
func namesIt(before []byte, name, text string) bool {
	constant := lastWord(bytes.TrimRight(before, " \t")) == "const"
	if !constant && text == strings.ToLower(text) {
		return false
	}
	if strings.HasSuffix(fold(name), fold(text)) && len(text) >= 4 {
		return true
	}
	return severalWords.MatchString(text) && (text == strings.ToUpper(text) || constant && sharesWord(name, text))
}

// sharesWord tells whether a word of name, which has underscores between them, stands in text.
func sharesWord(name, text string) bool {
	text = fold(text)
	return slices.ContainsFunc(strings.Split(name, "_"), func(word string) bool {
		return len(word) >= 3 && strings.Contains(text, fold(word))
	})
}
