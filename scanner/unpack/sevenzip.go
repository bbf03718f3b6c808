package unpack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/bodgit/sevenzip"
)

const sevenZipMagic = "7z\xbc\xaf\x27\x1c"

func is7z(head []byte) bool { return bytes.HasPrefix(head, []byte(sevenZipMagic)) && len(head) >= 32 }

// unpack7z yields the files of a 7z archive. Its header is checked first: no count and no dictionary in it may ask for
// more memory than the limits allow.
func unpack7z(ctx context.Context, in Input, out *sink) error {
	end, err := check7z(in.At, in.Size, out.lim)
	if err != nil {
		return err
	}
	if err := out.trailing(ctx, "7z", io.NewSectionReader(in.At, end, in.Size-end)); err != nil {
		return err
	}
	archive, err := open7z(in)
	if err != nil {
		return sevenZipError(err)
	}
	for _, f := range archive.File {
		if err := out.name(ctx, f.Name); err != nil {
			return err
		}
		if f.FileInfo().IsDir() {
			if err := out.count(); err != nil {
				return err
			}
			continue
		}
		if err := sevenZipFile(ctx, out, f); err != nil {
			return err
		}
	}
	return nil
}

// open7z opens the archive, a panic of the decoder turned into an error.
func open7z(in Input) (r *sevenzip.Reader, err error) {
	defer func() {
		if recover() != nil {
			r, err = nil, corrupt("decoding: the decoder gave up on what it read")
		}
	}()
	return sevenzip.NewReader(in.At, in.Size)
}

// sevenZipFile yields one file and reads it to its end: files share a stream, which is read once.
func sevenZipFile(ctx context.Context, out *sink, f *sevenzip.File) error {
	var rc io.ReadCloser
	r, err := guarded(func() (io.Reader, error) {
		var err error
		rc, err = f.Open()
		return rc, err
	})
	if err != nil {
		out.fault(fmt.Errorf("reading 7z entry %d: %w", out.entries, sevenZipError(err)))
		return out.count()
	}
	r = &sevenZipReader{src: r, left: int64(f.UncompressedSize)}
	if f.CRC32 != 0 { // zero where the archive has none
		r = &checked{src: r, want: f.CRC32}
	}
	body := &sticky{src: r}
	if err := out.put(ctx, Member{Name: f.Name, Steps: []string{f.Name}, Size: int64(f.UncompressedSize), Kind: Content, Body: body}); err != nil {
		return err
	}
	if err := out.skip(ctx, body); err != nil {
		if isLimit(err) || out.stopped != nil {
			return err
		}
		return nil // remembered; a file of another stream may be readable
	}
	return closeGuarded(rc)
}

// closeGuarded closes c, which hands its stream on to the next file.
func closeGuarded(c io.Closer) (err error) {
	defer func() {
		if recover() != nil {
			err = corrupt("decoding: the decoder gave up on what it read")
		}
	}()
	return c.Close()
}

// sevenZipReader tells the decoder's errors apart, and the end of a stream before that of the file.
type sevenZipReader struct {
	src  io.Reader
	left int64
}

// Read implements io.Reader.
func (s *sevenZipReader) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	s.left -= int64(n)
	if err == io.EOF && s.left > 0 {
		return n, io.ErrUnexpectedEOF
	}
	return n, sevenZipError(err)
}

func sevenZipError(err error) error {
	var read *sevenzip.ReadError
	if errors.As(err, &read) && read.Encrypted {
		return unsupported("reading 7z: it is encrypted")
	}
	return err
}
