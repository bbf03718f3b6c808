package report

import (
	"bufio"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
)

const (
	textWidth = 80
	minWidth  = 40
	labelCols = 13 // columns of indent and label
)

// text writes the report for people.
type text struct {
	out     *bufio.Writer
	o       Options
	r       *Report
	width   int
	several bool // more than one image, so that each must be named
}

// writeText writes one block a secret, what gates and is most severe first, then the rest of the report, and the line of
// verdict last.
func writeText(w io.Writer, r *Report, o Options) error {
	return buffered(w, func(out *bufio.Writer) {
		t := &text{out: out, o: o, r: r, width: o.Width, several: imageCount(r) > 1}
		if t.width == 0 {
			t.width = textWidth
		}
		t.width = max(t.width, minWidth)
		if !o.Quiet {
			t.targets()
			t.secrets()
			t.exposures()
			t.practices()
			t.gone()
			t.uncovered()
			t.notes()
			t.registries()
			t.summary()
		}
		t.verdict()
	})
}

// imageCount counts the images apart from attestations and artifacts.
func imageCount(r *Report) int {
	n := 0
	for i := range r.Targets {
		for j := range r.Targets[i].Images {
			if r.Targets[i].Images[j].Kind == "" {
				n++
			}
		}
	}
	return n
}

// Roles of text, each with a style where colour is on.
const (
	roleHead  = "head"
	roleLabel = "label"
	roleCode  = "code"
	roleFaint = "faint"
	roleGood  = "good"
	roleBad   = "bad"
	roleWarn  = "warn"
)

// styles uses the sixteen colours that every terminal and CI log has.
var styles = map[string]lipgloss.Style{
	roleHead:  lipgloss.NewStyle().Bold(true),
	roleLabel: lipgloss.NewStyle().Foreground(lipgloss.Cyan),
	roleCode:  lipgloss.NewStyle().Foreground(lipgloss.Yellow),
	roleFaint: lipgloss.NewStyle().Faint(true),
	roleGood:  lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Green),
	roleBad:   lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red),
	roleWarn:  lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Yellow),
	Critical:  lipgloss.NewStyle().Bold(true).Foreground(lipgloss.BrightWhite).Background(lipgloss.Red),
	High:      lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red),
	Medium:    lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Yellow),
	Low:       lipgloss.NewStyle().Foreground(lipgloss.Blue),
}

// as returns s, escaped, in the style of role.
func (t *text) as(role, s string) string {
	s = Escape(s)
	if !t.o.Color || s == "" {
		return s
	}
	return styles[role].Render(s)
}

func (t *text) line(parts ...string) {
	for _, p := range parts {
		_, _ = t.out.WriteString(p) // the buffer keeps its error for Flush
	}
	_ = t.out.WriteByte('\n')
}

