package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"strconv"
)

// remains yields what no query shows of a database of count pages: rows and other bytes on free pages and on those that
// nothing refers to, and the unused parts of all others.
func (db *sqliteFile) remains(ctx context.Context, count int64) error {
	free := db.rows("freelist")
	lost := db.rows("unreferenced pages")
	slack := db.rows("slack")
	tails := map[uint32]int{}
	for _, t := range db.tails {
		tails[t.page] = t.end
	}
	db.tails = nil
	page := make([]byte, db.size)
	for i := range count {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := uint32(i + 1) // SQLite numbers pages so; further ones have no number
		db.pages.page(n, page)
		var err error
		switch db.owner[n] {
		case sqliteTree:
			err = db.slack(ctx, slack, n, page)
		case sqliteOverflow:
			end := db.usable
			if tail, ok := tails[n]; ok {
				end = tail
			}
			err = slack.raw(ctx, n, page[end:])
		case sqliteTrunk:
			leaves := int(min(binary.BigEndian.Uint32(page[4:]), uint32(db.usable/4-2))) // bounded
			err = free.raw(ctx, n, page[8+4*leaves:])
		case sqliteFree:
			err = db.leftPage(ctx, free, n, page)
		default:
			err = db.leftPage(ctx, lost, n, page)
		}
		if err != nil {
			return err
		}
	}
	for _, rows := range []*sqliteRows{free, lost, slack} {
		if err := rows.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// raw adds a run of bytes of page n, without the zeros round it.
func (r *sqliteRows) raw(ctx context.Context, n uint32, data []byte) error {
	wide := data
	data = bytes.Trim(data, "\x00")
	if len(data) == 0 {
		return nil
	}
	if err := r.next(ctx, pageLabel(n)); err != nil {
		return err
	}
	if r.wide {
		r.text.Write(wideText(wide))
	}
	r.text.Write(data)
	r.text.WriteByte('\n')
	return nil
}

func pageLabel(n uint32) func() string {
	return func() string { return "page " + strconv.FormatUint(uint64(n), 10) }
}

// leftPage adds a page that no table holds: the rows of a former leaf, else its bytes as they are.
func (db *sqliteFile) leftPage(ctx context.Context, rows *sqliteRows, n uint32, data []byte) error {
	p, ok := parseSQLitePage(n, data[:db.usable])
	if !ok || p.kind == sqliteTableInner {
		return rows.raw(ctx, n, data)
	}
	room := db.usable
	for i := range p.cells {
		cell, _, err := p.cell(i)
		if room -= len(cell.local); room < 0 {
			break
		}
		if err != nil {
			continue
		}
		if err := db.leftRow(ctx, rows, n, cell); err != nil {
			return err
		}
	}
	return db.slack(ctx, rows, n, data)
}

// leftRow adds a row that no table holds, with the names of the one table that has as many columns. What is wrong with
// it is no fault: nothing says that it was ever to be read again.
func (db *sqliteFile) leftRow(ctx context.Context, rows *sqliteRows, n uint32, cell sqliteCell) error {
	where := func() string { return "row " + strconv.FormatInt(cell.rowid, 10) }
	if err := rows.next(ctx, where); err != nil {
		return err
	}
	t := db.named(countColumns(cell.local))
	var stop error
	err := readRecord(db.stray(cell), func(i int, v sqliteValue) error {
		stop = rows.value(ctx, db.text, where, t.column(i), v)
		return stop
	})
	rows.end()
	if stop != nil {
		return stop
	}
	if err != nil {
		return rows.raw(ctx, n, cell.local)
	}
	return nil
}

// named returns the one table of n columns, or one without names.
func (db *sqliteFile) named(n int) *sqliteTable {
	if t, ok := db.shapes[n]; ok {
		return t
	}
	return &sqliteTable{alias: -1}
}

// countColumns returns how many columns a record has, 0 where its header is not whole.
func countColumns(record []byte) int {
	size, n := sqliteVarint(record)
	if n == 0 || size < int64(n) || size > int64(len(record)) {
		return 0
	}
	types, count := record[n:size], 0
	for len(types) > 0 {
		_, n := sqliteVarint(types)
		if n == 0 {
			return 0
		}
		types = types[n:]
		count++
	}
	return count
}

// slack adds what the cells of a b-tree page do not use: the gap before them, the free blocks between them, and the
// reserved bytes. Deleted rows that can be told from the bytes come as rows first.
func (db *sqliteFile) slack(ctx context.Context, rows *sqliteRows, n uint32, data []byte) error {
	p, ok := parseSQLitePage(n, data[:db.usable])
	if !ok {
		return rows.raw(ctx, n, data)
	}
	gap := p.pointers() + 2*p.cells
	if p.start > gap && p.start <= db.usable {
		if err := db.unused(ctx, rows, n, data[gap:p.start], 0); err != nil {
			return err
		}
	}
	block := int(binary.BigEndian.Uint16(data[p.head+1:]))
	for last := 0; block > last && block+4 <= db.usable; {
		next, size := int(binary.BigEndian.Uint16(data[block:])), int(binary.BigEndian.Uint16(data[block+2:]))
		if size >= 4 && block+size <= db.usable {
			if err := db.unused(ctx, rows, n, data[block:block+size], 4); err != nil {
				return err
			}
		}
		last, block = block, next
	}
	return rows.raw(ctx, n, data[db.usable:])
}

// unused adds an unused part of page n, of which the first lost bytes are of the page's own making.
func (db *sqliteFile) unused(ctx context.Context, rows *sqliteRows, n uint32, data []byte, lost int) error {
	if len(bytes.Trim(data[lost:], "\x00")) == 0 {
		return nil
	}
	if err := rows.next(ctx, pageLabel(n)); err != nil {
		return err
	}
	told, err := db.carve(ctx, rows, data, lost)
	at := int64(lost)
	for _, t := range append(told, span{int64(len(data)), int64(len(data))}) {
		if err == nil && t.from > at {
			err = rows.raw(ctx, n, data[at:t.from])
		}
		at = t.to
	}
	return err
}
