package unpack

import (
	"bytes"
	"encoding/binary"
	"io"
)

// zipEndBytes is how far from the end of a file its end record can begin: the record and the longest comment.
const zipEndBytes = 22 + 1<<16 - 1

// zipEndRecord is the end of a zip file.
type zipEndRecord struct {
	directory span
	records   span  // the end records and the comment
	base      int64 // offset of the archive in the file, to which its offsets are relative
	comment   []byte
}

// endsZip tells a zip file, whatever it begins with, by the end record in tail, the last bytes of the file.
func endsZip(tail []byte) bool { return findZipEnd(tail) >= 0 }

// findZipEnd returns the position of the last end record in tail that fits: its comment ends within the file and its
// directory lies before it. It returns -1 where there is none.
func findZipEnd(tail []byte) int {
	last := -1
	for i := 0; ; i++ {
		next := bytes.Index(tail[i:], []byte(zipEnd)) // forwards, which is many times as fast as from the end
		if next < 0 {
			return last
		}
		i += next
		r := tail[i:]
		if len(r) >= 22 && int(binary.LittleEndian.Uint16(r[20:])) <= len(r)-22 && binary.LittleEndian.Uint16(r[4:]) == binary.LittleEndian.Uint16(r[6:]) {
			last = i
		}
	}
}

// end finds the end record and with it the central directory. It returns nil where there is none.
func (z *zipWalk) end() (*zipEndRecord, error) {
	from := max(0, z.size-zipEndBytes)
	tail := make([]byte, z.size-from)
	if _, err := z.at.ReadAt(tail, from); err != nil && err != io.EOF {
		return nil, err
	}
	i := findZipEnd(tail)
	if i < 0 {
		return nil, nil
	}
	r := tail[i:]
	at := from + int64(i)
	comment := r[22 : 22+int(binary.LittleEndian.Uint16(r[20:]))]
	size, offset := int64(binary.LittleEndian.Uint32(r[12:])), int64(binary.LittleEndian.Uint32(r[16:]))
	end := &zipEndRecord{records: span{at, at + 22 + int64(len(comment))}, comment: comment}
	last := at // where the directory ends at the latest
	if wide := z.wideEnd(at); wide != nil {
		size, offset, last = wide.size, wide.offset, wide.at
		end.records.from = last
	}
	// The directory ends where its end record begins; its offset is told from the start of the archive, which need not
	// be the start of the file.
	if size > last || offset > last {
		return nil, nil
	}
	if z.has(offset, zipCentral) { // the usual case, and right also where the size is wrong
		end.directory = span{offset, last}
		return end, nil
	}
	end.directory = span{last - size, last}
	end.base = end.directory.from - offset
	if end.base < 0 || size > 0 && !z.has(end.directory.from, zipCentral) {
		return nil, nil
	}
	return end, nil
}

// has tells whether the file has the signature at offset.
func (z *zipWalk) has(offset int64, signature string) bool {
	var b [4]byte
	_, err := z.at.ReadAt(b[:], offset)
	return err == nil && string(b[:]) == signature
}

// zipWideEnd is a zip64 end record.
type zipWideEnd struct{ at, size, offset int64 }

// wideEnd returns the zip64 end record that the locator before the end record at leads to, nil where there is none.
func (z *zipWalk) wideEnd(at int64) *zipWideEnd {
	var loc [20]byte
	if at < 20 {
		return nil
	}
	if _, err := z.at.ReadAt(loc[:], at-20); err != nil || string(loc[:4]) != zip64Locator {
		return nil
	}
	// The record ends where the locator begins, unless it is extended; then the locator's word is taken.
	for _, pos := range []int64{at - 20 - 56, int64(binary.LittleEndian.Uint64(loc[8:]) &^ (1 << 63))} {
		var r [56]byte
		if pos < 0 || pos > at {
			continue
		}
		if _, err := z.at.ReadAt(r[:], pos); err != nil || string(r[:4]) != zip64End {
			continue
		}
		return &zipWideEnd{
			at:     pos,
			size:   int64(binary.LittleEndian.Uint64(r[40:]) &^ (1 << 63)),
			offset: int64(binary.LittleEndian.Uint64(r[48:]) &^ (1 << 63)),
		}
	}
	return nil
}
