package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"sort"
	"strings"
	"sync"
	"time"
)

//go:embed page/page.html page/page.css page/page.js
var pageFiles embed.FS

// pageTemplates are the parts of the HTML report: head, secret, foot, end. They are parsed when one is first written.
var pageTemplates = sync.OnceValue(func() *template.Template { return template.Must(template.ParseFS(pageFiles, "page/page.html")) })

// writeHTML writes one file that needs nothing else: its style and script are within, and its Content-Security-Policy
// allows those two, by their hashes, and no request. Every secret is listed with its first place, for a browser without
// scripts too; the further places wait in a data block until a secret is opened or searched.
func writeHTML(w io.Writer, r *Report, o Options) error {
	style, script, err := pageCode()
	if err != nil {
		return err
	}
	p := newPage(r, o)
	p.Style = template.HTML("<style>" + style + "</style>")     //nolint:gosec // our own file
	p.Script = template.HTML("<script>" + script + "</script>") //nolint:gosec // our own file
	p.Policy = fmt.Sprintf("default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
		sourceHash(script), sourceHash(style))
	flushErr := buffered(w, func(out *bufio.Writer) {
		if err = pageTemplates().ExecuteTemplate(out, "head", p); err != nil {
			return
		}
		for _, s := range p.order {
			if err = pageTemplates().ExecuteTemplate(out, "secret", p.secret(s)); err != nil {
				return
			}
		}
		if err = pageTemplates().ExecuteTemplate(out, "foot", p); err != nil {
			return
		}
		if err = p.writePlaces(out); err != nil {
			return
		}
		err = pageTemplates().ExecuteTemplate(out, "end", p)
	})
	if err != nil {
		return err
	}
	return flushErr
}

// pageCode returns the style and the script of the page.
func pageCode() (style, script string, err error) {
	css, err := pageFiles.ReadFile("page/page.css")
	if err != nil {
		return "", "", fmt.Errorf("reading the style of the page: %w", err)
	}
	js, err := pageFiles.ReadFile("page/page.js")
	if err != nil {
		return "", "", fmt.Errorf("reading the script of the page: %w", err)
	}
	return string(css), string(js), nil
}

// sourceHash returns the hash by which a Content-Security-Policy allows source.
func sourceHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// page is what the templates show. Its strings have passed Escape; the templates escape them for HTML.
type page struct {
	r     *Report
	o     Options
	order []*Secret // as they are listed
	lives *lives

	Title, Tool, Policy   string
	Style, Script         template.HTML
	Word, Why, Tone, Mark string
	Cards                 []pageCard
	Images                []pageImage
	MoreImages            string

	Total                                       int
	Count                                       string
	Severities, Statuses, Rules, Places, States []pageChoice

	pageRest
}

// pageCard is one figure at the top.
type pageCard struct{ Label, Value, Note, Tone string }

// pageChoice is one value that the list can be filtered by.
type pageChoice struct {
	Name  string
	Count int
}

// pageField is a label and what it tells.
type pageField struct{ Label, Value string }

func newPage(r *Report, o Options) *page {
	outcome := o.Gate.Judge(r)
	p := &page{
		r: r, o: o, order: listed(r, o.Gate), lives: newLives(r),
		Tool: Escape(strings.TrimSpace(firstOf(r.Tool.Name, "dregs") + " " + r.Tool.Version)), Title: "Report on " + Escape(pageTargets(r)),
		Word: outcome.Word, Why: Escape(outcome.Why), Total: len(r.Secrets), Count: fmt.Sprintf("all %d shown", len(r.Secrets)),
	}
	switch outcome.Word {
	case Publish:
		p.Tone, p.Mark = "good", "✓"
	case DoNotPublish:
		p.Tone, p.Mark = "bad", "✕"
	default:
		p.Tone, p.Mark = "warn", "?"
	}
	p.cards()
	p.choices()
	p.images()
	p.pageRest = newPageRest(r)
	return p
}

