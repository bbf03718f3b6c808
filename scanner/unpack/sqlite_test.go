package unpack

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the oracle

	"dregs/report"
)

// sqliteFound is what unpacking a database yields: by the first step, its text; and the members that stand apart.
type sqliteFound struct {
	text  map[string]string
	apart map[string]bool
}

func unpackDatabase(t testing.TB, data []byte, lim Limits) (sqliteFound, error) {
	t.Helper()
	found := sqliteFound{map[string]string{}, map[string]bool{}}
	f := Detect(data[:min(len(data), HeadBytes)])
	if f == nil || !strings.HasPrefix(f.Name, "sqlite") {
		t.Fatalf("not told as a database: % x", data[:min(len(data), 16)])
	}
	err := f.Unpack(context.Background(), Input{At: bytes.NewReader(data), Size: int64(len(data))}, lim, func(m Member) error {
		body, _ := io.ReadAll(m.Body) // Unpack returns the error too
		if len(m.Steps) > 1 {
			found.apart[string(body)] = true
			return nil
		}
		step, _, _ := strings.Cut(m.Steps[0], " from ")
		found.text[step] += string(body)
		return nil
	})
	return found, err
}

// has reports whether a value was yielded, among the rows of its table or apart.
func (f sqliteFound) has(table, column string, value any) bool {
	var text string
	switch v := value.(type) {
	case nil:
		return true
	case []byte:
		text = string(v)
	case float64:
		return true // its spelling is not SQLite's
	default:
		text = fmt.Sprint(v)
	}
	return f.apart[text] || strings.Contains(f.text["table "+table], column+"="+text)
}

// openDatabase makes a database in a temporary folder.
func openDatabase(t testing.TB, pragmas ...string) (*sql.DB, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	for _, p := range append(pragmas, "synchronous=OFF") {
		exec1(t, db, "PRAGMA "+p)
	}
	return db, path
}

