package unpack

import "io"

// guard turns a panic of a decoder of somebody else, brought about by hostile bytes, into an error.
type guard struct {
	src  io.Reader
	fail error // the panic came; nothing is read after it
}

// Read implements io.Reader.
func (g *guard) Read(p []byte) (n int, err error) {
	if g.fail != nil {
		return 0, g.fail
	}
	defer func() {
		if recover() != nil {
			g.fail = corrupt("decoding: the decoder gave up on what it read")
			n, err = 0, g.fail
		}
	}()
	return g.src.Read(p)
}

// guarded returns what open does, a panic turned into an error.
func guarded(open func() (io.Reader, error)) (r io.Reader, err error) {
	defer func() {
		if recover() != nil {
			r, err = nil, corrupt("decoding: the decoder gave up on what it read")
		}
	}()
	r, err = open()
	if err != nil {
		return nil, err
	}
	return &guard{src: r}, nil
}
