package unpack

import (
	"context"
	"encoding/binary"
	"io"
)

const (
	walHead        = 32
	walFrame       = 24
	journalHead    = 28
	journalMagic   = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
	journalUnknown = 0xffffffff // number of records where it was never written
)

func matchWAL(head []byte) bool {
	if len(head) < walHead {
		return false
	}
	magic := binary.BigEndian.Uint32(head)
	return (magic == 0x377f0682 || magic == 0x377f0683) && walPageSize(head) != 0
}

// walPageSize returns the page size that a write-ahead log tells, 0 for one that cannot be.
func walPageSize(head []byte) int {
	size := binary.BigEndian.Uint32(head[8:])
	if size == 65536 {
		return 65536
	}
	if size > 32768 {
		return 0
	}
	return sqlitePageSize(uint16(size)) // at most 32768
}

func matchJournal(head []byte) bool {
	return len(head) >= journalHead && string(head[:8]) == journalMagic && journalSizes(head) != [2]int{}
}

// journalSizes returns the sector and page sizes of a rollback journal, zeros for such as cannot be.
func journalSizes(head []byte) [2]int {
	sector, page := binary.BigEndian.Uint32(head[20:]), binary.BigEndian.Uint32(head[24:])
	if sector < journalHead || sector > 65536 || page > 65536 || page < 512 || page&(page-1) != 0 {
		return [2]int{}
	}
	return [2]int{int(sector), int(page)}
}

// unpackWAL yields the rows on the pages of a write-ahead log, committed or not, old frames included.
func unpackWAL(ctx context.Context, in Input, out *sink) error {
	head := make([]byte, walHead)
	if _, err := in.At.ReadAt(head, 0); err != nil {
		return err
	}
	log := sqliteLog{at: in.At, size: walPageSize(head), last: map[uint32]int64{}}
	var number [4]byte
	for off := int64(walHead); off+walFrame < in.Size; off += walFrame + int64(log.size) {
		if _, err := in.At.ReadAt(number[:], off); err != nil {
			return err
		}
		log.add(binary.BigEndian.Uint32(number[:]), off+walFrame)
	}
	return log.unpack(ctx, out)
}

// unpackJournal yields the rows on the pages of a rollback journal: what they held before a change.
func unpackJournal(ctx context.Context, in Input, out *sink) error {
	head := make([]byte, journalHead)
	log := sqliteLog{at: in.At, last: map[uint32]int64{}}
	for off := int64(0); off+journalHead <= in.Size; {
		if _, err := in.At.ReadAt(head, off); err != nil {
			return err
		}
		if !matchJournal(head) {
			break
		}
		sizes := journalSizes(head)
		if log.size != 0 && log.size != sizes[1] {
			break
		}
		log.size = sizes[1]
		count := int64(binary.BigEndian.Uint32(head[8:]))
		off += int64(sizes[0])
		record := int64(log.size) + 8
		if most := (in.Size - off + record - 1) / record; count == journalUnknown || count == 0 || count > most {
			count = most
		}
		for range count {
			var number [4]byte
			if _, err := in.At.ReadAt(number[:], off); err != nil {
				return log.unpackAfter(ctx, out, err)
			}
			log.add(binary.BigEndian.Uint32(number[:]), off+4)
			off += record
		}
		off += (int64(sizes[0]) - off%int64(sizes[0])) % int64(sizes[0])
	}
	return log.unpack(ctx, out)
}

// sqliteLog is a sequence of pages of a database, of which a page may occur more than once.
type sqliteLog struct {
	at    io.ReaderAt
	size  int
	pages []sqliteLogPage
	last  map[uint32]int64 // by number of a page: where its last version lies
}

type sqliteLogPage struct {
	number uint32
	off    int64
}

func (l *sqliteLog) add(number uint32, off int64) {
	l.pages = append(l.pages, sqliteLogPage{number, off})
	l.last[number] = off
}

// page implements sqlitePager.
func (l *sqliteLog) page(n uint32, buf []byte) bool {
	off, ok := l.last[n]
	return ok && l.read(off, buf)
}

func (l *sqliteLog) read(off int64, buf []byte) bool {
	m, _ := l.at.ReadAt(buf, off)
	clear(buf[m:])
	return m == len(buf)
}

func (l *sqliteLog) unpackAfter(ctx context.Context, out *sink, err error) error {
	out.fault(err)
	return l.unpack(ctx, out)
}

// unpack yields the rows of all pages.
func (l *sqliteLog) unpack(ctx context.Context, out *sink) error {
	db := &sqliteFile{out: out, size: l.size, usable: l.size, pages: l, work: sqliteWork * int64(len(l.pages)), effort: carveEffort}
	buf := make([]byte, l.size)
	for _, p := range l.pages {
		if p.number == 1 && l.read(p.off, buf) {
			db.learn(buf)
		}
	}
	rows := db.rows("pages")
	for _, p := range l.pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !l.read(p.off, buf) {
			out.fault(corrupt("reading database page %d: %w", p.number, io.ErrUnexpectedEOF))
		}
		if err := db.leftPage(ctx, rows, p.number, buf); err != nil {
			return err
		}
	}
	return rows.flush(ctx)
}

// learn takes what a version of page 1 tells: the encoding, the reserved bytes and, while they fit in it, the tables.
func (db *sqliteFile) learn(page []byte) {
	if !matchSQLite(page) {
		return
	}
	db.text = sqliteEncoding(binary.BigEndian.Uint32(page[56:]))
	if reserved := int(page[20]); db.size-reserved >= 480 {
		db.usable = db.size - reserved
	}
	p, ok := parseSQLitePage(1, page[:db.usable])
	if !ok || p.kind != sqliteTableLeaf {
		return
	}
	db.shapes = nil
	for i := range p.cells {
		cell, _, err := p.cell(i)
		if err != nil {
			continue
		}
		row := map[string]string{}
		_ = readRecord(db.stray(cell), func(i int, v sqliteValue) error { // a damaged row tells what it can
			row[sqliteSchema.column(i)] = db.plain(v)
			return nil
		})
		if t, ok := tableOf(row); ok && !t.index {
			db.shape(&t)
		}
	}
}
