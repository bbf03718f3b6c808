package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"dregs/report"
)

// Record keeps what r, cleared of all values, tells of images and secrets; what earlier reports told of the same images is
// replaced. A report under another salt than the store's has fingerprints that compare with no other: it is passed over, and
// so is one that shows plaintext.
func (s *Store) Record(ctx context.Context, r *report.Report) error {
	if r.Fingerprints.Salt != base64.StdEncoding.EncodeToString(s.salt) || slices.ContainsFunc(r.Secrets, func(s report.Secret) bool { return s.Secret != "" }) {
		return nil
	}
	return s.alone(ctx, func(tx *sql.Tx) error {
		w := &recorder{ctx: ctx, tx: tx, names: make(map[[2]int]string), ready: make(map[string]*sql.Stmt)}
		for t := range r.Targets {
			for i := range r.Targets[t].Images {
				w.image(t, i, &r.Targets[t].Images[i], r.Started)
			}
		}
		for i := range r.Secrets {
			w.secret(&r.Secrets[i])
		}
		return w.err
	})
}

// RecordImage keeps what is known of an image before any report tells of it; what is there already stays.
func (s *Store) RecordImage(ctx context.Context, img *report.Image, seen time.Time) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		w := &recorder{ctx: ctx, tx: tx, ready: make(map[string]*sql.Stmt)}
		w.describe(cmp.Or(img.Digest, img.ID), img, seen)
		return w.err
	})
}

// recorder writes one report. After an error it does nothing more.
type recorder struct {
	ctx   context.Context // of the transaction
	tx    *sql.Tx
	names map[[2]int]string // of images, by target and position
	ready map[string]*sql.Stmt
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
	stmt, err := w.prepared(query)
	if err == nil {
		_, err = stmt.ExecContext(w.ctx, args...)
	}
	if err != nil {
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

func (w *recorder) image(target, index int, img *report.Image, seen time.Time) {
	name := cmp.Or(img.Digest, img.ID)
	if name == "" {
		return
	}
	w.names[[2]int{target, index}] = name
	for _, table := range []string{"finding", "image_layer", "image_name"} {
		w.exec(`DELETE FROM `+table+` WHERE image = $1`, name)
	}
	w.exec(`DELETE FROM image WHERE digest = $1`, name)
	w.describe(name, img, seen)
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

func (w *recorder) secret(s *report.Secret) {
	for i := range s.Occurrences {
		o := &s.Occurrences[i]
		if o.Image == nil {
			continue
		}
		name := w.names[[2]int{o.Target, *o.Image}]
		if name == "" {
			continue
		}
		w.exec(`INSERT INTO finding (image, layer, place, path, line, fingerprint, rule, severity, redacted, visibility)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			name, o.LayerDigest, string(o.Place), o.Trail(), o.Line, s.Fingerprint, s.Rule, s.Severity, s.Redacted, o.Visibility)
	}
}
