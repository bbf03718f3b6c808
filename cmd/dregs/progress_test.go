package main

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// screen is a writer that may be written to and read side by side.
type screen struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func TestProgressGrows(t *testing.T) {
	out := &screen{}
	p := newProgress(out)
	p.Expect(1, 1<<20)
	p.Read(1 << 20) // all that is known of
	p.LayerDone()
	p.Expect(1, 1<<20) // and then more is announced
	time.Sleep(2 * progressEvery)
	p.Read(1 << 19)
	p.LayerDone()
	time.Sleep(2 * progressEvery)
	p.Read(1 << 20) // more than was announced
	p.done()
	for _, want := range []string{"layers 0/1", "layers 1/2", "1.5/2.0 MiB"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q was never shown in %q", want, out.String())
		}
	}
}

func TestProgressOfUnknownSize(t *testing.T) {
	out := &screen{}
	p := newProgress(out)
	p.Expect(0, 0)
	p.Read(3 << 20)
	p.LayerDone()
	time.Sleep(2 * progressEvery)
	p.Read(1 << 20)
	p.done()
	for _, want := range []string{"layers 1", "4.0 MiB"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q was never shown in %q", want, out.String())
		}
	}
}

func TestProgressClearsItsLine(t *testing.T) {
	out := &screen{}
	p := newProgress(out)
	p.Expect(2, 10)
	p.Read(5)
	p.done()
	shown := out.String()
	if !strings.HasSuffix(shown, "\033[2K\r") {
		t.Errorf("the line is not cleared at the end: %q", shown)
	}
	p.Expect(1, 5)
	p.Read(5)
	p.LayerDone()
	p.done()
	if got := out.String(); got != shown {
		t.Errorf("drawn after its end: %q", strings.TrimPrefix(got, shown))
	}
}

func TestProgressSideBySide(t *testing.T) {
	p := newProgress(&screen{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 200 {
				p.Expect(1, 100)
				p.Read(100)
				p.LayerDone()
			}
		})
	}
	wg.Wait()
	p.done()
	if p.read != 160_000 || p.total != 160_000 || p.layers != 1600 || p.layersTotal != 1600 {
		t.Errorf("counted %d of %d bytes, %d of %d layers", p.read, p.total, p.layers, p.layersTotal)
	}
}
