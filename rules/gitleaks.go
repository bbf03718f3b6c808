package rules

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/zricethezav/gitleaks/v8/config"
	"github.com/zricethezav/gitleaks/v8/detect"
	gitleaks "github.com/zricethezav/gitleaks/v8/report"

	"dregs/report"
)

// reference searches with gitleaks' own detector: slow, and the oracle that the matcher is tested against. It does not
// decode.
type reference struct {
	set      *Set
	detector *detect.Detector
	inline   *detect.Detector // that honours gitleaks:allow
	prefixes map[string][]string
	sieve    *sieve
	err      error // why the set cannot be run
}

// Gitleaks returns a Searcher that runs the set in gitleaks' own detector. Its SearchReader searches pieces of
// referenceChunk bytes that overlap by referenceOverlap.
func (s *Set) Gitleaks() Searcher {
	cfg, err := s.config()
	r := &reference{set: s, detector: detect.NewDetector(cfg), inline: detect.NewDetector(cfg), prefixes: map[string][]string{}, sieve: newSieve(s.rules), err: err}
	r.detector.IgnoreGitleaksAllow = true
	for _, d := range s.rules {
		if d.regex != nil {
			r.prefixes[d.rule.ID] = d.begins()
		}
	}
	return r
}

// config returns the set as gitleaks' detector wants it.
func (s *Set) config() (config.Config, error) {
	cfg := config.Config{Rules: map[string]config.Rule{}, Keywords: map[string]struct{}{}}
	var err error
	if cfg.Allowlists, err = foreignAllowlists(s.allow); err != nil {
		return cfg, err
	}
	for _, d := range s.rules {
		switch d.detector.(type) {
		case contextual, filed, agentKeys, mnemonics, concourseUsers:
			continue // what it does not know, it does not run
		}
		if d.rule.Evidence {
			continue
		}
		if d.detector != nil {
			return cfg, fmt.Errorf("preparing rule %q: gitleaks' detector cannot run it", d.rule.ID)
		}
		r := config.Rule{
			RuleID: d.rule.ID, Description: d.rule.Description, Regex: d.regex.regexp(), Path: d.path.regexp(), SecretGroup: d.group,
			Entropy: d.entropy, Keywords: d.rule.Keywords, Tags: d.rule.Tags, SkipReport: d.auxiliary,
		}
		for _, q := range d.required {
			r.RequiredRules = append(r.RequiredRules, &config.Required{RuleID: q.id, WithinLines: q.withinLines, WithinColumns: q.withinColumns})
		}
		if r.Allowlists, err = foreignAllowlists(d.allow); err != nil {
			return cfg, fmt.Errorf("rule %q: %w", d.rule.ID, err)
		}
		for _, k := range r.Keywords {
			cfg.Keywords[k] = struct{}{}
		}
		cfg.Rules[r.RuleID] = r
		cfg.OrderedRules = append(cfg.OrderedRules, r.RuleID)
	}
	return cfg, nil
}

// foreignAllowlists returns lists as gitleaks' own type.
func foreignAllowlists(lists []*allowlist) ([]*config.Allowlist, error) {
	var out []*config.Allowlist
	for _, l := range lists {
		a := &config.Allowlist{
			Description: l.description, Commits: l.commits, Paths: regexps(l.paths), RegexTarget: l.target,
			Regexes: regexps(l.regexes), StopWords: l.stopwords,
		}
		if l.all {
			a.MatchCondition = config.AllowlistMatchAnd
		}
		if err := a.Validate(); err != nil {
			return nil, fmt.Errorf("checking an allowlist: %w", err)
		}
		out = append(out, a)
	}
	return out, nil
}

// Search implements Searcher.
func (r *reference) Search(ctx context.Context, f Fragment) ([]Match, error) {
	if r.err != nil {
		return nil, r.err
	}
	text, shift := withKey(f)
	detector, inline := r.detector, r.set.inlineAllow && inlinePlace(f.Place)
	if inline {
		detector = r.inline
	}
	findings := detector.DetectContext(ctx, detect.Fragment{Raw: string(text), FilePath: f.Path})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	lines := newlines(text)
	var out []Match
	for _, found := range findings {
		m, err := r.match(f, text, shift, lines, found)
		if err != nil {
			return nil, err
		}
		d, value := r.set.byID[found.RuleID], m.Value.Reveal()
		if hollow(value) || rowed(value) || d.illustrates(value, r.prefixes[d.rule.ID]) {
			continue
		}
		if d.sifted && r.sieve.sift(found.Match, value, settingOf(f)) != "" {
			continue
		}
		if !inline || !allowedInline(text, int(m.Offset)+shift, m.Value.Len()) {
			out = append(out, m)
		}
	}
	sortMatches(out)
	return out, nil
}

