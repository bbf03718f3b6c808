package store

import (
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"dregs/scanner/store/storetest"
)

func open(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// onBoth runs a test with the location of an empty store of each kind.
func onBoth(t *testing.T, test func(t *testing.T, location string)) {
	t.Run("file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a folder?&#%41", "store.sqlite")
		test(t, path)
		for name, want := range map[string]os.FileMode{path: fileMode, filepath.Dir(path): folderMode | os.ModeDir} {
			if info, err := os.Stat(name); err != nil || info.Mode() != want {
				t.Errorf("%s has the mode %v, %v, want %v", name, info.Mode(), err, want)
			}
		}
	})
	t.Run("server", func(t *testing.T) { test(t, storetest.Database(t)) })
}

func TestALayerIsKept(t *testing.T) {
	onBoth(t, aLayerIsKept)
}

func aLayerIsKept(t *testing.T, path string) {
	s := open(t, path)
	l := Layer{Digest: "sha256:aa", Examination: "one", Size: 7, Result: []byte("result")}
	if err := s.PutLayers(t.Context(), []Layer{l, {Digest: "sha256:aa", Examination: "two", Size: 8, Result: []byte("other")}}); err != nil {
		t.Fatal(err)
	}
	again := l
	again.Result = []byte("a later one")
	if err := s.PutLayers(t.Context(), []Layer{again}); err != nil {
		t.Fatal(err)
	}
	salt := s.Salt()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if diff := cmp.Diff(salt, s.Salt()); diff != "" {
		t.Errorf("the salt changed (-first +second):\n%s", diff)
	}
	for name, c := range map[string]struct {
		digest, examination, want string
	}{
		"the first stays":     {"sha256:aa", "one", "result"},
		"another examination": {"sha256:aa", "two", "other"},
		"no such examination": {"sha256:aa", "three", ""},
		"no such layer":       {"sha256:bb", "one", ""},
	} {
		got, ok, err := s.Layer(t.Context(), c.digest, c.examination)
		if err != nil || ok != (c.want != "") || string(got) != c.want {
			t.Errorf("%s: got %q, %v, %v, want %q", name, got, ok, err, c.want)
		}
	}
	for size, want := range map[int64]bool{7: true, 8: false} {
		if got, err := s.AnyOfSize(t.Context(), "one", size); err != nil || got != want {
			t.Errorf("AnyOfSize(%d) = %v, %v, want %v", size, got, err, want)
		}
	}
}

func TestAStoreThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	for name, make := range map[string]func(path string) error{
		"no database": func(path string) error { return os.WriteFile(path, []byte(strings.Repeat("no database ", 500)), 0o600) },
		"a folder":    func(path string) error { return os.Mkdir(path, 0o700) },
		"a folder that is a file": func(path string) error {
			return os.WriteFile(filepath.Dir(path), nil, 0o600)
		},
		"a newer schema": func(path string) error {
			return alter(t, path, `INSERT INTO schema_step (number, name) VALUES (1000, 'later')`)
		},
		"a damaged salt": func(path string) error { return alter(t, path, `UPDATE about SET value = '!' WHERE name = 'salt'`) },
		"a cut file": func(path string) error {
			if err := alter(t, path, `UPDATE about SET value = value`); err != nil {
				return err
			}
			return os.Truncate(path, 5000)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"), "x")
			if name != "a folder that is a file" {
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), path)
			if err == nil {
				_ = s.Close()
				t.Fatal("the store was opened")
			}
			if want := name == "a newer schema"; errors.Is(err, ErrNewer) != want {
				t.Errorf("got %v; it is ErrNewer: %v, want %v", err, !want, want)
			}
		})
	}
}

// alter makes a store and changes it.
func alter(t *testing.T, path, query string) error {
	s, err := Open(t.Context(), path)
	if err != nil {
		return err
	}
	_, err = s.db.Exec(query)
	return errors.Join(err, s.Close())
}

func TestALockedStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.sqlite")
	s := open(t, path)
	tx, err := s.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if other, err := Open(t.Context(), path); err == nil {
		_ = other.Close()
		t.Error("a locked store was opened")
	}
	if took := time.Since(began); took < busyTimeout/2 {
		t.Errorf("it was waited for %v, want some %v", took, busyTimeout)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestTwoAtOnce(t *testing.T) {
	onBoth(t, twoAtOnce)
}

func twoAtOnce(t *testing.T, path string) {
	const writers, layers = 4, 20
	var wg sync.WaitGroup
	salts := make([]string, writers)
	for w := range writers {
		wg.Go(func() {
			s, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			salts[w] = string(s.Salt())
			for i := range layers {
				l := Layer{Digest: fmt.Sprint(i), Examination: "x", Size: 1, Result: []byte("same")}
				if err := s.PutLayers(t.Context(), []Layer{l}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if len(slices.Compact(salts)) != 1 {
		t.Error("the salts differ")
	}
	var n int
	if err := open(t, path).db.QueryRow(`SELECT COUNT(*) FROM layer_result`).Scan(&n); err != nil || n != layers {
		t.Errorf("%d layers are kept, %v, want %d", n, err, layers)
	}
}

func TestRecord(t *testing.T) {
	onBoth(t, record)
}

func record(t *testing.T, path string) {
	s := open(t, path)
	zero := 0
	r := &report.Report{
		Fingerprints: report.Fingerprints{Salt: base64.StdEncoding.EncodeToString(s.Salt())},
		Targets: []report.Target{{Images: []report.Image{{
			Digest: "sha256:image", Tags: []string{"app:1"}, Layers: []report.Layer{{Digest: "sha256:layer"}},
		}}}},
		Secrets: []report.Secret{{
			Fingerprint: "hm:x", Rule: "r", Severity: "high", Redacted: "gh…",
			Occurrences: []report.Occurrence{{Image: &zero, Place: report.LayerFile, Path: "a\xff\x00", Line: 1, LayerDigest: "sha256:layer"}},
		}},
	}
	count := func() (n int) {
		row := s.db.QueryRow(`SELECT COUNT(*) FROM finding f JOIN image_layer l ON l.digest = f.layer JOIN image_name n ON n.image = l.image WHERE n.name = 'app:1'`)
		if err := row.Scan(&n); err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		return n
	}
	for range 2 {
		if err := s.Record(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if n := count(); n != 1 {
			t.Errorf("there are %d findings, want 1", n)
		}
	}
	r.Secrets = nil
	r.Fingerprints.Salt = "another"
	if err := s.Record(t.Context(), r); err != nil || count() != 1 {
		t.Errorf("a report of another salt left %d findings, %v, want 1", count(), err)
	}
	r.Fingerprints.Salt = base64.StdEncoding.EncodeToString(s.Salt())
	if err := s.Record(t.Context(), r); err != nil || count() != 0 {
		t.Errorf("a later report left %d findings, %v, want 0", count(), err)
	}
}

func TestAnImageThatIsToldAlikeIsNotWrittenAgain(t *testing.T) {
	onBoth(t, toldAlike)
}

func toldAlike(t *testing.T, path string) {
	s := open(t, path)
	zero := 0
	secret := func(fingerprint string) report.Secret {
		return report.Secret{Fingerprint: fingerprint, Rule: "r", Severity: report.High, Redacted: "gh…", Occurrences: []report.Occurrence{
			{Image: &zero, Place: report.LayerFile, Path: "a", Line: 1, LayerDigest: "sha256:layer", Visibility: report.Visible},
		}}
	}
	at := time.Unix(1_000_000_000, 0)
	fresh := func() *report.Report {
		at = at.Add(time.Hour)
		return &report.Report{
			Started:      at,
			Fingerprints: report.Fingerprints{Salt: base64.StdEncoding.EncodeToString(s.Salt())},
			Targets: []report.Target{{Images: []report.Image{{
				Digest: "sha256:image", Tags: []string{"app:1"}, Layers: []report.Layer{{Digest: "sha256:layer", Size: 1}},
			}}}},
			Secrets: []report.Secret{secret("hm:x"), secret("hm:y")},
		}
	}
	ask := func(query string) (n int) {
		t.Helper()
		if err := s.db.QueryRow(query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const kept = `SELECT COUNT(*) FROM finding WHERE redacted = 'as before'`
	for name, c := range map[string]struct {
		change func(*report.Report) error
		kept   int
	}{
		"the same":       {func(*report.Report) error { return nil }, 2},
		"another order":  {func(r *report.Report) error { slices.Reverse(r.Secrets); return nil }, 2},
		"a tag":          {func(r *report.Report) error { r.Targets[0].Images[0].Tags[0] = "app:2"; return nil }, 0},
		"a layer's size": {func(r *report.Report) error { r.Targets[0].Images[0].Layers[0].Size++; return nil }, 0},
		"a visibility":   {func(r *report.Report) error { r.Secrets[1].Occurrences[0].Visibility = report.Deleted; return nil }, 0},
		"a trail":        {func(r *report.Report) error { r.Secrets[1].Occurrences[0].Via = []string{"b"}; return nil }, 0},
		"a severity":     {func(r *report.Report) error { r.Secrets[1].Severity = report.Low; return nil }, 0},
		"one less":       {func(r *report.Report) error { r.Secrets = r.Secrets[:1]; return nil }, 0},
		"a name from elsewhere": {func(r *report.Report) error {
			img := r.Targets[0].Images[0]
			img.Tags = []string{"app:3"}
			return s.RecordImage(t.Context(), &img, at)
		}, 0},
		"the same from elsewhere": {func(r *report.Report) error { return s.RecordImage(t.Context(), &r.Targets[0].Images[0], at) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Record(t.Context(), fresh()); err != nil {
				t.Fatal(err)
			}
			if _, err := s.db.Exec(`UPDATE finding SET redacted = 'as before'`); err != nil {
				t.Fatal(err)
			}
			r := fresh()
			if err := c.change(r); err != nil {
				t.Fatal(err)
			}
			if err := s.Record(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if got := ask(kept); got != c.kept {
				t.Errorf("%d findings are as they were, want %d", got, c.kept)
			}
			if got := ask(`SELECT COUNT(*) FROM finding`); got != len(r.Secrets) {
				t.Errorf("there are %d findings, want %d", got, len(r.Secrets))
			}
			if got := ask(`SELECT COUNT(*) FROM image_name`); got != 1 {
				t.Errorf("there are %d names, want 1", got)
			}
			if got := ask(`SELECT COUNT(*) FROM image WHERE seen = '` + at.UTC().Format(time.RFC3339) + `'`); got != 1 {
				t.Error("it does not tell when the image was seen last")
			}
			if _, err := s.db.Exec(`UPDATE image SET told = ''`); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestTheLastDocumentOfARegistryIsKept(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.sqlite"))
	for _, text := range []string{"first", "second"} {
		err := s.PutDocument(t.Context(), ReportDocument, "registry.example.com", time.Unix(1, 0), func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var got []byte
	read := func(r io.Reader) (err error) {
		got, err = io.ReadAll(r)
		return err
	}
	if ok, err := s.Document(t.Context(), ReportDocument, "registry.example.com", read); !ok || err != nil || string(got) != "second" {
		t.Errorf("got %q, %v, %v", got, ok, err)
	}
	for _, c := range [][2]string{{InventoryDocument, "registry.example.com"}, {ReportDocument, "other.example.com"}} {
		if ok, err := s.Document(t.Context(), c[0], c[1], read); ok || err != nil {
			t.Errorf("%v: %v, %v", c, ok, err)
		}
	}
	if err := s.PutDocument(t.Context(), ReportDocument, "x", time.Time{}, func(io.Writer) error { return errors.New("no") }); err == nil {
		t.Error("an error of the writer is lost")
	}
}
