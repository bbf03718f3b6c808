package rules

import (
	"bytes"
	"slices"
	"strings"
)

// tokenStarts are what tokens begin with that code may list character by character, so that whoever looks for them in its text
// finds none; in rows, or each on a line of its own. Other lists of characters are not read: what is translated from C has all its
// texts so.
var tokenStarts = strings.Fields("ghp_ gho_ ghs_ ghu_ github_ glpat- sk_live sk-ant sk-proj rk_live xoxb- xoxp- xapp- akia asia aiza npm_ pypi- hf_ sg. dop_v1 shpat eyj")

// characterWords returns the keywords of lists of characters that begin as tokens do, as languages write them.
func characterWords() []signWord {
	var words []signWord
	for _, start := range tokenStarts {
		start = start[:min(len(start), 4)]
		for _, between := range []string{"','", "', '", `","`, `", "`, "', b'"} {
			quote := between[:1]
			words = append(words, signWord{quote + strings.Join(strings.Split(start, ""), between) + quote, characterSign})
		}
	}
	for _, c := range tokenLetters() {
		for _, quote := range []string{"'", `"`, "`"} {
			words = append(words, signWord{quote + c + quote + ",\n", columnSign}, signWord{quote + c + quote + ",\r\n", columnSign})
		}
	}
	return words
}

// tokenLetters are the first characters of tokenStarts, each once.
func tokenLetters() []string {
	var letters []string
	for _, start := range tokenStarts {
		letters = append(letters, start[:1])
	}
	return unique(letters)
}

// columnStart tells whether the list of characters that begins, with its quote, at data[at] begins as a token does.
func columnStart(data []byte, at int) bool {
	const far = 4 * (maxGlue + len("b's',"))
	text, _ := characterList(data[:min(len(data), at+far)], at)
	text = bytes.ToLower(text[:min(len(text), 4)])
	return len(text) == 4 && slices.ContainsFunc(tokenStarts, func(start string) bool { return bytes.HasPrefix(text, []byte(start[:min(len(start), 4)])) })
}

// characterList returns the text of the list whose first character begins, with its quote, at data[at], and where the list ends.
func characterList(data []byte, at int) (text []byte, end int) {
	end = at
	quote := data[at]
	for p, stop := at, min(len(data), at+maxListText); p < stop; {
		if data[p] == 'b' {
			p++
		}
		if p+2 >= len(data) || data[p] != quote || data[p+2] != quote || !isText(data[p+1]) || data[p+1] == '\\' {
			break
		}
		text, end = append(text, data[p+1]), p+3
		if p = blanks(data, end, true); p >= len(data) || data[p] != ',' {
			break
		}
		p = blanks(data, p+1, true)
	}
	return text, end
}