// match turns a finding into a match: gitleaks tells where the match begins, not the secret in it.
func (r *reference) match(f Fragment, text []byte, shift int, lines []int, found gitleaks.Finding) (Match, error) {
	d := r.set.byID[found.RuleID]
	if d.regex == nil {
		return wholeFile(d.rule, f.Via, f.Data), nil
	}
	// gitleaks counts the column of a later line from the newline that ends the line before it.
	start := found.StartColumn - 1
	if found.StartLine > 0 {
		start += lines[found.StartLine-1]
	}
	for start < len(text) && text[start] == '\n' && !strings.HasPrefix(string(text[start:min(len(text), start+len(found.Match))]), found.Match) {
		start++
	}
	if !bytes.HasPrefix(text[min(start, len(text)):], []byte(found.Match)) {
		return Match{}, report.Faultf(report.Unreadable, "locating a match of rule %q: gitleaks' position does not hold", found.RuleID)
	}
	lo, hi := secretIn(d.regex.regexp().FindStringSubmatchIndex(found.Match), d.group, found.Match)
	return newMatch(d.rule, f, text, shift, start+lo, start+hi, r.prefixes[found.RuleID], r.set.now), nil
}

const (
	referenceChunk   = 64 << 20
	referenceOverlap = 1 << 20
)

// SearchReader implements Searcher.
func (r *reference) SearchReader(ctx context.Context, f Fragment, rd io.Reader) ([]Match, int64, error) {
	var out []Match
	var read, base int64
	var before extent
	buf := make([]byte, 0, 1<<20)
	for {
		n, err := fill(ctx, rd, &buf, referenceChunk)
		read += int64(n)
		f.Data = buf
		found, searchErr := r.Search(ctx, f)
		if searchErr != nil {
			return out, read, searchErr
		}
		last := err != nil
		keep := len(buf)
		if !last {
			keep = nextRune(buf, len(buf)-referenceOverlap)
		}
		for _, m := range found {
			if m.Offset >= int64(keep) {
				continue
			}
			if m.Line == 1 {
				m.Column += before.runes
			}
			m.Line += before.lines
			m.Offset += base
			out = append(out, m)
		}
		if last {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return out, read, err
		}
		before = before.then(measure(buf[:keep]))
		base += int64(keep)
		buf = append(buf[:0], buf[keep:]...)
		if f.Key != "" {
			f.Key = "" // only the first piece begins with the value
		}
	}
}

// fill reads into buf until it holds size bytes. The error is that of the read, io.EOF at the end.
func fill(ctx context.Context, r io.Reader, buf *[]byte, size int) (n int, err error) {
	for idle := 0; len(*buf) < size; {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		*buf = slices.Grow(*buf, min(size-len(*buf), max(1<<16, len(*buf))))
		k, err := r.Read((*buf)[len(*buf):min(cap(*buf), size)])
		*buf = (*buf)[:len(*buf)+k]
		n += k
		if err != nil {
			return n, err
		}
		if idle++; k > 0 {
			idle = 0
		} else if idle == 100 {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}

// Class implements Searcher.
func (r *reference) Class(f Fragment) string {
	return "gitleaks\x00" + f.Path + "\x00" + f.Key + "\x00" + strconv.FormatBool(inlinePlace(f.Place))
}

// newlines returns the position of every newline.
func newlines(text []byte) []int {
	var out []int
	for i := 0; ; i++ {
		j := bytes.IndexByte(text[i:], '\n')
		if j < 0 {
			return out
		}
		i += j
		out = append(out, i)
	}
}

// sortMatches puts matches in the order that Searcher promises.
func sortMatches(ms []Match) {
	slices.SortStableFunc(ms, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule.ID, b.Rule.ID), cmp.Compare(a.Value.Len(), b.Value.Len()))
	})
}
