package unpack

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
)

// stagedHead is the length of an index file's header: DIRC, a version, the number of entries.
const stagedHead = 12

func matchStaged(head []byte) bool {
	if len(head) < stagedHead || string(head[:4]) != "DIRC" {
		return false
	}
	version := binary.BigEndian.Uint32(head[4:])
	return version >= 2 && version <= 4
}

// unpackStaged yields the paths of a git index (gitformat-index), and its extensions. The graph learns which path a blob
// was staged at that no commit has.
func unpackStaged(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	if !matchStaged(data) {
		return corrupt("reading git index: no header")
	}
	size := gitSHA1
	if sum := sha256.Sum256(data[:max(0, len(data)-sha256.Size)]); bytes.HasSuffix(data, sum[:]) {
		size = gitSHA256
	}
	entries, rest := stagedEntries(data, size, out.lim.Entries)
	if uint32(len(entries)) != binary.BigEndian.Uint32(data[8:]) {
		out.fault(corrupt("reading git index: %d entries where its header claims %d", len(entries), binary.BigEndian.Uint32(data[8:])))
	}
	for _, e := range entries {
		if err := out.name(ctx, string(e.name)); err != nil {
			return err
		}
	}
	if in.Git != nil {
		sum := sha1.Sum(data)
		in.Git.addEntries(sum[:], entries)
	}
	return out.text(ctx, Metadata, rest, "extensions")
}

// stagedEntries reads up to most entries and returns what follows them.
func stagedEntries(data []byte, size gitSize, most int) (entries []treeEntry, rest []byte) {
	version, count := binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
	at := stagedHead
	var name []byte
	for range min(int64(count), int64(most)) {
		start := at
		id := at + 40 // behind times, device, inode, mode, owner and size
		at = id + int(size) + 2
		if at > len(data) {
			return entries, data[start:]
		}
		flags := binary.BigEndian.Uint16(data[at-2:])
		if version >= 3 && flags&0x4000 != 0 {
			at += 2
		}
		if version == 4 {
			cut, n := stagedCut(data[min(at, len(data)):])
			if n == 0 || cut > len(name) {
				return entries, data[start:]
			}
			at += n
			name = name[:len(name)-cut]
		} else {
			name = nil
		}
		end := bytes.IndexByte(data[min(at, len(data)):], 0)
		if end < 0 {
			return entries, data[start:]
		}
		name = append(name[:len(name):len(name)], data[at:at+end]...)
		at += end + 1
		if version != 4 {
			at = start + (at-1-start)/8*8 + 8 // one to eight zeros, so that each entry is a multiple of 8 bytes
		}
		entries = append(entries, treeEntry{name: name, id: data[id : id+int(size)]})
		if at > len(data) {
			return entries, nil
		}
	}
	return entries, data[at:]
}

// stagedCut reads how many bytes of the name before it an entry of version 4 leaves out.
func stagedCut(p []byte) (cut, n int) {
	for n < len(p) && n < 4 {
		c := p[n]
		if n > 0 {
			cut++
		}
		cut = cut<<7 | int(c&0x7f)
		n++
		if c < 0x80 {
			return cut, n
		}
	}
	return 0, 0
}
