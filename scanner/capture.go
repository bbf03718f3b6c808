package scanner

import (
	"fmt"
	"io"
	"sync"

	"dregs/scanner/source"
)

// Indices of what is none.
const (
	noLayer = -1
	noEntry = -1
)

// stored is where the bytes of a match were read from. Its zero value is a text or a document of the image.
type stored struct {
	blob  *blobResult
	layer int // of the image, noLayer for a blob that no image names
	entry int // of the blob; noEntry for the blob as a whole
}

// storedIn is where a fragment of an image's metadata was read from: one of its blobs, or its documents.
func (j *join) storedIn(doc *document, f *fragment) stored {
	if f.layer == nil || f.history != nil || *f.layer >= len(doc.image.Layers) {
		return stored{}
	}
	return stored{blob: j.results[doc.image.Layers[*f.layer].Key], layer: *f.layer, entry: noEntry}
}

// capture copies one file while it is read: an entry of a blob, a whole blob, or the file of a target that is a text. Its
// methods may be called on nil, and from several goroutines.
type capture struct {
	key   string // of the blob, or the path of the file
	entry int    // noEntry for the whole
	to    io.Writer

	mu    sync.Mutex
	taken bool
	from  *blobResult // what it was copied from; nil for a text
	err   error
}

// tee returns a reader of body that copies what passes, if that is the file, and a function to be called when body was read,
// which copies the rest of it. A blob that is met again is copied once.
func (c *capture) tee(from *blobResult, key string, entry int, body io.Reader) (r io.Reader, end func() error) {
	if c == nil || c.key != key || c.entry != entry {
		return body, func() error { return nil }
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken {
		return body, func() error { return nil }
	}
	c.taken, c.from = true, from
	r = io.TeeReader(body, capturing{c})
	return r, func() error {
		_, err := io.Copy(io.Discard, r)
		return err
	}
}

// capturing writes to a capture, and keeps the error of that.
type capturing struct{ *capture }

// Write implements io.Writer.
func (c capturing) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.err = fmt.Errorf("writing the file: %w", err)
	}
	return n, err
}

// outcome returns why the file was not copied from a blob, nil where it was.
func (c *capture) outcome(from *blobResult) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.taken || c.from != from {
		return fmt.Errorf("copying the file: it was not met again")
	}
	return c.err
}

// admitOnly returns a filter of blobs that admits those of the digests, and those that do not say theirs.
func admitOnly(digests ...string) func(source.Blob) bool {
	return func(b source.Blob) bool {
		for _, d := range digests {
			if d != "" && b.Digest == d {
				return true
			}
		}
		return b.Digest == ""
	}
}
