package page_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// shown lists the secrets that the list shows.
const shown = `Array.from(document.querySelectorAll(".secret:not([hidden])"), (e) => e.id)`

// setFilter sets the filter to what a table says, as its user would, and waits for what follows.
func setFilter(v *tab, f filter) {
	v.t.Helper()
	eval[bool](v, fmt.Sprintf(`(async () => {
		const put = (e, value) => { e.value = value; };
		for (const e of document.querySelectorAll("[name=severity]")) e.checked = %q.split(",").includes(e.value);
		put(document.getElementById("status"), %q);
		put(document.getElementById("rule"), %q);
		put(document.getElementById("place"), %q);
		put(document.getElementById("state"), %q);
		put(document.getElementById("text"), %q);
		document.getElementById("text").dispatchEvent(new Event("input", { bubbles: true }));
		await new Promise((done) => setTimeout(done, 110)); // the page filters 100 ms after, so before this
		return true;
	})()`, f.severities, f.status, f.rule, f.place, f.state, f.text))
}

type filter struct{ name, severities, status, rule, place, state, text string }

// passes is the oracle: whether s passes f.
func (f filter) passes(s *report.Secret) bool {
	state := "known"
	if s.New {
		state = "new"
	}
	if s.Ignored != nil {
		state = "ignored"
	}
	in := func(text string) bool {
		for _, o := range s.Occurrences {
			if strings.Contains(o.Path+o.Snippet+o.Instruction, text) {
				return true
			}
		}
		return strings.Contains(s.Redacted+s.Rule, text)
	}
	for word := range strings.FieldsSeq(f.text) {
		if !in(word) {
			return false
		}
	}
	return slices.Contains(strings.Split(f.severities, ","), s.Severity) && (f.status == "" || f.status == s.Status) && (f.rule == "" || f.rule == s.Rule) &&
		(f.state == "" || f.state == state) &&
		(f.place == "" || slices.ContainsFunc(s.Occurrences, func(o report.Occurrence) bool { return string(o.Place) == f.place }))
}

const every = "critical,high,medium,low"

func TestFilters(t *testing.T) {
	r := newReport(60, 4)
	v := open(t, r)
	for _, f := range []filter{
		{"all", every, "", "", "", "", ""},
		{"critical and low", "critical,low", "", "", "", "", ""},
		{"none", "", "", "", "", "", ""},
		{"exposed", every, report.Exposed, "", "", "", ""},
		{"buried", every, report.Buried, "", "", "", ""},
		{"one rule", every, "", "private-key", "", "", ""},
		{"one place", every, "", "", "history", "", ""},
		{"new", every, "", "", "", "new", ""},
		{"known", every, "", "", "", "known", ""},
		{"ignored", every, "", "", "", "ignored", ""},
		{"a path", every, "", "", "", "", "app-17/"},
		{"text of a later place", every, "", "", "", "", "word31x3"},
		{"an instruction", every, "", "", "", "", "part6"},
		{"two words", every, "", "", "", "", "part6 part2"},
		{"all at once", "critical,high", report.Exposed, "github-pat", "layer-file", "new", "part"},
		{"no such text", every, "", "", "", "", "nowhere"},
	} {
		t.Run(f.name, func(t *testing.T) {
			setFilter(v, f)
			want := []string{}
			for i := range r.Secrets {
				if f.passes(&r.Secrets[i]) {
					want = append(want, r.Secrets[i].ID)
				}
			}
			got := eval[[]string](v, shown)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(got, want); diff != "" {
				t.Errorf("shown (got -, want +):\n%s", diff)
			}
			told := fmt.Sprintf("%d of %d shown", len(want), len(r.Secrets))
			if len(want) == len(r.Secrets) {
				told = fmt.Sprintf("all %d shown", len(want))
			}
			if count := eval[string](v, `document.getElementById("count").textContent`); count != told {
				t.Errorf("the count says %q, want %q", count, told)
			}
			if none := eval[bool](v, `document.getElementById("none").hidden`); none != (len(want) > 0) {
				t.Errorf("that nothing passes is hidden: %v", none)
			}
		})
	}
	t.Run("clear", func(t *testing.T) {
		v.run(chromedp.Click(chromedp.CSS("#filter [type=reset]")))
		eval[bool](v, `new Promise((done) => setTimeout(() => done(true), 100))`)
		if got := eval[[]string](v, shown); len(got) != len(r.Secrets) {
			t.Errorf("%d shown", len(got))
		}
	})
}

