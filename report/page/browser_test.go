// Package page_test looks at the HTML report in a real browser: what report writes as one file must work there, ask for
// nothing, and be quick. The tests skip where there is no Chromium.
package page_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"dregs/report"
)

// browsers are the names by which a Chromium is looked for.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "chrome", "headless-shell"}

// browser is the one in which each test opens a tab of its own: it takes longer to start than most tests. TestMain ends it.
var browser = browsing{start: sync.OnceValues(startBrowser)}

// browsing is a browser that starts when a test first asks for it.
type browsing struct {
	start func() (context.Context, error)
	asked atomic.Bool
}

// errNone is that no browser is installed.
var errNone = fmt.Errorf("none of %s is installed: the page is not looked at", strings.Join(browsers, ", "))

func startBrowser() (context.Context, error) {
	program := ""
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		return nil, errNone
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.WindowSize(1280, 900), chromedp.WSURLReadTimeout(time.Minute))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox) // the sandbox refuses root
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx)
	if err := chromedp.Do(ctx); err != nil { // the first one starts the browser, and must have no time of its own
		return nil, fmt.Errorf("starting %s: %w", program, err)
	}
	return ctx, nil
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.asked.Load() {
		if ctx, err := browser.start(); err == nil {
			_ = chromedp.Cancel(ctx) // what it has to say of its end is no test
		}
	}
	os.Exit(code)
}

// newTab opens a tab that shares nothing with others and is closed with the test.
func newTab(t *testing.T) context.Context {
	t.Helper()
	browser.asked.Store(true)
	ctx, err := browser.start()
	if errors.Is(err, errNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil { // a tab lives as long as the context that opened it
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// tab is a page that was opened in a browser. What the browser complained of, and what it asked for, is gathered.
type tab struct {
	t       *testing.T
	ctx     context.Context
	address string

	mu         sync.Mutex
	complaints []string
	asked      []string
}

// open writes r as HTML, serves it, and loads it; before runs first. When the test ends, the page must have asked for nothing,
// and the browser have complained of nothing.
func open(t *testing.T, r *report.Report, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	format, ok := report.FormatNamed("html")
	if !ok {
		t.Fatal("no format is named html")
	}
	var out bytes.Buffer
	if err := format.Write(&out, r, report.Options{}); err != nil {
		t.Fatal(err)
	}
	v := &tab{t: t, ctx: newTab(t)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		v.note(&v.asked, q.Method+" "+q.URL.Path)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(out.Bytes())
	}))
	t.Cleanup(server.Close)
	v.address = server.URL + "/report.html"
	if err := chromedp.Listen(v.ctx, v.listen); err != nil {
		t.Fatal(err)
	}
	v.run(command(network.Enable, network.EnableParams{}), command(log.Enable, cdp.Empty{}), command(runtime.Enable, cdp.Empty{}))
	v.run(before...)
	v.run(chromedp.Navigate(v.address))
	t.Cleanup(v.sealed)
	return v
}

// command is an action that gives the browser one command of its protocol.
func command[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (v *tab) listen(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		if e.Request.URL != v.address && !strings.HasPrefix(e.Request.URL, "data:") {
			v.note(&v.asked, e.Request.URL)
		}
	case *runtime.EventExceptionThrown:
		v.note(&v.complaints, e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		v.note(&v.complaints, e.Entry.Text)
	case *runtime.EventConsoleAPICalled:
		v.note(&v.complaints, "console "+string(e.Type))
	case *page.EventJavascriptDialogOpening:
		v.note(&v.complaints, "dialog "+e.Message)
	}
}

func (v *tab) note(list *[]string, text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	*list = append(*list, text)
}

// sealed checks what was gathered.
func (v *tab) sealed() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.complaints) > 0 {
		v.t.Errorf("the browser complains: %q", v.complaints)
	}
	if len(v.asked) != 1 || v.asked[0] != "GET /report.html" {
		v.t.Errorf("the page asks for %q", v.asked)
	}
}

func (v *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if err := chromedp.Do(v.ctx, actions...); err != nil {
		v.t.Fatal(err)
	}
}

// result returns what an action gives.
func result[T any](v *tab, action chromedp.Action[T]) T {
	v.t.Helper()
	out, err := chromedp.Run(v.ctx, action)
	if err != nil {
		v.t.Fatal(err)
	}
	return out
}

// eval returns what an expression, or a promise, comes to in the page.
func eval[T any](v *tab, expression string) T {
	v.t.Helper()
	return result(v, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}
