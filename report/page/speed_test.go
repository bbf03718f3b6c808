package page_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// growth is how many times as long as a small page one of ten times the secrets may take. What costs the square of their
// number takes a hundred times as long.
const growth = 30

// openingFactor is how many times as long as drawing a plain list with a line for each place opening may take, both on this
// machine as busy as it is. It is held to with DREGS_FULL alone: a small page is mostly what every page is.
const openingFactor = 3

// TestLargePage opens, filters and searches a page of 500 secrets with ten places each, and one of a tenth of that (with
// DREGS_FULL of 5,000): the cost must not grow faster than the report. It is measured as what the page's own thread works, since
// other work of the machine would count too; of three tries the best one counts.
func TestLargePage(t *testing.T) {
	n, full := 500, os.Getenv("DREGS_FULL") != ""
	if full {
		n = 5000
	}
	small, large := costs(t, n/10), costs(t, n)
	for what, took := range large {
		t.Logf("%s: %v, and %v with a tenth of the secrets", what, took, small[what])
		if most := growth * max(small[what], 2*time.Millisecond); took > most {
			t.Errorf("%s takes %v, and %v with a tenth of the secrets", what, took, small[what])
		}
	}
	if took, plain := large["opening"], large["a plain list"]; full && took > openingFactor*plain {
		t.Errorf("opening takes %v, and as long a list of plain text %v", took, plain)
	}
}

// costs measures a page of n secrets.
func costs(t *testing.T, n int) map[string]time.Duration {
	t.Helper()
	v := open(t, newReport(n, 10), command(performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}))
	best := func(run func()) time.Duration {
		least := time.Hour
		for range 3 {
			before := result(v, threadTime())
			run()
			if after := result(v, threadTime()); after > before {
				least = min(least, after-before)
			}
		}
		return least
	}
	out := map[string]time.Duration{"opening": time.Hour}
	for range 3 { // its own time begins with the page
		v.run(chromedp.Reload())
		v.mu.Lock()
		v.asked = v.asked[:1] // each try asks for the page again
		v.mu.Unlock()
		eval[float64](v, painted)
		out["opening"] = min(out["opening"], result(v, threadTime()))
	}
	filtered := func(set string) {
		if !eval[bool](v, fmt.Sprintf(`(async () => {
			const told = document.getElementById("count");
			const before = told.textContent;
			%s
			for (let i = 0; told.textContent === before && i < 6000; i++) await new Promise((done) => setTimeout(done, 20));
			await %s;
			return told.textContent !== before;
		})()`, set, painted)) {
			t.Fatal("the filter changed nothing")
		}
	}
	out["filtering"] = best(func() { filtered(`document.querySelector("[name=severity]").click();`) })
	words := 0
	out["searching"] = best(func() {
		words++
		filtered(fmt.Sprintf(`const e = document.getElementById("text"); e.value = %q; e.dispatchEvent(new Event("input", { bubbles: true }));`, []string{"", "word1", "word2x", "word3x1"}[words]))
	})
	eval[bool](v, `document.querySelector("#filter [type=reset]").click(), new Promise((done) => setTimeout(() => done(true), 200))`)
	out["opening a secret"] = best(func() {
		if !eval[bool](v, fmt.Sprintf(`(async () => {
			const find = () => document.querySelector(".secret:not([hidden]):not([open]) > summary");
			for (let i = 0; !find() && i < 6000; i++) await new Promise((done) => setTimeout(done, 20)); // a busy machine draws late
			const summary = find();
			summary.click();
			await %s;
			return summary.parentElement.open;
		})()`, painted)) {
			t.Fatal("a secret does not open")
		}
	})
	out["a plain list"] = best(func() {
		eval[bool](v, fmt.Sprintf(`(async () => {
			const list = document.createElement("ul");
			for (let i = 0; i < %d; i++) list.append(document.createElement("li"));
			for (const e of list.children) e.textContent = "a line of plain text";
			document.body.append(list);
			await %s;
			list.remove();
			return true;
		})()`, 10*n, painted))
	})
	return out
}

// painted waits until the page was drawn, and gives the time of it.
const painted = `new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))`

// threadTime gives the time that the page's thread worked since it was loaded.
func threadTime() chromedp.Action[time.Duration] {
	return func(ctx context.Context, t *chromedp.Target) (time.Duration, error) {
		measured, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return 0, err
		}
		for _, m := range measured.Metrics {
			if m.Name == "TaskDuration" {
				return time.Duration(m.Value * float64(time.Second)), nil
			}
		}
		return 0, fmt.Errorf("the browser does not tell how long it worked")
	}
}
