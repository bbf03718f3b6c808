package origin

import (
	"bytes"
	"encoding/binary"
	"io"

	"dregs/report"
)

// The hash tables of Berkeley DB, in which rpm kept its packages before 4.16: pages of one size, the first of which
// describes the table. A hash page lists keys and values by turns; a long value lies on a chain of overflow pages.
const (
	bdbHashMagic  = 0x061561
	bdbHead       = 26 // bytes of a page before its content
	bdbHashPage   = 13
	bdbUnsorted   = 2 // an older kind of hash page
	bdbOverflow   = 7
	bdbOffPage    = 3 // a value on overflow pages
	bdbOffPageLen = 12
)

// bdb is a table while it is read.
type bdb struct {
	in     io.ReaderAt
	order  binary.ByteOrder
	size   int64 // of a page
	pages  int64
	budget int64 // bytes of pages that may still be read for values, which share none
	page   []byte
}

// readBDB reads Packages. A value that cannot be read is passed over; the first fault is returned in the end.
func readBDB(r *Records, path string, in io.ReaderAt, size int64) error {
	db, err := openBDB(in, size)
	if err != nil {
		return err
	}
	root := rpmRoot(path)
	page := make([]byte, db.size)
	var fault error
	for n := int64(1); n < db.pages; n++ {
		if _, err := in.ReadAt(page, n*db.size); err != nil {
			return report.Faultf(report.Corrupt, "reading rpm database: it ends within page %d: %w", n, err)
		}
		if kind := page[25]; kind != bdbHashPage && kind != bdbUnsorted {
			continue
		}
		for _, value := range db.long(page) {
			blob, err := db.value(value)
			if err == nil {
				err = readRPMHeader(r, root, blob)
			}
			if isLimit(err) {
				return err
			}
			if err != nil && fault == nil {
				fault = err
			}
		}
	}
	return fault
}

// openBDB reads the first page.
func openBDB(in io.ReaderAt, size int64) (*bdb, error) {
	head := make([]byte, 72)
	if _, err := in.ReadAt(head, 0); err != nil {
		return nil, report.Faultf(report.Corrupt, "reading rpm database: it ends in its head: %w", err)
	}
	db := &bdb{in: in, budget: 2 * size}
	switch {
	case binary.LittleEndian.Uint32(head[12:]) == bdbHashMagic:
		db.order = binary.LittleEndian
	case binary.BigEndian.Uint32(head[12:]) == bdbHashMagic:
		db.order = binary.BigEndian
	default:
		return nil, report.Faultf(report.Corrupt, "reading rpm database: its head is not that of a hash table")
	}
	db.size = int64(db.order.Uint32(head[20:]))
	if db.size < 512 || db.size > 64<<10 || db.size&(db.size-1) != 0 {
		return nil, report.Faultf(report.Corrupt, "reading rpm database: its pages have %d bytes", db.size)
	}
	db.pages = size / db.size
	db.page = make([]byte, db.size)
	return db, nil
}

// bdbValue tells where a long value lies.
type bdbValue struct{ page, size uint32 }

// long returns the long values of a hash page: every second item is a value, and a package's header is never short.
func (db *bdb) long(page []byte) []bdbValue {
	var out []bdbValue
	for i := 1; i < int(db.order.Uint16(page[20:])); i += 2 {
		index := bdbHead + 2*i
		if index+2 > len(page) {
			break
		}
		at := int(db.order.Uint16(page[index:]))
		if at+bdbOffPageLen > len(page) || page[at] != bdbOffPage {
			continue
		}
		out = append(out, bdbValue{db.order.Uint32(page[at+4:]), db.order.Uint32(page[at+8:])})
	}
	return out
}

// value reads a long value from its chain of pages.
func (db *bdb) value(v bdbValue) ([]byte, error) {
	if int64(v.size) > db.budget {
		return nil, errBDBBudget
	}
	var blob bytes.Buffer
	page := db.page
	for n := v.page; blob.Len() < int(v.size); n = db.order.Uint32(page[16:]) {
		if n == 0 || int64(n) >= db.pages {
			return nil, report.Faultf(report.Corrupt, "reading rpm database: a value ends early")
		}
		if db.budget -= db.size; db.budget < 0 {
			return nil, errBDBBudget
		}
		if _, err := db.in.ReadAt(page, int64(n)*db.size); err != nil {
			return nil, err
		}
		used := int(db.order.Uint16(page[22:]))
		if page[25] != bdbOverflow || used == 0 || bdbHead+used > len(page) {
			return nil, report.Faultf(report.Corrupt, "reading rpm database: page %d is none of a value", n)
		}
		blob.Write(page[bdbHead : bdbHead+used])
	}
	return blob.Bytes()[:v.size], nil
}

var errBDBBudget = report.Faultf(report.Corrupt, "reading rpm database: its values have more bytes than the file")
