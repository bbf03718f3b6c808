package unpack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
)

// maxBundleHead bounds the references that a bundle lists before its pack.
const maxBundleHead = 16 << 20

func matchBundle(head []byte) bool {
	return bytes.HasPrefix(head, []byte("# v2 git bundle\n")) || bytes.HasPrefix(head, []byte("# v3 git bundle\n"))
}

// unpackBundle yields the references of a bundle (gitformat-bundle) and the objects of its pack, which may rest on
// objects that the bundle takes for granted.
func unpackBundle(ctx context.Context, in Input, out *sink) error {
	head, err := bundleHead(in)
	if err != nil {
		return err
	}
	if err := out.text(ctx, Metadata, head, "references"); err != nil {
		return err
	}
	if in.Git != nil {
		if err := in.Git.addReferences(bufio.NewScanner(bytes.NewReader(head)), out.lim.Entries); err != nil {
			out.fault(err)
		}
	}
	return unpackPackAt(ctx, in, int64(len(head)), out)
}

// bundleHead returns what precedes the pack: it ends with an empty line.
func bundleHead(in Input) ([]byte, error) {
	var head []byte
	chunk := make([]byte, 32<<10)
	for len(head) < maxBundleHead {
		n, err := in.At.ReadAt(chunk, int64(len(head)))
		head = append(head, chunk[:n]...)
		if end := bytes.Index(head, []byte("\n\n")); end >= 0 {
			return head[:end+2], nil
		}
		if errors.Is(err, io.EOF) || n == 0 {
			return nil, corrupt("reading bundle: no end of its references")
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, limited("reading more than %d bytes of references", maxBundleHead)
}
