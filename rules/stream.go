package rules

import (
	"context"
	"errors"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"
)

// stream cuts what a reader yields into the blocks of a text. The blocks of a long one are searched side by side.
type stream struct {
	engine *engine
	text   *text
	from   io.Reader
	buf    *[]byte // data from base on: at most a block and its margins
	base   int64
	lo     int // where in buf the next block begins
	read   int64
}

// run reads to the end. It returns the read error, if it is not io.EOF, after what came before it has been searched.
func (s *stream) run(ctx context.Context) error {
	end, err := s.fill(ctx)
	s.text.begin(*s.buf)
	if end && len(*s.buf) <= s.lo+s.engine.block { // a single block: no goroutine is worth it
		return errors.Join(s.single(ctx), err)
	}
	results := make(chan chan *result, cap(s.engine.workers))
	group, searching := errgroup.WithContext(ctx)
	added := make(chan struct{})
	go func() {
		defer close(added)
		for r := range results {
			if r := <-r; r != nil && !s.text.full {
				s.text.add(r)
			}
		}
	}()
	for last := false; !last && searching.Err() == nil; {
		last = end && s.lo+s.engine.block >= len(*s.buf)
		s.dispatch(searching, group, results)
		if !end {
			var more error
			if end, more = s.fill(ctx); more != nil {
				err = more
			}
		}
	}
	searchErr := group.Wait()
	close(results)
	<-added
	if searchErr != nil {
		return searchErr
	}
	if err == nil {
		err = ctx.Err() // between two blocks, which no search of one tells
	}
	return err
}

// single searches a text of one block.
func (s *stream) single(ctx context.Context) error {
	if len(*s.buf) == 0 {
		return ctx.Err()
	}
	r, err := s.engine.searchBlock(ctx, s.text, block{data: *s.buf, hi: len(*s.buf)}, s.text.scratch)
	if err != nil {
		return err
	}
	s.text.add(r)
	return nil
}

// fill reads until the block at lo and the margin behind it are there, or the input ends.
func (s *stream) fill(ctx context.Context) (end bool, err error) {
	had := len(*s.buf)
	n, err := fill(ctx, s.from, s.buf, s.lo+s.engine.block+margin)
	s.read += int64(n)
	if s.text.sum != nil {
		s.text.sum.Write((*s.buf)[had:])
	}
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return err != nil, err
}

// dispatch hands the block at lo, with the buffer that it lies in, to a goroutine of its own, and goes on to the next in
// another; it waits for a free place.
func (s *stream) dispatch(ctx context.Context, group *errgroup.Group, results chan<- chan *result) {
	e, t := s.engine, s.text
	select {
	case e.workers <- struct{}{}:
	case <-ctx.Done():
		return
	}
	data := s.buf
	b := block{data: (*data)[:min(len(*data), s.lo+e.block+margin)], lo: s.lo, hi: min(len(*data), s.lo+e.block), base: s.base}
	s.advance()
	done := make(chan *result, 1)
	results <- done
	group.Go(func() error {
		defer func() { <-e.workers }()
		defer e.keep(data)
		w := e.borrow()
		defer e.give(w)
		w.path.open(e.plan().paths, t.frag.Path)
		r, err := e.searchBlock(ctx, t, b, w)
		done <- r
		return err
	})
}

// advance moves on by a block: what has to be seen beside the next goes to a buffer of its own.
func (s *stream) advance() {
	next := s.lo + s.engine.block
	from := min(len(*s.buf), max(0, next-margin))
	seen := (*s.buf)[from:]
	s.buf = s.engine.buffer()
	*s.buf = append(slices.Grow((*s.buf)[:0], next-from+s.engine.block+margin), seen...)
	s.base += int64(from)
	s.lo = next - from
}

// buffer returns a buffer for a block and its margins; keep takes it back.
func (e *engine) buffer() *[]byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	if n := len(e.buffers); n > 0 {
		b := e.buffers[n-1]
		e.buffers = e.buffers[:n-1]
		return b
	}
	return new([]byte)
}

func (e *engine) keep(b *[]byte) {
	clear(*b)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.buffers = append(e.buffers, b)
}
