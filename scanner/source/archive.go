package source

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"dregs/report"
)

// archive is an image archive, docker's or OCI's, in a file or on standard input. A plain one in a file is read by an
// index of its members, any other once in the order of arrival.
type archive struct {
	scheme string
	name   string
	file   *os.File // nil for standard input
	stdin  io.Reader
	opts   Options
}

// standardInput is how standard input is named as a target.
const standardInput = "-"

func openArchive(_ context.Context, scheme, rest string, opts Options) (Source, error) {
	a := &archive{scheme: scheme, name: rest, opts: opts}
	if rest == standardInput {
		if a.stdin = opts.Stdin; a.stdin == nil {
			return nil, errors.New("opening standard input: there is none")
		}
		return a, nil
	}
	f, err := os.Open(rest)
	if err != nil {
		return nil, fmt.Errorf("opening archive: %w", err)
	}
	a.file = f
	return a, nil
}

// Scheme implements Source.
func (a *archive) Scheme() string { return a.scheme }

// Close implements Source.
func (a *archive) Close() error {
	if a.file == nil {
		return nil
	}
	return a.file.Close()
}

// Read implements Source.
func (a *archive) Read(ctx context.Context, blob func(ctx context.Context, b Blob) error) (*Contents, error) {
	if a.file == nil {
		return a.stream(ctx, a.stdin, blob)
	}
	info, err := a.file.Stat()
	if err != nil {
		return nil, fmt.Errorf("opening archive: %w", err)
	}
	head := make([]byte, sniffLength)
	n, err := io.ReadFull(io.NewSectionReader(a.file, 0, sniffLength), head)
	if !info.Mode().IsRegular() || isCompressed(head[:n]) {
		return a.stream(ctx, a.file, blob)
	}
	if err != nil || !isTar(head) {
		return nil, fmt.Errorf("reading %s: it is no tar archive, plain or compressed", a.name)
	}
	return a.seek(ctx, info.Size(), blob)
}

// stream reads an archive in the order of arrival.
func (a *archive) stream(ctx context.Context, r io.Reader, blob func(context.Context, Blob) error) (*Contents, error) {
	c, err := readStream(ctx, r, a.opts, blob)
	if err != nil {
		return c, fmt.Errorf("reading %s: %w", a.name, err)
	}
	return c, nil
}

// seek reads a plain archive by an index of its members.
func (a *archive) seek(ctx context.Context, size int64, blob func(context.Context, Blob) error) (*Contents, error) {
	files := newMembers(a.opts.MaxEntries)
	var problems problemList
	if err := a.index(ctx, size, files); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("reading %s: %w", a.name, ctx.Err())
		}
		problems.add("archive", err)
	}
	assembled, err := assemble(ctx, files, a.opts, problems.list)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", a.name, err)
	}
	return assembled.Contents, assembled.handOver(ctx, blob)
}

// index lists the members of a plain archive of size bytes. What was listed before an error holds.
func (a *archive) index(ctx context.Context, size int64, files *members) error {
	if _, err := a.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("seeking: %w", err)
	}
	reader := tar.NewReader(a.file)
	next := int64(0) // where the next header begins
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := reader.Next()
		if err == io.EOF {
			return a.tail(files, size)
		}
		if err != nil {
			return report.Faultf(report.Corrupt, "reading archive after byte %d: %w", next, err)
		}
		if err := files.entry(h); err != nil {
			return err
		}
		begin, err := a.file.Seek(0, io.SeekCurrent)
		if err != nil {
			return fmt.Errorf("seeking: %w", err)
		}
		if isLink(h) {
			files.link(h.Name, linkTarget(h))
			continue
		}
		if h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeGNUSparse || h.Typeflag == tar.TypeCont {
			m := &member{size: h.Size, open: a.section(begin, h.Size)}
			if isSparse(h) {
				m.open = a.expanded(next)
			}
			files.add(h.Name, m)
		}
		next = begin + (h.Size+sniffLength-1)/sniffLength*sniffLength
	}
}

// section opens bytes of the file as they lie there.
func (a *archive) section(begin, size int64) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		return io.NopCloser(&exactReader{r: io.NewSectionReader(a.file, begin, size), left: size}), nil
	}
}

// expanded opens the member whose headers begin there through a reader of its own, which fills the holes of a sparse file.
func (a *archive) expanded(begin int64) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		r := tar.NewReader(bufio.NewReader(io.NewSectionReader(a.file, begin, 1<<62)))
		if _, err := r.Next(); err != nil {
			return nil, report.Faultf(report.Corrupt, "reading sparse member: %w", err)
		}
		return io.NopCloser(r), nil
	}
}

// tail adds what follows the end of the archive, if it is more than padding.
func (a *archive) tail(files *members, size int64) error {
	at, err := a.file.Seek(0, io.SeekCurrent)
	if err != nil {
		return fmt.Errorf("seeking: %w", err)
	}
	r := bufio.NewReader(io.NewSectionReader(a.file, at, size-at))
	zeros, err := skipZeros(r)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading after the end of the archive: %w", err)
	}
	begin := at + zeros
	files.add(tailName, &member{size: size - begin, open: a.section(begin, size-begin)})
	return nil
}

// tailName is what a report calls the bytes after the end of an archive.
const tailName = "after the end of the archive"

// skipZeros reads zero bytes and returns how many there were. It leaves the first other byte unread.
func skipZeros(r *bufio.Reader) (int64, error) {
	for n := int64(0); ; n++ {
		b, err := r.ReadByte()
		if err != nil {
			return n, err
		}
		if b != 0 {
			return n, r.UnreadByte()
		}
	}
}

// exactReader makes a file that ends before its member does an error, as it is for a stream.
type exactReader struct {
	r    io.Reader
	left int64
}

func (e *exactReader) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func isLink(h *tar.Header) bool { return h.Typeflag == tar.TypeSymlink || h.Typeflag == tar.TypeLink }

// linkTarget returns the target of a link relative to the root of the archive.
func linkTarget(h *tar.Header) string {
	if h.Typeflag == tar.TypeSymlink {
		return symlinkTarget(h.Name, h.Linkname)
	}
	return h.Linkname
}

// isSparse tells whether the bytes of a member do not lie in the archive as they are.
func isSparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}
