package report

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// Found is a value that a scan came across and that made no secret of the report: a password it was given, a leaked value
// it was told to look for, a candidate it dropped.
type Found struct {
	Value  Value
	Prefix int    // leading bytes that may be shown, as of Redact
	Named  string // what tells the value from others in its redacted form, where that has to; most often empty
}

// redacted returns what stands in the place of the value.
func (f *Found) redacted() string {
	text := Redact(f.Value.Reveal(), f.Prefix)
	if f.Named == "" {
		return text
	}
	return text + "[" + f.Named + "]"
}

// Clear replaces every value found in every string of r by its redacted form: the values of r's secrets, and those of
// found. A value is told in all its spellings: plain, base64 in any alignment, hexadecimal, percent, JSON and HTML escapes,
// and these within each other. Of a value with several lines each line of 16 bytes or more is cleared, and in a snippet
// what a cut left of a value.
//
// A value under 8 bytes, a common word, or a value that is part of the report's own vocabulary (a rule's name, a digest)
// is cleared only where it was found: in the strings of its own occurrences, in the snippets beside them, and in every
// string that repeats one of their instructions or snippets.
//
// Of a sealed secret, whose value is not known, a value that cannot be guessed is cleared everywhere, and so is each such line
// of it; any other was cleared from the texts of its layer before that was kept.
//
// Strings that are the scan's own (tag clear:"no", or clear:"digest" on what is a digest) are left. Clear must be called
// once, after r is assembled and before it is written. A scan that shows secrets does not call it.
//
// also are pointers to what is told beside r and was taken from it: its strings are cleared in the same way.
func Clear(r *Report, found []Found, also ...any) {
	c := newClearing(r, found)
	c.clearOwn(r, also)
	clear := func(s, tag string) string {
		if own(s, tag) {
			return s
		}
		return c.clear(s, tag == "window")
	}
	walkReport(r, clear)
	walkAll(also, clear)
}

// own reports whether s, of a field with tag, holds the scan's own words or a digest.
func own(s, tag string) bool { return tag == "no" || tag == "digest" && isDigest(s) }

// isDigest reports whether s is an algorithm, a colon and hexadecimal digits.
func isDigest(s string) bool {
	algorithm, digits, ok := strings.Cut(s, ":")
	if !ok || len(algorithm) > 16 || len(digits) < 32 || len(digits) > 128 {
		return false
	}
	for i := range len(digits) {
		if hexDigit(digits[i]) < 0 {
			return false
		}
	}
	return true
}

// clearing clears strings of values.
type clearing struct {
	needles *needles
	sealed  *sealedNeedles // nil for none
	locals  []local
	known   map[clearKey]string // results for strings that recur
}

type clearKey struct {
	text   string
	window bool
}

// local is a value that is cleared at its own places only.
type local struct {
	text     string
	redacted string
	secret   int
}

func newClearing(r *Report, found []Found) *clearing {
	words := vocabulary(r)
	c := &clearing{known: make(map[clearKey]string), sealed: newSealedNeedles(r)}
	seen := make(map[string]bool)
	var all []needle
	for i := range r.Secrets {
		s := &r.Secrets[i]
		text := s.value.Reveal()
		if text == "" {
			continue
		}
		if localOnly(text, words) {
			c.locals = append(c.locals, local{text, s.Redacted, i})
			continue
		}
		if !seen[text] {
			seen[text] = true
			head, _, _ := strings.Cut(s.Redacted, Ellipsis)
			all = appendNeedle(all, needle{text: text, redacted: s.Redacted, shown: len(head)})
		}
	}
	for _, f := range found {
		text := f.Value.Reveal()
		if seen[text] || localOnly(text, words) {
			continue
		}
		seen[text] = true
		all = appendNeedle(all, needle{text: text, redacted: f.redacted(), shown: shownPrefix(text, f.Prefix)})
	}
	c.needles = newNeedles(all)
	return c
}

// appendNeedle appends n, and n as encoders write what is not UTF-8.
func appendNeedle(all []needle, n needle) []needle {
	all = append(all, n)
	if !utf8.ValidString(n.text) {
		n.text = string([]rune(n.text))
		all = append(all, n)
	}
	return all
}

// localOnly reports whether a value would riddle the report if it were cleared everywhere.
func localOnly(value, words string) bool {
	return len(value) < gram || commonWord(value) || strings.Contains(words, value)
}

// vocabulary returns the scan's own strings in r, joined by a byte that no value can run across.
func vocabulary(r *Report) string {
	seen := make(map[string]bool)
	walkReport(r, func(s, tag string) string {
		if !seen[s] && own(s, tag) {
			seen[s] = true
		}
		return s
	})
	all := make([]string, 0, len(seen))
	for s := range seen {
		all = append(all, s)
	}
	sort.Strings(all)
	return strings.Join(all, "\x00\xff\x00")
}

// clear returns text with every value replaced.
func (c *clearing) clear(text string, window bool) string {
	if len(text) < gram || c.none() {
		return text
	}
	key := clearKey{text, window}
	if s, ok := c.known[key]; ok {
		return s
	}
	s := c.clearNew(text, window)
	c.known[key] = s
	return s
}

// none reports whether there is no value to be cleared of anywhere.
func (c *clearing) none() bool { return len(c.needles.all) == 0 && c.sealed == nil }

// clearRounds bounds how often a text is searched again for what replacing put together.
const clearRounds = 8

func (c *clearing) clearNew(text string, window bool) string {
	for round := range clearRounds {
		marks, all := c.marks(text, window)
		if !all {
			return Ellipsis
		}
		if len(marks) == 0 {
			return text
		}
		text = replaceMarks(text, marks, round == 0)
	}
	return Ellipsis
}

// marks returns the spans of text that must go, and whether all of text's spellings were looked at.
func (c *clearing) marks(text string, window bool) (marks []mark, all bool) {
	all = spellings([]byte(text), func(v []byte, source func(span) span) {
		for _, r := range c.needles.find(v, window) {
			m := mark{span: source(r.span)}
			if r.whole {
				m.redacted = c.needles.all[r.needle].redacted
			}
			marks = append(marks, m)
		}
		c.sealed.find(v, func(s span, redacted string) { marks = append(marks, mark{source(s), redacted}) })
	})
	return marks, all
}

// mark is a span to be replaced; redacted is empty where only a part of a value is there.
type mark struct {
	span
	redacted string
}

// replaceMarks replaces the marks. Marks that overlap are replaced as one: by the redacted form of the value that covers
// them all if there is one, else by an ellipsis.
func replaceMarks(text string, marks []mark, show bool) string {
	sort.SliceStable(marks, func(i, j int) bool {
		a, b := marks[i], marks[j]
		if a.start != b.start {
			return a.start < b.start
		}
		return a.end > b.end
	})
	var b strings.Builder
	at := 0
	for i := 0; i < len(marks); {
		m := marks[i]
		for i++; i < len(marks) && marks[i].start < m.end; i++ {
			if marks[i].end > m.end {
				m.end, m.redacted = marks[i].end, ""
			}
		}
		b.WriteString(text[at:m.start])
		if show && m.redacted != "" {
			b.WriteString(m.redacted)
		} else {
			b.WriteString(Ellipsis)
		}
		at = m.end
	}
	b.WriteString(text[at:])
	return b.String()
}
