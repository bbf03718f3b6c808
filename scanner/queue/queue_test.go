package queue

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner"
	"dregs/scanner/imagetest"
	"dregs/scanner/source"
	"dregs/scanner/store"
	"dregs/scanner/store/storetest"
)

// ruleSet is the rules of all tests.
var ruleSet = sync.OnceValues(func() (*rules.Set, error) { return rules.Load(rules.LoadOptions{Now: imagetest.Epoch}) })

// bench is a store with its queue, and the options of scans that use them.
type bench struct {
	store   *store.Store
	queue   *Queue
	options scanner.Options
}

func newBench(t *testing.T) *bench {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	q, err := Open(t.Context(), s, func(err error) { t.Log(err) })
	if err != nil {
		t.Fatal(err)
	}
	set, err := ruleSet()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{store: s, queue: q, options: scanner.Options{
		Searcher: set.Searcher(), RuleSet: set.RuleSet(), Salt: s.Salt(), Store: s, Jobs: 2, Source: source.Options{PlainHTTP: true},
	}}
}

// serve serves an image with three layers, one of which leaks, and returns the registry's host.
func serve(t *testing.T, front func(http.Handler) http.Handler) string {
	t.Helper()
	s := httptest.NewServer(front(registry.New(registry.Logger(log.New(io.Discard, "", 0)))))
	t.Cleanup(s.Close)
	m := imagetest.Image{Tags: []string{"1"}, Platform: "linux/amd64", Layers: []imagetest.Layer{
		{Entries: []imagetest.Entry{imagetest.File("etc/motd", "welcome\n")}},
		{Entries: []imagetest.Entry{imagetest.File("srv/.env", "token = "+imagetest.GitHubToken("queued")+"\n")}},
		{Entries: []imagetest.Entry{imagetest.Remove("srv/.env")}},
	}}.Build()
	imagetest.Push(t, s.URL, "team/app", m)
	return strings.TrimPrefix(s.URL, "http://")
}

func plain(h http.Handler) http.Handler { return h }

func (b *bench) examination(t *testing.T) string {
	t.Helper()
	r, err := scanner.NewLayerReader(b.options)
	if err != nil {
		t.Fatal(err)
	}
	return r.Examination()
}

func (b *bench) enqueue(t *testing.T, host string) *Enqueued {
	t.Helper()
	e, err := b.queue.Enqueue(t.Context(), Enqueueing{
		Where: host, Source: b.options.Source, Examination: b.examination(t), Version: "1", Rules: b.options.RuleSet.Digest, MaxAttempts: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// work works until the jobs of e are ended.
func (b *bench) work(t *testing.T, e *Enqueued) {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), time.Minute)
	defer end()
	working, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.queue.Work(working, Working{Scan: b.options}); err != nil {
			t.Error(err)
		}
	})
	if err := b.queue.Wait(ctx, e, b.examination(t), func(int) {}); err != nil {
		t.Error(err)
	}
	stop()
	wg.Wait()
}