func exec1(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var sqliteSchemas = []string{
	`CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT ('a,b'), "api key" VARCHAR(10), note, score REAL -- a comment, with a comma
	)`,
	`CREATE TABLE settings (value BLOB, k TEXT, PRIMARY KEY (k)) WITHOUT ROWID`,
	`CREATE TABLE pairs (a TEXT, b TEXT, c BLOB, CONSTRAINT p PRIMARY KEY (b, a)) WITHOUT ROWID`,
	"CREATE TABLE [odd name] (`x y` TEXT, [z] TEXT, total TEXT GENERATED ALWAYS AS (z || 'x') VIRTUAL, kept TEXT AS (z || 'y') STORED, last TEXT)",
	`CREATE TABLE ints (id INT PRIMARY KEY, big INTEGER)`,
}

// randomText returns text of up to n characters.
func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n + 1) {
		b.WriteRune([]rune("abcdefghijklmnopqrstuvwxyz0123456789 ÄÖ€字\n")[r.IntN(42)])
	}
	return b.String()
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, r.IntN(n+1))
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// fillDatabase adds rows to all tables: short and long, most of them kept.
func fillDatabase(t testing.TB, db *sql.DB, r *rand.Rand, rows int) {
	t.Helper()
	for _, s := range sqliteSchemas {
		exec1(t, db, s)
	}
	exec1(t, db, `CREATE INDEX users_by_name ON users (name, note)`)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		long := 40
		if i%17 == 0 {
			long = 9000
		}
		if i == rows/2 {
			long = 300_000
		}
		for _, insert := range []struct {
			query string
			args  []any
		}{
			{`INSERT INTO users (name, "api key", note, score) VALUES (?, ?, ?, ?)`, []any{randomText(r, 20), randomText(r, long), randomBytes(r, long), r.Float64()}},
			{`INSERT INTO settings VALUES (?, ?)`, []any{randomBytes(r, long), fmt.Sprint(i, randomText(r, 30))}},
			{`INSERT INTO pairs VALUES (?, ?, ?)`, []any{randomText(r, 30), fmt.Sprint(randomText(r, long), i), randomBytes(r, 300)}},
			{`INSERT INTO "odd name" ("x y", z, last) VALUES (?, ?, ?)`, []any{randomText(r, 30), randomText(r, 30), randomText(r, 30)}},
			{`INSERT INTO ints VALUES (?, ?)`, []any{i, r.Int64() - r.Int64()}},
		} {
			if _, err := tx.Exec(insert.query, insert.args...); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// compareDatabase asks SQLite for every value of every row, and looks for it in what was yielded.
func compareDatabase(t testing.TB, db *sql.DB, found sqliteFound) {
	t.Helper()
	for _, table := range []string{"users", "settings", "pairs", "odd name", "ints", "sqlite_schema"} {
		rows, err := db.Query(`SELECT * FROM "` + table + `"`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for rows.Next() {
			values := make([]any, len(columns))
			ptrs := make([]any, len(columns))
			for i := range values {
				ptrs[i] = &values[i]
			}
			if err := rows.Scan(ptrs...); err != nil {
				t.Fatal(err)
			}
			for i, v := range values {
				if columns[i] != "total" && !found.has(table, columns[i], v) {
					t.Fatalf("%s, row %d, column %s: %d bytes not yielded: %.80q", table, n, columns[i], len(fmt.Sprint(v)), v)
				}
			}
			n++
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			t.Errorf("no rows in %s", table)
		}
	}
}

func TestDatabaseHoldsWhatSQLiteTells(t *testing.T) {
	for _, encoding := range []string{"UTF-8", "UTF-16le", "UTF-16be"} {
		for _, size := range []int{512, 1024, 4096, 32768, 65536} {
			for _, vacuum := range []string{"NONE", "FULL"} {
				t.Run(fmt.Sprint(encoding, " ", size, " ", vacuum), func(t *testing.T) {
					db, path := openDatabase(t, fmt.Sprint("page_size=", size), "encoding='"+encoding+"'", "auto_vacuum="+vacuum)
					fillDatabase(t, db, rand.New(rand.NewPCG(uint64(size), 7)), 100)
					exec1(t, db, `DELETE FROM users WHERE id % 5 = 0`)
					exec1(t, db, `DELETE FROM pairs WHERE b LIKE '%3'`)
					found, err := unpackDatabase(t, readFile(t, path), Limits{})
					if err != nil {
						t.Error(err)
					}
					compareDatabase(t, db, found)
					exec1(t, db, `VACUUM`)
					if found, err = unpackDatabase(t, readFile(t, path), Limits{}); err != nil {
						t.Error(err)
					}
					compareDatabase(t, db, found)
					for step := range found.text {
						if strings.HasPrefix(step, "unreferenced") && vacuum == "NONE" {
							t.Errorf("%s: %q", step, found.text[step])
						}
					}
				})
			}
		}
	}
}

// TestDeletedRows looks for rows that were deleted one by one, in bulk, and with their table.
func TestDeletedRows(t *testing.T) {
	for _, encoding := range []string{"UTF-8", "UTF-16le"} {
		t.Run(encoding, func(t *testing.T) {
			db, path := openDatabase(t, "encoding='"+encoding+"'", "secure_delete=OFF")
			exec1(t, db, `CREATE TABLE kept (id INTEGER PRIMARY KEY, owner TEXT, token TEXT)`)
			exec1(t, db, `CREATE TABLE dropped (a TEXT, b TEXT, c TEXT, d TEXT)`)
			for i := range 300 {
				exec1(t, db, `INSERT INTO kept (owner, token) VALUES (?, ?)`, fmt.Sprint("owner", i), fmt.Sprintf("secret-%04d-of-kept", i))
				exec1(t, db, `INSERT INTO dropped VALUES (?, 'x', ?, 'y')`, fmt.Sprint("first", i), fmt.Sprintf("secret-%04d-of-dropped%s", i, strings.Repeat("-long", i*4)))
			}
			exec1(t, db, `DELETE FROM kept WHERE id IN (5, 50, 51, 52, 299)`)
			exec1(t, db, `DROP TABLE dropped`)
			found, err := unpackDatabase(t, readFile(t, path), Limits{})
			if err != nil {
				t.Error(err)
			}
			for _, id := range []int{5, 50, 51, 52, 299} {
				row := fmt.Sprintf("owner=owner%d\ttoken=secret-%04d-of-kept\n", id-1, id-1)
				if !strings.Contains(found.text["slack"], row) {
					t.Errorf("deleted row %d is not in the slack:\n%q", id, row)
				}
			}
			missing := 0
			for i := range 300 {
				want := fmt.Sprintf("secret-%04d-of-dropped%s", i, strings.Repeat("-long", i*4))
				if !strings.Contains(found.text["freelist"], want) {
					missing++
				}
			}
			if missing > 3 { // trunk pages overwrite the rows they had
				t.Errorf("%d of 300 rows of a dropped table are not on the freelist", missing)
			}
		})
	}
}

func TestWAL(t *testing.T) {
	db, path := openDatabase(t, "journal_mode=WAL", "wal_autocheckpoint=0")
	fillDatabase(t, db, rand.New(rand.NewPCG(1, 7)), 100)
	exec1(t, db, `INSERT INTO users (name, "api key") VALUES ('gone', ?)`, "secret-that-was-deleted"+strings.Repeat(" and long", 2000))
	exec1(t, db, `DELETE FROM users WHERE name = 'gone'`)
	found, err := unpackDatabase(t, readFile(t, path+"-wal"), Limits{})
	if err != nil {
		t.Error(err)
	}
	found.text["table users"] = found.text["pages"]
	for _, table := range []string{"settings", "pairs", "odd name", "ints", "sqlite_schema"} {
		found.text["table "+table] = found.text["pages"]
	}
	for _, want := range []string{"secret-that-was-deleted and long and long", "api key=", "x y="} {
		if !strings.Contains(found.text["pages"], want) {
			t.Errorf("%q is not in the log", want)
		}
	}
}

func TestJournal(t *testing.T) {
	db, path := openDatabase(t, "journal_mode=PERSIST", "page_size=1024", "cache_size=4")
	exec1(t, db, `CREATE TABLE t (name TEXT, token TEXT)`)
	for i := range 200 {
		exec1(t, db, `INSERT INTO t VALUES (?, ?)`, fmt.Sprint("n", i), fmt.Sprintf("old-secret-%04d", i))
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`UPDATE t SET token = 'new-' || name`); err != nil {
		t.Fatal(err)
	}
	found, err := unpackDatabase(t, readFile(t, path+"-journal"), Limits{})
	if err != nil {
		t.Error(err)
	}
	missing := 0
	for i := range 200 {
		if !strings.Contains(found.text["pages"], fmt.Sprintf("old-secret-%04d", i)) {
			missing++
		}
	}
	if missing > 20 { // those on pages that are still in the cache
		t.Errorf("%d of 200 old rows are not in the journal", missing)
	}
}

func TestDamagedDatabases(t *testing.T) {
	db, path := openDatabase(t, "page_size=512")
	fillDatabase(t, db, rand.New(rand.NewPCG(3, 7)), 30)
	data := readFile(t, path)
	for n := sqliteHead; n < len(data); n += 1 + n/20 {
		found, err := unpackDatabase(t, data[:n], Limits{})
		if err == nil || report.NewProblem("", err).Kind != report.Corrupt {
			t.Errorf("%d bytes of %d: %v", n, len(data), err)
		}
		if n > len(data)/2 && !strings.Contains(found.text["table sqlite_schema"], "users") {
			t.Errorf("%d bytes of %d: no schema", n, len(data))
		}
	}
	r := rand.New(rand.NewPCG(3, 8))
	for range 200 {
		broken := bytes.Clone(data)
		for range 20 {
			broken[sqliteHead+r.IntN(len(broken)-sqliteHead)] = byte(r.Uint32())
		}
		_, _ = unpackDatabase(t, broken, Limits{FileBytes: 16 << 20})
	}
}

// TestDatabaseCycles makes pages refer to each other in circles.
func TestDatabaseCycles(t *testing.T) {
	db, path := openDatabase(t, "page_size=512")
	fillDatabase(t, db, rand.New(rand.NewPCG(3, 7)), 30)
	data := readFile(t, path)
	for n := 512; n < len(data); n += 512 {
		page := data[n : n+512]
		if page[0] == sqliteTableInner || page[0] == sqliteIndexInner {
			binary.BigEndian.PutUint32(page[8:], uint32(n/512+1))
		}
		if page[0] == 0 {
			binary.BigEndian.PutUint32(page, uint32(n/512+1))
		}
	}
	if _, err := unpackDatabase(t, data, Limits{}); err == nil || report.NewProblem("", err).Kind != report.Corrupt {
		t.Errorf("error %v, want a corrupt database", err)
	}
}

// FuzzSQLite has its seeds in testdata/fuzz: SQLite itself is not to run beside the fuzzing.
func FuzzSQLite(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, format := range []Format{
			{Name: "sqlite", match: matchSQLite, unpack: unpackSQLite},
			{Name: "sqlite wal", match: matchWAL, unpack: unpackWAL},
			{Name: "sqlite journal", match: matchJournal, unpack: unpackJournal},
		} {
			if !format.match(data) {
				continue
			}
			total := 0
			in := Input{At: bytes.NewReader(data), Size: int64(len(data))}
			_ = format.Unpack(context.Background(), in, Limits{FileBytes: 1 << 20}, func(m Member) error {
				body, _ := io.ReadAll(m.Body)
				total += len(body)
				return nil
			})
			if total > 1<<20 {
				t.Errorf("%d bytes yielded", total)
			}
		}
	})
}

func BenchmarkSQLite(b *testing.B) {
	db, path := openDatabase(b)
	exec1(b, db, `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, note TEXT, data BLOB)`)
	exec1(b, db, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
		INSERT INTO t SELECT i, 'name ' || i, hex(randomblob(100)), randomblob(i % 400) FROM n`)
	exec1(b, db, `DELETE FROM t WHERE id % 3 = 0`)
	data := readFile(b, path)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		err := Detect(data).Unpack(context.Background(), Input{At: bytes.NewReader(data), Size: int64(len(data))}, Limits{}, func(m Member) error {
			_, err := io.Copy(io.Discard, m.Body)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
