package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"dregs/report"
)

// Record keeps what r, cleared of all values, tells of images and secrets; what earlier reports told of the same images is
// replaced, unless it is the same. A report under another salt than the store's has fingerprints that compare with no other: it
// is passed over, and so is one that shows plaintext.
func (s *Store) Record(ctx context.Context, r *report.Report) error {
	if r.Fingerprints.Salt != base64.StdEncoding.EncodeToString(s.salt) || slices.ContainsFunc(r.Secrets, func(s report.Secret) bool { return s.Secret != "" }) {
		return nil
	}
	return s.alone(ctx, func(tx *sql.Tx) error {
		w := &recorder{ctx: s.brief(ctx), tx: tx, ready: make(map[string]*sql.Stmt)}
		for _, told := range toldBy(r) {
			w.image(told, r.Started)
		}
		return w.err
	})
}

// RecordImage keeps what is known of an image before any report tells of it; what is there already stays.
func (s *Store) RecordImage(ctx context.Context, img *report.Image, seen time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		w := &recorder{ctx: s.brief(ctx), tx: tx, ready: make(map[string]*sql.Stmt)}
		name := cmp.Or(img.Digest, img.ID)
		w.describe(name, img, seen)
		if w.rows > 0 {
			w.exec(`UPDATE image SET told = '' WHERE digest = $1`, name)
		}
		return w.err
	})
}

// recorder writes one report. After an error it does nothing more.
type recorder struct {
	ctx   context.Context // of a statement
	tx    *sql.Tx
	ready map[string]*sql.Stmt
	rows  int64 // that were written
	err   error
}

func (w *recorder) exec(query string, args ...any) {
	if w.err != nil {
		return
	}
	for i := range args {
		if text, ok := args[i].(string); ok {
			args[i] = storable(text)
		}
	}
	var result sql.Result
	stmt, err := w.prepared(query)
	if err == nil {
		result, err = stmt.ExecContext(w.ctx, args...)
	}
	if err != nil {
		w.fail(err)
		return
	}
	n, err := result.RowsAffected()
	w.fail(err)
	w.rows += n
}

func (w *recorder) fail(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("recording the report: %w", err)
	}
}

// prepared returns the statement of a query. It ends with the transaction.
func (w *recorder) prepared(query string) (*sql.Stmt, error) {
	stmt, ok := w.ready[query]
	if ok {
		return stmt, nil
	}
	stmt, err := w.tx.PrepareContext(w.ctx, query)
	if err == nil {
		w.ready[query] = stmt
	}
	return stmt, err
}

// storable returns text as a database takes it: UTF-8, without NUL. Paths of images need be neither.
func storable(text string) string {
	const replacement = "\uFFFD"
	return strings.ReplaceAll(strings.ToValidUTF8(text, replacement), "\x00", replacement)
}

// image writes what is told of an image, unless that is what is there.
func (w *recorder) image(told *toldImage, seen time.Time) {
	digest := told.digest()
	if w.told(told.name) == digest {
		w.exec(`UPDATE image SET seen = $1 WHERE digest = $2`, seen.UTC().Format(time.RFC3339), told.name)
		return
	}
	for _, table := range []string{"finding", "image_layer", "image_name"} {
		w.exec(`DELETE FROM `+table+` WHERE image = $1`, told.name)
	}
	w.exec(`DELETE FROM image WHERE digest = $1`, told.name)
	for _, img := range told.images {
		w.describe(told.name, img, seen)
	}
	for i := range told.findings {
		w.finding(told.name, &told.findings[i])
	}
	w.exec(`UPDATE image SET told = $1 WHERE digest = $2`, digest, told.name)
}

// told returns the digest of what was told last of an image, empty where nothing was.
func (w *recorder) told(name string) string {
	digest := ""
	if w.err != nil {
		return digest
	}
	stmt, err := w.prepared(`SELECT told FROM image WHERE digest = $1`)
	if err == nil {
		err = stmt.QueryRowContext(w.ctx, storable(name)).Scan(&digest)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		w.fail(err)
	}
	return digest
}

// describe writes what is not there yet of an image, and not its findings.
func (w *recorder) describe(name string, img *report.Image, seen time.Time) {
	w.exec(`INSERT INTO image (digest, id, platform, created, seen) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		name, img.ID, img.Platform, img.Created, seen.UTC().Format(time.RFC3339))
	for _, tag := range img.Tags {
		w.exec(`INSERT INTO image_name (image, name) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, tag)
	}
	for i := range img.Layers {
		l := &img.Layers[i]
		w.exec(`INSERT INTO image_layer (image, position, digest, diff_id, size) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
			name, l.Index, l.Digest, l.DiffID, l.Size)
	}
}

func (w *recorder) finding(image string, f *finding) {
	s, o := f.secret, f.at
	w.exec(`INSERT INTO finding (image, layer, place, path, line, fingerprint, rule, severity, redacted, visibility)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		image, o.LayerDigest, string(o.Place), o.Trail(), o.Line, s.Fingerprint, s.Rule, s.Severity, s.Redacted, o.Visibility)
}
