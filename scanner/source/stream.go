package source

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"dregs/report"
)

const (
	streamBuffer = 64 << 10
	maxHeld      = 256 << 20 // bytes of documents held until the manifest is known
	alwaysHeld   = 64        // a file this small is held whatever it is: VERSION files
)

// readStream reads an archive once, in the order of arrival. What begins as JSON is held in memory up to the manifest
// limit, everything else goes to blob while it passes; what was held and turns out to be no document goes to blob at the
// end.
func readStream(ctx context.Context, r io.Reader, opts Options, blob func(context.Context, Blob) error) (*Contents, error) {
	in, err := inflate(bufio.NewReaderSize(r, streamBuffer), opts.MaxInflated)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	buffered := bufio.NewReaderSize(in, streamBuffer)
	head, err := buffered.Peek(sniffLength)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("inflating its beginning: %w", err)
	}
	if !isTar(head) {
		return nil, errors.New("it is no tar archive, plain or compressed")
	}
	s := &stream{in: buffered, files: newMembers(opts.MaxEntries), opts: opts, blob: blob}
	if err := s.pass(ctx); err != nil {
		if s.fatal == nil && ctx.Err() != nil {
			s.fatal = ctx.Err()
		}
		if s.fatal != nil {
			return s.soFar(ctx), s.fatal
		}
		s.problems.add("archive", err)
	}
	assembled, err := assemble(ctx, s.files, opts, s.problems.list)
	if err != nil {
		return nil, err
	}
	return assembled.Contents, assembled.handOver(ctx, blob)
}

// soFar returns what the files that passed make up, or nil. It hands nothing over.
func (s *stream) soFar(ctx context.Context) *Contents {
	assembled, err := assemble(context.WithoutCancel(ctx), s.files, s.opts, s.problems.list)
	if err != nil {
		return nil
	}
	return assembled.Contents
}

type stream struct {
	in       *bufio.Reader
	files    *members
	opts     Options
	blob     func(context.Context, Blob) error
	held     int64
	problems problemList
	fatal    error // what blob returned
}

// pass reads the archive to its end.
func (s *stream) pass(ctx context.Context) error {
	reader := tar.NewReader(s.in)
	body := bufio.NewReaderSize(nil, streamBuffer)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := reader.Next()
		if err == io.EOF {
			return s.tail(ctx)
		}
		if err != nil {
			return corrupt("reading archive", err)
		}
		if err := s.files.entry(h); err != nil {
			return err
		}
		if isLink(h) {
			s.files.link(h.Name, linkTarget(h))
			continue
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse && h.Typeflag != tar.TypeCont {
			continue
		}
		body.Reset(reader)
		m := &member{size: h.Size}
		s.files.add(h.Name, m)
		if err := s.file(ctx, m, body); err != nil {
			return err
		}
	}
}

// file holds a document, or hands anything else over.
func (s *stream) file(ctx context.Context, m *member, body *bufio.Reader) error {
	head, _ := body.Peek(sniffLength)
	if (looksLikeJSON(head) || m.size <= alwaysHeld) && m.size <= s.opts.MaxManifest && s.held+m.size <= maxHeld {
		data, err := io.ReadAll(body)
		s.held += int64(len(data))
		m.memory = data
		if data == nil {
			m.memory = []byte{}
		}
		if err != nil {
			return corrupt(fmt.Sprintf("reading %q", m.name), err)
		}
		return nil
	}
	return s.hand(ctx, m, body)
}

// hand gives m to blob while it passes.
func (s *stream) hand(ctx context.Context, m *member, body *bufio.Reader) error {
	m.passed = true
	digest, other := stated(digestOfName(m.key))
	passing := &passingReader{r: body}
	err := s.blob(ctx, Blob{
		Key: m.key, Digest: digest, Size: m.size, Sequential: true,
		Open: func(context.Context) (io.ReadCloser, error) {
			if passing.opened || passing.gone {
				return nil, report.Faultf(report.Unreadable, "blob %q passes by once", m.name)
			}
			passing.opened = true
			return checked(passing, other), nil
		},
	})
	passing.gone = true
	s.fatal = err
	return err
}

// tail hands over what follows the end of the archive, if it is more than padding.
func (s *stream) tail(ctx context.Context) error {
	_, err := skipZeros(s.in)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return corrupt("reading after the end of the archive", err)
	}
	m := &member{size: -1}
	s.files.add(tailName, m)
	return s.hand(ctx, m, s.in)
}

// passingReader is the content of a file while it passes; once the file is gone it gives an error.
type passingReader struct {
	r            io.Reader
	opened, gone bool
}

func (p *passingReader) Read(b []byte) (int, error) {
	if p.gone {
		return 0, report.Faultf(report.Unreadable, "blob has passed by")
	}
	return p.r.Read(b)
}

// Close implements io.Closer; what was not read is skipped.
func (p *passingReader) Close() error {
	p.gone = true
	return nil
}

// corrupt returns err with what was done. It is a fault of kind corrupt unless it is a fault already.
func corrupt(what string, err error) error {
	var f *report.Fault
	if errors.As(err, &f) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return report.Faultf(report.Corrupt, "%s: %w", what, err)
}
