package origin

import (
	"encoding/binary"
	"encoding/hex"
	"path"
	"strconv"
	"strings"

	"dregs/report"
)

// Tags of an rpm header that are read (rpm's header format, rpmtag.h).
const (
	rpmName        = 1000
	rpmVersion     = 1001
	rpmRelease     = 1002
	rpmEpoch       = 1003
	rpmVendor      = 1011
	rpmFileDigests = 1035
	rpmDirIndexes  = 1116
	rpmBaseNames   = 1117
	rpmDirNames    = 1118
)

// Types of a header's entries.
const (
	rpmInt32   = 4
	rpmString  = 6
	rpmStrings = 8
	rpmI18N    = 9
)

// Bounds of a header, as rpm itself has them.
const (
	rpmEntries = 1 << 16
	rpmData    = 256 << 20
)

// rpmRoot returns the root of the system whose database lies at dbPath.
func rpmRoot(dbPath string) string {
	for _, place := range []string{"/var/lib/rpm/", "/usr/lib/sysimage/rpm/", "/usr/share/rpm/"} {
		if strings.Contains("/"+dbPath, place) {
			return rootOf(dbPath, place)
		}
	}
	return ""
}

// rpmHeader is a header as a database has it, without magic: its index, of 16 bytes an entry, and its data.
type rpmHeader struct {
	entries map[uint32]rpmEntry
	data    []byte
}

type rpmEntry struct{ kind, offset, count uint32 }

// parseRPMHeader returns the header in blob. Nothing in it is checked but that its index fits.
func parseRPMHeader(blob []byte) (rpmHeader, error) {
	if len(blob) < 8 {
		return rpmHeader{}, report.Faultf(report.Corrupt, "reading rpm header: it has %d bytes", len(blob))
	}
	n, size := binary.BigEndian.Uint32(blob), binary.BigEndian.Uint32(blob[4:])
	if n > rpmEntries || size > rpmData || int64(n)*16+int64(size) > int64(len(blob)-8) {
		return rpmHeader{}, report.Faultf(report.Corrupt, "reading rpm header: it claims %d entries and %d bytes", n, size)
	}
	h := rpmHeader{entries: make(map[uint32]rpmEntry), data: blob[8+n*16:][:size]}
	for index := blob[8 : 8+n*16]; len(index) > 0; index = index[16:] {
		e := rpmEntry{binary.BigEndian.Uint32(index[4:]), binary.BigEndian.Uint32(index[8:]), binary.BigEndian.Uint32(index[12:])}
		if e.offset <= size {
			h.entries[binary.BigEndian.Uint32(index)] = e
		}
	}
	return h, nil
}

// strings returns the texts of a tag, no more than are there.
func (h rpmHeader) strings(tag uint32) []string {
	e, ok := h.entries[tag]
	if !ok || e.kind != rpmString && e.kind != rpmStrings && e.kind != rpmI18N {
		return nil
	}
	rest := string(h.data[e.offset:])
	var out []string
	for range e.count {
		s, after, ok := strings.Cut(rest, "\x00")
		if !ok {
			break
		}
		out, rest = append(out, s), after
	}
	return out
}

// text returns the first text of a tag.
func (h rpmHeader) text(tag uint32) string {
	if all := h.strings(tag); len(all) > 0 {
		return all[0]
	}
	return ""
}

// numbers returns the whole numbers of a tag, no more than are there.
func (h rpmHeader) numbers(tag uint32) []uint32 {
	e, ok := h.entries[tag]
	if !ok || e.kind != rpmInt32 {
		return nil
	}
	rest := h.data[e.offset:]
	out := make([]uint32, 0, min(int(e.count), len(rest)/4))
	for range cap(out) {
		out, rest = append(out, binary.BigEndian.Uint32(rest)), rest[4:]
	}
	return out
}

// readRPMHeader records the files of the package whose header blob is.
func readRPMHeader(r *Records, root string, blob []byte) error {
	h, err := parseRPMHeader(blob)
	if err != nil {
		return err
	}
	p := &Package{System: "rpm", Name: h.text(rpmName), Version: h.text(rpmVersion), Distribution: distributionVendor(h.text(rpmVendor))}
	if release := h.text(rpmRelease); release != "" {
		p.Version += "-" + release
	}
	if epoch := h.numbers(rpmEpoch); len(epoch) > 0 {
		p.Version = strconv.FormatUint(uint64(epoch[0]), 10) + ":" + p.Version
	}
	dirs, indexes, sums := h.strings(rpmDirNames), h.numbers(rpmDirIndexes), h.strings(rpmFileDigests)
	for i, base := range h.strings(rpmBaseNames) {
		if i >= len(indexes) || i >= len(sums) || int64(indexes[i]) >= int64(len(dirs)) || sums[i] == "" {
			continue // a folder or a link has no hash
		}
		raw, err := hex.DecodeString(sums[i])
		name, ok := join(root, path.Join(dirs[indexes[i]], base))
		if err != nil || !ok {
			continue
		}
		if err := r.record(name, string(raw), p); err != nil {
			return err
		}
	}
	return nil
}
