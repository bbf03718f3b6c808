package unpack

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
)

// Scratch is a temporary file that holds only ciphertext: AES-256 in counter mode under a key that never leaves the
// process. The system drops the file when it is closed, however the process ends: it has no name, or on Windows is
// marked for deletion. Write appends; ReadAt may be called from several goroutines, though not beside Write. The caller
// closes it.
type Scratch struct {
	file  *os.File
	block cipher.Block
	iv    [aes.BlockSize]byte
	size  int64
	max   int64
	buf   []byte // ciphertext on its way out
}

// NewScratch returns an empty Scratch in the system's folder for temporary files. It takes limit bytes; a Write beyond
// them returns a report.Fault of kind limit.
func NewScratch(limit int64) (*Scratch, error) {
	var key [32]byte
	s := &Scratch{max: limit}
	rand.Read(key[:])
	rand.Read(s.iv[:])
	var err error
	if s.block, err = aes.NewCipher(key[:]); err != nil {
		return nil, fmt.Errorf("creating scratch cipher: %w", err)
	}
	if s.file, err = scratchFile(); err != nil {
		return nil, fmt.Errorf("creating scratch file: %w", err)
	}
	return s, nil
}

// stream returns the key stream from offset on, which is a multiple of the block size.
func (s *Scratch) stream(offset int64) cipher.Stream {
	hi, lo := binary.BigEndian.Uint64(s.iv[:8]), binary.BigEndian.Uint64(s.iv[8:])
	lo, carry := bits.Add64(lo, uint64(offset)/aes.BlockSize, 0)
	var iv [aes.BlockSize]byte
	binary.BigEndian.PutUint64(iv[:8], hi+carry)
	binary.BigEndian.PutUint64(iv[8:], lo)
	return cipher.NewCTR(s.block, iv[:])
}

// crypt applies the key stream at offset to p.
func (s *Scratch) crypt(p []byte, offset int64) {
	lead := int(offset % aes.BlockSize)
	stream := s.stream(offset - int64(lead))
	if lead > 0 {
		var skipped [aes.BlockSize]byte
		stream.XORKeyStream(skipped[:lead], skipped[:lead])
	}
	stream.XORKeyStream(p, p)
}

// Write implements io.Writer.
func (s *Scratch) Write(p []byte) (int, error) {
	if int64(len(p)) > s.max-s.size {
		return 0, limited("spooling more than %d bytes", s.max)
	}
	if s.buf == nil {
		s.buf = make([]byte, 256<<10)
	}
	written := 0
	for len(p) > 0 {
		n := copy(s.buf, p)
		s.crypt(s.buf[:n], s.size)
		m, err := s.file.WriteAt(s.buf[:n], s.size)
		if err != nil {
			return written, fmt.Errorf("writing scratch file: %w", err)
		}
		s.size += int64(m)
		written += m
		p = p[n:]
	}
	return written, nil
}

// ReadAt implements io.ReaderAt.
func (s *Scratch) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > s.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > s.size-off
	if short {
		p = p[:s.size-off]
	}
	n, err := s.file.ReadAt(p, off)
	s.crypt(p[:n], off)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("reading scratch file: %w", err)
	}
	if n < len(p) {
		return n, fmt.Errorf("reading scratch file: %w", io.ErrUnexpectedEOF)
	}
	if short {
		return n, io.EOF
	}
	return n, nil
}

// Size returns the number of bytes written.
func (s *Scratch) Size() int64 { return s.size }

// Close removes the file.
func (s *Scratch) Close() error { return s.file.Close() }
