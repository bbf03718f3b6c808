package origin

import (
	"encoding/binary"
	"errors"
	"io"

	"dregs/report"
)

// rpm's own database format (lib/backend/ndb): after a head, pages of slots of 16 bytes, each of which tells where the
// header of a package lies, in blocks of 16 bytes.
const (
	ndbMagic     = 'R' | 'p'<<8 | 'm'<<16 | 'P'<<24
	ndbSlotMagic = 'S' | 'l'<<8 | 'o'<<16 | 't'<<24
	ndbBlobMagic = 'B' | 'l'<<8 | 'b'<<16 | 'S'<<24
	ndbPage      = 4096
	ndbUnit      = 16 // bytes of a block, of a slot, and before a header
	ndbPages     = 4096
)

// readNDB reads Packages.db. A slot that leads nowhere is passed over; the first fault is returned in the end.
func readNDB(r *Records, path string, in io.ReaderAt, size int64) error {
	head := make([]byte, 32)
	if _, err := in.ReadAt(head, 0); err != nil {
		return report.Faultf(report.Corrupt, "reading rpm database: it ends in its head: %w", err)
	}
	pages := binary.LittleEndian.Uint32(head[12:])
	if binary.LittleEndian.Uint32(head) != ndbMagic || pages == 0 || pages > ndbPages {
		return report.Faultf(report.Corrupt, "reading rpm database: its head is not that of one")
	}
	slots := make([]byte, min(int64(pages)*ndbPage, size))
	if _, err := in.ReadAt(slots, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	root, budget := rpmRoot(path), size
	var fault error
	for at := 2 * ndbUnit; at+ndbUnit <= len(slots); at += ndbUnit {
		slot := slots[at:]
		number, block := binary.LittleEndian.Uint32(slot[4:]), binary.LittleEndian.Uint32(slot[8:])
		if binary.LittleEndian.Uint32(slot) != ndbSlotMagic || number == 0 || block == 0 {
			continue
		}
		blob, err := ndbBlob(in, int64(block)*ndbUnit, number, budget)
		if err == nil {
			budget -= int64(len(blob))
			err = readRPMHeader(r, root, blob)
		}
		if isLimit(err) {
			return err
		}
		if err != nil && fault == nil {
			fault = err
		}
	}
	return fault
}

// ndbBlob returns the header of package number at offset. All together are no longer than the file.
func ndbBlob(in io.ReaderAt, offset int64, number uint32, budget int64) ([]byte, error) {
	head := make([]byte, ndbUnit)
	if _, err := in.ReadAt(head, offset); err != nil {
		return nil, report.Faultf(report.Corrupt, "reading rpm database: a slot leads behind its end")
	}
	size := int64(binary.LittleEndian.Uint32(head[12:]))
	if binary.LittleEndian.Uint32(head) != ndbBlobMagic || binary.LittleEndian.Uint32(head[4:]) != number || size > budget {
		return nil, report.Faultf(report.Corrupt, "reading rpm database: a slot leads to no header")
	}
	blob := make([]byte, size)
	if n, err := in.ReadAt(blob, offset+ndbUnit); n < len(blob) {
		return nil, report.Faultf(report.Corrupt, "reading rpm database: it ends within a header: %w", err)
	}
	return blob, nil
}

// isLimit tells whether err is a bound that was hit.
func isLimit(err error) bool {
	var f *report.Fault
	return errors.As(err, &f) && f.Kind == report.Limit
}
