package unpack

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"
)

// carved is a deleted row as its bytes tell.
type carved struct {
	table *sqliteTable
	first int // number of the first column that is known
	types []byte
	body  []byte
}

// carve adds the deleted rows that data, an unused part of a page, still holds, and returns where their values lie. A row
// in a gap is whole. Of one in a free block the first four bytes are lost, which are its length, its number, and of short
// rows the type of the first column; several such rows may lie in one block.
func (db *sqliteFile) carve(ctx context.Context, rows *sqliteRows, data []byte, lost int) ([]span, error) {
	var told []span
	block := lost > 0
	for at := 0; at < len(data); {
		row, end, ok := carved{}, 0, false
		if block {
			row, end, ok = db.headless(data[at:])
		}
		if !ok {
			row, end, ok = db.intact(data[at:])
			block = block && ok
		}
		if !ok {
			at++
			continue
		}
		at += end
		told = append(told, span{int64(at - len(row.body)), int64(at)})
		if err := db.addCarved(ctx, rows, row); err != nil {
			return told, err
		}
	}
	return told, nil
}

// carveEffort bounds the bytes of record headers that carving may look at. Beyond it, what is unused comes as it is only.
const carveEffort = 1 << 31

// intact tells a record with its header at the start of data, and where it ends. A header of more than 127 bytes is not
// looked for.
func (db *sqliteFile) intact(data []byte) (carved, int, bool) {
	size := int(data[0])
	if size < 2 || size >= 0x80 || size > len(data) || data[size-1] >= 0x80 || db.effort < 0 {
		return carved{}, 0, false
	}
	db.effort -= int64(size)
	columns := 0
	for _, c := range data[1:size] {
		if c < 0x80 {
			columns++
		}
	}
	t, ok := db.shapes[columns]
	if !ok {
		return carved{}, 0, false
	}
	row := carved{table: t, types: data[1:size]}
	body, ok := recordBody(row.types)
	end := int64(size) + body
	if !ok || end > int64(len(data)) {
		return carved{}, 0, false
	}
	row.body = data[size:end]
	return row, int(end), db.telling(row)
}

// headless tells a row whose first four bytes are lost.
func (db *sqliteFile) headless(data []byte) (carved, int, bool) {
	const lost = 4
	for _, columns := range slices.Sorted(maps.Keys(db.shapes)) {
		if db.effort -= int64(columns); db.effort < 0 {
			break
		}
		for first := range min(2, columns) {
			row := carved{table: db.shapes[columns], first: first}
			rest := data[min(lost, len(data)):]
			types := 0
			for range columns - first {
				_, n := sqliteVarint(rest[types:])
				if n == 0 {
					types = -1
					break
				}
				types += n
			}
			if types < 0 {
				continue
			}
			row.types = rest[:types]
			body, ok := recordBody(row.types)
			if !ok || body > int64(len(rest)-types) {
				continue
			}
			for _, skip := range []int{0, len(rest) - types - int(body)} { // what the lost column takes
				if skip > 0 && first == 0 {
					continue
				}
				start := types + skip
				row.body = rest[start : start+int(body)]
				if db.telling(row) {
					return row, lost + start + int(body), true
				}
			}
		}
	}
	return carved{}, 0, false
}

// recordBody returns the length of the values of a record.
func recordBody(types []byte) (int64, bool) {
	var size int64
	for len(types) > 0 {
		serial, n := sqliteVarint(types)
		_, length, ok := serialSize(serial)
		if n == 0 || !ok || length > 1<<24 {
			return 0, false
		}
		size += length
		types = types[n:]
	}
	return size, true
}

// values calls fn for each value of the row.
func (c carved) values(fn func(column int, v sqliteValue) bool) {
	types, body := c.types, c.body
	for column := c.first; len(types) > 0; column++ {
		serial, n := sqliteVarint(types)
		kind, size, _ := serialSize(serial)
		v := sqliteValue{kind: kind, size: size, n: serial - 8}
		v.set(body[:size])
		if !fn(column, v) {
			return
		}
		types, body = types[n:], body[size:]
	}
}

// telling reports whether a row looks like one: it has text, and all its texts can be read.
func (db *sqliteFile) telling(c carved) bool {
	texts, good := 0, true
	c.values(func(_ int, v sqliteValue) bool {
		if v.kind == sqliteString {
			good = readable(db.text.utf8(v.data))
			texts += len(v.data)
		}
		return good
	})
	return good && texts >= 4
}

// readable reports whether text is UTF-8 without control characters.
func readable(text []byte) bool {
	return utf8.Valid(text) && bytes.IndexFunc(text, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
	}) < 0
}

// addCarved adds a row.
func (db *sqliteFile) addCarved(ctx context.Context, rows *sqliteRows, c carved) error {
	var err error
	c.values(func(column int, v sqliteValue) bool {
		err = rows.value(ctx, db.text, func() string { return "deleted row" }, c.table.column(column), v)
		return err == nil
	})
	rows.end()
	return err
}
