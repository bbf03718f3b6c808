package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const arMagic = "!<arch>\n"

// arTable bounds the table of long names, which is held in memory.
const arTable = 16 << 20

func isAr(head []byte) bool {
	return bytes.HasPrefix(head, []byte(arMagic)) && (len(head) == len(arMagic) || len(head) >= 68 && string(head[66:68]) == "`\n")
}

// unpackAr yields the members of an ar archive, such as a .deb or a static library, with names of both the BSD and the
// System V kind, then what follows it. The symbol table is no member.
func unpackAr(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	a := &arReader{src: src}
	if _, err := a.src.Discard(len(arMagic)); err != nil {
		return noEOF(err)
	}
	for {
		m, err := a.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errNoHeader) {
			out.fault(fmt.Errorf("reading ar member %d: %w", out.entries, err))
			return out.trailing(ctx, "ar", a.src)
		}
		if err != nil {
			return fmt.Errorf("reading ar member %d: %w", out.entries, err)
		}
		if err := a.member(ctx, out, m); err != nil {
			return err
		}
	}
}

// arReader reads an ar archive.
type arReader struct {
	src   *bufio.Reader
	names []byte // the System V table of long names
}

// arMember is a member of which the header and the name are read.
type arMember struct {
	name string
	size int64 // of what follows
	odd  bool  // one byte of padding follows that
}

var errNoHeader = corrupt("no header where one should be")

// next reads a header.
func (a *arReader) next() (*arMember, error) {
	h, err := a.src.Peek(60)
	if len(h) == 0 || errors.Is(err, io.EOF) && len(bytes.Trim(h, "\x00\n")) == 0 {
		return nil, orEOF(err)
	}
	if err != nil {
		return nil, noEOF(err)
	}
	if string(h[58:60]) != "`\n" {
		return nil, errNoHeader
	}
	size, err := strconv.ParseInt(strings.TrimRight(string(h[48:58]), " "), 10, 64)
	if err != nil || size < 0 {
		return nil, errNoHeader
	}
	m := &arMember{name: strings.TrimRight(string(h[:16]), " "), size: size, odd: size%2 == 1}
	if _, err := a.src.Discard(60); err != nil {
		return nil, err
	}
	return m, a.longName(m)
}

// longName finds the name of m where it did not fit its header.
func (a *arReader) longName(m *arMember) error {
	if n, ok := arNumber(m.name, "#1/"); ok { // BSD: the name comes before the content
		if n > m.size || n > 1<<16 {
			return corrupt("name of %d bytes", n)
		}
		name := make([]byte, n)
		if _, err := io.ReadFull(a.src, name); err != nil {
			return noEOF(err)
		}
		m.name, m.size = string(bytes.TrimRight(name, "\x00")), m.size-n
		return nil
	}
	if n, ok := arNumber(m.name, "/"); ok && n < int64(len(a.names)) { // System V: an offset in the table
		name, _, _ := bytes.Cut(a.names[n:], []byte("\n"))
		m.name = string(bytes.TrimSuffix(name, []byte("/")))
		return nil
	}
	if len(m.name) > 1 && m.name != "//" && m.name != "/SYM64/" {
		m.name = strings.TrimSuffix(m.name, "/")
	}
	return nil
}

// arNumber returns the number in name after prefix.
func arNumber(name, prefix string) (int64, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok || digits == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n >= 0
}

// member yields m, or keeps it where it is the table of names.
func (a *arReader) member(ctx context.Context, out *sink, m *arMember) error {
	body := &exactReader{src: a.src, left: m.size}
	switch m.name {
	case "//":
		if m.size > arTable {
			return limited("ar name table of %d bytes", m.size)
		}
		table, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		a.names = table
	case "/", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED":
	default:
		if err := out.name(ctx, m.name); err != nil {
			return err
		}
		if err := out.put(ctx, Member{Name: m.name, Steps: []string{m.name}, Size: m.size, Kind: Content, Body: body}); err != nil {
			return err
		}
	}
	if err := body.discard(); err != nil {
		return err
	}
	if m.odd {
		if _, err := a.src.Discard(1); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	return nil
}
