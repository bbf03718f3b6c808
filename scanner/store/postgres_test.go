package store

import (
	"errors"
	"strings"
	"testing"

	"dregs/scanner/store/storetest"
)

func TestNameShowsNoPassword(t *testing.T) {
	for location, want := range map[string]string{
		"/var/x.sqlite":                               "/var/x.sqlite",
		"postgres://h/db":                             "postgres://h/db",
		"postgres://u@h:5432/db":                      "postgres://u@h:5432/db",
		"postgres://u:hidden@h/db?sslmode=x":          "postgres://u@h/db",
		"postgresql://u:hid@den@h/db":                 "postgresql://u@h/db",
		"postgres://h/db?user=u&password=hidden":      "postgres://h/db",
		"postgres://u:hidden%zz@h/db":                 "postgres://u@h/db",
		"postgres://h/db#hidden":                      "postgres://h/db",
		"postgres://u:hidden@a,b:1/db?target=primary": "postgres://u@a,b:1/db",
	} {
		if got := Name(location); got != want {
			t.Errorf("Name(%q) = %q, want %q", location, got, want)
		}
	}
}

func TestAServerThatCannotBeUsed(t *testing.T) {
	for location, want := range map[string]error{
		"postgres://u:hidden@127.0.0.1:1/db":              nil,
		"postgres://u:hidden%zz@127.0.0.1/db":             ErrLocation,
		"postgres://u:hidden@127.0.0.1:port/db":           ErrLocation,
		"postgres://127.0.0.1/db?sslmode=hidden":          ErrLocation,
		"postgres://u@127.0.0.1:1/db?password=hidden":     nil,
		"postgres://u:hidden@name.invalid/db?sslmode=off": ErrLocation,
	} {
		s, err := Open(t.Context(), location)
		if err == nil {
			_ = s.Close()
			t.Errorf("%q was opened", location)
			continue
		}
		if strings.Contains(err.Error(), "hidden") {
			t.Errorf("%q: the password is in %q", location, err)
		}
		if want != nil && !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", location, err, want)
		}
	}
}

func TestAServerOfAnotherSchema(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		newer bool
	}{
		"newer":          {`INSERT INTO schema_step (number, name) VALUES (1000, 'later')`, true},
		"a damaged salt": {`UPDATE about SET value = '!' WHERE name = 'salt'`, false},
		"not ours":       {`DROP TABLE about; ALTER TABLE schema_step RENAME COLUMN number TO other`, false},
	} {
		t.Run(name, func(t *testing.T) {
			location := storetest.Database(t)
			if err := alter(t, location, c.query); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), location)
			if err == nil {
				_ = s.Close()
				t.Fatal("it was opened")
			}
			if errors.Is(err, ErrNewer) != c.newer {
				t.Errorf("got %v; want it to be ErrNewer: %v", err, c.newer)
			}
		})
	}
}

func TestAnOlderSchemaIsBroughtUpToDate(t *testing.T) {
	location := storetest.Database(t)
	all, err := steps()
	if err != nil {
		t.Fatal(err)
	}
	older, err := openServer(t.Context(), location)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`CREATE TABLE schema_step (number BIGINT PRIMARY KEY, name TEXT NOT NULL)`, all[0].text,
		`INSERT INTO schema_step (number, name) VALUES (1, 'first')`,
		`INSERT INTO layer_result (digest, examination, size, result) VALUES ('sha256:aa', 'one', 7, 'kept')`,
	} {
		if _, err := older.db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if err := older.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(t, location)
	var taken int
	if err := s.db.QueryRow(`SELECT MAX(number) FROM schema_step`).Scan(&taken); err != nil || taken != len(all) {
		t.Errorf("the schema is at step %d, %v, want %d", taken, err, len(all))
	}
	if got, ok, err := s.Layer(t.Context(), "sha256:aa", "one"); err != nil || !ok || string(got) != "kept" {
		t.Errorf("the layer is %q, %v, %v", got, ok, err)
	}
}
