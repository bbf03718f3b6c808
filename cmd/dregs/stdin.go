package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"dregs/report"
)

const (
	stdinBlock  = 256 << 10 // bytes of one read of standard input
	maxPassword = 64 << 10  // bytes of the line that --password-stdin reads
	maxKnown    = 64 << 20  // bytes of all lines that --find-stdin reads
)

// interruptible returns a reader of r that fails with ctx's error as soon as ctx is cancelled, also while r blocks. It
// reads nothing of r before it is read itself. The goroutine that reads r ends with r, after ctx was cancelled with the
// read that is under way, or, where that never returns, with the process: a read of a terminal cannot be called back.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	pr, pw := io.Pipe()
	start := sync.OnceFunc(func() {
		context.AfterFunc(ctx, func() { _ = pw.CloseWithError(ctx.Err()) })
		go func() {
			_, err := io.CopyBuffer(struct{ io.Writer }{pw}, struct{ io.Reader }{r}, make([]byte, stdinBlock))
			_ = pw.CloseWithError(err) // nil is the end of the file
		}()
	})
	return readerFunc(func(p []byte) (int, error) {
		start()
		return pr.Read(p)
	})
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// readPassword returns the first line of r without its end. An empty or endless line is an error.
func readPassword(r io.Reader) (report.Value, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxPassword+1)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return report.Value{}, fmt.Errorf("reading the password from standard input: %w", err)
	}
	password := strings.TrimRight(line, "\r\n")
	switch {
	case len(line) > maxPassword:
		return report.Value{}, fmt.Errorf("reading the password from standard input: its line is longer than %d bytes", maxPassword)
	case password == "":
		return report.Value{}, errors.New("reading the password from standard input: there is none")
	}
	return report.NewValue(password), nil
}

// readValues returns the lines of r, without their ends and the empty ones.
func readValues(r io.Reader) ([]report.Value, error) {
	lines := bufio.NewScanner(io.LimitReader(r, maxKnown+1))
	lines.Buffer(make([]byte, 0, 64<<10), maxKnown)
	var values []report.Value
	read := 0
	for lines.Scan() {
		read += len(lines.Bytes()) + 1
		if line := strings.TrimSuffix(lines.Text(), "\r"); line != "" {
			values = append(values, report.NewValue(line))
		}
	}
	switch {
	case lines.Err() != nil:
		return nil, fmt.Errorf("reading known values from standard input: %w", lines.Err())
	case read > maxKnown:
		return nil, fmt.Errorf("reading known values from standard input: there are more than %d bytes", maxKnown)
	case len(values) == 0:
		return nil, errors.New("reading known values from standard input: there is none")
	}
	return values, nil
}
