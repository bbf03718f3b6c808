package scanner

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"dregs/report"
)

// report puts together what was found.
func (s *scan) report(ctx context.Context) (*report.Report, error) {
	fp := s.printer
	r := &report.Report{
		Schema:       report.Schema,
		Tool:         report.Tool{Name: "dregs", Version: s.Version, Rules: s.RuleSet},
		Fingerprints: fp.Fingerprints(),
		Targets:      s.targets,
		Coverage:     s.coverage.report(),
		Secrets:      []report.Secret{},
		Exposures:    []report.Exposure{},
		Practices:    append([]report.Practice{}, s.practices...),
	}
	r.Coverage.Strict = s.Strict
	s.coverage.candidates(&r.Coverage, s.Searcher, s.memory.judged(s.reader.contents))
	sortFound(s.found)
	secrets, pairs := apart(s.found)
	tests := learnTests(secrets)
	identity, err := s.identities(ctx, fp, secrets)
	if err != nil {
		return nil, err
	}
	groups := groupByValue(secrets, identity)
	for i, g := range groups {
		sec := g.secret(tests)
		pairs.tell(&sec, s.now())
		s.tellDockerfiles(&sec)
		sec.Reach = s.reach(sec.Occurrences)
		sec.ID = fmt.Sprintf("s%d", i+1)
		sec.New = true
		if s.ShowSecrets {
			sec.Show()
		}
		r.Secrets = append(r.Secrets, sec)
	}
	for i, g := range groups {
		g.unseal(&r.Secrets[i])
	}
	r.Exposures = s.exposures(r)
	if err := s.fingerprint(ctx, fp, r); err != nil {
		return nil, err
	}
	r.Finish()
	var also []any
	if s.chronicler != nil {
		also = append(also, s.chronicler.tell(r))
	}
	s.memory.screen(r)
	if !s.ShowSecrets {
		report.Clear(r, nil, also...)
	}
	return r, nil
}

// fingerprint sets the fingerprints of the secrets that want one, side by side: a value that could be guessed is slow.
func (s *scan) fingerprint(ctx context.Context, fp *report.Fingerprinter, r *report.Report) error {
	g, _ := errgroup.WithContext(ctx)
	g.SetLimit(s.Jobs)
	for i := range r.Secrets {
		sec := &r.Secrets[i]
		if sec.Severity == report.Low && !s.FingerprintLow && !sec.Known() {
			sec.Fingerprint = ""
			continue
		}
		if sec.Fingerprint != "" {
			continue
		}
		g.Go(func() error {
			sec.Fingerprint = fp.Fingerprint(sec.Value())
			return nil
		})
	}
	return g.Wait()
}
