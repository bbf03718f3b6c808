package scanner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"dregs/report"
	"dregs/scanner/source"
)

// images returns the images of the target that are the report's by a digest that was computed anew.
func (r *rereading) images(in *outcome) ([]int, error) {
	want := r.wanted.Image
	if want == nil {
		return nil, nil
	}
	var same []int
	var found []string
	for i := range in.images {
		got := &in.images[i]
		if len(got.Via) != len(want.Via) || got.Kind != want.Kind {
			continue
		}
		if sameDocuments(want, in.sources[i]) {
			same = append(same, i)
		}
		found = append(found, imageDigests(got))
	}
	if len(same) > 0 {
		return same, nil
	}
	if len(found) == 0 {
		found = []string{"no such image"}
	}
	return nil, fmt.Errorf("%w: the report has %s, the target has %s", ErrChanged, imageDigests(want), strings.Join(slices.Compact(found), "; "))
}

func imageDigests(m *report.Image) string {
	var told []string
	if m.Digest != "" {
		told = append(told, "manifest "+m.Digest)
	}
	if m.ID != "" {
		told = append(told, "configuration "+m.ID)
	}
	return cmp.Or(strings.Join(told, " and "), "an image without digest")
}

// sameDocuments reports whether the documents of src have the digests that they are stored under, and one of them that of
// the report: the manifest's, or the configuration's, which names all layers by their content.
func sameDocuments(want *report.Image, src *source.Image) bool {
	manifest, config := digestOf(src.Manifest), digestOf(src.Config)
	switch {
	case src.Manifest != nil && src.Digest != "" && strings.HasPrefix(src.Digest, "sha256:") && src.Digest != manifest,
		src.Config != nil && src.ID != "" && strings.HasPrefix(src.ID, "sha256:") && src.ID != config:
		return false
	}
	return src.Manifest != nil && want.Digest == manifest || src.Config != nil && want.ID == config
}

// atSpot reports whether f lies where the wanted occurrence does. What the report may have cleared of values, such as a
// path that holds one, is compared only where it holds no ellipsis.
func (r *rereading) atSpot(f *found) bool {
	got, want := &f.at, &r.wanted.At
	same := func(got, want string) bool { return got == want || strings.Contains(want, report.Ellipsis) }
	if r.wanted.Image != nil && (number(got.Layer) != number(want.Layer) || number(got.History) != number(want.History)) {
		return false
	}
	return got.Place == want.Place && got.Line == want.Line && got.Column == want.Column && got.Offset == want.Offset &&
		same(got.Path, want.Path) && slices.EqualFunc(got.Via, want.Via, same)
}

// prove returns f as the wanted secret, or why it cannot be proved to be that.
func (r *rereading) prove(f *found, in *outcome) (*Revealed, error) {
	rv := &Revealed{Value: f.match.Value, Proof: ProofFingerprint, At: f.at, reading: r, stored: f.stored}
	digested := false
	if f.at.Image != nil {
		rv.Image, rv.source, digested = &in.images[*f.at.Image], in.sources[*f.at.Image], true
	}
	if b := f.stored.blob; b != nil {
		if err := r.sameBlob(f); err != nil {
			return nil, err
		}
		digested = true
		if rv.Image != nil && f.stored.layer >= 0 {
			rv.Layer = &rv.Image.Layers[f.stored.layer]
		}
	}
	want := &r.wanted.Secret
	if want.Fingerprint != "" {
		if r.printer.Fingerprint(f.match.Value) != want.Fingerprint {
			return nil, fmt.Errorf("%w: another value is at its spot", ErrUnproved)
		}
		return rv, nil
	}
	rv.Proof = ProofSpot
	if !digested {
		return nil, fmt.Errorf("%w: the report has neither a fingerprint of it nor a digest of what it lies in", ErrUnproved)
	}
	got := report.NewSecret(f.match.Value, f.match.Prefix, f.match.Entropy)
	if f.match.Rule.ID != want.Rule && !slices.Contains(want.Also, f.match.Rule.ID) ||
		got.Length != want.Length || f.match.Rule.ID == want.Rule && got.Redacted != want.Redacted {
		return nil, fmt.Errorf("%w: another value is at its spot", ErrUnproved)
	}
	return rv, nil
}

// sameBlob returns why the blob that holds f is not proved to be the one of the report.
func (r *rereading) sameBlob(f *found) error {
	b := f.stored.blob
	got := &b.summary
	want := r.wanted.layer(f.stored.layer)
	if f.stored.layer == noLayer {
		want.Digest = r.wanted.At.LayerDigest
		if !strings.HasPrefix(want.Digest, "sha256:") && r.wanted.Secret.Fingerprint != "" {
			return nil // an unfinished upload has a name instead; the fingerprint proves the value
		}
	}
	switch {
	case got.Digest == "":
		return fmt.Errorf("%w: the layer could not be read to its end", ErrUnproved)
	case b.blob.Digest != "" && b.blob.Digest != got.Digest:
		return fmt.Errorf("%w: the layer is stored as %s, and its content has %s", ErrChanged, b.blob.Digest, got.Digest)
	case got.Digest == want.Digest, got.DiffID != "" && got.DiffID == want.DiffID:
		return nil
	}
	return fmt.Errorf("%w: the report has layer %s, the target has %s", ErrChanged, cmp.Or(want.Digest, want.DiffID, "without digest"), got.Digest)
}
