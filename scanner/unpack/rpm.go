package unpack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// The parts of an RPM package: a lead of fixed size, two headers, and the payload.
const (
	rpmMagic       = "\xed\xab\xee\xdb"
	rpmHeaderMagic = "\x8e\xad\xe8\x01"
	rpmLead        = 96
)

// Bounds of a header; those of rpm itself are 64 Ki entries and 256 MiB.
const (
	rpmEntries = 1 << 16
	rpmData    = 64 << 20
)

// Types of a header entry that hold text.
const (
	rpmString  = 6
	rpmStrings = 8
	rpmI18N    = 9
)

// rpmDigests are tags that hold hashes and signatures, which say nothing.
var rpmDigests = map[uint32]bool{
	267: true, 268: true, 269: true, 273: true, 274: true, 1035: true, 5062: true, 5092: true, 5093: true, 5097: true,
}

func isRPM(head []byte) bool {
	return bytes.HasPrefix(head, []byte(rpmMagic)) && len(head) >= rpmLead+16
}

// unpackRPM yields the text of the headers of an RPM package, its scripts among it, and the payload as it is stored:
// a compressed cpio archive.
func unpackRPM(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	if _, err := src.Discard(rpmLead); err != nil {
		return noEOF(err)
	}
	for _, part := range []struct {
		name  string
		align int
	}{{"signature header", 8}, {"header", 1}} {
		text, err := rpmHeader(src, part.align)
		if err != nil {
			return fmt.Errorf("reading rpm %s: %w", part.name, err)
		}
		if err := out.text(ctx, Metadata, []byte(text), part.name); err != nil {
			return err
		}
	}
	return out.put(ctx, Member{Name: "payload", Steps: []string{"payload"}, Size: -1, Kind: Content, Body: src})
}

// rpmHeader reads a header, padded to align bytes, and returns its texts, one a line.
func rpmHeader(src *bufio.Reader, align int) (string, error) {
	var fixed [16]byte
	if _, err := io.ReadFull(src, fixed[:]); err != nil {
		return "", noEOF(err)
	}
	if string(fixed[:4]) != rpmHeaderMagic {
		return "", errNoHeader
	}
	entries, size := binary.BigEndian.Uint32(fixed[8:]), binary.BigEndian.Uint32(fixed[12:])
	if entries > rpmEntries || size > rpmData {
		return "", limited("header of %d entries and %d bytes", entries, size)
	}
	raw, err := io.ReadAll(io.LimitReader(src, int64(entries)*16+int64(size)))
	if err != nil {
		return "", err
	}
	if uint32(len(raw)) < entries*16+size {
		return "", io.ErrUnexpectedEOF
	}
	if _, err := src.Discard(-int(size) & (align - 1)); err != nil {
		return "", noEOF(err)
	}
	return rpmText(raw[:entries*16], raw[entries*16:]), nil
}

// rpmText returns the texts that index, of 16 bytes an entry, finds in data. Each byte of data is taken once.
func rpmText(index, data []byte) string {
	var text strings.Builder
	budget := len(data)
	for ; len(index) >= 16; index = index[16:] {
		tag, kind := binary.BigEndian.Uint32(index), binary.BigEndian.Uint32(index[4:])
		offset, count := binary.BigEndian.Uint32(index[8:]), binary.BigEndian.Uint32(index[12:])
		if rpmDigests[tag] || kind != rpmString && kind != rpmStrings && kind != rpmI18N || uint64(offset) >= uint64(len(data)) {
			continue
		}
		rest := data[offset:]
		for i := uint32(0); i < max(count, 1) && len(rest) > 0; i++ {
			s, after, _ := bytes.Cut(rest, []byte{0})
			if budget -= len(s) + 1; budget < 0 {
				return text.String()
			}
			text.Write(s)
			text.WriteByte('\n')
			rest = after
		}
	}
	return text.String()
}
