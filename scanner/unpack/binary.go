package unpack

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

func matchELF(head []byte) bool {
	return len(head) >= 52 && string(head[:4]) == "\x7fELF" && (head[4] == 1 || head[4] == 2) && (head[5] == 1 || head[5] == 2)
}

func matchPE(head []byte) bool {
	if len(head) < 0x40 || string(head[:2]) != "MZ" {
		return false
	}
	at := int64(binary.LittleEndian.Uint32(head[0x3c:]))
	return at+4 > int64(len(head)) || string(head[at:at+4]) == "PE\x00\x00"
}

func matchMachO(head []byte) bool {
	if len(head) < 32 {
		return false
	}
	switch binary.BigEndian.Uint32(head) {
	case 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe:
		return true
	case 0xcafebabe, 0xcafebabf: // of several architectures; a Java class has its version there
		n := binary.BigEndian.Uint32(head[4:])
		return n > 0 && n < 40
	}
	return false
}

// Binary is the format of files that hold bytes which are no text, and are none of the others: what is in them is text in
// UTF-16, and streams and archives anywhere. It is for files of which DetectBinary tells it, and for the beginnings that
// Fronts tells.
func Binary() *Format { return &binaryFormat }

var binaryFormat = Format{Name: "binary", Random: true, Raw: true, Guessed: true, unpack: unpackBinary}

// DetectBinary returns Binary where data, a whole file that is of no other format, holds bytes that are no text.
func DetectBinary(data []byte) *Format {
	if bytes.IndexByte(data, 0) < 0 {
		return nil
	}
	return &binaryFormat
}

// unpackBinary yields the UTF-16 text in a file of any kind, and the streams and archives in it. Its other text is in the file
// as it is, and not yielded.
func unpackBinary(ctx context.Context, in Input, out *sink) error {
	if err := unpackWide(ctx, in, out); err != nil {
		return err
	}
	return unpackEmbedded(ctx, in, out, span{})
}

// unpackWide yields the UTF-16 text in a file.
func unpackWide(ctx context.Context, in Input, out *sink) error {
	runs := wideRunsOf(in)
	if runs.any() {
		if err := out.put(ctx, Member{Steps: []string{"utf-16 text"}, Size: -1, Kind: Content, Body: runs}); err != nil {
			return err
		}
	}
	return runs.failure()
}

// unpackELF yields the UTF-16 text in an ELF file, its compressed sections, and the streams and archives in it.
func unpackELF(ctx context.Context, in Input, out *sink) error {
	if err := unpackWide(ctx, in, out); err != nil {
		return err
	}
	sections, err := elfSections(in)
	if err == nil {
		err = elfCompressedSections(ctx, in, out, sections)
	}
	return errors.Join(err, unpackEmbedded(ctx, in, out, elfForeign(in, sections), elfCode(in, sections)...))
}

// elfForeign returns the part of an ELF file that belongs to no program: what follows all sections, and sections that tools
// append for their own data, as PyInstaller does.
func elfForeign(in Input, sections []elfSection) span {
	if len(sections) == 0 {
		return span{}
	}
	size := uint64(in.Size) // not negative
	var head [64]byte
	_, _ = in.At.ReadAt(head[:], 0) // elfSections has read it
	s := &sections[0]
	end, foreign := s.order.Uint64(head[40:])+uint64(len(sections))*uint64(s.order.Uint16(head[58:])), size
	if !s.wide {
		end = uint64(s.order.Uint32(head[32:])) + uint64(len(sections))*uint64(s.order.Uint16(head[46:]))
	}
	for i := range sections {
		s := &sections[i]
		if s.kind == elfNoBits || s.off > size || s.size > size-s.off {
			continue
		}
		end = max(end, s.off+s.size)
		if s.kind == elfProgram && s.flags == 0 && !strings.HasPrefix(s.name, ".") {
			foreign = min(foreign, s.off)
		}
	}
	return span{int64(min(end, foreign)), in.Size} // within the file
}