// TestOpen opens a secret and reads its places.
func TestOpen(t *testing.T) {
	r := newReport(8, 70)
	v := open(t, r)
	v.run(chromedp.Click(chromedp.CSS("#s3 > summary")), chromedp.WaitVisible(chromedp.CSS("#s3 .places li")))
	groups := eval[int](v, `parseInt(document.querySelector("#s3 .total").textContent)`)
	if groups < 60 || groups > 70 {
		t.Errorf("%d places, want about 70", groups)
	}
	if n := eval[int](v, `document.querySelectorAll("#s3 .places li").length`); n != 20 {
		t.Errorf("%d places at first, want 20", n)
	}
	v.run(chromedp.Click(chromedp.CSS("#s3 .body button")))
	if n := eval[int](v, `document.querySelectorAll("#s3 .places li").length`); n != groups {
		t.Errorf("%d places after asking for more, want %d", n, groups)
	}
	text := eval[string](v, `document.querySelector("#s3").textContent`)
	for _, o := range r.Secrets[2].Occurrences {
		if o.Place == report.LayerFile && !strings.Contains(text, o.Path) {
			t.Errorf("the place %s is not told", o.Path)
		}
	}
	if !strings.Contains(text, "RUN rm -rf /srv") || !strings.Contains(text, "Revoke it") {
		t.Errorf("what became of it, or what to do, is not told")
	}
}

// TestHostileText opens everything in a page whose foreign text is hostile: it must be shown, and do nothing.
func TestHostileText(t *testing.T) {
	v := open(t, hostileReport())
	v.run(chromedp.Click(chromedp.CSS("#expand")), chromedp.WaitVisible(chromedp.CSS("#s6 .places li")))
	if n := eval[int](v, `document.querySelectorAll("script").length`); n != 2 {
		t.Errorf("%d scripts", n)
	}
	if n := eval[int](v, `document.querySelectorAll("img, iframe, [onclick], [onerror], [style], a:not([href^='#'])").length`); n != 0 {
		t.Errorf("%d elements that are not ours", n)
	}
	text := eval[string](v, `document.querySelector("#s6 pre").textContent`)
	if !strings.Contains(text, "<img src=x onerror=alert(2)>") || !strings.Contains(text, `\x1b[31m\u202e`) {
		t.Errorf("the text is shown as %q", text)
	}
}

func TestKeyboard(t *testing.T) {
	v := open(t, newReport(5, 2))
	v.run(chromedp.KeyEvent("/"))
	if id := eval[string](v, `document.activeElement.id`); id != "text" {
		t.Errorf("a slash leads to %q", id)
	}
	first := eval[string](v, `document.querySelector(".secret").id`)
	for range 40 {
		v.run(chromedp.KeyEvent(kb.Tab))
		if eval[bool](v, `document.activeElement.parentElement.matches(".secret")`) {
			break
		}
	}
	v.run(chromedp.KeyEvent(kb.Enter))
	if open := eval[string](v, `document.querySelector(".secret[open]")?.id ?? ""`); open != first {
		t.Errorf("tab and enter opened %q, want %q", open, first)
	}
}

// TestAddressOpensASecret follows the links of the layers.
func TestAddressOpensASecret(t *testing.T) {
	v := open(t, newReport(30, 2))
	eval[bool](v, `location.hash = "#s9", true`)
	eval[bool](v, `new Promise((done) => setTimeout(() => done(true), 200))`)
	if !eval[bool](v, `document.getElementById("s9").open && document.activeElement.closest(".secret").id === "s9"`) {
		t.Error("the address of a secret does not open it")
	}
}

