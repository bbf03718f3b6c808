package unpack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Magic numbers of cpio archives.
const (
	cpioNew = "070701" // new ASCII
	cpioCRC = "070702" // new ASCII with checksums
	cpioOld = "070707" // POSIX.1 portable, octal
	cpioBin = 0o070707 // binary, in either order of bytes
)

const (
	cpioName = 1 << 16 // longest name
	cpioLink = 1 << 16 // longest link target
	cpioType = 0o170000
	cpioReg  = 0o100000
	cpioLnk  = 0o120000
	cpioEnd  = "TRAILER!!!"
)

func isCpio(head []byte) bool {
	if len(head) >= 110 && (bytes.HasPrefix(head, []byte(cpioNew)) || bytes.HasPrefix(head, []byte(cpioCRC))) {
		_, err := cpioHex(head[:110])
		return err == nil
	}
	if len(head) >= 76 && bytes.HasPrefix(head, []byte(cpioOld)) {
		_, err := cpioOctal(head[:76])
		return err == nil
	}
	if len(head) < 28 {
		return false
	}
	h, ok := cpioBinary(head[:26])
	// Two bytes of magic are few: the name must be one, end in NUL, and the type of the file be known.
	return ok && h.nameSize >= 2 && h.nameSize <= 1024 && cpioKnown(h.mode) && int(26+h.nameSize) <= len(head) &&
		bytes.IndexByte(head[26:26+h.nameSize], 0) == int(h.nameSize)-1
}

func cpioKnown(mode uint32) bool {
	switch mode & cpioType {
	case cpioReg, cpioLnk, 0o040000, 0o020000, 0o060000, 0o010000, 0o140000:
		return true
	}
	return false
}

// cpioHeader is the header of a member.
type cpioHeader struct {
	mode     uint32
	size     int64
	nameSize int64 // with its NUL
	length   int64 // of the header itself
	align    int64 // to which header with name, and content, are padded
}

// unpackCpio yields the files of a cpio archive of any kind, then what follows it: an initrd is several archives one
// after the other, and the later ones are yielded as one run of trailing bytes that is an archive again.
func unpackCpio(ctx context.Context, in Input, out *sink) error {
	src, free := out.memory.Reader(in.Reader)
	defer free()
	for {
		h, err := cpioNext(src)
		if errors.Is(err, errNoHeader) {
			out.fault(fmt.Errorf("reading cpio member %d: %w", out.entries, err))
			return out.trailing(ctx, "cpio", src)
		}
		if err != nil {
			return fmt.Errorf("reading cpio member %d: %w", out.entries, noEOF(err))
		}
		name := make([]byte, h.nameSize)
		if _, err := io.ReadFull(src, name); err != nil {
			return fmt.Errorf("reading cpio member %d: %w", out.entries, noEOF(err))
		}
		if err := cpioPad(src, h.length+h.nameSize, h.align); err != nil {
			return err
		}
		body := &exactReader{src: src, left: h.size}
		text := string(bytes.TrimRight(name, "\x00"))
		if text == cpioEnd {
			if err := body.discard(); err != nil {
				return err
			}
			return out.trailing(ctx, "cpio", src)
		}
		if err := cpioMember(ctx, out, h, text, body); err != nil {
			return err
		}
		if err := body.discard(); err != nil {
			return err
		}
		if err := cpioPad(src, h.size, h.align); err != nil {
			return err
		}
	}
}

func cpioMember(ctx context.Context, out *sink, h *cpioHeader, name string, body io.Reader) error {
	if err := out.name(ctx, name); err != nil {
		return err
	}
	if h.mode&cpioType == cpioLnk && h.size <= cpioLink {
		target, err := io.ReadAll(body)
		if err != nil {
			return err
		}
		if err := out.link(ctx, string(target)); err != nil {
			return err
		}
		return out.count()
	}
	if h.size == 0 && h.mode&cpioType != cpioReg {
		return out.count()
	}
	return out.put(ctx, Member{Name: name, Steps: []string{name}, Size: h.size, Kind: Content, Body: body})
}

// cpioNext reads the header of a member.
func cpioNext(src *bufio.Reader) (*cpioHeader, error) {
	head, err := src.Peek(110)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var h *cpioHeader
	switch {
	case len(head) < 26:
		return nil, io.ErrUnexpectedEOF
	case bytes.HasPrefix(head, []byte(cpioNew)), bytes.HasPrefix(head, []byte(cpioCRC)):
		if len(head) < 110 {
			return nil, io.ErrUnexpectedEOF
		}
		h, err = cpioHex(head[:110])
	case bytes.HasPrefix(head, []byte(cpioOld)):
		if len(head) < 76 {
			return nil, io.ErrUnexpectedEOF
		}
		h, err = cpioOctal(head[:76])
	default:
		var ok bool
		if h, ok = cpioBinary(head[:26]); !ok {
			return nil, errNoHeader
		}
		err = nil
	}
	if err != nil {
		return nil, errNoHeader
	}
	if h.nameSize > cpioName {
		return nil, corrupt("name of %d bytes", h.nameSize)
	}
	_, err = src.Discard(int(h.length))
	return h, err
}

// cpioHex parses a header of the new ASCII formats.
func cpioHex(b []byte) (*cpioHeader, error) {
	var v [13]uint64
	for i := range v {
		var err error
		if v[i], err = strconv.ParseUint(string(b[6+8*i:14+8*i]), 16, 32); err != nil {
			return nil, err
		}
	}
	return &cpioHeader{mode: uint32(v[1]), size: int64(v[6]), nameSize: int64(v[11]), length: 110, align: 4}, nil
}

// cpioOctal parses a header of the portable format.
func cpioOctal(b []byte) (*cpioHeader, error) {
	var v [3]uint64
	for i, field := range [][]byte{b[18:24], b[59:65], b[65:76]} {
		var err error
		if v[i], err = strconv.ParseUint(string(field), 8, 64); err != nil {
			return nil, err
		}
	}
	return &cpioHeader{mode: uint32(v[0]), nameSize: int64(v[1]), size: int64(v[2]), length: 76, align: 1}, nil
}

// cpioBinary parses a header of the binary format: words of 16 bits, a long has its high word first.
func cpioBinary(b []byte) (*cpioHeader, bool) {
	var order binary.ByteOrder = binary.LittleEndian
	if order.Uint16(b) != cpioBin {
		order = binary.BigEndian
	}
	if order.Uint16(b) != cpioBin {
		return nil, false
	}
	size := int64(order.Uint16(b[22:]))<<16 | int64(order.Uint16(b[24:]))
	return &cpioHeader{mode: uint32(order.Uint16(b[6:])), nameSize: int64(order.Uint16(b[20:])), size: size, length: 26, align: 2}, true
}

// cpioPad skips what pads n bytes to a multiple of align.
func cpioPad(src *bufio.Reader, n, align int64) error {
	_, err := src.Discard(int(-n & (align - 1)))
	return noEOF(err)
}
