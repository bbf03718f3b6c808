package scanner

import (
	"crypto/sha256"
	"maps"
	"slices"

	"dregs/report"
	"dregs/rules"
)

// maxGuessable bounds how many values of one layer are kept whose fingerprints are slow.
const maxGuessable = 1024

// hits puts the hits of r into f without their values, under the fingerprints of printer. It returns false where that cannot
// be: a text that has to stay as it is holds a value that matters, or there are too many values.
//
// A layer is weak where a value could be guessed and is worth that: the texts of other layers and of images cannot be cleared
// of it by what is kept.
func (f *layerForm) hits(r *blobResult, printer *report.Fingerprinter) bool {
	salt, err := printer.Fingerprints().SaltBytes()
	if err != nil {
		return false
	}
	numbers := make(map[*rules.Rule]int)
	values := make(map[report.Value]int)
	guessable := 0
	for i := range r.hits {
		h := &r.hits[i]
		m := &h.match
		n, ok := numbers[m.Rule]
		if !ok {
			n = len(f.Rules)
			numbers[m.Rule] = n
			f.Rules = append(f.Rules, *m.Rule)
		}
		form := hitForm{
			Entry: h.entry, Place: h.place, Path: h.path, Key: h.key, Rule: n, Value: noValue, Offset: m.Offset, Line: m.Line,
			Column: m.Column, Via: m.Via, Verdict: m.Verdict, Facts: m.facts, Sums: h.sums,
		}
		if !m.Rule.Evidence {
			if form.Value, ok = values[m.Value]; !ok {
				if guessable >= maxGuessable {
					return false
				}
				form.Value = len(f.Values)
				values[m.Value] = form.Value
				f.Values = append(f.Values, printer.Seal(m.Value, m.Entropy))
				if f.Values[form.Value].Guessable {
					guessable++
				}
			}
			form.Prefix, form.Redacted = m.Prefix, report.NewSecret(m.Value, m.Prefix, m.Entropy).Redacted
		}
		f.Hits = append(f.Hits, form)
	}
	if len(f.Values) == 0 {
		return true
	}
	f.Salt = sha256.Sum256(salt)
	severity, redacted := f.assessed(r)
	for i := range f.Values {
		v := &f.Values[i]
		f.Weak = f.Weak || v.Guessable && !v.Common && report.Rank(severity[i]) >= report.Rank(report.Medium)
	}
	return f.clear(r, printer.Fingerprints(), severity, redacted)
}

// clear clears the snippets and facts of f's hits of all of the layer's values, which have those severities and redacted forms. It returns false
// where a text that has to stay as it is holds one that matters.
func (f *layerForm) clear(r *blobResult, prints report.Fingerprints, severity, redacted []string) bool {
	image, number := 0, 0
	alone := &report.Report{Fingerprints: prints, Targets: []report.Target{{Images: []report.Image{{Layers: []report.Layer{{Digest: f.Digest}}}}}}}
	var at []int
	for i := range f.Hits {
		h := &f.Hits[i]
		if h.Value == noValue {
			continue
		}
		m := &r.hits[i].match
		s := report.NewSecret(m.Value, m.Prefix, m.Entropy)
		s.Severity, s.Redacted = severity[h.Value], redacted[h.Value]
		s.Verdict.Facts = maps.Clone(h.Verdict.Facts)
		s.Occurrences = []report.Occurrence{{
			Image: &image, Layer: &number, Place: h.Place, Path: h.Path, Via: slices.Clone(h.Via), Line: h.Line, Column: h.Column,
			LayerDigest: f.Digest, Snippet: m.Context.Reveal(), Facts: maps.Clone(h.Facts),
		}}
		alone.Secrets = append(alone.Secrets, s)
		at = append(at, i)
	}
	report.Clear(alone, nil)
	for k, i := range at {
		h, s := &f.Hits[i], &alone.Secrets[k]
		o := &s.Occurrences[0]
		h.Snippet, h.Verdict.Facts, h.Facts = o.Snippet, s.Verdict.Facts, o.Facts
		if o.Path != h.Path || !slices.Equal(o.Via, h.Via) {
			h.ShownPath, h.ShownVia = o.Path, o.Via
		}
	}
	return !f.holds(report.NewGuard(alone).Holds)
}

// assessed returns how severe each of f's values is in the layer alone, and how it is shown. What lies in other layers could
// only excuse it more.
func (f *layerForm) assessed(r *blobResult) (severity, redacted []string) {
	image := 0
	packages := belongingIn([]*blobResult{r})
	var all []*found
	for i := range r.hits {
		h := r.hits[i]
		if f.Hits[i].Value == noValue {
			continue
		}
		at := report.Occurrence{Image: &image, Place: h.place, Path: h.path, Via: h.match.Via}
		from := packages.of(&h)
		at.Origin = from.text
		all = append(all, &found{match: h.match.Match, at: at, entry: i, origin: from.origin})
	}
	tests := learnTests(all)
	severity, redacted = make([]string, len(f.Values)), make([]string, len(f.Values))
	for _, g := range groupByValue(all, func(f *found) string { return f.match.Value.Reveal() }) {
		s := g.secret(tests)
		i := f.Hits[g.all[0].entry].Value
		severity[i], redacted[i] = s.Severity, s.Redacted
	}
	return severity, redacted
}

// hit returns the hit that form is of; ok is false where form is damaged.
func (f *layerForm) hit(form *hitForm) (h hit, ok bool) {
	if form.Rule < 0 || form.Rule >= len(f.Rules) || form.Entry < noEntry || form.Entry >= len(f.Records) ||
		form.Value < noValue || form.Value >= len(f.Values) || f.Rules[form.Rule].Evidence != (form.Value == noValue) {
		return h, false
	}
	m := rules.Match{
		Rule: &f.Rules[form.Rule], Prefix: form.Prefix, Offset: form.Offset, Line: form.Line, Column: form.Column, Via: form.Via,
		Context: report.NewValue(form.Snippet), Verdict: form.Verdict,
	}
	h = hit{entry: form.Entry, place: form.Place, path: form.Path, key: form.Key, match: partMatch{Match: m, facts: form.Facts}, sums: form.Sums}
	if form.Value != noValue {
		h.seal = &seal{value: &f.Values[form.Value], redacted: form.Redacted, from: form.Path, path: form.ShownPath, via: form.ShownVia}
	}
	return h, true
}
