package unpack

import (
	"context"
	"encoding/binary"
	"io"
	"strings"
)

// matchSquashFS tells the superblock of version 4.
func matchSquashFS(head []byte) bool {
	return len(head) >= 96 && string(head[:4]) == "hsqs" && head[28] == 4 && head[29] == 0
}

// squashFSCompressors are named by their numbers in the superblock.
var squashFSCompressors = [...]string{1: "gzip", 2: "lzma", 3: "lzo", 4: "xz", 5: "lz4", 6: "zstd"}

// unpackSquashFS yields the blocks of a SquashFS image: each of them is a stream of its own, by which they are told. Files of
// more than one block are apart, and nameless; those whose blocks are not compressed are in the image as they are.
func unpackSquashFS(ctx context.Context, in Input, out *sink) error {
	if err := unpackZlibBlocks(ctx, in, out); err != nil {
		return err
	}
	var head [96]byte
	if _, err := in.At.ReadAt(head[:], 0); err != nil && err != io.EOF {
		return err
	}
	name := "unknown"
	if id := int(binary.LittleEndian.Uint16(head[20:])); id < len(squashFSCompressors) && id > 0 {
		name = squashFSCompressors[id]
	}
	if !strings.Contains("gzip xz zstd", name) {
		return unsupported("reading squashfs: compression %s", name)
	}
	return nil
}
