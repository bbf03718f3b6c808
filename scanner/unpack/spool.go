package unpack

import (
	"errors"
	"io"
	"math"
)

const (
	spoolMemory = 64 << 20  // content up to here is held in memory
	spoolChunk  = 256 << 10 // in pieces of this size, the last one of which may be smaller
	spoolStart  = 4 << 10   // the first piece grows from here
)

// Spooled is content with random access: in memory while it is small, else in a Scratch. ReadAt may be called from
// several goroutines. The caller closes it.
type Spooled struct {
	chunks  [][]byte // each but the last has spoolChunk bytes; nil once scratch is set
	scratch *Scratch
	size    int64
	within  int64   // bytes that may be held in chunks
	memory  *Memory // gives chunks and takes them back
}

// Spool reads r to its end, but no more than limit bytes, and returns what it read. An error of r, or a report.Fault of
// kind limit where r holds more, is returned beside what was read before it. Spooled is nil only where there is no
// scratch file to be had.
func Spool(r io.Reader, limit int64) (*Spooled, error) {
	return new(Memory).Spool(r, limit, spoolMemory)
}

// Spool is the function of that name, but holds no more than within bytes in memory, which it has from m.
func (m *Memory) Spool(r io.Reader, limit, within int64) (*Spooled, error) {
	s := &Spooled{within: within, memory: m}
	buf := make([]byte, 0, spoolStart)
	for {
		if len(buf) == cap(buf) {
			if cap(buf) < spoolChunk {
				buf = append(m.grown(2*cap(buf)), buf...)
			} else if err := s.add(buf); err != nil {
				return s.failed(err)
			} else {
				buf = s.next(buf)
			}
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		over := s.size+int64(len(buf)+n) > limit
		if over {
			n = int(limit - s.size - int64(len(buf)))
			err = limited("spooling more than %d bytes", limit)
		}
		buf = buf[:len(buf)+n]
		if err == nil {
			continue
		}
		if aerr := s.add(buf); aerr != nil {
			return s.failed(aerr)
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return s, err
	}
}

// add appends buf, which it keeps while the content is in memory.
func (s *Spooled) add(buf []byte) error {
	s.size += int64(len(buf))
	if s.scratch == nil && s.size <= s.within {
		s.chunks = append(s.chunks, buf)
		return nil
	}
	if s.scratch == nil {
		scratch, err := NewScratch(math.MaxInt64)
		if err != nil {
			return err
		}
		s.scratch = scratch
		for _, c := range s.chunks {
			if _, err := scratch.Write(c); err != nil {
				return err
			}
		}
		s.free()
	}
	_, err := s.scratch.Write(buf)
	return err
}

// next returns an empty buffer to read into; full is used again where it was not kept.
func (s *Spooled) next(full []byte) []byte {
	if s.scratch != nil {
		return full[:0]
	}
	return s.memory.grown(spoolChunk)
}

// free gives the chunks back.
func (s *Spooled) free() {
	for _, c := range s.chunks {
		s.memory.freeChunk(c)
	}
	s.chunks = nil
}

func (s *Spooled) failed(err error) (*Spooled, error) {
	return nil, errors.Join(err, s.Close())
}

// ReadAt implements io.ReaderAt.
func (s *Spooled) ReadAt(p []byte, off int64) (int, error) {
	if s.scratch != nil {
		return s.scratch.ReadAt(p, off)
	}
	if off < 0 {
		return 0, errors.New("reading at a negative offset")
	}
	n := 0
	for n < len(p) && off < s.size {
		m := copy(p[n:], s.chunks[off/spoolChunk][off%spoolChunk:])
		n += m
		off += int64(m)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Size returns the number of bytes.
func (s *Spooled) Size() int64 { return s.size }

// Close releases the memory or the file. Nobody may read from s after it.
func (s *Spooled) Close() error {
	s.free()
	if s.scratch == nil {
		return nil
	}
	return s.scratch.Close()
}
