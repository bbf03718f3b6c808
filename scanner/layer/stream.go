package layer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"dregs/report"
)

// emptyBytes is the number of zero bytes from which a blob of only those is no empty archive any more. It is at most a
// chunk.
const emptyBytes = readBytes

// Stream is a layer that is read once, from its first byte to its last: the stored bytes are hashed, inflated, and
// hashed again on the way. It is for one goroutine. Either Walk is called, or Content and then Summary.
type Stream struct {
	limits      Limits
	stored      *storedReader
	br          *bufio.Reader // reads stored
	compression string
	outer       slackSet // of the stored bytes

	inflater *inflater
	content  *content
	tar      bool

	summary Summary
	err     error
	done    bool
}

// Open begins to read a layer, or any other blob, from r, which it does not close. How it is compressed, and whether it
// is a tar archive, is told by its bytes. An error is one of r; a blob that cannot be inflated opens without one.
func Open(r io.Reader, limits Limits) (*Stream, error) {
	s := &Stream{limits: limits.withDefaults(), stored: newStoredReader(r)}
	s.br = bufio.NewReaderSize(s.stored, readBytes)
	head, _ := s.br.Peek(magicBytes)
	if err := s.stored.failure(); err != nil {
		return nil, fmt.Errorf("reading stored bytes: %w", err)
	}
	in := &inflater{r: s.br, name: "plain bytes", stored: s.stored, left: s.limits.LayerBytes}
	if c := compressionOf(head); c != nil {
		s.compression, in.name = c.name, c.name
		in.open = func() (io.Reader, error) { return c.open(s.br, s.limits.Window, &s.outer) }
	}
	s.inflater, s.content = in, newContent(in, s.compression != "")
	s.tar = s.content.isTar()
	return s, nil
}

// IsTar tells whether the uncompressed content is a tar archive. An empty content is one, and so is one of a few zero
// blocks: both are how empty layers are written.
func (s *Stream) IsTar() bool { return s.tar }

// Content returns the uncompressed content, for a blob that is not a tar archive. Its errors are report.Faults and
// errors of the reader below.
func (s *Stream) Content() io.Reader { return s.content }

// Summary reads what Content has left and returns what is known of the blob; Records, Files and inner slack are empty.
// The error is that of reading; the summary is valid beside it as far as the reading came.
func (s *Stream) Summary() (Summary, error) {
	if s.done {
		return s.summary, s.err
	}
	err := s.content.drain(context.Background())
	return s.finish(context.Background(), err, &slackSet{})
}

// Walk calls fn for each entry in archive order, from this goroutine, while the next bytes are inflated in another,
// which has ended when Walk returns. An error of fn ends the walk and is returned as it is. Any other error is a
// report.Fault (corrupt or limit), an error of the reader below, or that of ctx; the summary is valid beside it as far
// as the reading came. What could be passed over is in Summary.Problems. Nothing but an error of fn or ctx keeps Walk
// from reading the stored bytes to their end.
func (s *Stream) Walk(ctx context.Context, fn func(*Entry) error) (Summary, error) {
	if s.done {
		return s.summary, s.err
	}
	stop := func() {}
	if len(s.content.buf) == readBytes { // or there is no more than this
		p := newPipe(ctx, s.inflater)
		s.content.next, stop = p.next, p.stop
		defer stop() // fn may panic
	}
	a := newArchive(s.content, s.limits, fn)
	err := a.walk(ctx)
	stop()
	s.summary.Files = a.files
	s.summary.Records = a.records.all()
	if a.fnErr != nil || ctx.Err() != nil {
		s.done = true
		s.err = a.fnErr
		if s.err == nil {
			s.err = ctx.Err()
		}
		s.describe(&a.slack)
		return s.summary, s.err
	}
	return s.finish(ctx, err, &a.slack)
}

// finish reads the stored bytes to their end and completes the summary. err is what ended the reading of the content,
// nil where it came to its end.
func (s *Stream) finish(ctx context.Context, err error, inner *slackSet) (Summary, error) {
	if s.content.ended() && s.compression != "" {
		if cancelled := s.tail(ctx); err == nil {
			err = cancelled
		}
	}
	if drained := s.stored.drain(ctx, s.br); drained != nil && err == nil {
		err = fmt.Errorf("reading stored bytes: %w", drained)
	}
	s.done, s.err = true, err
	s.describe(inner)
	return s.summary, s.err
}

// tail keeps what follows the compressed stream.
func (s *Stream) tail(ctx context.Context) error {
	run := s.outer.run(CompressedTail)
	run.write(s.outer.lead)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := s.br.Peek(4096)
		n := len(data)
		if !run.begun {
			data = bytes.TrimLeft(data, "\x00")
		}
		run.write(data)
		if err != nil {
			return nil // the end; an error is the stored reader's, and drain returns it
		}
		if _, err := s.br.Discard(n); err != nil {
			return nil
		}
	}
}

// describe fills in the summary.
func (s *Stream) describe(inner *slackSet) {
	s.summary.Compression = s.compression
	s.summary.Size = s.stored.size
	s.summary.Digest = s.stored.digest()
	s.summary.Bytes = s.content.size
	switch {
	case s.compression == "" && s.content.ended():
		s.summary.DiffID = s.summary.Digest
	case s.content.ended():
		s.summary.DiffID = formatDigest(s.content.hash)
	}
	s.summary.Slack = append(inner.items, s.outer.items...)
	s.summary.Problems = append(inner.all(), s.outer.all()...)
}

// inflater yields the uncompressed bytes, within their limit, and turns what goes wrong into faults.
type inflater struct {
	open   func() (io.Reader, error) // sets r on the first Read; nil for plain bytes
	r      io.Reader
	name   string
	stored *storedReader
	left   int64
	err    error // sticky
}

// Read implements io.Reader.
func (in *inflater) Read(p []byte) (n int, err error) {
	if in.err != nil {
		return 0, in.err
	}
	defer func() {
		if v := recover(); v != nil {
			n, err = 0, report.Faultf(report.Unreadable, "inflating %s: the decompressor panicked with a %T", in.name, v)
		}
		in.err = err
	}()
	if in.open != nil {
		r, err := in.open()
		if err != nil {
			return 0, in.fault(err)
		}
		in.r, in.open = r, nil
	}
	if in.left == 0 {
		var more [1]byte
		if n, err := in.r.Read(more[:]); n == 0 {
			return 0, in.fault(err)
		}
		return 0, report.Faultf(report.Limit, "inflating %s: the layer has more than the limit of uncompressed bytes", in.name)
	}
	n, err = in.r.Read(p[:min(int64(len(p)), in.left)])
	in.left -= int64(n)
	return n, in.fault(err)
}

// fault returns err as the reader of the content shall see it.
func (in *inflater) fault(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	if failure := in.stored.failure(); failure != nil {
		return fmt.Errorf("reading stored bytes: %w", failure)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return report.Faultf(report.Corrupt, "inflating %s: the stored bytes end early", in.name)
	}
	return inflateFault(in.name, err)
}