// TestNames holds that a screen reader has a name for all that can be used, and that headings and landmarks are there.
func TestNames(t *testing.T) {
	v := open(t, newReport(5, 2))
	if bad := eval[[]string](v, `Array.from(document.querySelectorAll("input, select"), (e) => e.labels.length ? "" : e.outerHTML).filter(Boolean)`); len(bad) > 0 {
		t.Errorf("without a label: %q", bad)
	}
	if bad := eval[[]string](v, `Array.from(document.querySelectorAll("button, a, summary"), (e) => e.textContent.trim() || e.title ? "" : e.outerHTML).filter(Boolean)`); len(bad) > 0 {
		t.Errorf("without a text: %q", bad)
	}
	if bad := eval[[]string](v, `Array.from(document.querySelectorAll("svg"), (e) => e.getAttribute("aria-label") ? "" : e.outerHTML).filter(Boolean)`); len(bad) > 0 {
		t.Errorf("drawings that nobody tells: %q", bad)
	}
	for _, part := range []string{"h1", "main", "header", "nav", "footer", "[role=search]", "[role=status]", "html[lang]"} {
		if !eval[bool](v, fmt.Sprintf(`document.querySelector(%q) !== null`, part)) {
			t.Errorf("there is no %s", part)
		}
	}
}

// contrasts returns the colours that are too close to what they stand on (WCAG 2.2, 1.4.3: 4.5 to 1).
const contrasts = `(() => {
	const style = getComputedStyle(document.documentElement);
	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const light = (name) => {
		canvas.fillStyle = style.getPropertyValue(name).trim();
		canvas.fillRect(0, 0, 1, 1);
		const [r, g, b] = Array.from(canvas.getImageData(0, 0, 1, 1).data, (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const bad = [];
	for (const back of ["--back", "--panel"])
		for (const text of ["--text", "--faint", "--link", "--critical", "--high", "--medium", "--low", "--good"]) {
			const [a, b] = [light(back), light(text)].sort((x, y) => y - x);
			if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(text + " on " + back);
		}
	return bad;
})()`

func TestColours(t *testing.T) {
	v := open(t, newReport(3, 1))
	backs := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		v.run(command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}))
		if bad := eval[[]string](v, contrasts); len(bad) > 0 {
			t.Errorf("%s: too little contrast: %q", scheme, bad)
		}
		backs[eval[string](v, `getComputedStyle(document.body).backgroundColor`)] = true
	}
	if len(backs) != 2 {
		t.Errorf("light and dark look alike: %v", backs)
	}
}

func TestNarrow(t *testing.T) {
	v := open(t, newReport(12, 3), chromedp.EmulateViewport(360, 800, chromedp.EmulateMobile))
	if wide := eval[int](v, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("a window of 360 pixels has to be scrolled: the page is %d wide", wide)
	}
}

func TestPrint(t *testing.T) {
	v := open(t, newReport(12, 3))
	pdf := result(v, chromedp.PrintToPDF())
	if !strings.HasPrefix(string(pdf), "%PDF-") {
		t.Errorf("printing makes %q", pdf[:min(len(pdf), 8)])
	}
	eval[bool](v, `dispatchEvent(new Event("beforeprint"))`)
	if n := eval[int](v, `document.querySelectorAll(".secret[open] .places li").length`); n < 12 {
		t.Errorf("%d places are printed", n)
	}
	eval[bool](v, `dispatchEvent(new Event("afterprint"))`)
	if n := eval[int](v, `document.querySelectorAll(".secret[open]").length`); n != 0 {
		t.Errorf("%d secrets stay open after printing", n)
	}
}

// TestWithoutScripts holds that the verdict and the list are there for a browser that runs none.
func TestWithoutScripts(t *testing.T) {
	r := newReport(12, 3)
	v := open(t, r, command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	verdict, list := result(v, chromedp.Text(chromedp.CSS("#verdict"))), result(v, chromedp.TextContent(chromedp.CSS("#list")))
	if !strings.Contains(verdict, "do not publish") {
		t.Errorf("the verdict is %q", verdict)
	}
	for i := range r.Secrets {
		if !strings.Contains(list, r.Secrets[i].Redacted) {
			t.Errorf("secret %s is not listed", r.Secrets[i].ID)
		}
	}
}
