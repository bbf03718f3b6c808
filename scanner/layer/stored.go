package layer

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// readBytes is the size of the buffer between the stored bytes and the decompressor.
const readBytes = 64 << 10

// storedReader counts and hashes a layer's bytes as stored, and remembers why reading them ended.
type storedReader struct {
	r    io.Reader
	hash hash.Hash
	size int64
	err  error // sticky: io.EOF, or what reading r failed with
}

func newStoredReader(r io.Reader) *storedReader {
	return &storedReader{r: r, hash: sha256.New()}
}

// Read implements io.Reader. It never returns data and an error at once.
func (s *storedReader) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	s.hash.Write(p[:n])
	s.size += int64(n)
	s.err = err
	if n > 0 {
		err = nil
	}
	return n, err
}

// drain reads what is left of br, which reads from s, and of s itself.
func (s *storedReader) drain(ctx context.Context, br *bufio.Reader) error {
	br.Reset(s)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := br.Discard(readBytes); err != nil {
			return s.failure()
		}
	}
}

// failure returns the error of the reader below, nil where it only ended.
func (s *storedReader) failure() error {
	if s.err == io.EOF {
		return nil
	}
	return s.err
}

// digest returns the digest of the stored bytes, or nothing while they are not at their end.
func (s *storedReader) digest() string {
	if s.err != io.EOF {
		return ""
	}
	return formatDigest(s.hash)
}

func formatDigest(h hash.Hash) string {
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
