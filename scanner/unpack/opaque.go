package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"strings"
)

// signature is how a file begins.
type signature struct{ name, magic string }

// opaque lists archives, disk images and streams that are told, so that nobody takes them for read, but not taken apart.
var opaque = []signature{
	{"rar", "Rar!\x1a\x07"},
	{"cabinet", "MSCF\x00\x00\x00\x00"},
	{"lzop", "\x89LZO\x00\r\n\x1a\n"},
	{"snappy", "\xff\x06\x00\x00sNaPpY"},
	{"xar", "xar!\x00\x1c\x00\x01"},
	{"wim", "MSWIM\x00\x00\x00"},
	{"lrzip", "LRZI\x00"},
	{"luks", "LUKS\xba\xbe"},
	{"qcow2", "QFI\xfb\x00\x00\x00"},
}

// opaqueFormats are the formats of opaque. What the bytes of such a file show is found, beside the fault.
func opaqueFormats() []Format {
	all := make([]Format, len(opaque))
	for i, o := range opaque {
		all[i] = Format{
			Name: o.name, Random: true, Raw: true, Opaque: true,
			match: func(head []byte) bool { return bytes.HasPrefix(head, []byte(o.magic)) },
			unpack: func(ctx context.Context, in Input, out *sink) error {
				if err := unpackBinary(ctx, in, out); err != nil {
					return err
				}
				return unsupported("reading %s: the format is not taken apart", o.name)
			},
		}
	}
	return all
}

// zlibBlocks lists images and documents whose content is in zlib streams that can be found without their tables: VMDK of the
// kind streamOptimized, cramfs of either byte order, Flash.
var zlibBlocks = []signature{
	{"vmdk", "KDMV"}, {"cramfs", "\x45\x3d\xcd\x28"}, {"cramfs", "\x28\xcd\x3d\x45"}, {"swf", "CWS"},
}

func matchZlibBlocks(head []byte) bool {
	for _, s := range zlibBlocks {
		if bytes.HasPrefix(head, []byte(s.magic)) {
			return s.name != "swf" || len(head) > 9 && head[3] < 64 && head[8] == 0x78
		}
	}
	return false
}

func unpackZlibBlocks(ctx context.Context, in Input, out *sink) error {
	if err := unpackWide(ctx, in, out); err != nil {
		return err
	}
	return unpackEmbedded(ctx, in, out, span{0, in.Size})
}

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
