package report

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf8"
)

// markdownRunes bounds the characters of the Markdown report: a comment on GitHub holds 65,536.
const markdownRunes = 65_000

// writeMarkdown writes a comment for a pull request: the verdict, a table of the secrets, and each one's life. What does not
// fit is counted. All text that is not dregs' own stands in code spans, where nothing is a link, a mention or HTML.
func writeMarkdown(w io.Writer, r *Report, o Options) error {
	m := &markdown{left: markdownRunes}
	outcome := o.Gate.Judge(r)
	m.add(fmt.Sprintf("## dregs: %s\n\n%s\n\n", outcome.Word, markdownText(outcome.Why)))
	var shown []*Secret
	hidden := 0
	for i := range r.Secrets {
		s := &r.Secrets[i]
		if s.Ignored != nil || s.Severity == Low && !o.Verbose && !o.Gate.Fails(s) {
			hidden++
			continue
		}
		shown = append(shown, s)
	}
	sort.SliceStable(shown, func(i, j int) bool {
		if x, y := o.Gate.Fails(shown[i]), o.Gate.Fails(shown[j]); x != y {
			return x
		}
		return Rank(shown[i].Severity) > Rank(shown[j].Severity)
	})
	m.secrets(r, shown)
	if hidden > 0 {
		m.end(fmt.Sprintf("%d of low severity or ignored are not shown.\n\n", hidden))
	}
	m.exposures(r, o.Gate)
	m.registries(r)
	m.problems(r)
	_, err := io.WriteString(w, m.b.String())
	return err
}

// markdown is a text of bounded length. Some room is kept for what is told at the end of a part.
type markdown struct {
	b    strings.Builder
	left int
}

// markdownReserve is the room that add leaves for end.
const markdownReserve = 2000

// add appends s if it fits, and reports whether it did.
func (m *markdown) add(s string) bool {
	n := utf8.RuneCountInString(s)
	if n > m.left-markdownReserve {
		return false
	}
	m.b.WriteString(s)
	m.left -= n
	return true
}

// end appends a short s, for which the reserve has room.
func (m *markdown) end(s string) {
	if n := utf8.RuneCountInString(s); n <= m.left {
		m.b.WriteString(s)
		m.left -= n
	}
}

func (m *markdown) secrets(r *Report, shown []*Secret) {
	if len(shown) == 0 {
		return
	}
	m.add("| | severity | secret | where | life | |\n|---|---|---|---|---|---|\n")
	rows := 0
	for _, s := range shown {
		if len(s.Occurrences) == 0 {
			continue
		}
		o := &s.Occurrences[0]
		more := ""
		if n := len(s.Occurrences) - 1; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		if !m.add(fmt.Sprintf("| %s | %s | %s %s | %s%s | %s | %s |\n", markdownCell(s.ID), markdownText(s.Severity), markdownCell(s.Rule), markdownCell(s.Redacted),
			markdownCell(shorten(o.where(), 200)+o.Position()), more, markdownText(s.Status), map[bool]string{true: "new", false: "known"}[s.New])) {
			break
		}
		rows++
	}
	if rows < len(shown) {
		m.end(fmt.Sprintf("\n%d more do not fit; the JSON report has all.\n", len(shown)-rows))
	}
	m.end("\n")
	details := 0
	for _, s := range shown {
		if !m.add(markdownDetails(r, s)) {
			break
		}
		details++
	}
	if details < len(shown) {
		m.end(fmt.Sprintf("The details of %d more do not fit.\n\n", len(shown)-details))
	}
}

func markdownDetails(r *Report, s *Secret) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<details><summary>%s: %s</summary>\n\n%s\n\n", markdownText(s.ID), markdownText(s.Rule), markdownText(s.Description))
	if known := s.known(); known != "" {
		fmt.Fprintf(&b, "**Known of it:** %s\n\n", markdownText(known))
	}
	if s.Advice != "" {
		fmt.Fprintf(&b, "**To do:** %s\n\n", markdownText(s.Advice))
	}
	for i, step := range s.Cleanup {
		fmt.Fprintf(&b, "%d. %s\n", i+1, markdownText(shorten(step, 400)))
	}
	if len(s.Cleanup) > 0 {
		b.WriteString("\n")
	}
	groups := groupOccurrences(r, s)
	for i := range groups {
		if i == shownOccurrences {
			fmt.Fprintf(&b, "- and %s\n", count(len(groups)-i, "more place"))
			break
		}
		o := groups[i].at
		fmt.Fprintf(&b, "- %s\n", markdownCode(shorten(o.where(), 300)+o.Position()))
		if in := o.CameIn(); in != "" {
			fmt.Fprintf(&b, "  - came in: %s\n", markdownCode(in))
		}
		fmt.Fprintf(&b, "  - %s\n", markdownCode(o.Fate()))
	}
	b.WriteString("\n</details>\n\n")
	return b.String()
}

func (m *markdown) exposures(r *Report, g Gate) {
	n := 0
	for i := range r.Exposures {
		e := &r.Exposures[i]
		if e.Severity == Low && !g.FailsExposure(e) {
			continue
		}
		if n == 0 && !m.add("### Image identities in logs\n\n") {
			return
		}
		if n++; n > shownExposures {
			m.end("- and more\n")
			break
		}
		m.add(fmt.Sprintf("- %s %s in %s%s\n", markdownText(e.Severity+" "+e.Kind), markdownCode(shorten(e.Value, 200)), markdownCode(fmt.Sprintf("%s:%d", shorten(e.where(), 200), e.Line)), markdownText(prefixed(": ", e.Reason))))
	}
	if n > 0 {
		m.end("\n")
	}
}

func (m *markdown) problems(r *Report) {
	n := 0
	for i := range r.Targets {
		for _, p := range r.Targets[i].Problems {
			if n == 0 && !m.add("### Not read\n\n") {
				return
			}
			if n++; n > shownProblems {
				m.end("- and more\n")
				return
			}
			accepted := ""
			if p.Accepted != nil {
				accepted = " (accepted)"
			}
			m.add(fmt.Sprintf("- %s: %s: %s%s\n", markdownText(p.Kind), markdownCode(shorten(p.Where, 200)), markdownCode(shorten(p.Error, 200)), accepted))
		}
	}
}

// markdownCode returns s as a code span.
func markdownCode(s string) string {
	s = strings.TrimSpace(Escape(s))
	if s == "" {
		return ""
	}
	longest, n := 0, 0
	for _, c := range s {
		if n++; c != '`' {
			n = 0
		}
		longest = max(longest, n)
	}
	fence := strings.Repeat("`", longest+1)
	if s[0] == '`' || s[len(s)-1] == '`' {
		s = " " + s + " "
	}
	return fence + s + fence
}

// markdownCell returns s as a code span in a table, which a pipe would end.
func markdownCell(s string) string { return strings.ReplaceAll(markdownCode(s), "|", `\x7c`) }

// markdownText returns s with every character of Markdown's and HTML's own as itself.
func markdownText(s string) string {
	var b strings.Builder
	for _, c := range Escape(s) {
		switch {
		case c == '<':
			b.WriteString("&lt;")
		case c == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]#|~>@$", c):
			b.WriteByte('\\')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
