package origin

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"hash"
	"io"
)

// Sums are the hashes of a content by which databases know files; zero for one that was not computed. dpkg and older ones
// have nothing better than MD5: it says here that two files are alike, and protects nothing.
type Sums struct {
	md5    [md5.Size]byte
	sha1   [sha1.Size]byte
	sha256 [sha256.Size]byte
}

// Sum returns the hashes of data.
func Sum(data []byte) *Sums {
	return &Sums{md5: md5.Sum(data), sha1: sha1.Sum(data), sha256: sha256.Sum256(data)}
}

// match tells whether sum, the bytes of a hash, is one of s. Its length says of which algorithm it is.
func (s *Sums) match(sum string) bool {
	switch len(sum) {
	case md5.Size:
		return string(s.md5[:]) == sum
	case sha1.Size:
		return s.sha1 != [sha1.Size]byte{} && string(s.sha1[:]) == sum
	case sha256.Size:
		return s.sha256 != [sha256.Size]byte{} && string(s.sha256[:]) == sum
	}
	return false
}

// known tells whether sum is of an algorithm that Sums has.
func known(sum string) bool {
	return len(sum) == md5.Size || len(sum) == sha1.Size || len(sum) == sha256.Size
}

// Hasher computes the Sums of what is written to it.
type Hasher struct {
	md5, sha1, sha256 hash.Hash
	each              []io.Writer
}

// NewHasher returns a Hasher that nothing was written to.
func NewHasher() *Hasher {
	h := &Hasher{md5: md5.New(), sha1: sha1.New(), sha256: sha256.New()}
	h.each = []io.Writer{h.md5, h.sha1, h.sha256}
	return h
}

// NewDpkgHasher is NewHasher for a file that nothing but dpkg may have brought: it computes what dpkg knows files by.
func NewDpkgHasher() *Hasher {
	h := NewHasher()
	h.each = []io.Writer{h.md5}
	return h
}

// Write implements io.Writer; it never fails.
func (h *Hasher) Write(b []byte) (int, error) {
	for _, w := range h.each {
		_, _ = w.Write(b) // a hash.Hash never fails
	}
	return len(b), nil
}

// Sums returns the hashes of all that was written.
func (h *Hasher) Sums() *Sums {
	s := new(Sums)
	h.md5.Sum(s.md5[:0])
	if len(h.each) > 1 {
		h.sha1.Sum(s.sha1[:0])
		h.sha256.Sum(s.sha256[:0])
	}
	return s
}
