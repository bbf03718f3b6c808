package rules

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
)

// maxMatches bounds the matches of one fragment; more is a report.Fault of kind limit beside the first so many.
const maxMatches = 50_000

// engine is the matcher: the default Searcher.
type engine struct {
	ready   func() (*plan, error) // the set's plan
	block   int
	workers chan struct{} // a place for every block that is searched beside its reader

	suppressed Tally

	mu      sync.Mutex
	free    []*scratch
	buffers []*[]byte
}

// newEngine returns the matcher for set.
func newEngine(set *Set) *engine {
	return &engine{ready: set.plan, block: blockSize, workers: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// plan returns the set made ready, of which nothing can be said where ready has an error.
func (e *engine) plan() *plan {
	p, _ := e.ready() // whoever begins a search tells the error
	return p
}

// borrow returns a scratch that nobody uses; give takes it back.
func (e *engine) borrow() *scratch {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.free); n > 0 {
		s := e.free[n-1]
		e.free = e.free[:n-1]
		return s
	}
	return newScratch(e.plan())
}

func (e *engine) give(s *scratch) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.free = append(e.free, s)
}

// Search implements Searcher.
func (e *engine) Search(ctx context.Context, f Fragment) ([]Match, error) {
	if _, err := e.ready(); err != nil {
		return nil, err
	}
	found, err := e.searchText(ctx, f)
	if families := e.families(f); len(families) > 0 && ctx.Err() == nil {
		return e.addCredentials(f, f.Data, families, found, err)
	}
	return found, err
}

// searchText is Search by the rules that look at text.
func (e *engine) searchText(ctx context.Context, f Fragment) ([]Match, error) {
	text, shift := withKey(f)
	t := e.open(f, shift)
	defer e.give(t.scratch)
	if t.skipped {
		return nil, nil
	}
	t.begin(text)
	for lo := 0; lo < len(text); lo += e.block {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r, err := e.searchBlock(ctx, t, e.cut(text, lo), t.scratch)
		if err != nil {
			return nil, err
		}
		t.add(r)
		if t.full {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if t.sum != nil {
		t.sum.Write(f.Data)
	}
	return t.finish(int64(len(f.Data)))
}

// cut returns the block of text at lo.
func (e *engine) cut(text []byte, lo int) block {
	hi := min(len(text), lo+e.block)
	from, to := max(0, lo-margin), min(len(text), hi+margin)
	return block{data: text[from:to], lo: lo - from, hi: hi - from, base: int64(from)}
}

// SearchReader implements Searcher.
func (e *engine) SearchReader(ctx context.Context, f Fragment, rd io.Reader) ([]Match, int64, error) {
	if _, err := e.ready(); err != nil {
		return nil, 0, err
	}
	families := e.families(f)
	if len(families) == 0 {
		return e.searchStream(ctx, f, rd)
	}
	var file bounded
	found, n, err := e.searchStream(ctx, f, io.TeeReader(rd, &file))
	if !file.over && ctx.Err() == nil {
		found, err = e.addCredentials(f, file.data.Bytes(), families, found, err)
	}
	return found, n, err
}

// searchStream is SearchReader by the rules that look at text.
func (e *engine) searchStream(ctx context.Context, f Fragment, rd io.Reader) ([]Match, int64, error) {
	buf := e.buffer()
	*buf = (*buf)[:0]
	shift := 0
	if f.Key != "" {
		*buf = append(append(*buf, f.Key...), '=')
		shift = len(f.Key) + 1
	}
	t := e.open(f, shift)
	defer e.give(t.scratch)
	s := stream{engine: e, text: t, from: rd, buf: buf}
	defer func() { e.keep(s.buf) }()
	readErr := s.run(ctx)
	found, err := t.finish(s.read)
	if readErr != nil {
		err = readErr
	}
	return found, s.read, err
}

// Class implements Searcher.
func (e *engine) Class(f Fragment) string {
	if _, err := e.ready(); err != nil {
		return ""
	}
	s := e.borrow()
	defer e.give(s)
	s.path.open(e.plan().paths, f.Path)
	var b strings.Builder
	l := lookOf(f, 0)
	b.WriteByte('0' + byte(l.setting))
	b.WriteByte('0' + byte(l.genre))
	s.path.holding(func(test int) { fmt.Fprintf(&b, "p%d", test) })
	if e.plan().set.inlineAllow && inlinePlace(f.Place) {
		b.WriteByte('i')
	}
	b.WriteString(s.familiesOf(f).class)
	b.WriteByte(0)
	b.WriteString(f.Key)
	return b.String()
}
