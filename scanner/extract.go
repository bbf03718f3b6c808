package scanner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"

	"dregs/report"
)

// Extracted is the stored file that holds a secret, as it was written by Extract.
type Extracted struct {
	What   string // "layer entry", "layer content", "layer slack", "configuration", "manifest", "index" or "file"
	Digest string // "sha256:" and the digest of the bytes written
	Size   int64
	Mode   uint32 // permission bits of a layer entry
}

// Extract writes to w the version of the file that holds the secret: an entry of a layer, the content of a blob that is no
// archive, the bytes outside of an archive, a document of the image, or the file of a target that is no image. A file that
// lies inside another one is not taken out of it. What lies in a blob or a file is read from the target once more, and
// proved once more: after an error what w got is not to be trusted. ErrNoFile tells a secret that lies in a name or a
// header.
func (rv *Revealed) Extract(ctx context.Context, w io.Writer) (Extracted, error) {
	sum := &summing{w: w, hash: sha256.New()}
	e := Extracted{}
	var err error
	switch {
	case rv.At.Place == report.FileName, rv.At.Place == report.LinkTarget, rv.At.Place == report.TarHeader:
		err = fmt.Errorf("%w: it is in the %s of %q", ErrNoFile, rv.At.Place, rv.At.Path)
	case rv.At.Place == report.LayerSlack:
		e.What, err = "layer slack", rv.slack(sum)
	case rv.stored.blob != nil:
		e.What, err = rv.copyBlob(ctx, sum, &e)
	case rv.source != nil:
		e.What, err = rv.document(sum)
	default:
		e.What, err = "file", rv.copyAgain(ctx, &capture{key: rv.At.Path, entry: noEntry, to: sum}, nil)
	}
	if err != nil {
		return Extracted{}, fmt.Errorf("extracting the file: %w", err)
	}
	e.Digest, e.Size = "sha256:"+hex.EncodeToString(sum.hash.Sum(nil)), sum.n
	return e, nil
}

// slack writes what the layer holds outside of its archive.
func (rv *Revealed) slack(w io.Writer) error {
	for _, s := range rv.stored.blob.summary.Slack {
		if s.Kind == rv.At.Path {
			_, err := w.Write(s.Data)
			return err
		}
	}
	return ErrNoFile
}

// document writes the document of the image that the secret was found in.
func (rv *Revealed) document(w io.Writer) (what string, err error) {
	what, data := "configuration", rv.source.Config
	if rv.At.Place == report.Annotation {
		if inName(rv.At.Path) {
			return what, ErrNoFile
		}
		what, data = "manifest", rv.source.Manifest
		for i := range rv.source.Above {
			if d := &rv.source.Above[i]; strings.HasPrefix(rv.At.Path, d.What+" ") {
				what, data = "index", rv.index(i)
			}
		}
	}
	if len(data) == 0 {
		return what, ErrNoFile
	}
	_, err = w.Write(data)
	return what, err
}

// index returns the text of document i above the image, or of the one that it stands in.
func (rv *Revealed) index(i int) []byte {
	for _, d := range rv.source.Above[i:] {
		if d.Raw != nil {
			return d.Raw
		}
	}
	return nil
}

// copyBlob copies the entry, or the content, of the blob that holds the secret.
func (rv *Revealed) copyBlob(ctx context.Context, w io.Writer, e *Extracted) (what string, err error) {
	b := rv.stored.blob
	what = "layer content"
	if n := rv.stored.entry; n >= 0 {
		what, e.Mode = "layer entry", b.summary.Records[n].Mode
	}
	return what, rv.copyAgain(ctx, &capture{key: b.blob.Key, entry: rv.stored.entry, to: w}, b)
}

// copyAgain reads the target once more with a capture. It is an error where the same is not found in the same bytes.
func (rv *Revealed) copyAgain(ctx context.Context, c *capture, from *blobResult) error {
	again, err := rv.reading.pass(ctx, c)
	if err != nil {
		return err
	}
	if again.Value != rv.Value || again.stored.entry != rv.stored.entry {
		return fmt.Errorf("%w: it changed while it was read", ErrChanged)
	}
	if from != nil && (again.stored.blob == nil || again.stored.blob.summary.Digest != from.summary.Digest) {
		return fmt.Errorf("%w: it changed while it was read", ErrChanged)
	}
	return c.outcome(again.stored.blob)
}

// summing counts and hashes what it writes.
type summing struct {
	w    io.Writer
	hash hash.Hash
	n    int64
}

// Write implements io.Writer.
func (s *summing) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.hash.Write(b[:n])
	s.n += int64(n)
	return n, err
}
