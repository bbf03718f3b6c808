package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"dregs/report"
)

// LoadOptions tell which rules to load. The zero value loads gitleaks' default configuration with our own rules.
type LoadOptions struct {
	// Config is the path of a gitleaks TOML file. Without [extend] in it, its rules are the only ones.
	Config string
	// Enable names the only rules to run; empty means all. Skip names rules not to run.
	Enable, Skip []string
	// InlineAllow lets a comment gitleaks:allow or dregs:allow on the line of a match suppress it, in Dockerfiles and
	// directories alone: an image must not hide its own secrets.
	InlineAllow bool
	// NoDecode keeps the search to the text as it stands: encoded values are not decoded.
	NoDecode bool
	// Known are values that have leaked: each is looked for everywhere, as rule "known-value".
	Known []report.Value
	// Now is the time at which a token has expired or has not; the zero value means that of the call of Load. It is no part
	// of the set's digest.
	Now time.Time
}

// Set is a rule set that is ready to search. It is immutable.
type Set struct {
	rules       []*definition // by ID; auxiliary ones included
	byID        map[string]*definition
	allow       []*allowlist
	inlineAllow bool
	decode      bool
	now         time.Time
	digest      string
	// plan is the set made ready to search, when a text is searched first: a scan that recalls all it meets searches none. All
	// searchers share it. An error tells why the set cannot be run.
	plan func() (*plan, error)
}

// Load reads, merges, checks and compiles a rule set. Any rule that cannot be run is an error that names its file, its ID
// and the reason. Equal input gives equal sets, however often a process loads.
func Load(o LoadOptions) (*Set, error) {
	var c *collection
	var err error
	if o.Config == "" {
		c, err = defaults()
	} else {
		c, err = loadFile(o.Config, nil)
	}
	if err != nil {
		return nil, err
	}
	if len(c.rules) == 0 {
		return nil, fmt.Errorf("rule file %s: it holds no rule and extends none ([extend] useDefault = true adds the defaults)", o.Config)
	}
	s := &Set{byID: c.rules, allow: c.allow, inlineAllow: o.InlineAllow, decode: !o.NoDecode, now: o.Now}
	if s.now.IsZero() {
		s.now = time.Now()
	}
	if err := s.choose(o.Enable, o.Skip); err != nil {
		return nil, err
	}
	s.addPublic()
	known, err := newKnownValues(o.Known)
	if err != nil {
		return nil, err
	}
	if known != nil {
		if s.byID[knownRule] != nil {
			return nil, fmt.Errorf("choosing rules: the ID %q is taken", knownRule)
		}
		s.byID[knownRule] = known
	}
	for _, id := range slices.Sorted(maps.Keys(s.byID)) {
		d := s.byID[id]
		if d.regex != nil {
			faint := *d.rule
			faint.Severity, faint.Confidence = report.Low, report.Low
			d.faint = &faint
		}
		s.rules = append(s.rules, d)
	}
	s.plan = sync.OnceValues(func() (*plan, error) { return newPlan(s) })
	s.digest, err = s.sum()
	return s, err
}

// choose keeps the enabled rules, less the skipped ones. A rule that a kept one requires stays as auxiliary.
func (s *Set) choose(enable, skip []string) error {
	for _, id := range slices.Concat(enable, skip) {
		if s.byID[id] == nil {
			return fmt.Errorf("choosing rules: no rule has the ID %q", id)
		}
	}
	keep := map[string]*definition{}
	for id, d := range s.byID {
		if (len(enable) == 0 || slices.Contains(enable, id)) && !slices.Contains(skip, id) {
			keep[id] = d
		}
	}
	for _, d := range slices.Collect(maps.Values(keep)) {
		for _, r := range d.required {
			other := s.byID[r.id]
			if other == nil {
				return fmt.Errorf("choosing rules: rule %q requires %q, which does not exist", d.rule.ID, r.id)
			}
			if keep[r.id] == nil {
				other.auxiliary = true
				keep[r.id] = other
			}
		}
	}
	s.byID = keep
	if s.Count() == 0 {
		return errors.New("choosing rules: none is left")
	}
	return nil
}

// Count returns the number of rules that can be reported.
func (s *Set) Count() int {
	n := 0
	for _, d := range s.byID {
		if d.reported() {
			n++
		}
	}
	return n
}

// reported tells whether what the rule hits is reported by itself.
func (d *definition) reported() bool { return !d.auxiliary && !d.rule.Evidence }

// Digest returns "sha256:" and the hex digest of all that decides what the set finds.
func (s *Set) Digest() string { return s.digest }

// RuleSet identifies the set in a report.
func (s *Set) RuleSet() report.RuleSet { return report.RuleSet{Count: s.Count(), Digest: s.digest} }

// Rules returns the rules that can be reported, by ID.
func (s *Set) Rules() []*Rule {
	var out []*Rule
	for _, d := range s.rules {
		if d.reported() {
			out = append(out, d.rule)
		}
	}
	return out
}

// Rule returns the rule with that ID, or nil.
func (s *Set) Rule(id string) *Rule {
	if d := s.byID[id]; d != nil && d.reported() {
		return d.rule
	}
	return nil
}

// Searcher returns the default engine for the set.
func (s *Set) Searcher() Searcher { return newEngine(s) }

// engineVersion is part of the digest: raise it when the same rules come to find something else.
const engineVersion = 43

// sum hashes the set in a canonical form.
func (s *Set) sum() (string, error) {
	type allow struct {
		All                                bool
		Commits, Paths, Regexes, StopWords []string
		Target                             string
	}
	type rule struct {
		Rule        *Rule
		Regex, Path string
		Group       int
		Entropy     float64
		Allow       []allow
		Required    []requiredBlock
		Auxiliary   bool
		Sifted      bool
		Seal        []byte
	}
	lists := func(in []*allowlist) []allow {
		var out []allow
		for _, a := range in {
			out = append(out, allow{a.all, a.commits, sources(a.paths), sources(a.regexes), a.stopwords, a.target})
		}
		return out
	}
	canonical, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return "", fmt.Errorf("hashing the rule set: %w", err)
	}
	h := sha256.New()
	to := canonical.NewEncoder(h)
	err = to.Encode(struct {
		Engine int
		Inline bool
		Decode bool
		Allow  []allow
	}{engineVersion, s.inlineAllow, s.decode, lists(s.allow)})
	for _, d := range s.rules {
		r := rule{Rule: d.rule, Regex: d.regex.String(), Path: d.path.String(), Group: d.group, Entropy: d.entropy, Allow: lists(d.allow), Auxiliary: d.auxiliary, Sifted: d.sifted}
		if k, ok := d.detector.(*knownValues); ok {
			r.Seal = k.seal()
		}
		for _, q := range d.required {
			r.Required = append(r.Required, requiredBlock{q.id, q.withinLines, q.withinColumns})
		}
		err = errors.Join(err, to.Encode(r))
	}
	if err != nil {
		return "", fmt.Errorf("hashing the rule set: %w", err)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}
