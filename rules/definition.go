package rules

import (
	"errors"
	"fmt"
	"maps"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"

	"dregs/report"
)

// definition is a rule as it is run: the public Rule and the patterns behind it.
type definition struct {
	rule      *Rule
	faint     *Rule          // what it says of a value that is doubtful; nil for the same
	regex     *expression    // nil for a rule that looks at the path alone, or that has a detector
	tree      *syntax.Regexp // of regex; nobody may change it
	detector  detector       // nil for a rule that has a regex or looks at the path alone
	path      *expression    // nil for any path
	group     int            // the capture that is the secret; 0 means the first that is not empty
	entropy   float64        // the secret must exceed it; 0 means any
	allow     []*allowlist
	required  []requirement
	sifted    bool // what it hits passes the tests of assignments too
	covert    bool // nothing of its values may be shown: their last four bytes are a word of them
	auxiliary bool // hits only on behalf of a composite rule (skipReport)
	examples  []string
	negatives []string
	begins    func() []string // documentedPrefixes of its regex; nil without one
}

// requirement is a rule that must hit near a composite rule's match; nil bounds mean anywhere in the fragment.
type requirement struct {
	id            string
	withinLines   *int
	withinColumns *int
}

// allowlist suppresses matches, by gitleaks' semantics: any of its checks, or with all set every kind of check that it
// has, must hold.
type allowlist struct {
	description string
	all         bool
	commits     []string // never hold: no fragment of ours is a commit
	paths       []*expression
	regexes     []*expression
	target      string // what regexes see: "" the secret, "match" or "line"
	stopwords   []string

	path  *expression // paths joined as gitleaks joins them, nil for none
	regex *expression // regexes joined likewise
}

// define compiles the block of a rule that extends no other. Its allowlists are taken from lists where it has them.
func define(b *ruleBlock, origin string, lists allowlists) (*definition, error) {
	d := &definition{rule: &Rule{
		ID:         strings.TrimSpace(b.ID),
		Severity:   report.Medium,
		Confidence: report.Medium,
		Origin:     origin,
	}}
	if d.rule.ID == "" {
		return nil, errors.New("a rule has no id")
	}
	return d, d.apply(b, lists)
}

// apply sets the fields that b sets. Tags, keywords and allowlists are added to those that the rule has.
func (d *definition) apply(b *ruleBlock, lists allowlists) error {
	var err error
	if b.Regex != "" {
		if d.regex, d.tree, err = parseExpression("regex", b.Regex); err != nil {
			return err
		}
	}
	if b.Path != "" {
		if d.path, err = newExpression("path", b.Path); err != nil {
			return err
		}
	}
	if b.SecretGroup != 0 {
		d.group = b.SecretGroup
	}
	if tree, group := d.tree, d.group; tree != nil {
		d.begins = sync.OnceValue(func() []string { return documentedPrefixes(tree, group) })
	}
	if b.Entropy != nil && *b.Entropy != 0 {
		d.entropy = *b.Entropy
	}
	keywords := slices.Clone(d.rule.Keywords)
	for i, k := range b.Keywords {
		if k == "" {
			return fmt.Errorf("keyword %d is empty", i+1)
		}
		keywords = append(keywords, strings.ToLower(k))
	}
	d.rule.Keywords = unique(keywords)
	d.rule.Tags = unique(append(slices.Clone(d.rule.Tags), b.Tags...))
	d.rule.Description = first(b.Description, d.rule.Description)
	d.rule.Vendor = first(b.Vendor, d.rule.Vendor)
	d.rule.Advice = first(b.Advice, d.rule.Advice)
	if len(b.References) > 0 {
		d.rule.References = b.References
	}
	if d.rule.Severity, err = level("severity", b.Severity, d.rule.Severity, report.Critical); err != nil {
		return err
	}
	if d.rule.Confidence, err = level("confidence", b.Confidence, d.rule.Confidence, report.High); err != nil {
		return err
	}
	d.rule.Generic = d.rule.Generic || b.Generic || strings.Contains(strings.ToLower(d.rule.ID), "generic")
	d.examples = append(slices.Clone(d.examples), b.Examples...)
	d.negatives = append(slices.Clone(d.negatives), b.Negatives...)
	d.auxiliary = d.auxiliary || b.SkipReport
	d.sifted = d.sifted || b.Sifted
	if len(b.Required) > 0 {
		d.required = nil
	}
	for _, r := range b.Required {
		if r.ID == "" {
			return errors.New("a required rule has no id")
		}
		d.required = append(d.required, requirement{r.ID, r.WithinLines, r.WithinColumns})
	}
	blocks := b.Allowlists
	if b.AllowList != nil {
		if len(blocks) > 0 {
			return errors.New("[rules.allowlist] and [[rules.allowlists]] cannot stand together")
		}
		blocks = []allowBlock{*b.AllowList}
	}
	d.allow = slices.Clone(d.allow)
	for _, l := range blocks {
		a, err := lists.compile(&l)
		if err != nil {
			return err
		}
		d.allow = append(d.allow, a)
	}
	return nil
}

