package unpack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"dregs/report"
)

// sink takes what an unpacker finds, holds it to the limits and remembers what could not be read.
type sink struct {
	format  string
	lim     Limits
	yield   func(Member) error
	left    int64 // bytes that may still be unpacked
	entries int
	stopped error   // why nothing more may be yielded: yield's error, or that of the context
	faults  []error // the first of each kind
	memory  *Memory // not nil
	names   listing
	links   listing
}

func newSink(format string, lim Limits, yield func(Member) error) *sink {
	lim = lim.withDefaults()
	return &sink{
		format: format, lim: lim, yield: yield, left: lim.FileBytes,
		names: listing{step: "names"}, links: listing{step: "link targets"},
	}
}

// put yields m. Its error ends the unpacking: yield's own, that of the context, or a limit. What is wrong with Body is
// remembered and is no error of put: other members may well be readable.
func (s *sink) put(ctx context.Context, m Member) error {
	if err := s.count(); err != nil {
		return err
	}
	return s.emit(ctx, m)
}

// count is put for an entry without content.
func (s *sink) count() error {
	if s.entries >= s.lim.Entries {
		return limited("more than %d entries", s.lim.Entries)
	}
	s.entries++
	return nil
}

// emit is put for what is no entry of the archive.
func (s *sink) emit(ctx context.Context, m Member) error {
	if s.stopped != nil {
		return s.stopped
	}
	if err := ctx.Err(); err != nil {
		s.stopped = err
		return err
	}
	if s.left <= 0 && m.Size != 0 {
		return s.exhausted()
	}
	if int64(len(m.Data)) > s.left {
		m.Data = nil
	}
	if m.Data != nil {
		return s.whole(m)
	}
	b := body{src: m.Body, out: s, ctx: ctx}
	m.Body = &b
	err := s.yield(m)
	b.done = true
	if err != nil {
		s.stopped = err
		return err
	}
	if b.stop != nil {
		return b.stop
	}
	return nil
}

// whole is emit for content that lies in memory and is within the limits.
func (s *sink) whole(m Member) error {
	s.left -= int64(len(m.Data))
	if err := s.yield(m); err != nil {
		s.stopped = err
		return err
	}
	return nil
}

// text yields a member of s that lies in memory; it is no entry.
func (s *sink) text(ctx context.Context, kind Kind, text []byte, steps ...string) error {
	if len(text) == 0 {
		return nil
	}
	return s.emit(ctx, memoryMember(kind, text, steps...))
}

// parts yields members of s that lie in text one after the other, without those that are empty; they are no entries.
func (s *sink) parts(ctx context.Context, kind Kind, text []byte, parts []Part) error {
	parts = slices.DeleteFunc(parts, func(p Part) bool { return len(p.Data) == 0 })
	if len(parts) == 0 {
		return nil
	}
	if int64(len(text)) <= s.left {
		return s.emit(ctx, Member{Size: int64(len(text)), Kind: kind, Body: bytes.NewReader(text), Data: text, Parts: parts})
	}
	for _, p := range parts {
		if err := s.emit(ctx, p.Member(kind)); err != nil {
			return err
		}
	}
	return nil
}

// memoryMember returns a member whose content lies in memory.
func memoryMember(kind Kind, text []byte, steps ...string) Member {
	return Member{Steps: steps, Size: int64(len(text)), Kind: kind, Body: bytes.NewReader(text), Data: text}
}

// skip reads r to its end within the limits, for what yield left unread of a stream that has to be read through.
func (s *sink) skip(ctx context.Context, r io.Reader) error {
	b := body{src: r, out: s, ctx: ctx}
	_, err := io.Copy(io.Discard, &b)
	if b.stop != nil {
		return b.stop
	}
	return err
}

// fault remembers what could not be read. Of each kind the first is kept.
func (s *sink) fault(err error) {
	err = s.classify(err)
	kind := report.NewProblem("", err).Kind
	for _, f := range s.faults {
		if report.NewProblem("", f).Kind == kind {
			return
		}
	}
	s.faults = append(s.faults, err)
}

