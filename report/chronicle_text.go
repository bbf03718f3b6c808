package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
)

// ChronicleView says what of a chronicle is shown as text. Options.Verbose shows the names of files, comments, and secrets of severity low.
type ChronicleView struct {
	Options
	Layer *int // only the step of this layer, with the names of its files
	Paths bool // the versions of the paths in the chronicle instead of the steps
}

const (
	tableFrom  = 110 // columns from which the steps are a table
	shownFiles = 200 // names of files that are shown of one layer
)

// WriteText writes the chronicle for people: a table where there is room for one, else a block a step.
func (c *Chronicle) WriteText(w io.Writer, v ChronicleView) error {
	return buffered(w, func(out *bufio.Writer) {
		t := &text{out: out, o: v.Options, r: &Report{}, width: v.Width}
		if t.width == 0 {
			t.width = textWidth
		}
		t.width = max(t.width, minWidth)
		for i := range c.Images {
			if i > 0 {
				t.line()
			}
			n := narrator{text: t, c: c, m: &c.Images[i], view: v}
			n.image()
		}
		if len(c.Problems) > 0 {
			t.section("Not covered")
		}
		for i, p := range c.Problems {
			if i == shownProblems && !v.Verbose {
				t.field("", fmt.Sprintf("and %s; -v shows all", count(len(c.Problems)-i, "more problem")))
				break
			}
			t.field("problem", t.as(roleWarn, p.Kind)+"  "+Escape(shorten(p.Where, 300)))
			t.field("", Escape(shorten(p.Error, 400)))
		}
	})
}

// narrator writes the life of one image.
type narrator struct {
	*text
	c    *Chronicle
	m    *ImageLife
	view ChronicleView
}

func (n *narrator) image() {
	m := n.m
	n.line(n.as(roleHead, shorten(n.c.Target, 200)), "  ", n.as(roleFaint, list(m.Platform, shortDigest(firstOf(m.Digest, m.ID)), prefixed("inside ", shorten(strings.Join(m.Via, "!"), 200)))))
	n.field("holds", fmt.Sprintf("%s, %s; %s stored, %s of files", entries(m.Entries), count(m.Layers, "layer"), Size(m.Size), Size(m.Bytes)))
	if m.Hidden > 0 {
		n.field("hidden", n.as(roleWarn, Size(m.Hidden))+" of files that later layers hide, and every pull still brings")
	}
	n.field("base", Escape(baseText(m.Base)))
	if m.Note != "" {
		n.field("note", n.as(roleWarn, m.Note))
	}
	switch {
	case n.view.Paths:
		n.paths()
	case n.view.Layer != nil:
		n.oneLayer(*n.view.Layer)
	case n.width >= tableFrom:
		n.table()
	default:
		for i := range m.Steps {
			n.step(&m.Steps[i])
		}
	}
}

func entries(n int) string {
	if n == 1 {
		return "1 history entry"
	}
	return fmt.Sprintf("%d history entries", n)
}

func baseText(b *Base) string {
	if b == nil {
		return ""
	}
	name := firstOf(b.Name, shortDigest(b.Digest), "the base image")
	if b.Layers == 0 {
		return shorten(name, 200) + ", as the annotations say; where it ends cannot be told without it (--base)"
	}
	return fmt.Sprintf("%s: the first %s", shorten(name, 200), count(b.Layers, "layer"))
}

// step writes one step as a block.
func (n *narrator) step(s *Step) {
	n.line()
	n.line(n.as(roleHead, stepName(s)), "  ", n.as(roleFaint, list(minute(s.Created), baseMark(s))))
	limit := 400
	if n.o.Verbose {
		limit = 100_000
	}
	n.field("did", n.as(roleCode, shorten(firstOf(s.Instruction, "(nothing is told)"), limit)))
	if len(s.Arguments) > 0 {
		n.field("arguments", Escape(strings.Join(s.Arguments, ", ")))
	}
	if n.o.Verbose {
		n.field("comment", Escape(shorten(s.Comment, 400)))
	}
	if s.Untied != "" {
		n.field("layer", n.as(roleFaint, "not known: "+s.Untied))
	}
	if l := s.Layer; l != nil {
		n.whole("layer", Escape(l.Digest)) // on one line, to be copied
		n.field("size", fmt.Sprintf("%s stored, %s of files", Size(l.Size), Size(l.Bytes)))
		n.field("files", filesText(l))
		if l.Hidden > 0 {
			n.field("hidden", n.as(roleWarn, Size(l.Hidden))+" by later layers")
		}
	}
	n.stepSecrets(s)
	if n.o.Verbose && s.Layer != nil {
		n.names(s.Layer, shownFiles)
	}
	if s.BaseEnd {
		n.line()
		n.line(n.as(roleFaint, endOfBase(n.m.Base, n.width)))
	}
}

