package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
)

// Bounds of a PNG file: how many chunks are looked at, and what stands before the text of one.
const (
	pngChunks = 1 << 20
	pngLead   = 1 << 10
	pngMagic  = "\x89PNG\r\n\x1a\n"
)

func matchPNG(head []byte) bool { return bytes.HasPrefix(head, []byte(pngMagic)) }

// unpackPNG yields the compressed texts of a PNG file (PNG specification, zTXt and iTXt), and what any binary file may hold. Other
// texts are in the file as they are, and the picture is none.
func unpackPNG(ctx context.Context, in Input, out *sink) error {
	at := int64(len(pngMagic))
	for n := 0; ; n++ {
		head, err := bytesAt(in, at, 8)
		if err != nil {
			return err
		}
		if len(head) < 8 {
			break
		}
		if n == pngChunks {
			out.fault(limited("a PNG file of more than %d chunks", pngChunks))
			break
		}
		size, kind := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		if kind == "zTXt" || kind == "iTXt" {
			if err := pngChunk(ctx, in, out, kind, at+8, size); err != nil {
				return err
			}
		}
		if at += 8 + size + 4; kind == "IEND" || at >= in.Size {
			break
		}
	}
	return unpackBinary(ctx, in, out)
}

// pngChunk yields the text of the chunk of size bytes at at, if it is compressed.
func pngChunk(ctx context.Context, in Input, out *sink, kind string, at, size int64) error {
	head, err := bytesAt(in, at, int(min(size, pngLead)))
	if err != nil {
		return err
	}
	begin := textBegin(head, kind == "iTXt")
	switch {
	case begin < 0:
		return nil
	case begin == len(head):
		if size > pngLead {
			out.fault(limited("a text in a PNG file with more than %d bytes before it", pngLead))
		}
		return nil
	}
	z, free, err := out.memory.zlib(io.NewSectionReader(in.At, at+int64(begin), size-int64(begin)))
	defer free()
	if err != nil {
		return nil //nolint:nilerr // what is no stream is in the file as it is
	}
	return out.put(ctx, Member{Steps: []string{"compressed text"}, Size: -1, Kind: Metadata, Body: z})
}

// textBegin returns where the compressed text begins in a chunk that begins with head, -1 where there is none: behind a keyword
// and the method; of an international text also a flag, and behind the method a language and the keyword in it, which may go on
// behind head.
func textBegin(head []byte, international bool) int {
	end := func(from int) int {
		i := bytes.IndexByte(head[min(from, len(head)):], 0)
		if i < 0 {
			return len(head)
		}
		return from + i + 1
	}
	p := end(0)
	switch {
	case !international && p+1 < len(head) && head[p] == 0:
		return p + 1
	case international && p+1 < len(head) && head[p] == 1 && head[p+1] == 0:
		return end(end(p + 2))
	}
	return -1
}
