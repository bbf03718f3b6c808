package rules

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// shown is a match in the form that tests compare.
type shown struct {
	Rule, Value, Context string
	Offset               int64
	Line, Column         int
}

func show(ms []Match) []shown {
	var out []shown
	for _, m := range ms {
		out = append(out, shown{m.Rule.ID, m.Value.Reveal(), m.Context.Reveal(), m.Offset, m.Line, m.Column})
	}
	return out
}

// cutInto returns e's matcher with blocks of another size and another number of workers.
func cutInto(e *engine, block, workers int) *engine {
	return &engine{ready: e.ready, block: block, workers: make(chan struct{}, workers)}
}

// checkCuts checks that what is found in text does not depend on blocks, on workers, or on how it is read.
func checkCuts(t *testing.T, f Fragment, whole *engine, cuts []*engine) {
	t.Helper()
	found, err := whole.Search(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	want := show(found)
	for _, m := range want {
		if got := string(f.Data[m.Offset:][:len(m.Value)]); f.Key == "" && got != m.Value {
			t.Fatalf("%s: offset %d holds %q, not the value %q", m.Rule, m.Offset, got, m.Value)
		}
	}
	for _, e := range cuts {
		name := fmt.Sprintf("blocks of %d, %d workers", e.block, cap(e.workers))
		got, err := e.Search(context.Background(), f)
		if d := cmp.Diff(want, show(got)); d != "" || err != nil {
			t.Fatalf("%s: %v %s", name, err, d)
		}
		for how, r := range map[string]io.Reader{
			"read at once": bytes.NewReader(f.Data),
			"in halves":    iotest.HalfReader(bytes.NewReader(f.Data)),
			"error at end": iotest.DataErrReader(bytes.NewReader(f.Data)),
		} {
			got, n, err := e.SearchReader(context.Background(), f, r)
			if d := cmp.Diff(want, show(got)); d != "" || err != nil || n != int64(len(f.Data)) {
				t.Fatalf("%s, %s: %d of %d bytes, %v %s", name, how, n, len(f.Data), err, d)
			}
		}
	}
}

func TestMatchesDoNotDependOnTheCut(t *testing.T) {
	set := load(t, LoadOptions{NoDecode: true})
	whole := newEngine(set)
	cuts := []*engine{cutInto(whole, 64, 1), cutInto(whole, 1000, 2), cutInto(whole, 4096, 8)}
	n, pieces := 20, 200
	switch {
	case full():
		n, pieces = 300, 400 // every block looks at all of such texts: twice the pieces are four times the time
	case testing.Short():
		n = 3
	}
	random := rand.New(rand.NewPCG(11, 12))
	for range n {
		f := Fragment{Path: "a.yaml", Data: generate(random, set, pieces)}
		if random.IntN(4) == 0 {
			f.Key = "API_TOKEN"
		}
		checkCuts(t, f, whole, cuts)
	}
}

// TestKeywordsElsewhere holds that a rule whose matches need not hold its keywords finds the same however far from a match the
// only keyword is, and nothing without one.
func TestKeywordsElsewhere(t *testing.T) {
	set := load(t, LoadOptions{NoDecode: true, Config: write(t, "c.toml", `
[[rules]]
id = 'nothing-fixed'
regex = '''[a-f]{4}7'''
keywords = ['token']
[[rules]]
id = 'a-literal'
regex = '''head[0-9]{4}'''
keywords = ['token']
[[rules]]
id = 'a-beginning'
regex = '''[0-9]{12}[xyz]'''
keywords = ['token']
`)})
	whole := newEngine(set)
	cuts := []*engine{cutInto(whole, 64, 1), cutInto(whole, 333, 2)}
	random, found := rand.New(rand.NewPCG(15, 16)), map[bool]int{}
	for range 60 {
		var text []byte
		for range 200 {
			text = append(text, pick(random, "abcd", "7", "face7", "head", "0123", "head4567", "456789012345", "123456789012x", "y", "\n", " é ")...)
		}
		gated := random.IntN(3) > 0
		if gated {
			text = slices.Insert(text, random.IntN(len(text)), []byte("Token")...)
		}
		f := Fragment{Data: text}
		checkCuts(t, f, whole, cuts)
		ms, err := whole.Search(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		found[gated] += len(ms)
	}
	if found[false] > 0 || found[true] < 1000 {
		t.Errorf("%d matches with the keyword, %d without", found[true], found[false])
	}
}

// TestCutsOfRealBlocks does the same with the blocks and margins that scans use, on 9 MB with secrets across every edge.
func TestCutsOfRealBlocks(t *testing.T) {
	set := load(t, LoadOptions{})
	random := rand.New(rand.NewPCG(13, 14))
	var b bytes.Buffer
	edge := 0
	for b.Len() < 9<<20 {
		if next := edge - 20; b.Len() >= next {
			fmt.Fprintf(&b, "é token = %s\n", "gh"+"p_"+strings.Repeat("aB3dE6", 6))
			edge += 1 << 19
		}
		line := make([]byte, random.IntN(90))
		for i := range line {
			line[i] = "abcdefgh \xff"[random.IntN(10)]
		}
		b.Write(append(line, " é\n"[random.IntN(3):]...))
	}
	e := newEngine(set)
	checkCuts(t, Fragment{Data: b.Bytes()}, cutInto(e, 64<<20, 1), []*engine{e, cutInto(e, blockSize, 8)})
}

func FuzzCut(f *testing.F) {
	set := load(f, LoadOptions{NoDecode: true})
	whole := newEngine(set)
	f.Add([]byte("api_key = '"+"x9Qz7Lw2Kp4Vt8Rb3"+"'\n"), uint16(64), "")
	f.Add([]byte("\xe2\x84\xaaEY: "+"x9Qz7Lw2Kp4Vt8Rb3"), uint16(1), "TOKEN")
	f.Fuzz(func(t *testing.T, data []byte, block uint16, key string) {
		if len(data) > 1<<14 {
			return
		}
		checkCuts(t, Fragment{Data: data, Key: key}, whole, []*engine{cutInto(whole, 16+int(block), 2)})
	})
}

// stuck is a reader that never makes progress.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestReaderFaults(t *testing.T) {
	broken := errors.New("broken")
	text := "x " + pat() + "\n"
	for name, e := range engines(t, load(t, LoadOptions{})) {
		got, n, err := e.SearchReader(context.Background(), Fragment{}, io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) || n != int64(len(text)) || len(got) != 1 {
			t.Errorf("%s: %d matches, %d bytes, %v", name, len(got), n, err)
		}
		long := strings.Repeat("nothing here\n", 400_000)
		got, n, err = e.SearchReader(context.Background(), Fragment{}, io.MultiReader(strings.NewReader(long), strings.NewReader(text), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) || n != int64(len(long)+len(text)) || len(got) != 1 || got[0].Line != 400_001 {
			t.Errorf("%s: %v, %d bytes, %v", name, spots(got), n, err)
		}
		if _, _, err = e.SearchReader(context.Background(), Fragment{}, stuck{}); !errors.Is(err, io.ErrNoProgress) {
			t.Errorf("%s: a reader that is stuck: %v", name, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := e.Search(ctx, Fragment{Data: []byte(text)}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := e.SearchReader(ctx, Fragment{}, strings.NewReader(long)); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCancelStops checks that a search of endless input ends soon after its context.
func TestCancelStops(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, n, err := load(t, LoadOptions{}).Searcher().SearchReader(ctx, Fragment{}, endless{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%d bytes, %v", n, err)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it went on for %v", d)
	}
}

// endless yields keywords for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = "key=token "[i%10]
	}
	return len(p), nil
}

func TestTooManyMatches(t *testing.T) {
	text := []byte(strings.Repeat(pat()+"\n", maxMatches+10))
	var fault *report.Fault
	e := load(t, LoadOptions{}).Searcher()
	got, err := e.Search(context.Background(), Fragment{Data: text})
	if !errors.As(err, &fault) || fault.Kind != report.Limit || len(got) != maxMatches {
		t.Fatalf("%d matches, %v", len(got), err)
	}
	got, n, err := e.SearchReader(context.Background(), Fragment{}, bytes.NewReader(text))
	if !errors.As(err, &fault) || len(got) != maxMatches || n != int64(len(text)) {
		t.Fatalf("%d matches, %d bytes, %v", len(got), n, err)
	}
}