// classify returns err as it is if it knows its kind, else as one of corrupt content.
func (s *sink) classify(err error) error {
	var f *report.Fault
	switch {
	case errors.As(err, &f), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.EOF):
		return corrupt("reading %s: %w", s.format, io.ErrUnexpectedEOF)
	}
	return corrupt("reading %s: %w", s.format, err)
}

// isLimit tells an error of kind limit.
func isLimit(err error) bool {
	var f *report.Fault
	return errors.As(err, &f) && f.Kind == report.Limit
}

func (s *sink) exhausted() error {
	return limited("unpacking more than %d bytes", s.lim.FileBytes)
}

// result returns the error of the whole, where err is what the unpacker returned.
func (s *sink) result(err error) error {
	if s.stopped != nil {
		return s.stopped
	}
	if err != nil {
		s.fault(err)
	}
	if len(s.faults) == 0 {
		return nil
	}
	var limits, others []error
	for _, f := range s.faults {
		if isLimit(f) {
			limits = append(limits, f)
		} else {
			others = append(others, f)
		}
	}
	all := append(limits, others...)
	if len(all) == 1 {
		return fmt.Errorf("unpacking %s: %w", s.format, all[0])
	}
	return fmt.Errorf("unpacking %s: %w", s.format, errors.Join(all...))
}

// body is the content of a member: it ends with yield, the context or the limits, and tells the sink of its errors.
type body struct {
	src  io.Reader
	out  *sink
	ctx  context.Context // of the call that yields it, which it does not outlive
	err  error
	stop error
	done bool
}

var errDone = errors.New("reading a member after its end")

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.done {
		return 0, errDone
	}
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if err := b.ctx.Err(); err != nil {
		b.err, b.stop, b.out.stopped = err, err, err
		return 0, err
	}
	if b.out.left <= 0 {
		return b.probe()
	}
	if int64(len(p)) > b.out.left {
		p = p[:b.out.left]
	}
	n, err := b.src.Read(p)
	b.out.left -= int64(n)
	return n, b.fail(err)
}

// probe tells content that ends at the bound from content that goes on.
func (b *body) probe() (int, error) {
	var one [1]byte
	n, err := io.ReadFull(b.src, one[:])
	if n == 0 {
		return 0, b.fail(err)
	}
	b.err = b.out.exhausted()
	b.stop = b.err
	return 0, b.err
}

// fail remembers a read error, which is final.
func (b *body) fail(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		b.err = err
		return err
	}
	b.err = b.out.classify(err)
	b.out.fault(b.err)
	return b.err
}

// listing collects names, one a line, so that a million of them are not a million members.
type listing struct {
	step string
	text bytes.Buffer
}

// listingBytes is the length from which a listing is yielded.
const listingBytes = 1 << 20

// name adds the name of an entry to what is yielded as "names".
func (s *sink) name(ctx context.Context, name string) error { return s.list(ctx, &s.names, name) }

// link adds a link target to what is yielded as "link targets".
func (s *sink) link(ctx context.Context, target string) error { return s.list(ctx, &s.links, target) }

func (s *sink) list(ctx context.Context, l *listing, name string) error {
	if name == "" {
		return nil
	}
	l.text.WriteString(name)
	l.text.WriteByte('\n')
	if l.text.Len() < listingBytes {
		return nil
	}
	return s.flushList(ctx, l)
}

// flush yields the names and link targets that are still held.
func (s *sink) flush(ctx context.Context) error {
	if err := s.flushList(ctx, &s.names); err != nil {
		return err
	}
	return s.flushList(ctx, &s.links)
}

func (s *sink) flushList(ctx context.Context, l *listing) error {
	if l.text.Len() == 0 {
		return nil
	}
	text := strings.Clone(l.text.String())
	l.text.Reset()
	m := Member{Steps: []string{l.step}, Size: int64(len(text)), Kind: Name, Body: strings.NewReader(text)}
	return s.emit(ctx, m)
}
