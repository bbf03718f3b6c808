package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// DiffFormats lists the formats of a comparison; the first is the default.
var DiffFormats = []string{"text", "json", "markdown"}

// Write writes d, which was judged, in one of DiffFormats.
func (d *Diff) Write(w io.Writer, format string, o Options) error {
	switch format {
	case "text":
		return d.writeText(w, o)
	case "json":
		return encodeJSON(w, d, "  ")
	case "markdown":
		return d.writeMarkdown(w, o)
	}
	return fmt.Errorf("writing the comparison: no format is named %q", format)
}

// changeTitles are the headings of the changes.
var changeTitles = map[string]string{
	ChangeNew:      "New",
	ChangeHidden:   "Only hidden: deleted or changed, but whoever pulls can recover it",
	ChangeUnproven: "Cannot be told",
	ChangeStill:    "Still there",
	ChangeGone:     "Gone",
}

// diffSection is the changes of one kind that a text shows.
type diffSection struct {
	change string
	shown  []*Change
	hidden int
}

// sections returns the changes by kind. Low and ignored ones are hidden unless verbose.
func (d *Diff) sections(o Options) []diffSection {
	var all []diffSection
	for _, change := range Changes {
		s := diffSection{change: change}
		for i := range d.Secrets {
			c := &d.Secrets[i]
			switch {
			case c.Change != change:
			case o.Verbose || o.Gate.counts(c) || c.Severity != Low && (c.New == nil || c.New.Ignored == nil):
				s.shown = append(s.shown, c)
			default:
				s.hidden++
			}
		}
		if len(s.shown)+s.hidden > 0 {
			all = append(all, s)
		}
	}
	return all
}

// writeText writes the sides, then the changes, most urgent first, and the line of verdict last.
func (d *Diff) writeText(w io.Writer, o Options) error {
	return buffered(w, func(out *bufio.Writer) {
		t := &text{out: out, o: o, width: max(o.Width, minWidth)}
		if o.Width == 0 {
			t.width = textWidth
		}
		if !o.Quiet {
			t.line(t.as(roleHead, strings.TrimSpace(d.Tool.Name+" "+d.Tool.Version)))
			t.side("old", &d.Old)
			t.side("new", &d.New)
			for _, s := range d.sections(o) {
				d.textSection(t, s)
			}
			t.line()
		}
		role := map[string]string{NothingLeft: roleGood, NothingWorse: roleWarn, NotClean: roleBad, CannotTell: roleWarn}[d.Outcome.Word]
		t.line("verdict: ", t.as(role, d.Outcome.Word), ": ", Escape(d.Outcome.Why))
	})
}

// side names one of the two things compared.
func (t *text) side(label string, s *DiffSide) {
	note := ""
	for i := range s.Targets {
		if told := describeImages(&s.Targets[i]); told != "" && note == "" {
			note = " " + told
		}
	}
	if !s.Complete {
		note += ", not read in full"
	}
	t.field(label, t.as(roleHead, shorten(s.Name, 200))+t.as(roleFaint, note))
}

func (d *Diff) textSection(t *text, s diffSection) {
	t.section(fmt.Sprintf("%s (%d)", changeTitles[s.change], len(s.shown)+s.hidden))
	for _, c := range s.shown {
		t.r = d.new
		now := c.New
		if now == nil {
			t.r, now = d.old, c.Old
		}
		t.several = imageCount(t.r) > 1
		if s.change == ChangeStill || s.change == ChangeGone {
			t.field("", t.as(c.Severity, strings.ToUpper(c.Severity))+"  "+Escape(c.Rule)+"  "+t.as(roleCode, c.Redacted)+"  "+t.as(roleFaint, firstWhere(now)))
			continue
		}
		t.secret(now)
		t.field("change", Escape(c.Why+c.turn()))
	}
	if s.hidden > 0 {
		t.field("", t.as(roleFaint, fmt.Sprintf("%d of low severity or ignored not shown (-v shows them)", s.hidden)))
	}
}

// turn says how the status changed.
func (c *Change) turn() string {
	switch {
	case c.Why != "":
		return ""
	case c.Was == "":
		return "not in the old one"
	case c.Was == c.Now:
		return c.Now + " in both"
	}
	return c.Was + " in the old one, " + c.Now + " in the new one"
}

func firstWhere(s *Secret) string {
	if len(s.Occurrences) == 0 {
		return ""
	}
	o := &s.Occurrences[0]
	at := shorten(o.where(), 200) + o.Position()
	if n := len(s.Occurrences) - 1; n > 0 {
		at += " and " + count(n, "more place")
	}
	return at
}

// writeMarkdown writes a comment for a pull request: the verdict and a table of the changes.
func (d *Diff) writeMarkdown(w io.Writer, o Options) error {
	m := &markdown{left: markdownRunes}
	m.add(fmt.Sprintf("## dregs: %s\n\n%s\n\n", markdownText(d.Outcome.Word), markdownText(d.Outcome.Why)))
	m.add(fmt.Sprintf("- old: %s\n- new: %s\n\n", markdownCode(shorten(d.Old.Name, 200)), markdownCode(shorten(d.New.Name, 200))))
	rows, left, hidden := 0, 0, 0
	for _, s := range d.sections(o) {
		hidden += s.hidden
		for _, c := range s.shown {
			if rows == 0 {
				m.add("| change | severity | secret | where |\n|---|---|---|---|\n")
			}
			at := c.New
			if at == nil {
				at = c.Old
			}
			row := fmt.Sprintf("| %s | %s | %s %s | %s |\n", markdownText(c.Change), markdownText(c.Severity), markdownCell(c.Rule), markdownCell(c.Redacted), markdownCell(firstWhere(at)))
			if left > 0 || !m.add(row) {
				left++
			}
			rows++
		}
	}
	if left > 0 {
		m.end(fmt.Sprintf("\n%d more do not fit; the JSON has all.\n", left))
	}
	if hidden > 0 {
		m.end(fmt.Sprintf("\n%d of low severity or ignored are not shown.\n", hidden))
	}
	_, err := io.WriteString(w, m.b.String())
	return err
}