func stepName(s *Step) string {
	switch {
	case s.History == nil:
		return fmt.Sprintf("layer %d", s.Layer.Index)
	case s.Layer != nil:
		return fmt.Sprintf("%d  layer %d", *s.History, s.Layer.Index)
	}
	return fmt.Sprintf("%d", *s.History)
}

func baseMark(s *Step) string {
	if s.Base {
		return "base image"
	}
	return ""
}

func endOfBase(b *Base, width int) string {
	label := "── end of the base image " + shorten(firstOf(b.Name, shortDigest(b.Digest)), 60) + " "
	return label + strings.Repeat("─", max(0, width-lipgloss.Width(label)))
}

func filesText(l *LayerLife) string {
	if l.Unread {
		return "not known: the layer was not read"
	}
	told := list(some(l.Added, "added"), some(l.Replaced, "replaced"), some(l.Deleted, "deleted"))
	return firstOf(told, "none changed")
}

func (n *narrator) stepSecrets(s *Step) {
	n.secretLines("came in", roleBad, s.CameIn)
	n.secretLines("hid", roleWarn, s.TakenAway)
}

func (n *narrator) secretLines(label, role string, all []StepSecret) {
	hidden := 0
	for i := range all {
		if all[i].Severity == Low && !n.o.Verbose {
			hidden++
			continue
		}
		n.field(label, n.as(role, all[i].ID)+" "+Escape(secretText(&all[i])))
		label = ""
	}
	if hidden > 0 {
		n.field(label, n.as(roleFaint, fmt.Sprintf("%d of low severity (-v shows them)", hidden)))
	}
}

func secretText(s *StepSecret) string {
	where := shorten(s.Path, 200)
	if s.Line > 0 && s.Place == LayerFile {
		where += fmt.Sprintf(":%d", s.Line)
	}
	return fmt.Sprintf("%s %s %s, %s %s, %s", s.Severity, s.Rule, s.Redacted, s.Place, where, s.Visibility)
}

// names writes the files that a layer changed.
func (n *narrator) names(l *LayerLife, most int) {
	marks := map[string]string{FileAdded: "+ ", FileReplaced: "~ ", FileDeleted: "- "}
	for i := range l.Changes {
		if i == most {
			n.whole("", n.as(roleFaint, fmt.Sprintf("and %d more; --layer %d shows all", len(l.Changes)-i, l.Index)))
			return
		}
		f := &l.Changes[i]
		told := marks[f.Change] + shorten(f.Path, 1000)
		if f.Change != FileDeleted {
			told += "  " + Size(f.Size)
		}
		if f.Until != nil && f.Change != FileDeleted {
			told += fmt.Sprintf("  (%s by layer %d)", f.Fate, *f.Until)
		}
		n.whole("", Escape(told))
	}
}

// oneLayer writes the step of one layer with all its files.
func (n *narrator) oneLayer(index int) {
	for i := range n.m.Steps {
		if s := &n.m.Steps[i]; s.Layer != nil && s.Layer.Index == index {
			n.step(s)
			if !n.o.Verbose {
				n.names(s.Layer, len(s.Layer.Changes))
			}
		}
	}
}

