package unpack

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

const (
	sqliteRecordHead = 1 << 20  // bytes of a record's header; 32,767 columns need less
	sqliteInline     = 64 << 10 // a value longer than this is a member of its own
	sqliteBlob       = 256      // so is a binary one from this length on
	sqliteChunk      = 1 << 20  // rows are yielded together up to this length
)

// sqliteText is how a database writes text.
type sqliteText uint8

const (
	sqliteUTF8 sqliteText = iota
	sqliteUTF16LE
	sqliteUTF16BE
)

func sqliteEncoding(n uint32) sqliteText {
	switch n {
	case 2:
		return sqliteUTF16LE
	case 3:
		return sqliteUTF16BE
	}
	return sqliteUTF8
}

// decoder returns what turns text into UTF-8, nil where it is that.
func (t sqliteText) decoder() *encoding.Decoder {
	switch t {
	case sqliteUTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()
	case sqliteUTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()
	}
	return nil
}

// utf8 returns text as UTF-8.
func (t sqliteText) utf8(text []byte) []byte {
	if d := t.decoder(); d != nil {
		if out, err := d.Bytes(text); err == nil {
			return out
		}
	}
	return text
}

// reader returns text as UTF-8.
func (t sqliteText) reader(text io.Reader) io.Reader {
	if d := t.decoder(); d != nil {
		return d.Reader(text)
	}
	return text
}

// sqliteValue is one value of a record.
type sqliteValue struct {
	kind sqliteKind
	n    int64
	f    float64
	size int64  // of a text or blob, as stored
	data []byte // of it, up to sqliteInline bytes; valid until the next value
	long io.Reader
}

type sqliteKind uint8

const (
	sqliteNull sqliteKind = iota
	sqliteInt
	sqliteFloat
	sqliteString
	sqliteBytes
)

// serialSize returns the kind and the stored length of a value by its serial type.
func serialSize(serial int64) (kind sqliteKind, size int64, ok bool) {
	switch {
	case serial == 0:
		return sqliteNull, 0, true
	case serial >= 1 && serial <= 4:
		return sqliteInt, serial, true
	case serial == 5:
		return sqliteInt, 6, true
	case serial == 6:
		return sqliteInt, 8, true
	case serial == 7:
		return sqliteFloat, 8, true
	case serial == 8 || serial == 9:
		return sqliteInt, 0, true
	case serial >= 12 && serial%2 == 0:
		return sqliteBytes, (serial - 12) / 2, true
	case serial >= 13:
		return sqliteString, (serial - 13) / 2, true
	}
	return 0, 0, false
}

var errSQLiteRecord = errors.New("damaged row")

// readRecord calls fn for each value of the record that r holds. A text or blob longer than sqliteInline is read by fn,
// as far as fn likes.
func readRecord(r io.Reader, fn func(column int, v sqliteValue) error) error {
	types, err := recordTypes(r)
	if err != nil {
		return err
	}
	var buf []byte
	for column := 0; len(types) > 0; column++ {
		serial, n := sqliteVarint(types)
		kind, size, ok := serialSize(serial)
		if n == 0 || !ok {
			return errSQLiteRecord
		}
		types = types[n:]
		v := sqliteValue{kind: kind, size: size, n: serial - 8}
		if size > sqliteInline {
			long := &io.LimitedReader{R: r, N: size}
			v.long = long
			if err := fn(column, v); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, long); err != nil {
				return err
			}
			if long.N > 0 {
				return io.ErrUnexpectedEOF
			}
			continue
		}
		if int64(cap(buf)) < size {
			buf = make([]byte, size, 2*size)
		}
		m, err := io.ReadFull(r, buf[:size])
		v.set(buf[:m])
		if m > 0 || size == 0 {
			if err := fn(column, v); err != nil {
				return err
			}
		}
		if err != nil {
			return noEOF(err)
		}
	}
	return nil
}

// recordTypes reads the header of a record and returns its serial types.
func recordTypes(r io.Reader) ([]byte, error) {
	var head [9]byte
	for i := range head {
		if _, err := io.ReadFull(r, head[i:i+1]); err != nil {
			return nil, noEOF(err)
		}
		size, n := sqliteVarint(head[:i+1])
		if n == 0 {
			continue
		}
		if size < int64(n) || size > sqliteRecordHead {
			return nil, errSQLiteRecord
		}
		types := make([]byte, size-int64(n))
		if _, err := io.ReadFull(r, types); err != nil {
			return nil, noEOF(err)
		}
		return types, nil
	}
	return nil, errSQLiteRecord
}

