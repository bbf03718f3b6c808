package rules

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dregs/report"
	"dregs/rules/credfile"
	"dregs/rules/validate"
)

// credentialTag marks the rules of credential files.
const credentialTag = "credential-file"

// filed is the detector of the rules of credential files. A parser finds what comes under them, so they have no words.
type filed struct{ family *credfile.Family }

func (filed) words() []string                   { return nil }
func (filed) find([]byte, int, int, func(span)) {}

// addCredentialFiles adds a rule for each family of credential files.
func (c *collection) addCredentialFiles() error {
	for _, f := range credfile.Families() {
		if c.rules[f.ID] != nil {
			return fmt.Errorf("adding rule %q: it exists already", f.ID)
		}
		d := &definition{detector: filed{f}, rule: &Rule{
			ID: f.ID, Description: f.Description, Vendor: f.Vendor, Severity: f.Severity, Confidence: report.High,
			Tags: []string{credentialTag}, Advice: f.Advice, References: []string{f.Reference}, Origin: "dregs",
		}}
		faint := *d.rule
		faint.Severity, faint.Confidence = report.Low, report.Low
		d.faint = &faint
		c.rules[f.ID] = d
	}
	return nil
}

// credentialFiles is what a plan knows of them.
type credentialFiles struct {
	index *credfile.Index
	rules map[*credfile.Family]*ruleRun
}

// placeCredentialFiles makes the rules of addCredentialFiles that were chosen ready.
func (p *plan) placeCredentialFiles() {
	p.filed.rules = map[*credfile.Family]*ruleRun{}
	var chosen []*credfile.Family
	for _, r := range p.rules {
		if d, ok := r.detector.(filed); ok && !r.auxiliary {
			p.filed.rules[d.family] = r
			chosen = append(chosen, d.family)
		}
	}
	p.filed.index = credfile.NewIndex(chosen)
}

// families returns the rules of the credential files that f may be, which its path tells. A value that was given a name
// is no file.
func (c *credentialFiles) families(f Fragment) []*ruleRun {
	if f.Key != "" {
		return nil
	}
	var out []*ruleRun
	for _, family := range c.index.Of(f.Path) {
		out = append(out, c.rules[family])
	}
	return out
}

// familyView is what the path of a fragment says of the credentials in it.
type familyView struct {
	path     string
	known    bool
	families []*ruleRun
	class    string // what the credentials depend on besides the data
}

// familiesOf returns what the path of f says. That of the last path is remembered: contents ask for their class before they
// are searched, and members without a name share their container's path.
func (s *scratch) familiesOf(f Fragment) *familyView {
	if f.Key != "" {
		return &familyView{}
	}
	if s.families.known && s.families.path == f.Path {
		return &s.families
	}
	s.families = familyView{path: f.Path, known: true, families: s.plan.filed.families(f)}
	var b []byte
	for _, r := range s.families.families {
		b = fmt.Appendf(b, "c%d", r.number)
	}
	if b != nil && thirdParty(f.Path) {
		b = append(b, 'x')
	}
	s.families.class = string(b)
	return &s.families
}

// families returns the rules of credential files that the path of f is of.
func (e *engine) families(f Fragment) []*ruleRun {
	s := e.borrow()
	defer e.give(s)
	return s.familiesOf(f).families
}

// addCredentials adds to what the other rules found in f, a file of data, its credentials. A file of more than
// credfile.MaxBytes has none: the other rules alone search it. err is what they returned; it is returned too.
func (e *engine) addCredentials(f Fragment, data []byte, families []*ruleRun, found []Match, err error) ([]Match, error) {
	s := e.borrow()
	defer e.give(s)
	s.path.open(e.plan().paths, f.Path)
	if s.path.holdsAny(e.plan().skipAll) {
		return found, err
	}
	clear(s.dropped)
	own, fault := s.credentials(f, data, families)
	if err == nil {
		err = fault
	}
	if !f.Trial {
		e.suppressed.add(s.dropped)
	}
	f.Tally.add(s.dropped)
	found = append(slices.DeleteFunc(found, own.explains), own.matches...)
	sortMatches(found)
	return found, err
}

// bounded keeps the first bytes that are written to it, one more than a credential file may have.
type bounded struct {
	data bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.over = b.over || b.data.Len()+len(p) > credfile.MaxBytes; b.over {
		b.data = bytes.Buffer{}
		return len(p), nil
	}
	return b.data.Write(p)
}

// entries are the credentials of a file, and the runs of it that say them.
type entries struct {
	matches []Match
	runs    []span // in order, merged
}

// explains tells whether m says, by a name or by rarity, what a run of a credential says already.
func (e *entries) explains(m Match) bool {
	if !m.Rule.Generic {
		return false
	}
	lo, hi := int(m.Offset), int(m.Offset)+max(1, m.Value.Len())
	i, _ := slices.BinarySearchFunc(e.runs, lo, func(s span, at int) int { return cmp.Compare(s.hi, at+1) })
	return i < len(e.runs) && e.runs[i].lo < hi
}

