package scanner

import (
	"context"

	"golang.org/x/sync/errgroup"

	"dregs/report"
)

// seal stands for a value that an earlier scan found and that is not known now.
type seal struct {
	value    *report.Sealed
	redacted string // as the rule of the match shows it

	from string   // the path
	path string   // the path to be shown
	via  []string // the trail to be shown
}

// identities returns what tells equal values of all: their plaintext, or, where one of them is sealed, their fingerprints.
func (s *scan) identities(ctx context.Context, fp *report.Fingerprinter, all []*found) (func(*found) string, error) {
	sealed := false
	for _, f := range all {
		sealed = sealed || f.seal != nil
	}
	if !sealed {
		return func(f *found) string { return f.match.Value.Reveal() }, nil
	}
	told := make(map[report.Value]string)
	for _, f := range all {
		if f.seal == nil {
			told[f.match.Value] = ""
		}
	}
	values := make([]report.Value, 0, len(told))
	for v := range told {
		values = append(values, v)
	}
	prints := make([]string, len(values))
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(s.Jobs)
	for i, v := range values {
		g.Go(func() error {
			prints[i] = fp.Fingerprint(v)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, v := range values {
		told[v] = prints[i]
	}
	return func(f *found) string {
		if f.seal != nil {
			return f.seal.value.Fingerprint
		}
		return told[f.match.Value]
	}, nil
}

// unseal gives the occurrences that an earlier scan found their path and trail as it kept them, cleared of what else it found
// in their layer. Until then they are the real ones, by which they are sorted.
func (g *group) unseal(s *report.Secret) {
	for i, kept := range g.kept {
		if kept == nil || kept.path == "" || s.Occurrences[i].Path != kept.from {
			continue
		}
		s.Occurrences[i].Path, s.Occurrences[i].Via = kept.path, kept.via
	}
}
