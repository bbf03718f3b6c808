package registry

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"dregs/report"
)

const (
	maxLine     = 1 << 20
	maxLogBytes = 1 << 40 // uncompressed, of one log
	maxLogs     = 100_000 // files of a folder
)

// AccessLog is what was read of one access log.
type AccessLog struct {
	Name     string `json:"name"`
	Lines    int64  `json:"lines"`
	Requests int64  `json:"requests"`        // for manifests and blobs
	Bad      int64  `json:"bad"`             // lines of no known form
	First    string `json:"first,omitempty"` // times of the first and last request, RFC 3339
	Last     string `json:"last,omitempty"`

	first, last time.Time
}

// logNames returns the files that name stands for: itself, or all below it where it is a folder, sorted.
func logNames(name string) ([]string, error) {
	info, err := os.Stat(name)
	if name == "-" || err == nil && !info.IsDir() {
		return []string{name}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("opening access log: %w", err)
	}
	var all []string
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Type().IsRegular() {
			all = append(all, path)
		}
		if len(all) > maxLogs {
			return report.Faultf(report.Limit, "folder has more than %d files", maxLogs)
		}
		return nil
	})
	slices.Sort(all)
	if err != nil {
		return all, fmt.Errorf("listing access logs: %w", err)
	}
	return all, nil
}

// readLog calls take for each request of a log. What was read until an error comes beside it.
func readLog(ctx context.Context, name string, stdin io.Reader, take func(request)) (AccessLog, error) {
	l := AccessLog{Name: name}
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return l, fmt.Errorf("opening access log: %w", err)
		}
		defer f.Close()
		in = f
	}
	text := bufio.NewReaderSize(in, 64<<10)
	if head, _ := text.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(text)
		if err != nil {
			return l, report.Faultf(report.Corrupt, "reading access log: %w", err)
		}
		text = bufio.NewReaderSize(z, 64<<10)
	}
	err := l.read(ctx, text, take)
	l.First, l.Last = stamp(l.first), stamp(l.last)
	return l, err
}

// read reads all lines.
func (l *AccessLog) read(ctx context.Context, in *bufio.Reader, take func(request)) error {
	var total int64
	long := false
	for {
		line, err := readLine(in)
		if errors.Is(err, errLong) {
			l.Lines++
			l.Bad++
			long = true
			continue
		}
		if len(line) > 0 {
			l.line(line, take)
		}
		total += int64(len(line))
		switch {
		case errors.Is(err, io.EOF) && long:
			return report.Faultf(report.Limit, "reading access log: a line has more than %d bytes", maxLine)
		case errors.Is(err, io.EOF) && l.Lines > 0 && l.Bad == l.Lines:
			return report.Faultf(report.Unsupported, "reading access log: not one line is of a known form")
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader):
			return report.Faultf(report.Corrupt, "reading access log: %w", err)
		case err != nil:
			return fmt.Errorf("reading access log: %w", err)
		case total > maxLogBytes:
			return report.Faultf(report.Limit, "reading access log: it has more than %d bytes", int64(maxLogBytes))
		case l.Lines%1024 == 0 && ctx.Err() != nil:
			return fmt.Errorf("reading access log: %w", ctx.Err())
		}
	}
}

// errLong is a line longer than the bound, which was passed over.
var errLong = errors.New("line is too long")

// readLine returns the next line, what ends it left out.
func readLine(in *bufio.Reader) (string, error) {
	var b strings.Builder
	over := false
	for {
		part, err := in.ReadSlice('\n')
		if over = over || b.Len()+len(part) > maxLine; !over {
			b.Write(part)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if over && (err == nil || errors.Is(err, io.EOF)) {
			return "", errLong
		}
		return b.String(), err
	}
}

// line reads one line.
func (l *AccessLog) line(line string, take func(request)) {
	l.Lines++
	r, what := parseLine(line)
	if what == lineBad {
		l.Bad++
	}
	if what != lineRead {
		return
	}
	l.Requests++
	if !r.at.IsZero() {
		if l.first.IsZero() || r.at.Before(l.first) {
			l.first = r.at
		}
		if r.at.After(l.last) {
			l.last = r.at
		}
	}
	take(r)
}

// stamp writes a time; nothing for none.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