// credentials returns what the parsers of families find in data. A value that is a placeholder or a reference is none.
func (s *scratch) credentials(f Fragment, data []byte, families []*ruleRun) (*entries, error) {
	out := &entries{}
	var fault error
	var all []entry
	for _, r := range families {
		err := r.detector.(filed).family.Parse(data, func(c credfile.Credential) {
			if s.passes(f, data, r, c) {
				all = append(all, entry{r, c})
			}
		})
		if err != nil && fault == nil {
			fault = err
		}
	}
	slices.SortStableFunc(all, func(x, y entry) int {
		return cmp.Or(cmp.Compare(x.Start, y.Start), cmp.Compare(x.rule.number, y.rule.number), cmp.Compare(x.End, y.End))
	})
	all = slices.CompactFunc(all, func(x, y entry) bool { return x.Start == y.Start && x.rule == y.rule && x.Secret == y.Secret })
	all = undecoded(all)
	shown, counter := masked(data, all), extentCounter{data: data}
	for _, c := range all {
		out.matches = append(out.matches, s.filedMatch(f, shown, c, counter.to(c.Start)))
		out.runs = append(out.runs, span{c.Start, c.End})
	}
	out.runs = merge(out.runs)
	return out, fault
}

// undecoded leaves out of all, sorted, what one kind of file takes for a secret as it stands, where another kind knows what it is
// the encoding of.
func undecoded(all []entry) []entry {
	coded := map[span]bool{}
	for _, c := range all {
		if len(c.Steps) > 0 {
			coded[span{c.Start, c.End}] = true
		}
	}
	return slices.DeleteFunc(all, func(c entry) bool { return len(c.Steps) == 0 && coded[span{c.Start, c.End}] })
}

// entry is a credential under its rule.
type entry struct {
	rule *ruleRun
	credfile.Credential
}

// masked returns data, or where runs in it are ciphers or encodings of secrets a copy with stars in their place: no
// clearing of values would know them.
func masked(data []byte, all []entry) []byte {
	out := data
	for _, c := range all {
		if len(c.Steps) == 0 {
			continue
		}
		if len(out) > 0 && &out[0] == &data[0] {
			out = bytes.Clone(data)
		}
		for i := c.Start; i < c.End; i++ {
			out[i] = '*'
		}
	}
	return out
}

// passes tells whether a credential is a secret, or counts it as suppressed.
func (s *scratch) passes(f Fragment, data []byte, r *ruleRun, c credfile.Credential) bool {
	if reason := unlikelyEntry(c); reason != "" {
		s.dropped[reason]++
		return false
	}
	if s.plan.set.inlineAllow && inlinePlace(f.Place) && allowedInline(data, c.Start, c.End-c.Start) {
		return false
	}
	line := func() []byte {
		lo, hi := lineAround(data, c.Start, c.End, maxLine)
		return data[lo:hi]
	}
	for _, lists := range [2][]*allowRun{s.plan.global, r.allow} {
		for _, l := range lists {
			if s.allows(l, c.Secret, c.Secret, line) {
				return false
			}
		}
	}
	return true
}

// unlikelyEntry tells why a credential is no secret, or returns "".
func unlikelyEntry(c credfile.Credential) string {
	switch {
	case c.Kind == credfile.Hash, c.Encrypted, strings.HasPrefix(c.Secret, "-----BEGIN "):
		return ""
	case locator(c.Secret):
		return reasonPath
	}
	if validate.Documented(c.Secret) {
		return reasonPlaceholder
	}
	text := c.Secret
	if strings.IndexByte(text, '<') > 0 && !strings.Contains(text, ">") {
		text = strings.ReplaceAll(text, "<", "-") // a mark of a password: what is to be put in stands between two
	}
	return placeholder(text, false)
}

// thirdParty tells whether a file lies where weak credentials are seldom real: in documents and tests, and in the trees of
// packages.
func thirdParty(path string) bool {
	if illustrates(path) {
		return true
	}
	for _, tree := range []string{"/dist-packages/", "/site-packages/", "/node_modules/", "/go/pkg/mod/", "/gems/", "/vendor/bundle/", "/.m2/repository/"} {
		if strings.Contains("/"+path, tree) {
			return true
		}
	}
	return false
}

// filedMatch is the match of a credential before whose run the file is of that extent; data is what may be shown of it.
func (s *scratch) filedMatch(f Fragment, data []byte, c entry, before extent) Match {
	in := validate.Input{Rule: c.rule.rule.ID, Vendor: c.rule.rule.Vendor, Value: c.Secret, Now: s.plan.set.now, Known: map[string]string{}}
	maps.Copy(in.Known, c.Facts)
	in.Known["user"], in.Known["host"] = c.User, c.Host
	verdict := validate.Judge(in)
	if c.Encrypted {
		verdict.State = report.Encrypted
	}
	rule := c.rule.rule
	if thirdParty(f.Path) && !rare(c.Secret) {
		rule = c.rule.faint
	}
	if !credfile.Quoted(c.Steps) {
		before = extent{runes: c.Lead}
	}
	return Match{
		Rule: rule, Value: report.NewValue(c.Secret), Offset: int64(c.Start), Line: before.lines + 1, Column: before.runes + 1,
		Via: append(slices.Clone(f.Via), c.Steps...), Context: report.NewValue(contextOf(data, c.Start, c.End)),
		Entropy: entropy(c.Secret), Verdict: verdict,
	}
}

// extentCounter measures the text before positions that are asked for in order.
type extentCounter struct {
	data []byte
	at   int
	so   extent
}

func (c *extentCounter) to(at int) extent {
	if next := nextRune(c.data, at); next > c.at {
		c.so = c.so.then(measure(c.data[c.at:next]))
		c.at = next
	}
	return c.so
}