// set takes the stored bytes of a value.
func (v *sqliteValue) set(data []byte) {
	switch v.kind {
	case sqliteInt:
		if v.size == 0 {
			return // n is 0 or 1 by the serial type
		}
		var n uint64
		if len(data) > 0 && data[0] >= 0x80 {
			n = math.MaxUint64
		}
		for _, c := range data {
			n = n<<8 | uint64(c)
		}
		v.n = int64(n) // two's complement
	case sqliteFloat:
		if len(data) == 8 {
			v.f = math.Float64frombits(binary.BigEndian.Uint64(data))
		}
	default:
		v.data = data
	}
}

// sqliteRows collects rows as text, one a line, and yields them in members of bounded length.
type sqliteRows struct {
	out   *sink
	step  string
	label string // of the current member
	wide  bool   // the database writes UTF-16
	text  bytes.Buffer
}

func (db *sqliteFile) rows(step string) *sqliteRows {
	return &sqliteRows{out: db.out, step: step, label: step, wide: db.text != sqliteUTF8}
}

// flush yields what was collected.
func (r *sqliteRows) flush(ctx context.Context) error {
	text := r.text.Bytes()
	if len(text) == 0 {
		return nil
	}
	m := Member{Steps: []string{r.label}, Size: int64(len(text)), Kind: Content, Body: bytes.NewReader(text)}
	err := r.out.emit(ctx, m)
	r.text.Reset()
	return err
}

// next begins a row; where tells which one it is.
func (r *sqliteRows) next(ctx context.Context, where func() string) error {
	if r.text.Len() < sqliteChunk {
		return nil
	}
	err := r.flush(ctx)
	r.label = r.step + " from " + where()
	return err
}

// value adds a value to the current row, or yields it as a member of its own.
func (r *sqliteRows) value(ctx context.Context, enc sqliteText, where func() string, column string, v sqliteValue) error {
	if v.kind == sqliteNull {
		return nil
	}
	apart := v.long != nil || v.kind == sqliteBytes && !inlineBlob(v.data)
	if apart {
		body, size := v.long, v.size
		if body == nil {
			body = bytes.NewReader(v.data)
		}
		if v.kind == sqliteString && enc != sqliteUTF8 {
			body, size = enc.reader(body), -1
		}
		m := Member{Name: column, Steps: []string{r.step, where(), column}, Size: size, Kind: Content, Body: body}
		return r.out.emit(ctx, m)
	}
	r.text.WriteString(column)
	r.text.WriteByte('=')
	switch v.kind {
	case sqliteInt:
		r.text.Write(strconv.AppendInt(r.text.AvailableBuffer(), v.n, 10))
	case sqliteFloat:
		r.text.Write(strconv.AppendFloat(r.text.AvailableBuffer(), v.f, 'g', -1, 64))
	case sqliteString:
		r.text.Write(enc.utf8(v.data))
	default:
		r.text.Write(v.data)
	}
	r.text.WriteByte('\t')
	return nil
}

// end ends a row.
func (r *sqliteRows) end() {
	if n := r.text.Len(); n > 0 && r.text.Bytes()[n-1] == '\t' {
		r.text.Truncate(n - 1)
		r.text.WriteByte('\n')
	}
}

// inlineBlob reports whether a blob may stand among text: it is text itself, or too short to hold anything.
func inlineBlob(b []byte) bool {
	for _, magic := range []string{"\x1f\x8b", "PK\x03\x04", "\x28\xb5\x2f\xfd", "BZh"} {
		if len(b) > 16 && string(b[:len(magic)]) == magic {
			return false
		}
	}
	return len(b) < sqliteBlob || utf8.Valid(b) && bytes.IndexByte(b, 0) < 0
}

// row adds the row in cell, the content of which payload reads, to rows with the columns of t. It calls note, unless nil,
// for each short text and whole number.
func (db *sqliteFile) row(ctx context.Context, rows *sqliteRows, t *sqliteTable, cell sqliteCell, payload io.Reader, note func(column, value string)) error {
	where := func() string { return "row " + strconv.FormatInt(cell.rowid, 10) }
	if !cell.table {
		where = func() string { return "row" }
	}
	if err := rows.next(ctx, where); err != nil {
		return err
	}
	var stop error
	err := readRecord(payload, func(i int, v sqliteValue) error {
		name := t.column(i)
		if i == t.alias && v.kind == sqliteNull {
			v.kind, v.n = sqliteInt, cell.rowid
		}
		if note != nil {
			note(name, db.plain(v))
		}
		stop = rows.value(ctx, db.text, where, name, v)
		return stop
	})
	rows.end()
	if stop != nil {
		return stop
	}
	if err != nil {
		db.out.fault(db.out.classify(fmt.Errorf("reading row %d: %w", cell.rowid, err)))
	}
	return nil
}

// plain returns a short text or a whole number as text, and nothing for other values.
func (db *sqliteFile) plain(v sqliteValue) string {
	switch v.kind {
	case sqliteString:
		return string(db.text.utf8(v.data))
	case sqliteInt:
		return strconv.FormatInt(v.n, 10)
	}
	return ""
}
