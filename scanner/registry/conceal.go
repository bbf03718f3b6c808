package registry

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"dregs/report"
	"dregs/rules"
)

// ErrSalts says that secrets in the names of two inventories cannot be told to be the same.
var ErrSalts = errors.New("the fingerprints in the names of the two inventories have different salts")

// leastValue is the length in bytes of a value that can be told from other text wherever it stands.
const leastValue = 8

// leastName is the length in bytes from which a tag, or a part of the name of a repository, is searched, as scans do.
const leastName = 20

// Conceal puts the redacted form of each secret in a name, and behind it its fingerprint in brackets, wherever the inventories
// have it: no name can hold that, and equal secrets have it equal. All fingerprints are under one salt: that of the inventory
// which has fingerprints already, else one that the registry of the first makes, so that what is taken today compares with what
// was taken before. It returns ErrSalts where two of the inventories have different ones.
func Conceal(ctx context.Context, search rules.Searcher, all ...*Inventory) error {
	var prints *report.Fingerprints
	for _, v := range all {
		if v.Fingerprints == nil {
			continue
		}
		if prints != nil && prints.Salt != v.Fingerprints.Salt {
			return ErrSalts
		}
		prints = v.Fingerprints
	}
	sum := sha256.Sum256([]byte(InventorySchema + " " + all[0].Registry))
	salt := sum[:16]
	if prints != nil {
		var err error
		if salt, err = prints.SaltBytes(); err != nil {
			return fmt.Errorf("reading the fingerprints of an inventory: %w", err)
		}
	}
	c := &concealing{search: search, printer: report.NewFingerprinter(salt), seen: map[string]bool{}}
	for _, v := range all {
		if v.Fingerprints != nil {
			continue // its names hold no secret any more
		}
		if err := c.inventory(ctx, v); err != nil {
			return fmt.Errorf("searching names: %w", err)
		}
		if len(c.found) > 0 {
			report.Clear(&report.Report{}, c.found, v)
			made := c.printer.Fingerprints()
			v.Fingerprints = &made
		}
	}
	return nil
}

// concealing finds the secrets in names.
type concealing struct {
	search  rules.Searcher
	printer *report.Fingerprinter
	seen    map[string]bool
	found   []report.Found
}

// inventory finds those of v: in each part of the name of a repository, in each tag, and in what problems tell of names. Each is
// searched by itself, as the name of a file is.
func (c *concealing) inventory(ctx context.Context, v *Inventory) error {
	c.found = nil
	clear(c.seen)
	var names []string
	for _, r := range v.Repositories {
		names = append(names, strings.Split(r.Path, "/")...)
		for _, t := range r.Tags {
			names = append(names, t.Name)
		}
	}
	for _, p := range v.Problems {
		names = append(names, strings.FieldsFunc(p.Where+" "+p.Error, func(r rune) bool { return strings.ContainsRune(` "/:@,`, r) })...)
	}
	for _, name := range names {
		if err := c.name(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

func (c *concealing) name(ctx context.Context, text string) error {
	if len(text) < leastName || c.seen[text] {
		return nil
	}
	c.seen[text] = true
	matches, err := c.search.Search(ctx, rules.Fragment{Place: report.FileName, Data: []byte(text)})
	for _, m := range matches {
		value, prefix := m.Value, m.Prefix
		if value.Len() < leastValue || !strings.Contains(text, value.Reveal()) { // it is short, or stands there encoded
			value, prefix = report.NewValue(text), 0
		}
		c.found = append(c.found, report.Found{Value: value, Prefix: prefix, Named: c.printer.Fingerprint(value)})
	}
	return err
}
