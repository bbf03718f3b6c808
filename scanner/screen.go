package scanner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"dregs/report"
	"dregs/scanner/source"
	"dregs/scanner/store"
)

// Texts of a report are cleared of what an earlier scan found by its fingerprint. A value that could be guessed has none that
// is fast enough for that. A layer that holds such a value, one that matters, is recalled only for a scan of the same images
// as one that knew the value and met it nowhere else; a scan of others reads it again.

// scope names all that a target's report is made of besides its layers' contents.
func scope(name string, c *source.Contents) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", name)
	for i := range c.Images {
		img := &c.Images[i]
		fmt.Fprintf(h, " %q %q %q %q %q", img.Digest, img.ID, img.Tags, digestOf(img.Manifest), digestOf(img.Config))
		for _, d := range img.Above {
			fmt.Fprintf(h, " %q", digestOf(d.Raw))
		}
		if st := img.Standing; st != nil {
			fmt.Fprintf(h, " %q %q", st.Repositories, st.PastTags)
		}
	}
	fmt.Fprintf(h, " %q %v", c.Loose, c.Links)
	return hex.EncodeToString(h.Sum(nil))
}

// rescan reads those layers again that were recalled and may not be, now that it is known which images they belong to.
func (s *scan) rescan(ctx context.Context, index int, name string, results map[string]*blobResult, c *source.Contents) {
	if s.memory == nil || c == nil {
		return
	}
	s.memory.scope = scope(name, c)
	for _, key := range slices.Sorted(maps.Keys(results)) {
		r := results[key]
		if !r.weak {
			continue
		}
		if !s.memory.screened(ctx, r.summary.Digest) {
			s.memory.forget(r)
			s.Progress.Expect(1, max(0, r.blob.Size))
			r = s.reader.read(ctx, r.blob, s.Limits.Depth)
			s.memory.hold(ctx, r)
			results[key] = r
		}
		s.observeBlob(index, r)
	}
}

// expect notes what is to be scanned: screenings are told of one target alone.
func (m *memory) expect(targets []Target) {
	if m != nil {
		m.single = len(targets) == 1
	}
}

// screened tells whether a layer may be recalled for what is scanned.
func (m *memory) screened(ctx context.Context, digest string) bool {
	if !m.single || m.failed() {
		return false
	}
	ok, err := m.store.Screened(ctx, store.Screening{Digest: digest, Examination: m.examination, Scope: m.scope})
	m.fail(ctx, err)
	return ok && err == nil
}

// screen notes which layers with values that could be guessed hold none that shows elsewhere in r, which is not cleared yet.
// A value that also lies where each scan looks anew is known to each.
func (m *memory) screen(r *report.Report) {
	if m == nil || !m.single || m.scope == "" {
		return
	}
	weak := make(map[string]bool)
	for _, l := range m.held {
		if l.weak {
			weak[l.Digest] = true
		}
	}
	stray := report.Strays(r, guessedIn(r, weak))
	for i := range stray {
		for _, at := range r.Secrets[i].Occurrences {
			delete(weak, at.LayerDigest)
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(weak)) {
		m.clean = append(m.clean, store.Screening{Digest: digest, Examination: m.examination, Scope: m.scope})
	}
}

// guessedIn returns the secrets of r whose values could be guessed and lie in some of layers, and nowhere but in layers.
func guessedIn(r *report.Report, layers map[string]bool) []int {
	var out []int
	for i := range r.Secrets {
		s := &r.Secrets[i]
		in, only := false, s.Sealed() == nil && s.Value().Guessable()
		for j := range s.Occurrences {
			at := &s.Occurrences[j]
			in = in || layers[at.LayerDigest]
			only = only && at.Layer != nil && at.Place.InLayer()
		}
		if in && only {
			out = append(out, i)
		}
	}
	return out
}
