package unpack

import (
	"bufio"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// Shelf keeps things to be used again. A sync.Pool loses what it holds at every second collection, and where memory is
// short there are many. The zero value is empty; it is safe for concurrent use.
type Shelf[T any] struct {
	mu   sync.Mutex
	kept []T
}

// Take returns what was put last, if anything is there.
func (s *Shelf[T]) Take() (t T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.kept)
	if n == 0 {
		return t, false
	}
	t = s.kept[n-1]
	clear(s.kept[n-1:])
	s.kept = s.kept[:n-1]
	return t, true
}

// Put keeps t, unless there are most already.
func (s *Shelf[T]) Put(t T, most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) < most {
		s.kept = append(s.kept, t)
	}
}

// Memory is what unpackers use again from one file to the next: an image holds many small ones, and what each of them needs
// is larger than they are. The zero value is ready; it is safe for concurrent use.
type Memory struct {
	readers   Shelf[*bufio.Reader]
	inflaters Shelf[io.ReadCloser] // by flate
	zlibs     Shelf[io.ReadCloser] // by zlib
	decoders  Shelf[*zstd.Decoder]
	buffers   buffers
	codecs    Shelf[*zipCodec]
	classes   Shelf[*classFile]
	programs  Shelf[*marshal]
}

// How many of each are kept: workers are few, but containers lie in containers.
const (
	keptSmall    = 16 // of some 100 KiB at most
	keptLarge    = 4
	keptDecoders = 2 // of their window each
)

// memoryBytes is the size of a file up to which what it took is kept.
const memoryBytes = 1 << 20

// readerBytes is the size of a buffered reader.
const readerBytes = 64 << 10

// Reader returns a buffered reader of r, until free is called: r itself where it is one, whose owner may read on behind what
// was taken from it.
func (m *Memory) Reader(r io.Reader) (src *bufio.Reader, free func()) {
	if own, ok := r.(*bufio.Reader); ok && own.Size() >= readerBytes {
		return own, func() {}
	}
	src, ok := m.readers.Take()
	if ok {
		src.Reset(r)
	} else {
		src = bufio.NewReaderSize(r, readerBytes)
	}
	return src, func() {
		src.Reset(nil)
		m.readers.Put(src, keptSmall)
	}
}

// inflater returns a reader of the deflate stream that src begins with, until free is called.
func (m *Memory) inflater(src io.Reader) (r io.ReadCloser, free func(), err error) {
	r, ok := m.inflaters.Take()
	if ok {
		err = r.(flate.Resetter).Reset(src, nil)
	} else {
		r = flate.NewReader(src)
	}
	return r, func() { m.inflaters.Put(r, keptSmall) }, err
}

// zlib returns a reader of the zlib stream (RFC 1950) that src begins with, until free is called.
func (m *Memory) zlib(src io.Reader) (r io.ReadCloser, free func(), err error) {
	r, ok := m.zlibs.Take()
	if ok {
		err = r.(zlib.Resetter).Reset(src, nil)
	} else if r, err = zlib.NewReader(src); err != nil {
		return nil, func() {}, err
	}
	return r, func() { m.zlibs.Put(r, keptSmall) }, err
}

// Buffer returns n bytes that hold anything, and the function that takes them back: nobody may use them after it.
func (m *Memory) Buffer(n int) (data []byte, free func()) {
	buf := m.buffers.take(n, 1<<mostBuffer)
	return buf[:n], func() { m.buffers.put(buf) }
}

// grown returns an empty buffer of n bytes, but no more than a chunk has.
func (m *Memory) grown(n int) []byte {
	if n >= spoolChunk {
		return m.buffers.take(spoolChunk, spoolChunk)[:0]
	}
	return make([]byte, 0, n)
}

// freeChunk takes a chunk back.
func (m *Memory) freeChunk(c []byte) {
	if cap(c) == spoolChunk {
		m.buffers.put(c)
	}
}
