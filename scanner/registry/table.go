package registry

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"dregs/report"
)

const (
	shownRunes  = 120 // of one cell of a text
	shownDigits = 12  // of a digest in a text
)

// page writes text for people, of which every foreign part is escaped. It keeps the first error for close.
type page struct {
	out *bufio.Writer
	tab *tabwriter.Writer
}

func newPage(w io.Writer) *page {
	out := bufio.NewWriter(w)
	return &page{out, tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
}

// row writes one row of a table; cells of consecutive rows stand below each other.
func (p *page) row(cells ...string) {
	for i := range cells {
		cells[i] = cut(report.Escape(cells[i]))
	}
	_, _ = fmt.Fprintln(p.tab, strings.TrimRight(strings.Join(cells, "\t"), "\t ")) // out keeps its error
}

// line ends a table and writes a line of its own.
func (p *page) line(format string, a ...any) {
	_ = p.tab.Flush() // out keeps its error
	text := fmt.Sprintf(format, a...)
	lead := len(text) - len(strings.TrimLeft(text, " "))
	_, _ = fmt.Fprintln(p.out, text[:lead]+report.Escape(text[lead:]))
}

func (p *page) close() error {
	_ = p.tab.Flush() // out keeps its error
	if err := p.out.Flush(); err != nil {
		return fmt.Errorf("writing text: %w", err)
	}
	return nil
}

// problems writes what could not be read.
func (p *page) problems(all []report.Problem) {
	if len(all) == 0 {
		return
	}
	p.line("")
	p.line("not read in full (%d)", len(all))
	for _, problem := range all {
		p.row("  "+problem.Kind, problem.Where, problem.Error)
	}
}

// cut shortens a cell.
func cut(s string) string {
	if r := []rune(s); len(r) > shownRunes {
		return string(r[:shownRunes-1]) + "…"
	}
	return s
}

// short returns the beginning of a digest, for people.
func short(digest string) string {
	algorithm, digits, ok := strings.Cut(digest, ":")
	if !ok || len(digits) <= shownDigits {
		return digest
	}
	return algorithm + ":" + digits[:shownDigits]
}

// plural returns n with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// writeText writes one row for each tag, then what has none.
func (v *Inventory) writeText(w io.Writer) error {
	p := newPage(w)
	known := v.byDigest()
	p.line("registry %s, %s", v.Registry, v.Taken)
	for i := range v.Repositories {
		r := &v.Repositories[i]
		p.line("")
		p.line("%s  %s, %s", r.Path, plural(len(r.Tags), "tag", "tags"), plural(len(r.Manifests), "manifest", "manifests"))
		named := map[string]bool{}
		for _, t := range r.Tags {
			p.row(append([]string{"  " + t.Name}, describe(known, t.Digest, t.Since)...)...)
			known.lead(t.Digest, named)
			for _, past := range t.Past {
				p.row(append([]string{"    was"}, describe(known, past.Digest, past.Since)...)...)
				known.lead(past.Digest, named)
			}
		}
		for _, digest := range r.Manifests {
			if !named[digest] {
				p.row(append([]string{"  (no tag)"}, describe(known, digest, "")...)...)
			}
		}
	}
	p.line("")
	p.line("%s, %s, %s", plural(len(v.Repositories), "repository", "repositories"), plural(len(v.Manifests), "manifest", "manifests"),
		plural(v.distinctLayers(), "distinct layer", "distinct layers"))
	p.problems(v.Problems)
	return p.close()
}

// describe returns the cells that tell what a digest names.
func describe(known manifests, digest, since string) []string {
	m := known[digest]
	if m == nil {
		return []string{short(digest), "", "", "", since}
	}
	parts := plural(len(m.Layers), "layer", "layers")
	if m.Kind == KindIndex {
		parts = plural(len(m.Manifests), "manifest", "manifests")
	}
	return []string{short(digest), m.Kind, m.Platform, parts, firstOf(since, m.Created)}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (v *Inventory) distinctLayers() int {
	seen := map[string]bool{}
	for i := range v.Manifests {
		for _, l := range v.Manifests[i].Layers {
			seen[l.Digest] = true
		}
	}
	return len(seen)
}

// rows returns the table of the format csv: one row for each name that a repository has for a manifest, and each of its
// layers.
func (v *Inventory) rows() [][]string {
	rows := [][]string{{"repository", "tag", "past", "since", "since_source", "digest", "kind", "platform", "id", "created", "layer", "layer_digest", "diff_id", "size"}}
	known := v.byDigest()
	for i := range v.Repositories {
		r := &v.Repositories[i]
		tags := map[string][][]string{}
		for _, t := range r.Tags {
			if t.Digest != "" {
				tags[t.Digest] = append(tags[t.Digest], []string{r.Path, t.Name, "false", t.Since, t.SinceSource})
			}
			for _, past := range t.Past {
				tags[past.Digest] = append(tags[past.Digest], []string{r.Path, t.Name, "true", past.Since, past.SinceSource})
			}
		}
		for _, digest := range r.Manifests {
			names := tags[digest]
			if names == nil {
				names = [][]string{{r.Path, "", "false", "", ""}}
			}
			for _, name := range names {
				rows = append(rows, manifestRows(name, digest, known[digest])...)
			}
		}
	}
	return rows
}

func manifestRows(name []string, digest string, m *Manifest) [][]string {
	if m == nil {
		m = &Manifest{Digest: digest}
	}
	row := append(append([]string{}, name...), digest, m.Kind, m.Platform, m.ID, m.Created)
	if len(m.Layers) == 0 {
		return [][]string{append(row, "", "", "", "")}
	}
	var rows [][]string
	for i, l := range m.Layers {
		rows = append(rows, append(append([]string{}, row...), strconv.Itoa(i), l.Digest, l.DiffID, strconv.FormatInt(l.Size, 10)))
	}
	return rows
}
