package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestInterruptibleReadsAll(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	for name, r := range map[string]io.Reader{
		"at once":      bytes.NewReader(data),
		"in halves":    iotest.HalfReader(bytes.NewReader(data)),
		"data and EOF": iotest.DataErrReader(bytes.NewReader(data)),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := io.ReadAll(interruptible(t.Context(), r))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("read %d bytes, %v, want %d", len(got), err, len(data))
			}
		})
	}
}

func TestInterruptiblePassesErrors(t *testing.T) {
	broken := errors.New("broken pipe")
	got, err := io.ReadAll(interruptible(t.Context(), io.MultiReader(strings.NewReader("some"), iotest.ErrReader(broken))))
	if string(got) != "some" || !errors.Is(err, broken) {
		t.Errorf("read %q, %v, want %q and %v", got, err, "some", broken)
	}
}

func TestInterruptibleEndsWhileBlocked(t *testing.T) {
	pr, pw := io.Pipe()
	defer pw.Close()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	ended := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(interruptible(ctx, pr))
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v, want %v", err, context.Canceled)
		}
	case <-time.After(10 * time.Second):
		t.Error("still reads after it was cancelled")
	}
}

func TestInterruptibleLeavesStdinAlone(t *testing.T) {
	r := strings.NewReader("password\n")
	interruptible(t.Context(), r)
	time.Sleep(time.Millisecond)
	if r.Len() != len("password\n") {
		t.Error("read before it was asked to")
	}
}

func TestReadPassword(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		fails    bool
	}{
		"a line":         {"pass word\nrest", "pass word", false},
		"without an end": {"pass", "pass", false},
		"of Windows":     {"pass\r\n", "pass", false},
		"empty":          {"", "", true},
		"an empty line":  {"\nrest", "", true},
		"endless":        {strings.Repeat("x", maxPassword+10), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readPassword(strings.NewReader(c.in))
			if (err != nil) != c.fails || got.Reveal() != c.want {
				t.Errorf("got %d bytes, %v, want %q, an error: %v", got.Len(), err, c.want, c.fails)
			}
		})
	}
}

func TestReadValues(t *testing.T) {
	got, err := readValues(strings.NewReader("first value\r\n\n  second \nthird"))
	if err != nil || len(got) != 3 || got[0].Reveal() != "first value" || got[1].Reveal() != "  second " || got[2].Reveal() != "third" {
		t.Errorf("got %d values, %v", len(got), err)
	}
	for name, in := range map[string]io.Reader{
		"nothing":     strings.NewReader(""),
		"empty lines": strings.NewReader("\n\r\n\n"),
		"endless":     io.LimitReader(repeat("x"), maxKnown+100),
		"many lines":  io.LimitReader(repeat("value\n"), maxKnown+100),
		"broken":      iotest.ErrReader(errors.New("broken")),
	} {
		if got, err := readValues(in); err == nil {
			t.Errorf("%s: got %d values, want an error", name, len(got))
		}
	}
}

// repeat is a reader of s again and again.
type repeat string

func (r repeat) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c := copy(p[n:], r)
		n += c
	}
	return n, nil
}
