package rules

import "strings"

// tokenStarts are what tokens begin with that code may list character by character, so that whoever looks for them in its text
// finds none. Other lists of characters are not read: what is translated from C has all its texts so.
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
	return words
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
