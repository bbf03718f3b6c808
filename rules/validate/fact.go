package validate

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// facts are what is known of a secret, by name. They are shown in reports.
type facts map[string]string

// maxFact bounds the text of one fact in bytes.
const maxFact = 128

// add tells a fact. An empty one, and one that cannot be shown as it is, is left out; a long one is cut. The first of a
// name stays.
func (f facts) add(name, text string) {
	text = strings.TrimSpace(text)
	if f[name] != "" || text == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return
	}
	if len(text) > maxFact {
		cut := maxFact - len("…")
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	f[name] = strings.Clone(text) // not a part of all the text around the value
}

// addUser tells a user name, unless it looks like a token that is given in the place of one.
func (f facts) addUser(name, text string) {
	if !looksRandom(text) {
		f.add(name, text)
	}
}

// know tells a fact that came with the value: a user may be a token in the place of one, and a host may be an address.
func (f facts) know(name, text string) {
	switch {
	case name == "user":
		f.addUser(name, text)
	case strings.Contains(text, "://"):
		f.add(name, hostOf(text))
	default:
		f.add(name, text)
	}
}

// addTime tells a time given in seconds since 1970, if it lies within the years that a date can be written in.
func (f facts) addTime(name string, seconds int64) {
	if seconds > 0 && seconds < 253402300800 {
		f.add(name, time.Unix(seconds, 0).UTC().Format(time.RFC3339))
	}
}

// hide takes out facts that hold the value itself: an account may be named like its password.
func (f facts) hide(value string) {
	for name, text := range f {
		if strings.Contains(text, value) || len(text) >= maxFact && strings.HasPrefix(value, strings.TrimSuffix(text, "…")) {
			delete(f, name)
		}
	}
}

// looksRandom tells whether s is more likely a token than a name: long, without a space or @, and of letters and digits
// in many turns.
func looksRandom(s string) bool {
	if len(s) < 16 || strings.ContainsAny(s, "@ .") {
		return false
	}
	turns := 0
	last := rune(0)
	for _, r := range s {
		kind := rune('a')
		switch {
		case unicode.IsDigit(r):
			kind = '0'
		case unicode.IsUpper(r):
			kind = 'A'
		case !unicode.IsLetter(r):
			kind = last // punctuation parts words as well as it parts tokens
		}
		if last != 0 && kind != last {
			turns++
		}
		last = kind
	}
	return turns >= 4
}

// scalar returns the text of a JSON string, number or list of such, and "" for anything else.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case []any:
		var all []string
		for _, e := range v {
			if s, ok := e.(string); ok {
				all = append(all, s)
			}
		}
		return strings.Join(all, ", ")
	}
	return ""
}

// parseObject reads text as one JSON object, or returns nil.
func parseObject(text []byte) map[string]any {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var out map[string]any
	if err := d.Decode(&out); err != nil || d.More() {
		return nil
	}
	return out
}
