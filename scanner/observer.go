package scanner

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"dregs/scanner/source"
)

// Observer is told of all that a scan reads. Its method is called from several goroutines.
type Observer interface {
	// Observe is told of one thing once it was read, as far as that came.
	Observe(Reading)
}

// Kinds of what is read.
const (
	ReadLayer    = "layer"    // a blob that a manifest lists, or that none does
	ReadManifest = "manifest" // of an image
	ReadConfig   = "config"   // the configuration of an image
	ReadIndex    = "index"    // what led to a manifest
	ReadFile     = "file"     // of a target that is no image
)

// declaredBase is the position of the base image among the targets.
const declaredBase = -1

// Reading is one thing that was read. It holds nothing of its content.
type Reading struct {
	Target   int    // by position; -1 for the base image that was declared
	Kind     string // one of the kinds
	Path     string // of a file
	Digest   string // "sha256:" and the digest of the bytes as stored; empty where they were not read to their end
	Stated   string // the digest that it is stored under, empty where nothing states one
	Size     int64  // bytes read
	Recalled bool   // not read now: an earlier scan read bytes of this digest, and its results were taken
	Problems int    // how many things of it could not be read
}

// observeBlob tells of a blob of a target. What is inside its files is told by its digest.
func (s *scan) observeBlob(target int, r *blobResult) {
	if s.Observer == nil {
		return
	}
	s.Observer.Observe(Reading{
		Target: target, Kind: ReadLayer, Digest: r.summary.Digest, Stated: r.blob.Digest, Size: r.summary.Size, Problems: len(r.faults), Recalled: r.recalled,
	})
}

// observeDocuments tells of the documents of a target's images, each once.
func (s *scan) observeDocuments(target int, c *source.Contents) {
	if s.Observer == nil {
		return
	}
	seen := make(map[string]bool)
	tell := func(kind, stated string, data []byte) {
		digest := digestOf(data)
		if data == nil || seen[kind+digest] {
			return
		}
		seen[kind+digest] = true
		s.Observer.Observe(Reading{Target: target, Kind: kind, Digest: digest, Stated: stated, Size: int64(len(data))})
	}
	for i := range c.Images {
		img := &c.Images[i]
		for j := range img.Above {
			tell(ReadIndex, "", img.Above[j].Raw)
		}
		tell(ReadManifest, img.Digest, img.Manifest)
		tell(ReadConfig, img.ID, img.Config)
	}
}

// file returns a reader of a file of a target that is no image, and a function to be called when it was read, which tells of
// it.
func (s *scan) file(target int, path string, r io.Reader) (in io.Reader, end func()) {
	in, captured := s.reader.capture.tee(nil, path, noEntry, r)
	if s.Observer == nil {
		return in, func() { _ = captured() } // the capture keeps the error
	}
	h := &hashingReader{r: in, hash: sha256.New()}
	return h, func() {
		_ = captured()
		s.Observer.Observe(Reading{Target: target, Kind: ReadFile, Path: path, Digest: h.digest(), Size: h.n})
	}
}

// hashingReader hashes what is read.
type hashingReader struct {
	r     io.Reader
	hash  hash.Hash
	n     int64
	ended bool
}

// Read implements io.Reader.
func (h *hashingReader) Read(b []byte) (int, error) {
	n, err := h.r.Read(b)
	h.hash.Write(b[:n])
	h.n += int64(n)
	h.ended = h.ended || err == io.EOF
	return n, err
}

// digest returns the digest of all bytes, empty where their end was not reached.
func (h *hashingReader) digest() string {
	if !h.ended {
		return ""
	}
	return "sha256:" + hex.EncodeToString(h.hash.Sum(nil))
}

// digestOf returns the digest of data.
func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}
