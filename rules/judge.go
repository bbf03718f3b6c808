package rules

import (
	"bytes"
	"regexp/syntax"
	"strings"

	"dregs/report"
	"dregs/rules/validate"
)

// candidate is a match that its rule and the allowlists let pass, placed in its block.
type candidate struct {
	rule    *ruleRun
	match   span // in the block's data
	secret  span
	value   string
	entropy float64
	context string
	verdict report.Verdict

	begin, end int64  // of the match in the text
	offset     int64  // of the secret in the text
	at         extent // of what stands before the secret: from the block's anchor, or, once added, in all
	above      int    // newlines between the beginnings of match and secret

	origin *origin // how it was decoded; nil if it was not
}

// inMatch returns the secret in a regex's match.
func inMatch(data []byte, r *ruleRun, m span) (found, bool) {
	text := bytes.TrimLeft(data[m.lo:m.hi], "\n")
	lo := m.hi - len(text)
	match := string(bytes.TrimRight(text, "\n"))
	var groups []int
	if r.regex.groups > 0 {
		groups = r.groups(match)
	}
	from, to := secretIn(groups, r.group, match)
	return found{r, m, span{lo + from, lo + to}}, from < to
}

// judge applies gitleaks' tests to what was found, in its order: entropy, then the allowlists.
func (s *scratch) judge(b block, f found, inline bool) (candidate, bool) {
	text := string(bytes.Trim(b.data[f.match.lo:f.match.hi], "\n"))
	r, value := f.rule, string(b.data[f.secret.lo:f.secret.hi])
	c := candidate{rule: r, match: f.match, secret: f.secret, value: value, entropy: entropy(value)}
	if r.entropy != 0 && c.entropy <= r.entropy {
		s.dropped[reasonFor(value, reasonDull)]++
		return c, false
	}
	if inline && allowedInline(b.data, f.match.lo, f.match.hi-f.match.lo) {
		return c, false
	}
	if r.detector != nil {
		return c, true
	}
	line := func() []byte {
		lo := f.match.hi - len(bytes.TrimLeft(b.data[f.match.lo:f.match.hi], "\n"))
		from, to := lineAround(b.data, lo, lo+len(text), maxLine)
		return b.data[from:to]
	}
	for _, lists := range [2][]*allowRun{s.plan.global, r.allow} {
		for _, l := range lists {
			if s.allows(l, value, text, line) {
				s.dropped[reasonFor(value, reasonAllowed)]++
				return c, false
			}
		}
	}
	if hollow(value) || rowed(value) {
		s.dropped[reasonFor(value, reasonRepeated)]++
		return c, false
	}
	if r.illustrates(value, r.prefixes) {
		s.dropped[reasonPlaceholder]++
		return c, false
	}
	if r.sifted {
		if reason := s.plan.sieve.sift(text, value, s.look.setting); reason != "" {
			s.dropped[reason]++
			return c, false
		}
	}
	return c, true
}

// reasonFor returns why a value is no secret: what it says itself, or otherwise.
func reasonFor(value, otherwise string) string {
	if reason := placeholder(value, true); reason != "" {
		return reason
	}
	if validate.Documented(value) {
		return reasonPlaceholder
	}
	return otherwise
}

// allows tells whether an allowlist suppresses a secret. What the path alone decides has been decided.
func (s *scratch) allows(l *allowRun, secret, match string, line func() []byte) bool {
	if !l.all {
		return l.stops(secret) || s.regexHolds(l, secret, match, line)
	}
	if len(l.commits) > 0 || l.onPath >= 0 && !s.path.holds(l.onPath) {
		return false
	}
	return (l.words == nil || l.stops(secret)) && (l.regex == nil || s.regexHolds(l, secret, match, line))
}

// stops tells whether the secret holds a stop word.
func (l *allowRun) stops(secret string) bool {
	if l.words == nil {
		return false
	}
	for i := range len(secret) {
		if secret[i] >= 0x80 {
			return l.words.has(strings.ToLower(secret))
		}
	}
	return l.words.has(secret)
}

// regexHolds tells whether a regex of the list matches what it looks at.
func (s *scratch) regexHolds(l *allowRun, secret, match string, line func() []byte) bool {
	if l.regex == nil {
		return false
	}
	text := secret
	switch l.target {
	case "match":
		text = match
	case "line":
		text = string(line())
	}
	if text == "" && l.target != "" {
		return false
	}
	c := s.tests[l.number]
	if c == nil {
		a := l.accept()
		if a == nil {
			return l.regex.regexp().MatchString(text)
		}
		c = a.newCache()
		s.tests[l.number] = c
	}
	return c.occurs(text)
}

// searching returns what tells as re does whether it matches anywhere in a text; nil if nothing but re can.
func searching(re *expression) *acceptor {
	tree, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	a, err := newAcceptor(bare(tree), true)
	if err != nil {
		return nil
	}
	return a
}

// satisfied tells whether every rule that c's requires hits near it; others returns a rule's hits in the block.
func (c *candidate) satisfied(b block, others func(rule int) []candidate) bool {
	for _, q := range c.rule.require {
		found := false
		for _, o := range others(q.rule) {
			if near(b, q.requirement, c.match.lo, o.match.lo) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// near tells whether two matches lie within the bounds of a requirement. Columns count bytes.
func near(b block, q requirement, x, y int) bool {
	x, y = min(x, y), max(x, y)
	if q.withinLines != nil && bytes.Count(b.data[x:y], newline) > *q.withinLines {
		return false
	}
	if q.withinColumns != nil {
		column := func(at int) int { return at - bytes.LastIndexByte(b.data[:at], '\n') }
		if d := column(x) - column(y); d > *q.withinColumns || -d > *q.withinColumns {
			return false
		}
	}
	return true
}

// line returns the line, from 0, that gitleaks says a match is on: that of its first byte, or the next if that is a
// newline.
func (c *candidate) line() int { return c.at.lines - c.above }

// finding turns a candidate of a text whose data begins at shift into a match.
func (c *candidate) finding(shift int64, via []string) Match {
	at := c.at
	if c.origin != nil {
		via = append(via, c.origin.via...)
		if c.origin.at != nil {
			at = *c.origin.at
		}
	}
	prefix := prefixOf(c.value, c.rule.prefixes)
	if c.rule.covert {
		prefix = report.ShowNothing
	}
	return Match{
		Rule: c.rule.naming(c.value), Value: report.NewValue(c.value), Prefix: prefix,
		Offset: max(0, c.offset-shift), Line: at.lines + 1, Column: at.runes + 1, Via: via,
		Context: report.NewValue(c.context), Entropy: c.entropy, Verdict: c.verdict,
	}
}
