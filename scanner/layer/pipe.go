package layer

import (
	"context"
	"io"
)

const (
	pipeBytes   = 256 << 10 // of one chunk
	pipeBuffers = 4
)

// pipe reads ahead in a goroutine of its own, so that inflating goes on while the chunk before is hashed and searched.
type pipe struct {
	cancel context.CancelFunc
	full   chan chunk
	free   chan []byte
	held   []byte // the buffer that the consumer has
	err    error  // sticky
}

// chunk is what a pipe carries: bytes, and the error after the last of them.
type chunk struct {
	data []byte
	err  error
}

// newPipe starts to read r, which nobody else may do until stop has returned.
func newPipe(ctx context.Context, r io.Reader) *pipe {
	ctx, cancel := context.WithCancel(ctx)
	p := &pipe{cancel: cancel, full: make(chan chunk, pipeBuffers), free: make(chan []byte, pipeBuffers)}
	go p.run(ctx, r)
	return p
}

// run fills buffers until r ends or ctx is done. It makes them one by one: a small layer needs but one.
func (p *pipe) run(ctx context.Context, r io.Reader) {
	defer close(p.full)
	for made := 0; ; {
		var buf []byte
		select {
		case buf = <-p.free:
		default:
			if made < pipeBuffers {
				made++
				buf = make([]byte, pipeBytes)
				break
			}
			select {
			case buf = <-p.free:
			case <-ctx.Done():
			}
		}
		err := ctx.Err()
		n := 0
		if err == nil {
			n, err = fill(r, buf)
		}
		p.full <- chunk{data: buf[:n], err: err} // never blocks: it has room for every buffer, and one error ends it all
		if err != nil {
			return
		}
	}
}

// next returns the next chunk, valid until it is called again, or the error that ended the reading.
func (p *pipe) next() ([]byte, error) {
	if p.held != nil {
		p.free <- p.held // never blocks, for the same reason
		p.held = nil
	}
	if p.err != nil {
		return nil, p.err
	}
	c := <-p.full
	p.err = c.err
	if len(c.data) == 0 {
		return nil, p.err
	}
	p.held = c.data[:cap(c.data)]
	return c.data, nil
}

// stop ends the reading and returns when it has ended.
func (p *pipe) stop() {
	p.cancel()
	for range p.full {
	}
}
