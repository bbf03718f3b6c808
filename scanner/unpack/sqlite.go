package unpack

import (
	"context"
	"encoding/binary"
	"io"
)

const (
	sqliteMagic = "SQLite format 3\x00"
	sqliteHead  = 100 // length of the database header, which lies in page 1
	sqliteDepth = 20  // of a b-tree, as SQLite itself bounds it
)

func matchSQLite(head []byte) bool {
	return len(head) >= sqliteHead && string(head[:len(sqliteMagic)]) == sqliteMagic
}

// unpackSQLite yields the rows of every table of a database (sqlite.org/fileformat2.html) as text, a line for each row
// with its columns named, large and binary values as members of their own, and then what no query shows: rows that are
// left on free pages, and what lies between the rows of the others.
func unpackSQLite(ctx context.Context, in Input, out *sink) error {
	head := make([]byte, sqliteHead)
	if _, err := in.At.ReadAt(head, 0); err != nil {
		return err
	}
	size := sqlitePageSize(binary.BigEndian.Uint16(head[16:]))
	if size == 0 || size-int(head[20]) < 480 {
		return corrupt("reading database: page size %d with %d bytes reserved", size, head[20])
	}
	pages := &sqlitePages{at: in.At, size: size, count: (in.Size + int64(size) - 1) / int64(size)}
	db := &sqliteFile{
		out:    out,
		size:   size,
		usable: size - int(head[20]),
		text:   sqliteEncoding(binary.BigEndian.Uint32(head[56:])),
		pages:  pages,
		owner:  make([]byte, pages.count+1),
		work:   sqliteWork * pages.count,
		effort: carveEffort,
	}
	if claimed := int64(binary.BigEndian.Uint32(head[28:])); claimed > pages.count {
		out.fault(corrupt("reading database: %d pages where its header claims %d", pages.count, claimed))
	}
	if err := db.tables(ctx); err != nil {
		return err
	}
	db.freelist(binary.BigEndian.Uint32(head[32:]))
	return db.remains(ctx, pages.count)
}

// sqlitePageSize returns a page size as headers spell it, 0 for one that cannot be.
func sqlitePageSize(n uint16) int {
	if n == 1 {
		return 65536
	}
	if n < 512 || n&(n-1) != 0 {
		return 0
	}
	return int(n)
}

// sqlitePager reads pages.
type sqlitePager interface {
	// page reads page n into buf, which is a page long, and reports whether all of it is there.
	page(n uint32, buf []byte) bool
}

// sqlitePages are the pages of a database file.
type sqlitePages struct {
	at    io.ReaderAt
	size  int
	count int64
}

// page implements sqlitePager.
func (p *sqlitePages) page(n uint32, buf []byte) bool {
	if n == 0 || int64(n) > p.count {
		return false
	}
	m, _ := p.at.ReadAt(buf, int64(n-1)*int64(p.size))
	clear(buf[m:])
	return m == len(buf)
}

// Owners of a page.
const (
	sqliteNobody   byte = iota
	sqliteTree          // a page of a b-tree
	sqliteOverflow      // the rest of a large row
	sqliteFree          // on the freelist
	sqliteTrunk         // of the freelist
)

// sqliteWork is how often, on average, a page may be read as the rest of a row that no table holds.
const sqliteWork = 8

// sqliteFile is a database, or a log of its pages, while it is read.
type sqliteFile struct {
	out    *sink
	size   int // of a page
	usable int
	text   sqliteText
	pages  sqlitePager
	owner  []byte               // by page
	shapes map[int]*sqliteTable // by number of columns; empty for several tables of as many
	tails  []sqliteTail
	effort int64 // bytes that carving may still look at
	work   int64 // pages that may still be read as overflow of rows that no table holds
}

// sqliteTail is where the content of an overflow page ends before the page does.
type sqliteTail struct {
	page uint32
	end  int
}

// claim marks page n as owner's, and reports whether it was nobody's: each page is read once as what it is.
func (db *sqliteFile) claim(n uint32, owner byte) bool {
	if n == 0 || int64(n) >= int64(len(db.owner)) || db.owner[n] != sqliteNobody {
		return false
	}
	db.owner[n] = owner
	return true
}

// tables yields the rows of every table, those of the schema first.
func (db *sqliteFile) tables(ctx context.Context) error {
	all, err := db.schema(ctx)
	for i := range all {
		if err != nil {
			return err
		}
		err = db.table(ctx, &all[i])
	}
	return err
}

// sqliteSchema is the table of tables.
var sqliteSchema = sqliteTable{
	name: "sqlite_schema", root: 1, columns: []string{"type", "name", "tbl_name", "rootpage", "sql"}, alias: -1,
}

// schema yields the rows of the schema and returns the tables and indexes that it holds.
func (db *sqliteFile) schema(ctx context.Context) ([]sqliteTable, error) {
	var all []sqliteTable
	rows := db.rows("table " + sqliteSchema.name)
	err := db.walk(ctx, sqliteSchema.root, 0, func(cell sqliteCell) error {
		row := map[string]string{}
		note := func(column, value string) { row[column] = value }
		err := db.row(ctx, rows, &sqliteSchema, cell, db.payload(cell), note)
		if t, ok := tableOf(row); ok {
			all = append(all, t)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, rows.flush(ctx)
}

// table yields the rows of a table; of an index, whose content is that of the rows, it marks the pages.
func (db *sqliteFile) table(ctx context.Context, t *sqliteTable) error {
	if t.index {
		return db.walk(ctx, t.root, 0, func(cell sqliteCell) error {
			if _, err := io.Copy(io.Discard, db.payload(cell)); err != nil {
				db.out.fault(err)
			}
			return nil
		})
	}
	db.shape(t)
	rows := db.rows("table " + t.name)
	err := db.walk(ctx, t.root, 0, func(cell sqliteCell) error {
		return db.row(ctx, rows, t, cell, db.payload(cell), nil)
	})
	if err != nil {
		return err
	}
	return rows.flush(ctx)
}

// shape notes how many columns t has.
func (db *sqliteFile) shape(t *sqliteTable) {
	if db.shapes == nil {
		db.shapes = map[int]*sqliteTable{}
	}
	n := len(t.columns)
	if _, ok := db.shapes[n]; ok {
		db.shapes[n] = &sqliteTable{alias: -1}
	} else if n > 0 {
		db.shapes[n] = t
	}
}

// freelist marks the free pages, from the first trunk on.
func (db *sqliteFile) freelist(trunk uint32) {
	page := make([]byte, db.size)
	for trunk != 0 {
		if !db.claim(trunk, sqliteTrunk) || !db.pages.page(trunk, page) {
			db.out.fault(corrupt("reading database: the freelist names page %d", trunk))
			return
		}
		trunk = binary.BigEndian.Uint32(page)
		leaves := int(min(binary.BigEndian.Uint32(page[4:]), uint32(db.usable/4-2))) // at most 16384
		for i := range leaves {
			db.claim(binary.BigEndian.Uint32(page[8+4*i:]), sqliteFree)
		}
	}
}
