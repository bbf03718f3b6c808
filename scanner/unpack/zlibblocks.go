package unpack

import (
	"bytes"
	"context"
)

// zlibBlocks lists files whose content is in zlib streams that can be found without their tables: VMDK of the kind
// streamOptimized, cramfs of either byte order, the literals of compiled Erlang and Elixir, revision logs of Mercurial that
// hold their data, HDF5, MATLAB's, and Flash.
var zlibBlocks = []struct {
	magic string
	also  func(head []byte) bool // what else has to hold; nil for nothing
}{
	{magic: "KDMV"},
	{magic: "\x45\x3d\xcd\x28"},
	{magic: "\x28\xcd\x3d\x45"},
	{magic: "FOR1", also: func(head []byte) bool { return len(head) > 12 && string(head[8:12]) == "BEAM" }},
	{magic: "\x00\x01\x00\x01", also: isRevisionLog},
	{magic: "\x00\x03\x00\x01", also: isRevisionLog},
	{magic: "\x89HDF\r\n\x1a\n"},
	{magic: "MATLAB 5.0 MAT-file"},
	{magic: "CWS", also: func(head []byte) bool { return len(head) > 9 && head[3] < 64 && head[8] == 0x78 }},
}

func matchZlibBlocks(head []byte) bool {
	for _, s := range zlibBlocks {
		if bytes.HasPrefix(head, []byte(s.magic)) && (s.also == nil || s.also(head)) {
			return true
		}
	}
	return false
}

// isRevisionLog tells a revision log by its first entry: the parents of the first revision are none, and its hash is one of
// 20 bytes, padded to 32.
func isRevisionLog(head []byte) bool {
	return len(head) >= 64 && string(head[24:32]) == "\xff\xff\xff\xff\xff\xff\xff\xff" && string(head[52:64]) == string(make([]byte, 12))
}

// unpackZlibBlocks yields the streams in the file, of any kind.
func unpackZlibBlocks(ctx context.Context, in Input, out *sink) error {
	if err := unpackWide(ctx, in, out); err != nil {
		return err
	}
	return unpackEmbedded(ctx, in, out, span{0, in.Size})
}