// check reports what makes the finished rule unusable.
func (d *definition) check() error {
	if d.regex == nil && d.path == nil {
		return errors.New("it has neither regex nor path and can match nothing")
	}
	if d.regex != nil && (d.group < 0 || d.group > d.regex.groups) {
		return fmt.Errorf("secretGroup is %d, but the regex has %d groups", d.group, d.regex.groups)
	}
	d.rule.PathAlone = d.regex == nil && d.detector == nil
	if d.entropy < 0 || d.entropy > 32 {
		return fmt.Errorf("entropy %v is out of range", d.entropy)
	}
	return nil
}

// allowlists are compiled ones by what their blocks say: many rules have the same.
type allowlists map[string]*allowlist

// compile returns b compiled.
func (known allowlists) compile(b *allowBlock) (*allowlist, error) {
	key := fmt.Sprintf("%q", []any{b.Description, b.Condition, b.Commits, b.Paths, b.RegexTarget, b.Regexes, b.StopWords})
	if a := known[key]; a != nil {
		return a, nil
	}
	a, err := compileAllowlist(b)
	if err == nil {
		known[key] = a
	}
	return a, err
}

// compileAllowlist compiles one allowlist.
func compileAllowlist(b *allowBlock) (*allowlist, error) {
	a := &allowlist{description: b.Description, commits: b.Commits}
	switch strings.ToUpper(b.Condition) {
	case "AND", "&&":
		a.all = true
	case "", "OR", "||":
	default:
		return nil, fmt.Errorf("an allowlist has the unknown condition %q", b.Condition)
	}
	switch b.RegexTarget {
	case "", "secret":
	case "match", "line":
		a.target = b.RegexTarget
	default:
		return nil, fmt.Errorf("an allowlist has the unknown regexTarget %q", b.RegexTarget)
	}
	if len(b.Commits)+len(b.Paths)+len(b.Regexes)+len(b.StopWords) == 0 {
		return nil, errors.New("an allowlist has no commits, paths, regexes or stopwords")
	}
	words := map[string]bool{}
	for _, w := range b.StopWords {
		words[strings.ToLower(w)] = true
	}
	delete(words, "")
	a.stopwords = slices.Sorted(maps.Keys(words))
	var err error
	if a.paths, a.path, err = compileAll("allowlist path", b.Paths); err != nil {
		return nil, err
	}
	a.regexes, a.regex, err = compileAll("allowlist regex", b.Regexes)
	return a, err
}

// compileAll compiles patterns one by one and joined. gitleaks joins them with "|" in one group, so that a flag like
// (?i) of one holds for those after it; its allowlists rely on that.
func compileAll(what string, patterns []string) (each []*expression, joined *expression, err error) {
	if len(patterns) == 0 {
		return nil, nil, nil
	}
	for _, p := range patterns {
		re, err := newExpression(what, p)
		if err != nil {
			return nil, nil, err
		}
		each = append(each, re)
	}
	joined, err = newExpression(what+"es joined", "(?:"+strings.Join(patterns, "|")+")")
	return each, joined, err
}

// level checks one of report's severities; empty means otherwise.
func level(what, value, otherwise, top string) (string, error) {
	switch value {
	case "":
		return otherwise, nil
	case report.Critical:
		if top != report.Critical {
			break
		}
		return value, nil
	case report.High, report.Medium, report.Low:
		return value, nil
	}
	return "", fmt.Errorf("%s is %q; it must be %s", what, value, "critical (severity alone), high, medium or low")
}

// first returns the first string that is not empty.
func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// unique drops the repetitions in s, in place, order kept.
func unique(s []string) []string {
	out := s[:0]
	if len(s) <= fewStrings {
		for _, v := range s {
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		return out
	}
	seen := make(map[string]bool, len(s))
	for _, v := range s {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// fewStrings are compared with each other sooner than a map of them is made.
const fewStrings = 16

// letterRow stands in values that somebody made up.
const letterRow = "abcdefghijklmnopqrstuvwxyz"

// naming returns what a report says of a hit: less where the value is doubtful. That of a generic rule is if it reads like
// language, as a word of prose beside "key" or "token" does; that of a provider's shape if it holds the alphabet.
func (d *definition) naming(value string) *Rule {
	if d.faint == nil || d.rule.Generic && rare(value) || !d.rule.Generic && !strings.Contains(asciiLower(value), letterRow) {
		return d.rule
	}
	return d.faint
}