func (b *bench) scan(t *testing.T, host string) *report.Report {
	t.Helper()
	o := b.options
	outstanding, err := Outstand(t.Context(), b.store, b.examination(t))
	if err != nil {
		t.Fatal(err)
	}
	o.Elsewhere = outstanding.Elsewhere
	r, err := scanner.Scan(t.Context(), []scanner.Target{{Name: host, Registry: &source.Selection{}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func kinds(r *report.Report) map[string]int {
	all := map[string]int{}
	for _, p := range r.Targets[0].Problems {
		all[p.Kind]++
	}
	return all
}

func TestWorkersReadWhatIsEnqueued(t *testing.T) {
	b := newBench(t)
	host := serve(t, plain)
	first := b.enqueue(t, host)
	if first.Layers != 3 || first.Manifests != 1 || first.Waiting != 0 {
		t.Errorf("enqueued %+v, want 3 layers and a manifest", first)
	}
	if again := b.enqueue(t, host); again.Layers != 0 || again.Waiting != 4 {
		t.Errorf("a second scan put %+v, want nothing new", again)
	}
	if got := kinds(b.scan(t, host))[report.Interrupted]; got != 3 {
		t.Errorf("%d layers are told as unfinished, want 3", got)
	}
	b.work(t, first)
	r := b.scan(t, host)
	if len(r.Targets[0].Problems) > 0 || len(r.Secrets) != 1 {
		t.Errorf("got %d secrets and %v, want one and no problem", len(r.Secrets), r.Targets[0].Problems)
	}
	if after := b.enqueue(t, host); after.Layers != 0 || after.Known != 3 || after.Manifests != 1 {
		t.Errorf("a later scan put %+v, want no layer", after)
	}
	var images, names int
	row := b.store.Pool().QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM image_layer), (SELECT COUNT(*) FROM image_name WHERE name = 'team/app:1')`)
	if err := row.Scan(&images, &names); err != nil || images != 3 || names != 1 {
		t.Errorf("the manifest recorded %d layers and %d names, %v", images, names, err)
	}
	// A result that vanished is wanted anew, although its job is done.
	if _, err := b.store.Pool().Exec(t.Context(), `DELETE FROM layer_result`); err != nil {
		t.Fatal(err)
	}
	if anew := b.enqueue(t, host); anew.Layers != 3 {
		t.Errorf("after results vanished %+v was put, want 3 layers", anew)
	}
}

func TestAnotherGenerationIsLeftAlone(t *testing.T) {
	b := newBench(t)
	host := serve(t, plain)
	b.enqueue(t, host)
	own := b.examination(t)
	b.options.Limits.Depth = 3
	other := b.enqueue(t, host)
	if other.Layers != 3 {
		t.Fatalf("other limits put %+v, want 3 layers", other)
	}
	b.work(t, other)
	left, err := Others(t.Context(), b.store, b.examination(t))
	if err != nil || len(left) != 1 || left[0].Queue != NameOf(own) || left[0].Waiting != 4 || left[0].Version != "1" {
		t.Errorf("the first generation is %+v, %v, want its 4 jobs waiting", left, err)
	}
}

func TestALayerThatFailsIsGivenUp(t *testing.T) {
	b := newBench(t)
	host := serve(t, plain)
	e := b.enqueue(t, host)
	// As a worker that died in each attempt leaves it.
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE river_job SET state = 'discarded', attempt = 2, finalized_at = NOW(),
		errors = ARRAY['{"error": "Stuck job rescued by JobRescuer"}'::jsonb] WHERE kind = 'layer'`); err != nil {
		t.Fatal(err)
	}
	r := b.scan(t, host)
	if kinds(r)[report.Unreadable] != 3 || !strings.Contains(r.Targets[0].Problems[0].Error, "gave it up after 2 attempts: its worker died") {
		t.Errorf("the problems are %v, want the three layers that were given up", r.Targets[0].Problems)
	}
	s, err := ReadStatus(t.Context(), b.store, time.Now())
	if err != nil || s.DeadCount != 3 || len(s.Dead) != 3 || s.States["available"] != 1 {
		t.Errorf("the status is %+v, %v", s, err)
	}
	if again := b.enqueue(t, host); again.Layers != 3 {
		t.Errorf("enqueueing again put %+v, want the dead to be tried anew", again)
	}
	b.work(t, e)
}

// What ends a worker takes jobs along that wait for their turn: those were not attempted.
func TestWaitingIsNoAttempt(t *testing.T) {
	b := newBench(t)
	var working atomic.Bool
	held := make(chan struct{})
	free := sync.OnceFunc(func() { close(held) })
	t.Cleanup(free)
	host := serve(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if working.Load() && strings.Contains(r.URL.Path, "/blobs/sha256:") {
				<-held
			}
			h.ServeHTTP(w, r)
		})
	})
	e := b.enqueue(t, host)
	working.Store(true)
	ask := func(sql string) (answer string) {
		if err := b.store.Pool().QueryRow(t.Context(), sql).Scan(&answer); err != nil {
			t.Error(err)
		}
		return answer
	}
	// Layers that were begun before are read alone.
	ask(`WITH gone AS (DELETE FROM river_job WHERE kind = 'manifest'), again AS (UPDATE river_job SET attempt = 1 WHERE kind = 'layer') SELECT ''`)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer free()
		var got string
		for range 1000 {
			got = ask(`SELECT COALESCE(STRING_AGG(attempt::text, ' ' ORDER BY attempt), '') FROM river_job WHERE state = 'running'`)
			if got == "1 2" {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("running jobs were begun %q times, want one that was for the second time, and one that waits", got)
	})
	b.work(t, e)
	wg.Wait()
	if got := ask(`SELECT STRING_AGG(state || ' ' || attempt, ', ') FROM river_job`); got != "completed 2, completed 2, completed 2" {
		t.Errorf("the layers are %s, want each done in its second attempt", got)
	}
}

func TestAnUnreachedRegistryGoesBack(t *testing.T) {
	b := newBench(t)
	var mu sync.Mutex
	refuse := 0 // requests for blobs
	host := serve(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			shut := refuse > 0 && r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/sha256:")
			if shut {
				refuse--
			}
			mu.Unlock()
			if shut {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	e := b.enqueue(t, host)
	mu.Lock()
	refuse = 2
	mu.Unlock()
	b.work(t, e)
	s, err := ReadStatus(t.Context(), b.store, time.Now())
	if err != nil || s.Unreached != 2 || s.Retries != 0 || s.States["completed"] != 4 {
		t.Errorf("the status is %+v, %v, want two that went back, and no attempt counted for that", s, err)
	}
}

func TestNoJobHoldsACredential(t *testing.T) {
	b := newBench(t)
	host := serve(t, plain)
	b.options.Source.Username, b.options.Source.Password = "user", report.NewValue("pass"+"word-of-the-enqueuer")
	b.enqueue(t, host)
	var all string
	if err := b.store.Pool().QueryRow(t.Context(), `SELECT STRING_AGG(river_job::text, ' ') FROM river_job`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(all, "of-the-enqueuer") {
		t.Error("the password is in a job")
	}
}

func TestAFileHasNoQueue(t *testing.T) {
	s, err := store.Open(t.Context(), t.TempDir()+"/store.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := Open(t.Context(), s, func(error) {}); !errors.Is(err, ErrNoServer) {
		t.Errorf("got %v, want ErrNoServer", err)
	}
}

func TestANewerQueue(t *testing.T) {
	b := newBench(t)
	if _, err := b.store.Pool().Exec(t.Context(), `INSERT INTO river_migration (line, version) VALUES ('main', 1000)`); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), b.store, func(error) {}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("got %v, want ErrNewer", err)
	}
}
