package scanner

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/rules"
	"dregs/scanner/imagetest"
)

// packed returns the given contents in an archive: gzip for one, zip for more.
func packed(contents ...[]byte) []byte {
	if len(contents) == 1 {
		return imagetest.Compress(imagetest.Gzip, contents[0])
	}
	var entries []imagetest.Entry
	for i, data := range contents {
		entries = append(entries, imagetest.File(fmt.Sprintf("part%d", i), string(data)))
	}
	return imagetest.Zip(entries...)
}

// TestSharedAtAnyDepth: what a content gives where equal ones were met at other depths, by others at the same time, is what
// it gives where it is the only one, and where no depth cuts it, it is searched once.
func TestSharedAtAnyDepth(t *testing.T) {
	set, err := gitHubRule()
	if err != nil {
		t.Fatal(err)
	}
	const most = 5
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		var pool [][]byte
		for i := range 3 {
			pool = append(pool, []byte(fmt.Sprintf("text %d ghp_%s%06d\n", i, strings.Repeat("aB3dE5gH7j", 3), seed*10+uint64(i))))
		}
		damaged := packed(pool[0])
		pool = append(pool, damaged[:len(damaged)-4]) // its own bytes are searched beside what is in it
		for len(pool) < 12 {
			var chosen [][]byte
			for range 1 + r.IntN(3) {
				chosen = append(chosen, pool[r.IntN(len(pool))])
			}
			pool = append(pool, packed(chosen...))
		}
		alone := func(i, depth int) []string {
			return toldAt(newContents(set.Searcher(), Limits{}.withDefaults()), pool[i], depth)
		}
		count := &SearchCount{Searcher: set.Searcher()}
		shared := newContents(count, Limits{}.withDefaults())
		type visit struct{ content, depth int }
		var visits []visit
		for range 60 {
			visits = append(visits, visit{r.IntN(len(pool)), r.IntN(most)})
		}
		got := make([][]string, len(visits))
		var all sync.WaitGroup
		for i, v := range visits {
			all.Go(func() { got[i] = toldAt(shared, pool[v.content], v.depth) })
		}
		all.Wait()
		for i, v := range visits {
			if diff := cmp.Diff(alone(v.content, v.depth), got[i]); diff != "" {
				t.Errorf("seed %d, content %d at depth %d (-alone +shared):\n%s", seed, v.content, v.depth, diff)
			}
		}
		searched := func(spread int) int64 {
			before := count.Texts.Load()
			c := newContents(count, Limits{}.withDefaults())
			for _, v := range visits {
				toldAt(c, pool[v.content], 2*most+spread*v.depth)
			}
			return count.Texts.Load() - before
		}
		if one, several := searched(0), searched(1); one != several {
			t.Errorf("seed %d: %d searches at one depth, %d at several", seed, one, several)
		}
	}
}

// toldAt tells all of what a content gives at a depth.
func toldAt(c *contents, data []byte, depth int) []string {
	res := c.whole(context.Background(), rules.Fragment{Place: report.LayerFile, Path: "a", Data: data}, depth)
	out := append(tellOf(res), fmt.Sprint(res.files, res.bytes, res.err))
	for _, f := range res.faults {
		out = append(out, fmt.Sprint(f.via, f.err))
	}
	return out
}

// TestContentsInOneAnother: of archives that hold one another, none waits for ever, whoever begins.
func TestContentsInOneAnother(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	set, err := gitHubRule()
	if err != nil {
		t.Fatal(err)
	}
	for range 200 {
		c := newContents(set.Searcher(), Limits{}.withDefaults())
		var open func(ctx context.Context, key uint64, depth int) error
		open = func(ctx context.Context, key uint64, depth int) error { // a content of keys 1 to 3, which holds all of them
			r, mine := c.meet(ctx, metKey{key, key}, depth)
			if !mine {
				return r.err
			}
			defer c.finish(r)
			r.cut = true
			if depth == 0 {
				return nil
			}
			for inner := range uint64(3) {
				if err := open(r.inside(ctx), inner+1, depth-1); err != nil {
					return err
				}
			}
			return nil
		}
		errs := make(chan error, 3)
		for key := range uint64(3) {
			go func() { errs <- open(ctx, key+1, 4) }()
		}
		for range 3 {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
	}
}
