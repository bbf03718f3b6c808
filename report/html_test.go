package report

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// parsedPage is what a browser makes of the page.
type parsedPage struct {
	elements map[string]int
	inline   map[string]string // content of style, script and data block
	policy   string
	ids      map[string]bool
	foreign  []string // what a page of ours must not have
}

func parsePage(t *testing.T, out []byte) *parsedPage {
	t.Helper()
	root, err := html.Parse(strings.NewReader(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	p := &parsedPage{elements: map[string]int{}, inline: map[string]string{}, ids: map[string]bool{}}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			p.foreign = append(p.foreign, "comment "+n.Data)
		}
		if n.Type == html.ElementNode {
			p.element(n)
		}
	}
	return p
}

func (p *parsedPage) element(n *html.Node) {
	p.elements[n.Data]++
	attributes := map[string]string{}
	for _, a := range n.Attr {
		attributes[a.Key] = a.Val
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "src":
			p.foreign = append(p.foreign, n.Data+" "+a.Key+"="+a.Val)
		case a.Key == "href" && !strings.HasPrefix(a.Val, "#") && n.Data != "link":
			p.foreign = append(p.foreign, n.Data+" "+a.Key+"="+a.Val)
		}
	}
	if id := attributes["id"]; id != "" {
		if p.ids[id] {
			p.foreign = append(p.foreign, "id twice: "+id)
		}
		p.ids[id] = true
	}
	switch {
	case n.Data == "meta" && attributes["http-equiv"] == "Content-Security-Policy":
		p.policy = attributes["content"]
	case n.Data == "style", n.Data == "script":
		p.inline[strings.TrimSpace(n.Data+" "+attributes["type"])] = n.FirstChild.Data
	case n.Data == "link" && !strings.HasPrefix(attributes["href"], "data:"):
		p.foreign = append(p.foreign, "link "+attributes["href"])
	case n.Data == "iframe", n.Data == "object", n.Data == "embed", n.Data == "base", n.Data == "img":
		p.foreign = append(p.foreign, n.Data)
	}
}

// TestPageIsSealed holds for every report that the page has only our script and style, that its policy allows exactly
// these, and that nothing foreign became an element, an attribute or an address.
func TestPageIsSealed(t *testing.T) {
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			for i := range r.Secrets {
				r.Secrets[i].ID = fmt.Sprintf("s%d", i+1)
			}
			p := parsePage(t, written(t, writeHTML, r, Options{}))
			if len(p.foreign) > 0 {
				t.Errorf("the page holds %q", p.foreign)
			}
			if p.elements["script"] != 2 || p.elements["style"] != 1 || p.elements["b"] < len(r.Secrets) {
				t.Errorf("%d scripts, %d styles", p.elements["script"], p.elements["style"])
			}
			for _, want := range []string{
				"default-src 'none'", "script-src '" + sourceHash(p.inline["script"]) + "'", "style-src '" + sourceHash(p.inline["style"]) + "'", "base-uri 'none'", "form-action 'none'",
			} {
				if !strings.Contains(p.policy, want) {
					t.Errorf("the policy %q lacks %q", p.policy, want)
				}
			}
			if strings.Contains(p.policy, "unsafe") {
				t.Errorf("the policy is %q", p.policy)
			}
			for i := range r.Secrets {
				if !p.ids[r.Secrets[i].ID] {
					t.Errorf("secret %s is not listed", r.Secrets[i].ID)
				}
			}
		})
	}
}

// pagePlacesOf reads the data block of a page.
func pagePlacesOf(t *testing.T, out []byte) (secrets []struct {
	Total  int
	Places [][]any
}, table []string,
) {
	t.Helper()
	block := parsePage(t, out).inline["script application/json"]
	if strings.ContainsAny(block, "<>&") {
		t.Error("the data block holds a character of HTML")
	}
	var data struct {
		Secrets []struct {
			Total  int
			Places [][]any
		}
		Strings []string
	}
	if err := json.Unmarshal([]byte(block), &data); err != nil {
		t.Fatal(err)
	}
	return data.Secrets, data.Strings
}

