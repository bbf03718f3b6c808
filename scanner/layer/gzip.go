package layer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"dregs/report"
)

// gzipField is the longest name or comment of a member; RFC 1952 sets no limit, and other readers refuse 512 bytes.
const gzipField = 64 << 10

// Flags of a member's header (RFC 1952, section 2.3.1).
const (
	gzipHeaderCRC = 1 << 1
	gzipHasExtra  = 1 << 2
	gzipHasName   = 1 << 3
	gzipComments  = 1 << 4
)

func isGzip(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}) }

// gzipMembers reads the members of a gzip file one by one, so that what their headers hold, and what follows the last
// of them, is not lost; the usual readers skip the one and fail on the other.
type gzipMembers struct {
	br      *bufio.Reader
	flate   io.ReadCloser
	outer   *slackSet
	members int
	within  bool // a member is open
	crc     uint32
	size    uint32
	last    map[string]string // the field last seen of each kind
}

func openGzip(br *bufio.Reader, _ int64, outer *slackSet) (io.Reader, error) {
	return &gzipMembers{br: br, outer: outer, last: make(map[string]string)}, nil
}

// Read implements io.Reader.
func (g *gzipMembers) Read(p []byte) (int, error) {
	for {
		if !g.within {
			if err := g.next(); err != nil {
				return 0, err
			}
		}
		n, err := g.flate.Read(p)
		g.crc = crc32.Update(g.crc, crc32.IEEETable, p[:n])
		g.size += uint32(n)
		if err == io.EOF {
			g.within = false
			err = g.trailer()
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// trailer checks a member against its trailer. What does not agree is a problem; its content was read all the same.
func (g *gzipMembers) trailer() error {
	var t [8]byte
	if _, err := io.ReadFull(g.br, t[:]); err != nil {
		return io.ErrUnexpectedEOF
	}
	if binary.LittleEndian.Uint32(t[:]) != g.crc || binary.LittleEndian.Uint32(t[4:]) != g.size {
		g.outer.problem(report.Faultf(report.Corrupt, "inflating gzip: the checksum of member %d does not hold", g.members-1))
	}
	return nil
}

// next opens the next member, or returns io.EOF where none follows.
func (g *gzipMembers) next() error {
	head, err := g.br.Peek(3)
	if !isGzip(head) {
		if err != nil && err != io.EOF {
			return err
		}
		return io.EOF
	}
	raw, err := g.header()
	if err != nil {
		if g.members == 0 {
			return err
		}
		g.outer.lead = raw
		return io.EOF
	}
	if g.flate == nil {
		g.flate = flate.NewReader(g.br)
	} else if err := g.flate.(flate.Resetter).Reset(g.br, nil); err != nil {
		return err
	}
	g.members++
	g.within, g.crc, g.size = true, 0, 0
	return nil
}

// header reads a member's header and keeps what it says. It returns all that it read beside an error.
func (g *gzipMembers) header() (raw []byte, err error) {
	take := func(n int) []byte {
		start := len(raw)
		raw = append(raw, make([]byte, n)...)
		if err == nil {
			n, err = io.ReadFull(g.br, raw[start:])
			raw = raw[:start+n]
		}
		if err != nil {
			err = io.ErrUnexpectedEOF
		}
		return raw[start:]
	}
	text := func() []byte {
		start := len(raw)
		for err == nil && len(raw)-start <= gzipField {
			if c := take(1); len(c) == 1 && c[0] == 0 {
				return raw[start : len(raw)-1]
			}
		}
		if err == nil {
			err = report.Faultf(report.Limit, "inflating gzip: a header field has more than %d bytes", gzipField)
		}
		return raw[start:]
	}
	fixed := take(10)
	if err != nil {
		return raw, err
	}
	flags := fixed[3] // engines pass over the reserved ones, so they must not hide a layer
	var extra, name, comment []byte
	if flags&gzipHasExtra != 0 {
		if size := take(2); err == nil {
			extra = take(int(binary.LittleEndian.Uint16(size)))
		}
	}
	if flags&gzipHasName != 0 {
		name = text()
	}
	if flags&gzipComments != 0 {
		comment = text()
	}
	if flags&gzipHeaderCRC != 0 && err == nil {
		sum := uint16(crc32.ChecksumIEEE(raw))
		if got := take(2); err == nil && binary.LittleEndian.Uint16(got) != sum {
			g.outer.problem(report.Faultf(report.Corrupt, "inflating gzip: the header checksum of member %d does not hold", g.members))
		}
	}
	if err != nil { // of a later member: it is no member, and what was read is the tail
		return raw, err
	}
	g.keep(GzipExtra, extra)
	g.keep(GzipName, name)
	g.keep(GzipComment, comment)
	return raw, nil
}

// keep adds a field to the slack, once where member after member repeats it.
func (g *gzipMembers) keep(kind string, data []byte) {
	if len(data) > 0 && g.last[kind] != string(data) {
		g.last[kind] = string(data)
		g.outer.add(kind, data)
	}
}
