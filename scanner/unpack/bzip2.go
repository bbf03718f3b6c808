package unpack

import (
	"bufio"
	"compress/bzip2"
	"context"
)

// isBzip2 tells a stream by its header and the magic number of its first block, or of its end where it is empty.
func isBzip2(head []byte) bool {
	if len(head) < 10 || string(head[:3]) != "BZh" || head[3] < '1' || head[3] > '9' {
		return false
	}
	magic := string(head[4:10])
	return magic == "\x31\x41\x59\x26\x53\x59" || magic == "\x17\x72\x45\x38\x50\x90"
}

// unpackBzip2 yields the content of all streams of a bzip2 file as one.
func unpackBzip2(ctx context.Context, in Input, out *sink) error {
	return out.stream(ctx, "bzip2", bzip2.NewReader(bufio.NewReaderSize(in.Reader, 64<<10)))
}