// TestPageHasEveryPlace holds that the data block has a row for each place that differs, and that its numbers lead to what
// the text report says.
func TestPageHasEveryPlace(t *testing.T) {
	for name, r := range testReports() {
		t.Run(name, func(t *testing.T) {
			secrets, table := pagePlacesOf(t, written(t, writeHTML, r, Options{}))
			order := listed(r, Gate{})
			if len(secrets) != len(order) {
				t.Fatalf("%d secrets, want %d", len(secrets), len(order))
			}
			for i, s := range order {
				groups := groupOccurrences(r, s)
				if secrets[i].Total != len(groups) || len(secrets[i].Places) != len(groups) {
					t.Fatalf("%d of %d places, want %d", len(secrets[i].Places), secrets[i].Total, len(groups))
				}
				for j, g := range groups {
					row := secrets[i].Places[j]
					at := func(n int) string { return table[int(row[n].(float64))] }
					got := []string{at(0), at(1), at(2), at(3), at(7), row[8].(string)}
					want := []string{
						Escape(string(g.at.Place)), Escape(g.at.Visibility), Escape(g.at.CameIn()), Escape(g.at.Fate()), Escape(g.at.LayerDigest),
						Escape(shorten(g.at.where(), pageRunes) + g.at.Position()),
					}
					if diff := cmp.Diff(got, want); diff != "" {
						t.Errorf("row differs (got -, want +):\n%s", diff)
					}
				}
			}
		})
	}
}

func TestShare(t *testing.T) {
	tests := []struct {
		name  string
		sizes []int
		limit int
		want  int
	}{
		{"none", nil, 5, 0}, {"all fit", []int{3, 1, 2}, 6, 3}, {"one is long", []int{1, 1, 10}, 6, 4}, {"alike", []int{4, 4, 4}, 7, 2}, {"nothing to give", []int{1, 1}, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := share(tt.sizes, tt.limit); got != tt.want {
				t.Errorf("share = %d, want %d", got, tt.want)
			}
		})
	}
}

// TestPageIsBounded holds that a page of 5,000 secrets and 50,000 occurrences has every one, in less than 15 MB, and that
// ten times as many occurrences do not make it much larger, but are told.
func TestPageIsBounded(t *testing.T) {
	const most = 15_000_000
	r := largeReport(5000, 10)
	Clear(r, nil)
	out := written(t, writeHTML, r, Options{})
	if len(out) > most {
		t.Errorf("the page has %d bytes", len(out))
	}
	secrets, _ := pagePlacesOf(t, out)
	n := 0
	for _, s := range secrets {
		n += len(s.Places)
	}
	if n != 50_000 {
		t.Errorf("it has %d places", n)
	}
	if testing.Short() {
		return
	}
	r = largeReport(2000, 150)
	for i := range r.Secrets {
		for j := range r.Secrets[i].Occurrences {
			o := &r.Secrets[i].Occurrences[j]
			o.Path, o.Snippet = strings.Repeat("a/", 20)+o.Path, strings.Repeat("text ", 200)
		}
	}
	out = written(t, writeHTML, r, Options{})
	if len(out) > most {
		t.Errorf("the page of many places has %d bytes", len(out))
	}
	secrets, _ = pagePlacesOf(t, out)
	if s := secrets[0]; s.Total != 150 || len(s.Places) != pagePlaces/2000 {
		t.Errorf("%d of %d places", len(s.Places), s.Total)
	}
}

func TestSnippetLines(t *testing.T) {
	tests := []struct{ in, want string }{
		{"a\nb", "a\nb"}, {"a\r\n\tb\n", "a\n    b"}, {"\x1b[1m\u202e", `\x1b[1m\u202e`}, {"", ""},
	}
	for _, tt := range tests {
		if got := snippetLines(tt.in); got != tt.want {
			t.Errorf("snippetLines(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// TestPageAsksForNothing holds that neither style nor script names an address or makes code of text.
func TestPageAsksForNothing(t *testing.T) {
	style, script, err := pageCode()
	if err != nil {
		t.Fatal(err)
	}
	calls := regexp.MustCompile(`https?:|//[a-z]|@import|url\(|fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(|import\(|localStorage|cookie`)
	for name, text := range map[string]string{"style": style, "script": script} {
		if found := calls.FindAllString(text, -1); len(found) > 0 {
			t.Errorf("the %s holds %q", name, found)
		}
	}
}

func BenchmarkHTML(b *testing.B) {
	for _, secrets := range []int{500, 5000} {
		r := largeReport(secrets, 10)
		b.Run(fmt.Sprint(secrets, " secrets"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := writeHTML(io.Discard, r, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