// pageTargets names what was scanned in a few words.
func pageTargets(r *Report) string {
	const shown = 3
	var names []string
	for i := range r.Targets {
		if i == shown {
			names = append(names, fmt.Sprintf("%d more", len(r.Targets)-shown))
			break
		}
		names = append(names, shorten(r.Targets[i].Name, 120))
	}
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// listed returns the secrets of r as people should look at them: what fails the gate first, then by severity, what is
// still visible before what is buried, what is ignored last.
func listed(r *Report, g Gate) []*Secret {
	order := make([]*Secret, len(r.Secrets))
	fails := make(map[*Secret]bool, len(r.Secrets))
	for i := range r.Secrets {
		order[i] = &r.Secrets[i]
		fails[order[i]] = g.Fails(order[i])
	}
	sort.SliceStable(order, func(i, j int) bool {
		a, b := order[i], order[j]
		switch x, y := Rank(a.Severity), Rank(b.Severity); {
		case (a.Ignored == nil) != (b.Ignored == nil):
			return a.Ignored == nil
		case fails[a] != fails[b]:
			return fails[a]
		case x != y:
			return x > y
		}
		return a.Status == Exposed && b.Status != Exposed
	})
	return order
}

// cards sums up what was found and read.
func (p *page) cards() {
	s, c := &p.r.Summary, &p.r.Coverage
	var severities []string
	for i := len(Severities) - 1; i >= 0; i-- {
		severities = append(severities, some(s.BySeverity[Severities[i]], Severities[i]))
	}
	p.card(pageCard{Label: "Secrets", Value: fmt.Sprint(s.Exposed + s.Buried), Note: list(severities...)})
	p.card(pageCard{Label: "Still visible", Value: fmt.Sprint(s.Exposed), Note: "a container shows them", Tone: tone(s.Exposed, "bad")})
	p.card(pageCard{Label: "Buried", Value: fmt.Sprint(s.Buried), Note: "in every pull, in layers or history", Tone: tone(s.Buried, "warn")})
	if n := len(p.r.Exposures); n > 0 {
		p.card(pageCard{Label: "Image identities in logs", Value: fmt.Sprint(n)})
	}
	if b := p.r.Baseline; b != nil {
		p.card(pageCard{Label: "Since the baseline", Value: fmt.Sprintf("%d new", b.New), Note: list(some(b.Known, "known"), some(len(b.Gone), "gone"))})
	}
	problems := 0
	for i := range p.r.Targets {
		problems += len(p.r.Targets[i].Problems)
	}
	read := pageCard{Label: "Read", Value: Size(c.Bytes), Note: list(count(c.Images, "image"), count(c.Layers, "layer"), count(c.Files, "file"))}
	if problems > 0 {
		read.Note += "; " + count(problems, "problem")
		read.Tone = "warn"
	}
	p.card(read)
}

func (p *page) card(c pageCard) { p.Cards = append(p.Cards, c) }

// tone returns bad where there are n of what is bad.
func tone(n int, bad string) string {
	if n == 0 {
		return ""
	}
	return bad
}

// choices counts what the list can be filtered by.
func (p *page) choices() {
	severities, statuses, rules, places, states := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, s := range p.order {
		severities[s.Severity]++
		statuses[s.Status]++
		rules[s.Rule]++
		states[state(s)]++
		for _, place := range placesOf(s) {
			places[place]++
		}
	}
	p.Severities, p.Statuses, p.Rules, p.Places, p.States = choices(severities), choices(statuses), choices(rules), choices(places), choices(states)
	sort.SliceStable(p.Severities, func(i, j int) bool { return Rank(p.Severities[i].Name) > Rank(p.Severities[j].Name) })
}

func choices(counts map[string]int) []pageChoice {
	all := make([]pageChoice, 0, len(counts))
	for _, name := range sortedKeys(counts) {
		all = append(all, pageChoice{Escape(name), counts[name]})
	}
	return all
}

// state tells whether a secret is new to the gate.
func state(s *Secret) string {
	switch {
	case s.Ignored != nil:
		return "ignored"
	case s.New:
		return "new"
	}
	return "known"
}

// placesOf returns the kinds of place that s is in, sorted.
func placesOf(s *Secret) []string {
	seen := make(map[string]bool)
	for i := range s.Occurrences {
		seen[string(s.Occurrences[i].Place)] = true
	}
	return sortedKeys(seen)
}

// made tells by what and when a report was made.
func made(r *Report) string {
	text := "Made by " + strings.TrimSpace(firstOf(r.Tool.Name, "dregs")+" "+r.Tool.Version)
	if !r.Started.IsZero() {
		text += " on " + r.Started.UTC().Format(time.RFC3339)
	}
	if r.Tool.Rules.Count > 0 {
		text += " with " + count(r.Tool.Rules.Count, "rule") + " (" + r.Tool.Rules.Digest + ")"
	}
	return Escape(text + ". Values are shown in their redacted form unless the scan was asked to show them.")
}
