package scanner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"dregs/report"
	"dregs/scanner/source"
)

// Wanted is an occurrence of a secret of a report, to be read again.
type Wanted struct {
	Secret       report.Secret
	At           report.Occurrence
	Image        *report.Image // that At lies in; nil where it lies in none
	Fingerprints report.Fingerprints
}

// Errors of reading a secret again. They are wrapped with what differs.
var (
	ErrChanged   = errors.New("the target is not what was scanned")
	ErrNotFound  = errors.New("the secret is not where the report says")
	ErrUnproved  = errors.New("it cannot be proved to be the secret of the report")
	ErrNoFile    = errors.New("the secret lies in no file that could be written")
	ErrNotStored = errors.New("standard input cannot be read again")
)

// Proofs that a value is the one of a report.
const (
	ProofFingerprint = "fingerprint" // its fingerprint under the report's salt is the report's
	ProofSpot        = "spot"        // the report has no fingerprint of it: bytes of the same digest have it at the same spot
)

// Revealed is a secret that was read again, and proved to be the one of a report.
type Revealed struct {
	Value report.Value
	Proof string
	At    report.Occurrence // where it was found; not cleared of values
	Image *report.Image     // as it is now; nil for a text
	Layer *report.Layer     // that holds the bytes; nil where no layer does

	reading *rereading
	stored  stored
	source  *source.Image
}

// Reveal reads w again from t and returns its value, or why it cannot prove that it reads the same bytes: an error that wraps
// one of those above. The digests of the image's documents, and of the layer that holds the value, are those of the report,
// computed anew; the value is told by its fingerprint, or, where the report has none, by the spot. Of the image's blobs only
// those are read that may hold the value.
func Reveal(ctx context.Context, t Target, w Wanted, o Options) (*Revealed, error) {
	if t.Scheme == source.Stdin || t.Rest == "-" {
		return nil, ErrNotStored
	}
	salt, err := w.Fingerprints.SaltBytes()
	if err != nil {
		return nil, err
	}
	o.Salt = salt
	r := &rereading{target: t, wanted: w, options: o, printer: report.NewFingerprinter(salt)}
	if r.printer.Fingerprints() != w.Fingerprints {
		return nil, fmt.Errorf("%w: its fingerprints were made with other parameters", ErrUnproved)
	}
	for _, admit := range w.filters() {
		r.admit = admit
		rv, err := r.pass(ctx, nil)
		if err == nil || !errors.Is(err, ErrNotFound) {
			return rv, err
		}
	}
	return nil, r.notFound()
}

// rereading is one run of Reveal, and of what is extracted after it.
type rereading struct {
	target  Target
	wanted  Wanted
	options Options
	printer *report.Fingerprinter
	admit   func(source.Blob) bool
}

// notFound says that nothing was found, and why that may be.
func (r *rereading) notFound() error {
	return fmt.Errorf("%w: there is no match of rule %s at that spot", ErrNotFound, r.wanted.Secret.Rule)
}

// filters returns which blobs to read: first those that must hold the value by the digests of the report, then all, for an
// image that is stored in another form, or within another.
func (w *Wanted) filters() []func(source.Blob) bool {
	all := func(source.Blob) bool { return true }
	switch {
	case w.Image == nil && w.At.LayerDigest != "":
		return []func(source.Blob) bool{admitOnly(w.At.LayerDigest), all}
	case w.Image == nil, len(w.Image.Via) > 0:
		return []func(source.Blob) bool{all}
	case w.inLayer():
		l := w.layer(*w.At.Layer)
		return []func(source.Blob) bool{admitOnly(w.At.LayerDigest, l.Digest, l.DiffID), all}
	}
	return []func(source.Blob) bool{func(source.Blob) bool { return false }, all}
}

// inLayer reports whether the value lies in a blob of the image, not in its documents.
func (w *Wanted) inLayer() bool {
	if w.At.Layer == nil {
		return false
	}
	switch w.At.Place {
	case report.LayerFile, report.FileName, report.LinkTarget, report.TarHeader, report.LayerSlack:
		return true
	case report.Provenance, report.SBOM, report.BuildArg:
		return w.At.History == nil
	}
	return false
}

// layer returns the report's layer i of the image; the zero value where it has none.
func (w *Wanted) layer(i int) report.Layer {
	if w.Image == nil || i < 0 || i >= len(w.Image.Layers) {
		return report.Layer{}
	}
	return w.Image.Layers[i]
}

// pass reads the target once and returns the value that is proved to be the wanted one. A capture copies a file meanwhile.
func (r *rereading) pass(ctx context.Context, c *capture) (*Revealed, error) {
	s, err := newScan(r.options)
	if err != nil {
		return nil, err
	}
	s.admit, s.reader.capture = r.admit, c
	if r.target.Registry == nil && kindOf(r.target.Scheme) != report.KindImage {
		all, _, err := s.textTarget(ctx, 0, r.target)
		if err != nil || ctx.Err() != nil {
			return nil, cmp.Or(ctx.Err(), err)
		}
		return r.choose(all, &outcome{})
	}
	src, err := r.target.open(ctx, s.Source)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	j, err := s.images(ctx, 0, r.target.Name, src)
	if err != nil || ctx.Err() != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	return r.choose(j.found, j.outcome)
}

// choose returns the match at the wanted spot whose value and bytes are proved.
func (r *rereading) choose(all []found, in *outcome) (*Revealed, error) {
	images, err := r.images(in)
	if err != nil {
		return nil, err
	}
	var chosen *Revealed
	var refused error
	for i := range all {
		f := &all[i]
		if f.at.Image != nil && !slices.Contains(images, *f.at.Image) || (f.at.Image == nil) != (r.wanted.Image == nil) || !r.atSpot(f) {
			continue
		}
		rv, err := r.prove(f, in)
		switch {
		case err != nil:
			refused = err
		case chosen != nil && chosen.Proof == ProofSpot && chosen.Value != rv.Value:
			return nil, fmt.Errorf("%w: several values lie at its spot, and the report has no fingerprint of it", ErrUnproved)
		case chosen == nil:
			chosen = rv
		}
	}
	switch {
	case chosen != nil:
		return chosen, nil
	case refused != nil:
		return nil, refused
	}
	for _, p := range in.problems {
		if p.Kind == report.DigestMismatch || p.Kind == report.Corrupt {
			return nil, fmt.Errorf("%w: what it holds is damaged (%s), and there is no match of rule %s at that spot", ErrChanged, p.Kind, r.wanted.Secret.Rule)
		}
	}
	return nil, r.notFound()
}