// field writes body after label, wrapped and indented. body may hold styles; what is foreign in it is escaped already.
func (t *text) field(label, body string) {
	if body == "" {
		return
	}
	for i, l := range wrap(body, t.width-labelCols) {
		if i > 0 {
			label = ""
		}
		if label == "" && strings.HasPrefix(strings.TrimSpace(l), "::") {
			l = `\` + l // at the start of a line the runner of GitHub takes it for a command
		}
		t.line(t.label(label), strings.TrimRight(l, " "))
	}
}

// wrap breaks s at spaces into lines of at most width columns, and within a word only where it is longer than a line.
func wrap(s string, width int) []string {
	var lines []string
	line, used := "", 0
	for i, word := range strings.Split(s, " ") {
		n := ansi.StringWidth(word)
		switch {
		case i == 0:
		case used+1+n <= width:
			line += " "
			used++
		default:
			lines = append(lines, line)
			line, used = "", 0
		}
		if n > width {
			pieces := strings.Split(ansi.Hardwrap(word, width, true), "\n")
			lines = append(lines, pieces[:len(pieces)-1]...)
			word = pieces[len(pieces)-1]
			n = ansi.StringWidth(word)
		}
		line += word
		used += n
	}
	return append(lines, line)
}

// whole writes body after label on one line however long it is: a path that can be copied.
func (t *text) whole(label, body string) { t.line(t.label(label), body) }

func (t *text) label(label string) string {
	pad := strings.Repeat(" ", max(1, labelCols-2-len(label)))
	if label == "" {
		return strings.Repeat(" ", labelCols)
	}
	return "  " + t.as(roleLabel, label) + pad
}

// section writes a heading after an empty line.
func (t *text) section(title string) {
	t.line()
	t.line(t.as(roleHead, title))
}

// targets says what was scanned.
func (t *text) targets() {
	const shown = 8
	t.line(t.as(roleHead, strings.TrimSpace(t.r.Tool.Name+" "+t.r.Tool.Version)))
	for i := range t.r.Targets {
		target := &t.r.Targets[i]
		if i == shown && len(t.r.Targets) > shown+1 && !t.o.Verbose {
			t.whole("", fmt.Sprintf("and %d more targets", len(t.r.Targets)-i))
			return
		}
		t.field(target.Kind, t.as(roleHead, shorten(target.Name, 200))+t.as(roleFaint, " "+describeImages(target)))
	}
}

// describeImages says in a few words what images a target holds.
func describeImages(target *Target) string {
	switch len(target.Images) {
	case 0:
		return ""
	case 1:
		m := &target.Images[0]
		return shorten(list(m.Platform, shortDigest(firstOf(m.Digest, m.ID)), count(len(m.Layers), "layer")), 200)
	}
	var platforms []string
	seen := make(map[string]bool)
	for i := range target.Images {
		if p := target.Images[i].Platform; p != "" && !seen[p] && len(platforms) < 6 {
			seen[p] = true
			platforms = append(platforms, p)
		}
	}
	told := count(len(target.Images), "manifest")
	if len(platforms) > 0 {
		told += ": " + strings.Join(platforms, ", ")
	}
	return shorten(told, 200)
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// shortDigest cuts a digest to what people compare.
func shortDigest(d string) string {
	algorithm, digits, ok := strings.Cut(d, ":")
	if !ok || len(digits) <= 12 {
		return d
	}
	return algorithm + ":" + digits[:12]
}

// secrets writes a block for each secret.
func (t *text) secrets() {
	order := make([]*Secret, 0, len(t.r.Secrets))
	hidden, ignored := 0, 0
	for i := range t.r.Secrets {
		s := &t.r.Secrets[i]
		switch {
		case s.Ignored != nil && !t.o.Verbose:
			ignored++
		case s.Severity == Low && !t.o.Verbose && !t.o.Gate.Fails(s):
			hidden++
		default:
			order = append(order, s)
		}
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := order[i], order[j]
		if x, y := t.o.Gate.Fails(a), t.o.Gate.Fails(b); x != y {
			return x
		}
		if x, y := Rank(a.Severity), Rank(b.Severity); x != y {
			return x > y
		}
		return a.Status == Exposed && b.Status != Exposed
	})
	for _, s := range order {
		t.secret(s)
	}
	if hidden+ignored > 0 {
		t.line()
		t.line(t.as(roleFaint, list(some(hidden, "of low severity"), some(ignored, "ignored"))+" not shown (-v shows them)"))
	}
}

// summary counts what was found and read.
func (t *text) summary() {
	s := &t.r.Summary
	t.section("Summary")
	var severities []string
	for i := len(Severities) - 1; i >= 0; i-- {
		severities = append(severities, some(s.BySeverity[Severities[i]], Severities[i]))
	}
	found := "none"
	if n := s.Exposed + s.Buried; n > 0 {
		found = fmt.Sprintf("%d: %s; %s", n, list(some(s.Exposed, "still visible"), some(s.Buried, "buried in layers or history")), list(severities...))
	}
	t.field("secrets", found)
	if s.Buried > 0 {
		t.field("", t.as(roleFaint, "Buried secrets are in every pull of the image. Replace the credential, then build without it: deleting the file again does not help."))
	}
	if b := t.r.Baseline; b != nil {
		t.field("baseline", list(some(b.Known, "known"), some(b.New, "new"), some(len(b.Gone), "gone")))
	}
	c := &t.r.Coverage
	read := list(count(c.Images, "image"), count(c.Layers, "layer"), count(c.Files, "file"), Size(c.Bytes))
	if c.UnpackedFiles > 0 {
		read += fmt.Sprintf(", and %s (%s) unpacked from them", count(c.UnpackedFiles, "file"), Size(c.UnpackedBytes))
	}
	t.field("read", read+fmt.Sprintf(" in %s", (time.Duration(t.r.DurationMS)*time.Millisecond).Round(100*time.Millisecond)))
}

// verdict writes the last line.
func (t *text) verdict() {
	o := t.o.Gate.Judge(t.r)
	role := map[string]string{Publish: roleGood, DoNotPublish: roleBad, CannotTell: roleWarn}[o.Word]
	if !t.o.Quiet {
		t.line()
	}
	t.line("verdict: ", t.as(role, o.Word), ": ", Escape(o.Why))
}

// Size returns n bytes as people read it, in powers of 1000.
func Size(n int64) string {
	const step = 1000
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	v, unit := float64(n)/step, 0
	for v >= step && unit < 4 {
		v /= step
		unit++
	}
	return fmt.Sprintf("%.1f %cB", v, "kMGTP"[unit])
}