// elfCode returns where sections of instructions lie, and those that are compressed, in order.
func elfCode(in Input, sections []elfSection) []span {
	var code []span
	for i := range sections {
		if s := &sections[i]; s.flags&(elfInstructions|elfCompressed) != 0 && s.raw(in) != nil {
			code = append(code, span{int64(s.off), int64(s.off + s.size)}) // within the file
		}
	}
	slices.SortFunc(code, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return code
}

// elfCompressedSections yields the sections that are compressed.
func elfCompressedSections(ctx context.Context, in Input, out *sink, sections []elfSection) error {
	for _, s := range sections {
		body, err := s.open(in, out.lim.Window)
		if err != nil {
			out.fault(err)
			continue
		}
		if body == nil {
			continue
		}
		err = out.put(ctx, Member{Name: s.name, Steps: []string{"section " + s.name}, Size: -1, Kind: Content, Body: body})
		_ = body.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// elfSection is a section header (System V ABI, chapter 4).
type elfSection struct {
	nameAt    uint32
	name      string
	kind      uint32
	flags     uint64
	off, size uint64
	order     binary.ByteOrder
	wide      bool // of the 64-bit class
}

const (
	elfProgram      = 1
	elfNoBits       = 8
	elfInstructions = 4     // SHF_EXECINSTR
	elfCompressed   = 0x800 // SHF_COMPRESSED
	elfZlib         = 1
	elfZstd         = 2
	elfNames        = 1 << 20 // bytes of the section names that are read
)

// elfSections reads the section headers. A file without any has none.
func elfSections(in Input) ([]elfSection, error) {
	var head [64]byte
	if n, err := in.At.ReadAt(head[:], 0); n < 52 {
		return nil, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	wide := head[4] == 2
	var at uint64
	var entry, count, names int
	if wide {
		at = order.Uint64(head[40:])
		entry, count, names = int(order.Uint16(head[58:])), int(order.Uint16(head[60:])), int(order.Uint16(head[62:]))
	} else {
		at = uint64(order.Uint32(head[32:]))
		entry, count, names = int(order.Uint16(head[46:])), int(order.Uint16(head[48:])), int(order.Uint16(head[50:]))
	}
	least := 40
	if wide {
		least = 64
	}
	if at == 0 || count == 0 {
		return nil, nil
	}
	if entry < least || at > uint64(in.Size) || uint64(in.Size)-at < uint64(entry*count) { // sizes are not negative
		return nil, corrupt("reading elf: section headers outside the file")
	}
	table := make([]byte, entry*count)
	if _, err := in.At.ReadAt(table, int64(at)); err != nil && err != io.EOF { // within the file
		return nil, err
	}
	sections := make([]elfSection, count)
	for i := range sections {
		sections[i] = parseELFSection(table[i*entry:], order, wide)
	}
	nameELFSections(in, sections, names)
	return sections, nil
}

func parseELFSection(p []byte, order binary.ByteOrder, wide bool) elfSection {
	s := elfSection{nameAt: order.Uint32(p), kind: order.Uint32(p[4:]), order: order, wide: wide}
	if wide {
		s.flags, s.off, s.size = order.Uint64(p[8:]), order.Uint64(p[24:]), order.Uint64(p[32:])
	} else {
		s.flags, s.off, s.size = uint64(order.Uint32(p[8:])), uint64(order.Uint32(p[16:])), uint64(order.Uint32(p[20:]))
	}
	return s
}

// nameELFSections sets the names, which lie in the section numbered names.
func nameELFSections(in Input, sections []elfSection, names int) {
	if names >= len(sections) {
		return
	}
	r := sections[names].raw(in)
	if r == nil {
		return
	}
	text, _ := io.ReadAll(io.LimitReader(r, elfNames)) // a section without a name is read all the same
	for i := range sections {
		if at := int64(sections[i].nameAt); at < int64(len(text)) {
			name, _, _ := bytes.Cut(text[at:], []byte{0})
			sections[i].name = string(name[:min(len(name), 256)])
		}
	}
}

// raw returns the bytes of a section, nil where they are not in the file.
func (s *elfSection) raw(in Input) *io.SectionReader {
	size := uint64(in.Size) // not negative
	if s.kind == elfNoBits || s.off > size || s.size > size-s.off {
		return nil
	}
	return io.NewSectionReader(in.At, int64(s.off), int64(s.size)) // within the file
}

// open returns what a compressed section holds, nil for one that is not compressed. The caller closes it.
func (s *elfSection) open(in Input, window int64) (io.ReadCloser, error) {
	r := s.raw(in)
	if r == nil {
		return nil, nil // as documented
	}
	if s.flags&elfCompressed == 0 {
		var head [12]byte
		if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:4]) != "ZLIB" {
			return nil, nil // as documented
		}
		return zlib.NewReader(r)
	}
	head := make([]byte, 12)
	if s.wide {
		head = make([]byte, 24)
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	switch kind := s.order.Uint32(head); kind {
	case elfZlib:
		return zlib.NewReader(r)
	case elfZstd:
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(uint64(window))) // positive
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	default:
		return nil, unsupported("reading elf section: compression %d", kind)
	}
}
