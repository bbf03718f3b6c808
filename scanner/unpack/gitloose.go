package unpack

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"strconv"

	"github.com/klauspost/compress/zlib"
)

// longestLooseHead is the length of the longest header of a loose object: "commit", a space, a number, NUL.
const longestLooseHead = 32

// parseLoose reads the header of a loose object and returns its length too.
func parseLoose(head []byte) (kind gitKind, size int64, n int, ok bool) {
	end := bytes.IndexByte(head[:min(len(head), longestLooseHead)], 0)
	if end < 0 {
		return 0, 0, 0, false
	}
	name, length, _ := bytes.Cut(head[:end], []byte(" "))
	for _, kind := range gitKinds {
		if string(name) != kind.String() {
			continue
		}
		size, err := strconv.ParseInt(string(length), 10, 64)
		return kind, size, end + 1, err == nil && size >= 0 && length[0] != '+'
	}
	return 0, 0, 0, false
}

// matchLoose tells a zlib stream that begins with the header of a git object.
func matchLoose(head []byte) bool {
	if len(head) < 2 || head[0]&0x0f != 8 || (uint(head[0])<<8|uint(head[1]))%31 != 0 {
		return false
	}
	z, err := zlib.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	var start [longestLooseHead]byte
	n, _ := io.ReadFull(z, start[:])
	_, _, _, ok := parseLoose(start[:n])
	return ok
}

// unpackLoose yields the object in a loose object file (gitrepository-layout, objects). A tree is taken into the graph,
// and its names are yielded.
func unpackLoose(ctx context.Context, in Input, out *sink) error {
	z, head, err := openLoose(in)
	if err != nil {
		return err
	}
	kind, size, n, ok := parseLoose(head)
	if !ok {
		return corrupt("reading git object: no header")
	}
	content := io.MultiReader(bytes.NewReader(head[n:]), z)
	if size > gitMemory {
		return largeLoose(ctx, in, out, kind, size)
	}
	data, err := io.ReadAll(io.LimitReader(content, size+1))
	if err == nil && int64(len(data)) < size {
		err = io.ErrUnexpectedEOF
	}
	if int64(len(data)) > size {
		err = errors.New("object longer than its header claims")
	}
	if err != nil {
		out.fault(err)
		m := Member{Steps: []string{"damaged " + kind.String()}, Size: -1, Kind: Content, Body: bytes.NewReader(data)}
		return out.put(ctx, m)
	}
	return looseObject(ctx, in, out, kind, data)
}

// openLoose begins to inflate a loose object and returns what it read to get at the header.
func openLoose(in Input) (z io.Reader, head []byte, err error) {
	z, err = zlib.NewReader(io.NewSectionReader(in.At, 0, in.Size))
	if err != nil {
		return nil, nil, err
	}
	head = make([]byte, longestLooseHead)
	n, err := io.ReadFull(z, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // of a small object; a damaged one tells again when it is read on
	}
	return z, head[:n], err
}

// looseObject yields an object that was read as a whole.
func looseObject(ctx context.Context, in Input, out *sink, kind gitKind, data []byte) error {
	graph := in.Git
	if graph == nil {
		graph = NewGitGraph()
	}
	size := looseSize(kind, data)
	id := size.sum(kind, data)
	switch kind {
	case gitTree:
		var err error
		if !treeEntries(data, size, func(e treeEntry) {
			if err == nil {
				err = out.name(ctx, string(e.name))
			}
		}) {
			out.fault(corrupt("reading git tree %x", id))
		}
		graph.addTree(id, data, size, nil)
		return err
	case gitCommit:
		graph.addCommit(id, data)
		return out.put(ctx, gitText(kind, id, data))
	case gitTag:
		graph.addTag(id, data)
		return out.put(ctx, gitText(kind, id, data))
	}
	m := gitBlobMember(id, int64(len(data)), GitPlace{})
	m.Facts[FactObject256] = hex.EncodeToString(gitSHA256.sum(kind, data))
	m.Body = bytes.NewReader(data)
	return out.put(ctx, m)
}

// looseSize returns the hash that an object's own references tell; of a blob, which has none, SHA-1.
func looseSize(kind gitKind, data []byte) gitSize {
	switch kind {
	case gitTree:
		if !treeEntries(data, gitSHA1, func(treeEntry) {}) && treeEntries(data, gitSHA256, func(treeEntry) {}) {
			return gitSHA256
		}
	case gitCommit, gitTag:
		line, _, _ := bytes.Cut(data, []byte("\n"))
		if _, ref, ok := bytes.Cut(line, []byte(" ")); ok && len(gitHex(ref)) == int(gitSHA256) {
			return gitSHA256
		}
	}
	return gitSHA1
}

// largeLoose yields an object that is not to be held in memory: it is inflated once for its identity and once to be read.
func largeLoose(ctx context.Context, in Input, out *sink, kind gitKind, size int64) error {
	if size > out.lim.FileBytes {
		out.fault(out.exhausted())
	}
	h1, h256 := gitSHA1.hash(kind, size), gitSHA256.hash(kind, size)
	content, err := largeContent(in, size)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.MultiWriter(h1, h256), io.LimitReader(content, out.lim.FileBytes))
	m := Member{Steps: []string{"damaged " + kind.String()}, Size: -1, Kind: Content}
	if err == nil && n == size {
		m = gitBlobMember(h1.Sum(nil), size, GitPlace{})
		m.Facts[FactKind] = kind.String()
		m.Facts[FactObject256] = hex.EncodeToString(h256.Sum(nil))
		m.Steps[0] = kind.String() + " " + m.Facts[FactObject]
	} else if err == nil && n < min(size, out.lim.FileBytes) {
		out.fault(io.ErrUnexpectedEOF)
	}
	if m.Body, err = largeContent(in, size); err != nil {
		return err
	}
	return out.put(ctx, m)
}

// largeContent returns a reader of an object's content, without its header.
func largeContent(in Input, size int64) (io.Reader, error) {
	z, head, err := openLoose(in)
	if err != nil {
		return nil, err
	}
	_, _, n, _ := parseLoose(head)
	return io.LimitReader(io.MultiReader(bytes.NewReader(head[n:]), z), size), nil
}
