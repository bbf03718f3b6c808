package unpack

import (
	"bufio"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// Memory is what unpackers use again from one file to the next: an image holds many small ones, and what each of them needs
// is larger than they are. The zero value is ready; it is safe for concurrent use.
type Memory struct {
	readers   sync.Pool // of *bufio.Reader
	inflaters sync.Pool // of io.ReadCloser by flate
	classes   sync.Pool // of *classFile
	programs  sync.Pool // of *marshal
}

// memoryBytes is the size of a file up to which what it took is kept.
const memoryBytes = 1 << 20

// readerBytes is the size of a buffered reader.
const readerBytes = 64 << 10

// reader returns a buffered reader of r, until free is called.
func (m *Memory) reader(r io.Reader) (src *bufio.Reader, free func()) {
	src, ok := m.readers.Get().(*bufio.Reader)
	if ok {
		src.Reset(r)
	} else {
		src = bufio.NewReaderSize(r, readerBytes)
	}
	return src, func() {
		src.Reset(nil)
		m.readers.Put(src)
	}
}

// inflater returns a reader of the deflate stream that src begins with, until free is called.
func (m *Memory) inflater(src io.Reader) (r io.ReadCloser, free func(), err error) {
	r, ok := m.inflaters.Get().(io.ReadCloser)
	if ok {
		err = r.(flate.Resetter).Reset(src, nil)
	} else {
		r = flate.NewReader(src)
	}
	return r, func() { m.inflaters.Put(r) }, err
}
