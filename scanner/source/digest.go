package source

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"

	"dregs/report"
)

// digestLengths are the hex digits of each algorithm that can be checked (OCI image-spec descriptor.md).
var digestLengths = map[string]int{"sha256": 2 * sha256.Size, "sha512": 2 * sha512.Size}

// splitDigest returns the parts of d. ok is false for what is no digest of a known algorithm, so that encoded is safe as
// a file name.
func splitDigest(d string) (algorithm, encoded string, ok bool) {
	algorithm, encoded, _ = strings.Cut(d, ":")
	if n := digestLengths[algorithm]; n == 0 || len(encoded) != n {
		return "", "", false
	}
	return algorithm, encoded, strings.Trim(encoded, "0123456789abcdef") == ""
}

// digestError returns a fault for a digest that splitDigest refuses.
func digestError(d string) error {
	return report.Faultf(report.Unsupported, "%q is no sha256 or sha512 digest", d)
}

// blobName returns where an OCI layout keeps the blob of digest d.
func blobName(d string) (name string, ok bool) {
	algorithm, encoded, ok := splitDigest(d)
	if !ok {
		return "", false
	}
	return path.Join("blobs", algorithm, encoded), true
}

// digestOfName returns the digest that a file of an OCI layout claims by its name, or "".
func digestOfName(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) != 3 || parts[0] != "blobs" {
		return ""
	}
	d := parts[1] + ":" + parts[2]
	if _, _, ok := splitDigest(d); !ok {
		return ""
	}
	return d
}

func newHash(algorithm string) hash.Hash {
	if algorithm == "sha512" {
		return sha512.New()
	}
	return sha256.New()
}

// sha256Of returns the sha256 digest of data with its algorithm.
func sha256Of(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// checkDigest returns a fault where data does not have the digest d.
func checkDigest(d string, data []byte) error {
	algorithm, encoded, ok := splitDigest(d)
	if !ok {
		return digestError(d)
	}
	h := newHash(algorithm)
	h.Write(data)
	if sum := hex.EncodeToString(h.Sum(nil)); sum != encoded {
		return report.Faultf(report.DigestMismatch, "content has digest %s:%s", algorithm, sum)
	}
	return nil
}

// stated splits the digest that a blob has by its name into what the caller is to check, which is a sha256, and what
// open must check itself.
func stated(d string) (sha256Digest string, other string) {
	if strings.HasPrefix(d, "sha256:") {
		return d, ""
	}
	return "", d
}

// checked returns r with its digest checked at the end of the stream: a mismatch is a fault in place of io.EOF.
func checked(r io.ReadCloser, digest string) io.ReadCloser {
	algorithm, encoded, ok := splitDigest(digest)
	if !ok {
		return r
	}
	return &digestReader{ReadCloser: r, hash: newHash(algorithm), want: encoded}
}

type digestReader struct {
	io.ReadCloser
	hash hash.Hash
	want string
}

func (d *digestReader) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	d.hash.Write(p[:n])
	if err == io.EOF {
		if sum := hex.EncodeToString(d.hash.Sum(nil)); sum != d.want {
			err = report.Faultf(report.DigestMismatch, "content has digest %s, want %s", sum, d.want)
		}
	}
	return n, err
}

// readAtMost reads r to its end, or returns a fault of kind limit where it has more than limit bytes.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading document: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, report.Faultf(report.Limit, "document has more than %d bytes", limit)
	}
	return data, nil
}
