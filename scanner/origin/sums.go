package origin

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"hash"
	"io"
	"regexp"
	"strings"
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

// debianPath matches where Debian, and who comes from it, installs what is for one processor alone: libraries below the triplet
// of its architecture, which is in no other system's usr/lib, and a JDK below the architecture's name.
var debianPath = regexp.MustCompile(`^(usr/)?lib/([a-z0-9_]+-linux-gnu[a-z0-9_]*|jvm/[^/]+-(amd64|arm64|armel|armhf|i386|loong64|mips64el|ppc64el|riscv64|s390x))/`)

// NewHasher returns a Hasher of the file at path that nothing was written to. Where nothing but dpkg may have brought that, in a
// system of Debian, it computes what dpkg knows files by, and else all.
func NewHasher(path string, debian bool) *Hasher {
	h := &Hasher{md5: md5.New(), sha1: sha1.New(), sha256: sha256.New()}
	if h.each = []io.Writer{h.md5}; !debian && !debianPath.MatchString(path) || installed(path) {
		h.each = append(h.each, h.sha1, h.sha256)
	}
	return h
}

// installed tells where others than dpkg install files in a system of Debian.
func installed(path string) bool {
	return strings.HasPrefix(path, "usr/local/") || strings.HasPrefix(path, "opt/") || strings.Contains(path, "-packages/")
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
