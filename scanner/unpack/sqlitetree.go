package unpack

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
)

// Types of b-tree pages.
const (
	sqliteIndexInner = 2
	sqliteTableInner = 5
	sqliteIndexLeaf  = 10
	sqliteTableLeaf  = 13
)

// sqliteCell is a row or an index entry before it is decoded.
type sqliteCell struct {
	rowid    int64
	table    bool // of a table with row numbers
	size     int64
	local    []byte // of the content; valid until the page is read again
	overflow uint32 // page with the rest, 0 for none
}

// sqlitePage is a b-tree page.
type sqlitePage struct {
	data   []byte // as long as a page, without what is reserved
	head   int    // where the b-tree header lies: 100 in page 1, else 0
	kind   byte
	cells  int
	start  int // of the cell content
	inner  bool
	table  bool
	number uint32
}

// parseSQLitePage reads the header of a b-tree page. data ends where the reserved bytes begin.
func parseSQLitePage(number uint32, data []byte) (sqlitePage, bool) {
	p := sqlitePage{data: data, number: number}
	if number == 1 {
		p.head = sqliteHead
	}
	h := data[p.head:]
	p.kind, p.cells, p.start = h[0], int(binary.BigEndian.Uint16(h[3:])), int(binary.BigEndian.Uint16(h[5:]))
	if p.start == 0 {
		p.start = 65536
	}
	switch p.kind {
	case sqliteIndexInner, sqliteTableInner:
		p.inner = true
	case sqliteIndexLeaf, sqliteTableLeaf:
	default:
		return p, false
	}
	p.table = p.kind == sqliteTableInner || p.kind == sqliteTableLeaf
	return p, p.pointers()+2*p.cells <= len(data)
}

// pointers returns where the cell pointers begin.
func (p *sqlitePage) pointers() int {
	if p.inner {
		return p.head + 12
	}
	return p.head + 8
}

// right returns the rightmost child of an inner page.
func (p *sqlitePage) right() uint32 { return binary.BigEndian.Uint32(p.data[p.head+8:]) }

var errSQLiteCell = errors.New("damaged cell")

// cell reads cell i and, on an inner page, the child to the left of it.
func (p *sqlitePage) cell(i int) (c sqliteCell, child uint32, err error) {
	at := int(binary.BigEndian.Uint16(p.data[p.pointers()+2*i:]))
	if at < p.pointers()+2*p.cells || at >= len(p.data) {
		return c, 0, errSQLiteCell
	}
	c, child, _, err = p.cellAt(at)
	return c, child, err
}

// cellAt reads the cell at an offset and returns where it ends.
func (p *sqlitePage) cellAt(at int) (c sqliteCell, child uint32, end int, err error) {
	c.table = p.table
	if p.inner {
		if at+4 > len(p.data) {
			return c, 0, 0, errSQLiteCell
		}
		child = binary.BigEndian.Uint32(p.data[at:])
		at += 4
	}
	if p.kind != sqliteTableInner {
		size, n := sqliteVarint(p.data[at:])
		if n == 0 || size < 0 {
			return c, child, 0, errSQLiteCell
		}
		c.size = size
		at += n
	}
	if p.table {
		var n int
		if c.rowid, n = sqliteVarint(p.data[at:]); n == 0 {
			return c, child, 0, errSQLiteCell
		}
		at += n
	}
	if p.kind == sqliteTableInner {
		return c, child, at, nil
	}
	local, spills := p.local(c.size)
	end = at + local
	if spills {
		end += 4
	}
	if end > len(p.data) {
		return c, child, 0, errSQLiteCell
	}
	c.local = p.data[at : at+local]
	if spills {
		c.overflow = binary.BigEndian.Uint32(p.data[at+local:])
	}
	return c, child, end, nil
}

// local returns how much of a content of size bytes lies in the page itself.
func (p *sqlitePage) local(size int64) (n int, spills bool) {
	u := int64(len(p.data))
	most := u - 35
	if !p.table {
		most = (u-12)*64/255 - 23
	}
	if size <= most {
		return int(size), false
	}
	least := (u-12)*32/255 - 23
	if n := least + (size-least)%(u-4); n <= most {
		return int(n), true
	}
	return int(least), true
}