// paths writes the versions of the paths that were asked for.
func (n *narrator) paths() {
	if len(n.m.Paths) == 0 {
		n.field("paths", "no path of any layer matches")
	}
	for i := range n.m.Paths {
		p := &n.m.Paths[i]
		n.line()
		n.line(n.as(roleHead, shorten(p.Path, 1000)))
		for k := range p.Versions {
			v := &p.Versions[k]
			n.field(fmt.Sprintf("layer %d", v.Layer), Escape(list(Size(v.Size), "mode "+v.Mode, prefixed("to ", shorten(v.Link, 200)))))
			n.field("", n.as(roleCode, shorten(v.Instruction, 300)))
			fate := v.Fate
			if v.RemovedBy != nil {
				fate += v.RemovedBy.text()
			}
			n.field("", n.as(map[bool]string{true: roleGood, false: roleWarn}[v.Fate == Visible], fate))
			n.secretLines("", roleBad, v.Secrets)
		}
	}
}

// table writes the steps as a table, and below it what the cells have no room for.
func (n *narrator) table() {
	styles := func(row, col int) lipgloss.Style {
		s := lipgloss.NewStyle().Padding(0, 1, 0, 0)
		if col >= 4 && col <= 6 {
			s = s.Align(lipgloss.Right)
		}
		if row == table.HeaderRow && n.o.Color {
			s = s.Bold(true)
		}
		return s
	}
	t := table.New().Border(lipgloss.HiddenBorder()).BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).
		BorderHeader(false).BorderColumn(false).Width(n.width).Wrap(true).StyleFunc(styles).
		Headers("#", "created", "instruction", "layer", "size", "files", "hidden", "secrets")
	for i := range n.m.Steps {
		s := &n.m.Steps[i]
		t.Row(n.cells(s)...)
		if s.BaseEnd {
			t.Row("", "", Escape("── end of the base image "+shorten(firstOf(n.m.Base.Name, shortDigest(n.m.Base.Digest)), 60)), "", "", "", "", "")
		}
	}
	n.line()
	for _, line := range strings.Split(t.String(), "\n") {
		n.line(strings.TrimRight(line, " "))
	}
	for i := range n.m.Steps {
		s := &n.m.Steps[i]
		wanted := len(s.CameIn)+len(s.TakenAway) > 0 || n.o.Verbose && s.Layer != nil && len(s.Layer.Changes) > 0
		if !wanted {
			continue
		}
		n.line()
		n.line(n.as(roleHead, stepName(s)), "  ", n.as(roleFaint, shorten(s.Instruction, n.width-20)))
		n.stepSecrets(s)
		if n.o.Verbose && s.Layer != nil {
			n.names(s.Layer, shownFiles)
		}
	}
}

func (n *narrator) cells(s *Step) []string {
	limit := 240
	if n.o.Verbose {
		limit = 4000
	}
	cells := []string{"", minute(s.Created), Escape(shorten(s.Instruction, limit)), "", "", "", "", ""}
	if s.History != nil {
		cells[0] = fmt.Sprint(*s.History)
	}
	if l := s.Layer; l != nil {
		cells[3] = fmt.Sprintf("%d %s", l.Index, strings.TrimPrefix(shortDigest(l.Digest), "sha256:"))
		cells[4] = Size(l.Size)
		cells[5] = fmt.Sprintf("+%d ~%d -%d", l.Added, l.Replaced, l.Deleted)
		if l.Unread {
			cells[5] = "not read"
		}
		if l.Hidden > 0 {
			cells[6] = Size(l.Hidden)
		}
	} else if s.Untied != "" {
		cells[3] = "not known"
	}
	cells[7] = marked("+", s.CameIn) + marked(" -", s.TakenAway)
	return cells
}

// marked lists the secrets of a step, each once, behind a sign.
func marked(sign string, all []StepSecret) string {
	const shown = 4
	seen := make(map[string]bool)
	var b strings.Builder
	for i := range all {
		if seen[all[i].ID] {
			continue
		}
		if seen[all[i].ID] = true; len(seen) > shown {
			return b.String() + Ellipsis
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.TrimSpace(sign) + all[i].ID)
	}
	if b.Len() > 0 && strings.HasPrefix(sign, " ") {
		return " " + b.String()
	}
	return b.String()
}

// minute returns the date and the time of day of a time as it stands in a configuration.
func minute(created string) string {
	if strings.HasPrefix(created, "0001-") || len(created) < 16 || created[10] != 'T' {
		return ""
	}
	return Escape(created[:10] + " " + created[11:16])
}
