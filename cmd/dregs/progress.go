package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"dregs/scanner"
)

// progressEvery bounds how often the bar is drawn.
const progressEvery = 100 * time.Millisecond

// progress shows on a terminal how far a scan is: stored bytes read of those to come, their rate, and layers. It
// implements scanner.Progress; done clears the line.
type progress struct {
	mu          sync.Mutex
	w           io.Writer
	bar         *progressbar.ProgressBar
	read, total int64
	sized       bool // bar has a total
	layers      int
	layersTotal int
	ended       bool
}

// progress returns what shows progress where standard error is a terminal, else nil; done ends it.
func (s streams) progress() (p scanner.Progress, done func()) {
	if !isTerminal(s.err) {
		return nil, func() {}
	}
	bar := newProgress(s.err)
	return bar, bar.done
}

// newProgress returns a progress that draws on w, a terminal.
func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	p.bar = p.newBar(-1)
	return p
}

// newBar returns a bar of total bytes, or one without an end where total is -1.
func (p *progress) newBar(total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(p.w),
		progressbar.OptionSetDescription(p.describe()),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionShowCount(),
		progressbar.OptionUseIECUnits(true),
		progressbar.OptionFullWidth(),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionThrottle(progressEvery),
		// With an interval the bar starts a goroutine that draws on, whatever was written after it.
		progressbar.OptionSetSpinnerChangeInterval(0),
		progressbar.OptionClearOnFinish(),
	)
}

func (p *progress) describe() string {
	switch {
	case p.layersTotal > 0:
		return fmt.Sprintf("layers %d/%d", p.layers, p.layersTotal)
	case p.layers > 0:
		return fmt.Sprintf("layers %d", p.layers)
	}
	return "reading"
}

// Expect adds to the totals. The bar gets its end with the first bytes that are announced.
func (p *progress) Expect(layers int, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.layersTotal += layers
	p.total += max(bytes, 0)
	if p.total > 0 && !p.sized {
		_ = p.bar.Clear()
		p.bar, p.sized = p.newBar(p.end()), true
		_ = p.bar.Add64(p.read)
	}
	p.stretch()
	p.bar.Describe(p.describe())
}

// Read adds stored bytes that were read.
func (p *progress) Read(bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.read += bytes
	p.stretch()
	_ = p.bar.Add64(bytes)
}

// LayerDone counts one layer.
func (p *progress) LayerDone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.layers++
	p.bar.Describe(p.describe())
}

// end is one byte beyond what is known of: a bar that reached its end would never be drawn again, though a scan may still
// announce more, or read more than was announced.
func (p *progress) end() int64 { return max(p.total, p.read) + 1 }

func (p *progress) stretch() {
	if p.sized && p.bar.GetMax64() < p.end() {
		p.bar.ChangeMax64(p.end())
	}
}

// done clears the line; what is reported after it is not shown.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	_ = p.bar.Exit()
	_ = p.bar.Clear()
}