// sqliteVarint reads a number of up to 9 bytes and returns its length, 0 where p ends before it.
func sqliteVarint(p []byte) (v int64, n int) {
	for n < len(p) && n < 8 {
		c := p[n]
		v = v<<7 | int64(c&0x7f)
		n++
		if c < 0x80 {
			return v, n
		}
	}
	if n == 8 && len(p) > 8 {
		return v<<8 | int64(p[8]), 9
	}
	return 0, 0
}

// walk calls fn for each cell with content of the b-tree at page n, in order. Damaged parts are told and passed over.
func (db *sqliteFile) walk(ctx context.Context, n uint32, depth int, fn func(sqliteCell) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	data := make([]byte, db.size)
	whole := depth < sqliteDepth && db.claim(n, sqliteTree)
	if whole && !db.pages.page(n, data) {
		db.out.fault(corrupt("reading database page %d: %w", n, io.ErrUnexpectedEOF))
	}
	p, ok := parseSQLitePage(n, data[:db.usable])
	if !whole || !ok {
		db.out.fault(corrupt("reading database page %d: not a page of this tree", n))
		return nil
	}
	room := db.usable // cells that share their bytes would be read again and again
	for i := range p.cells {
		cell, child, err := p.cell(i)
		if room -= len(cell.local); room < 0 {
			err = errSQLiteCell
		}
		if err != nil {
			db.out.fault(corrupt("reading database page %d: %w", n, err))
			continue
		}
		if p.inner {
			if err := db.walk(ctx, child, depth+1, fn); err != nil {
				return err
			}
		}
		if p.kind == sqliteTableInner {
			continue
		}
		if err := fn(cell); err != nil {
			return err
		}
	}
	if p.inner {
		return db.walk(ctx, p.right(), depth+1, fn)
	}
	return nil
}

// sqlitePayload reads the content of a cell: what is in the page, then its overflow pages.
type sqlitePayload struct {
	local []byte
	next  uint32
	left  int64
	db    *sqliteFile
	claim func(n uint32) bool // reports whether page n may be read
	page  []byte
	rest  []byte // of the current page
}

// payload returns a reader of the content of a table's cell, which marks its overflow pages.
func (db *sqliteFile) payload(c sqliteCell) *sqlitePayload {
	return &sqlitePayload{
		local: c.local, next: c.overflow, left: c.size, db: db,
		claim: func(n uint32) bool { return db.claim(n, sqliteOverflow) },
	}
}

// stray returns a reader of the content of a cell that no table holds: its overflow pages may be others' by now.
func (db *sqliteFile) stray(c sqliteCell) *sqlitePayload {
	return &sqlitePayload{
		local: c.local, next: c.overflow, left: c.size, db: db,
		claim: func(uint32) bool {
			db.work--
			return db.work >= 0
		},
	}
}

// Read implements io.Reader.
func (p *sqlitePayload) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	if len(p.local) > 0 {
		p.rest, p.local = p.local, nil
	}
	if len(p.rest) == 0 {
		if p.next == 0 {
			return 0, io.ErrUnexpectedEOF
		}
		if p.page == nil {
			p.page = make([]byte, p.db.size)
		}
		if !p.claim(p.next) || !p.db.pages.page(p.next, p.page) {
			return 0, corrupt("reading database page %d: not an overflow page of this row", p.next)
		}
		if end := int64(p.db.usable - 4); p.left < end && p.db.owner != nil {
			p.db.tails = append(p.db.tails, sqliteTail{p.next, int(p.left) + 4})
		}
		p.next, p.rest = binary.BigEndian.Uint32(p.page), p.page[4:p.db.usable]
	}
	n := copy(b, p.rest[:min(int64(len(p.rest)), p.left)])
	p.rest = p.rest[n:]
	p.left -= int64(n)
	return n, nil
}
