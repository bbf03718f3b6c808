package rules

import (
	"slices"
	"strings"

	"dregs/report"
)

// The rules of assignments: in a place that is telling, and elsewhere.
const (
	assignmentRule = "dregs-assignment"
	inTextRule     = "dregs-assignment-in-text"
)

// contextual is the detector of the rules that names lead to. All of them share one look at each name, which the plan's
// assigner takes; so they have no words of their own.
type contextual struct {
	vendor *vendor // whose rule it is; nil for a rule that is no vendor's
}

func (contextual) words() []string                   { return nil }
func (contextual) find([]byte, int, int, func(span)) {}

// assignmentDefinitions returns the rules that are no provider's.
func assignmentDefinitions() []*definition {
	return []*definition{
		{detector: contextual{}, rule: &Rule{
			ID:          assignmentRule,
			Description: "A literal value given to a name that says secret, in a place that is read by programs.",
			Severity:    report.Medium, Confidence: report.Medium, Generic: true, Origin: "dregs",
			Advice:     "Change the value where it is used, and hand it to the container at run time or to the build as a secret mount.",
			References: []string{"https://docs.docker.com/build/building/secrets/"},
		}},
		{detector: contextual{}, rule: &Rule{
			ID:          inTextRule,
			Description: "A literal value given to a name that says secret, in code or a document.",
			Severity:    report.Low, Confidence: report.Low, Generic: true, Origin: "dregs",
			Advice:     "If it is a real credential, change it where it is used and take it out of the file.",
			References: []string{"https://cwe.mitre.org/data/definitions/798.html"},
		}},
	}
}

// assigner finds what names that say secret are given. Names lead to it: it is the detector of assignments and, where a
// vendor's name stands beside, of the vendor's rule.
type assigner struct {
	telling, inText *ruleRun // nil if they were not chosen
	index           vendorIndex
	sieve           *sieve
	leads           []vendorLead
	example         *ruleRun // inText for what a vendor's name leads to
}

// newAssigner returns the assigner for those of its rules that are in the plan; nil for none.
func newAssigner(rules []*ruleRun) *assigner {
	a := &assigner{}
	var vendors []*ruleRun
	n := 0
	for _, r := range rules {
		c, ok := r.detector.(contextual)
		if !ok {
			continue
		}
		n++
		switch {
		case r.rule.ID == assignmentRule:
			a.telling = r
		case r.rule.ID == inTextRule:
			a.inText, a.example = r, weakened(r)
		case c.vendor != nil:
			vendors = append(vendors, r)
		}
	}
	if n == 0 {
		return nil
	}
	a.index = newVendorIndex(vendors)
	a.leads = newVendorLeads(a.index)
	return a
}

// look is what a detector sees of a fragment.
type look struct {
	data    []byte
	setting setting
	genre   genre
	key     int // length of the name that the fragment is the value of, with the sign behind it; 0 for none
	whole   int // where the value ends, if key is not 0
}

// find judges the name whose word number word stands at l.data[at]. It returns the rule that what the name is given comes
// under, or the reason why it is no secret; neither where it is no assignment at all.
func (a *assigner) find(l look, word, at int) (f found, reason string, ok bool) {
	data, w := l.data, nameWords[word]
	if w.word == "pass" && at+5 <= len(data) && passWord(data[at+4:]) {
		return f, "", false
	}
	name := nameAround(data, at, len(w.word))
	if name.lo > 1 && string(data[name.lo-2:name.lo]) == "${" && hasAt(data, name.hi, "}:") {
		return f, "", false // what follows it is not what it is given
	}
	if value, ok := literalBefore(data, name); ok && !laterWord(data[at+1:name.hi]) {
		return a.judge(l, word, at, name, literal{glue: glueMarkup, quoted: true, value: value})
	}
	lit, ok := literalAfter(data, name.hi)
	if ok && laterWord(data[at+1:name.hi]) {
		return f, "", false // the last word of a name judges it
	}
	if ok && lit.quoted && lit.glue == glueAssign {
		lit, ok = lit.sameOf(data, name)
	}
	if ok {
		lit = lit.ofCommand(data, name)
	}
	if !ok {
		if lit, ok = tailOf(data, at+len(w.word), name); !ok || l.setting == inText && a.sieve.broken("", string(data[name.lo:lit.value.hi])) {
			return f, "", false // a token that has the word in its beginning is judged by its own rule
		}
	}
	if l.key > 0 && name.hi == l.key-1 && name.lo == 0 {
		lit = literal{glue: glueAssign, quoted: true, value: span{l.key, l.whole}}
		if lit.value.hi-lit.value.lo > maxValue {
			return f, "", false
		}
	} else if lit.glue == glueAssign && l.setting == inText {
		l, lit = l.variable(name, lit)
	}
	return a.judge(l, word, at, name, lit)
}

// judge judges what the name whose word number word stands at l.data[at] is given, as find does.
func (a *assigner) judge(l look, word, at int, name span, lit literal) (f found, reason string, ok bool) {
	data, w := l.data, nameWords[word]
	if l.setting != inText && w.grade == gradePasswd {
		lit = lit.extended(data, name.lo)
	}
	lit = lit.narrowed(data, name.lo)
	raw := data[lit.value.lo:lit.value.hi]
	enclosed := lit.quoted || l.genre == program && lit.glue == glueMarkup ||
		l.setting == inText && w.grade == gradePasswd && (l.printed(name, lit) || wholeLine(data, name, lit)) && strong(string(raw))
	if len(raw) < 3 || l.setting == inText && !rare(raw) && !drawn(raw) && !uuid(raw) && !(w.grade == gradePasswd && enclosed && mixed(raw)) {
		// In code, whatever is no rare value is no candidate either.
		if len(raw) > 0 && lit.glue == glueAssign && mayWait[raw[0]|0x20] && judgeName(string(data[name.lo:name.hi]), word, at-name.lo, true) > gradeHint {
			reason = placeholder(string(raw), true)
		}
		return f, reason, false
	}
	value := string(raw)
	text := string(data[name.lo:name.hi])
	f.match, f.secret = span{name.lo, lit.value.hi}, lit.value
	if lit.value.lo < name.lo {
		f.match = span{lit.value.lo - 1, name.hi}
	}
	if !lit.quoted && (cutOff(data[lit.value.hi:]) || inEntity(data, lit.value)) {
		return f, reasonPlaceholder, false
	}
	imitation := l.setting == inText && a.sieve.imitates(text, string(data[f.match.lo:min(len(data), f.match.hi+1)]), value)
	if l.setting == inText && !imitation && a.sieve.broken(text, value) {
		return f, reasonBroken, false
	}
	if l.setting == inText && disowned(splitName(text)) {
		return f, reasonPlaceholder, false
	}
	if imitation && w.grade != gradeHint && lit.glue == glueAssign && !lit.double {
		f.rule = a.example
		return f, "", f.rule != nil
	}
	called := 0
	for _, object := range []string{"process.env.", "import.meta.env.", "config.", "self.config."} {
		if strings.HasPrefix(text, object) {
			called = len(object)
		}
	}
	if called > at-name.lo {
		called = 0
	}
	if lit.glue == glueCall {
		if called, ok = setterEnd(text[:at-name.lo]); !ok {
			return f, "", false
		}
	}
	if v, example := a.vendor(l, span{name.lo + called, name.hi}, value); v != nil {
		if f.rule = v; example {
			f.rule = a.inText
		}
		return f, "", f.rule != nil
	}
	if lit.glue == glueNone || lit.double {
		return f, "", false
	}
	if f.rule = a.surrounded(l, name, lit); f.rule != nil || w.grade == gradeHint {
		return f, "", f.rule != nil
	}
	if lit.loose && !rare(raw) && !uuid(raw) && !((l.setting != inText || l.genre == program) && lit.quoted && w.grade == gradePasswd && mixed(raw)) {
		return f, "", false
	}
	if lit.glue == glueSpace && !spaced(data, name, lit, l.setting) || lit.comma && lit.glue == glueList && (!lit.quoted || !listed(data, name)) {
		return f, "", false
	}
	if l.setting != inText && w.grade == gradePasswd {
		called += defaulted(text[called : at-name.lo])
	}
	g := judgeName(text[called:], word, at-name.lo-called, l.setting != inMetadata)
	if g == gradeNone && w.word == "key" && spacedKey(data, name) {
		g = gradeToken
	}
	if g == gradeNone && w.word == "pass" && name.hi-name.lo == len(w.word) && lineStart(data, name.lo) && rare(value) && (data[name.hi] == '=' || l.setting == inConfig) {
		g = gradePasswd // a line PASS: … in a text tells of a test that passed
	}
	if g == gradeNone && (queried(data, name, value) || w.word == "key" && primaryOf(text[called:at-name.lo], value)) {
		g = gradeKey
	}
	if g == gradeNone {
		return f, "", false
	}
	if reason = unlikely(value, text, g, l.setting, lit); reason != "" {
		return f, reason, false
	}
	certain := plausible(l, value, g, lit, name)
	if f.rule = a.inText; certain {
		f.rule = a.telling
	} else if !rare(value) && !uuid(value) && !(g == gradePasswd && mixed(value) && enclosed) {
		return f, reasonOrdinary, false
	}
	if f.rule == nil || g == gradePasswd || len(a.index) == 0 {
		return f, "", f.rule != nil
	}
	switch v := a.vendorAround(data, name.lo, lit.value.hi, value); {
	case v.rule == nil:
	case certain && l.setting != inText:
		f.rule = v.rule
	default:
		f.rule = v.low
	}
	return f, "", true
}

// defaulted returns the length of what says, before the name of a password, that it is the one which accounts begin with: of
// settings that is one like any other.
func defaulted(before string) int {
	const word = "default"
	n := len(word)
	switch {
	case len(before) < n || !strings.EqualFold(before[:n], word):
		return 0
	case len(before) == n || before[n] >= 'A' && before[n] <= 'Z':
		return n
	case before[n] == '_' || before[n] == '-':
		return n + 1
	}
	return 0
}

// queried tells whether a name is that of the parameter "key" of an address, and its value a token.
func queried(data []byte, name span, value string) bool {
	return name.hi-name.lo == 3 && name.lo > 0 && (data[name.lo-1] == '?' || data[name.lo-1] == '&') && len(value) >= minAlone && rare(value)
}

// minPrimary is the length from which on a primary key is no name of a column.
const minPrimary = 32

// primaryOf tells whether what stands before the word key of a name makes it one of two keys that open an account, as those of
// Azure's are called.
func primaryOf(before, value string) bool {
	own := splitName(before)
	return len(own) > 0 && own[len(own)-1] == "primary" && len(value) >= minPrimary && rare(value)
}

// spacedKey tells whether a name is the word key alone, behind a blank and a word which says that it opens something: the API key.
func spacedKey(data []byte, name span) bool {
	if name.hi-name.lo != 3 || name.lo < 2 || data[name.lo-1] != ' ' {
		return false
	}
	lo := name.lo - 1
	for lo > 0 && name.lo-lo < maxNameAfter && nameByte[data[lo-1]] {
		lo--
	}
	return opensKey[asciiLower(string(data[lo:name.lo-1]))]
}

// opensKey are words that make a key one that opens something, also in prose.
var opensKey = words("api secret access account license encryption signing auth master")

// setterEnd returns where the verb ends that begins the name of a function which sets what it is given, of which before is
// the beginning: client.setToken, options.WithSecret, options.apiKey. A function with another verb does not: getToken.
func setterEnd(before string) (int, bool) {
	from := strings.LastIndexByte(before, '.') + 1
	name := splitName(before[from:])
	switch {
	case len(name) == 0 || !verbs[name[0]]:
		return from, true
	case slices.Contains([]string{"set", "with", "use", "add"}, name[0]):
		return from + len(name[0]), true
	}
	return 0, false
}

// verbs begin names of functions.
var verbs = words(`set with use add get find read parse load fetch delete remove decode decrypt revoke assert expect translate to from as on
 create make build compute derive rotate refresh store save resolve test print log`)

// mayWait are the bytes, letters in lower case, that most values begin with which wait for a real one: changeme, your-key,
// xxxx, ****, <key>. The others are not worth a look.
var mayWait = [256]bool{'c': true, 'y': true, 'x': true, '*': true, '<': true, '$': true, '{': true}

// passWord tells whether pass goes on as another word of nameWords.
func passWord(rest []byte) bool {
	for _, w := range []string{"word", "wort", "phrase", "wd", "code"} {
		if len(rest) >= len(w) && equalFolded(rest[:len(w)], w) {
			return true
		}
	}
	return false
}

// laterWord tells whether rest, what follows the first byte of a word in a name, holds another.
func laterWord(rest []byte) bool {
	for i := range rest {
		switch rest[i] | 0x20 {
		case 'p', 's', 't', 'c', 'k', 'd', 'a', 'w', 'l', 'h', 'b':
			for _, w := range nameWords {
				if i+len(w.word) <= len(rest) && equalFolded(rest[i:i+len(w.word)], w.word) && w.grade != gradeHint {
					return true
				}
			}
		}
	}
	return false
}

// tailOf takes the end of a name for the value: vendor-token-0123…
func tailOf(data []byte, from int, name span) (literal, bool) {
	if from >= name.hi || name.hi-from < minVendorToken || data[from] != '-' && data[from] != '_' && data[from] != '.' {
		return literal{}, false
	}
	for name.hi < len(data) && nameByte[data[name.hi]] && name.hi-from < maxValue {
		name.hi++
	}
	return literal{glue: glueNone, value: span{from + 1, name.hi}}, true
}

// listed tells whether a name is the first of a list: of a call's arguments, a tuple, a pair; or stands there behind the
// type "String", as a build's constants do.
func listed(data []byte, name span) bool {
	at := name.lo - 1
	if at < 1 || data[at] != '"' && data[at] != '\'' {
		return false
	}
	for at > 0 && data[at-1] == ' ' {
		at--
	}
	const typed = `"string",`
	if at >= len(typed) && equalFolded(data[at-len(typed):at], typed) {
		return true
	}
	if at > 0 && data[at-1] == ',' {
		return paired(data, at)
	}
	return at > 0 && (data[at-1] == '(' || data[at-1] == '[' || data[at-1] == '{')
}

// paired tells whether what stands before data[at], back to the bracket that opens the list on the same line, are literals in
// pairs of a name and a value.
func paired(data []byte, at int) bool {
	const far = 160
	marks, open := 0, byte(0)
	for p := at - 1; p >= 0 && at-p < far && data[p] != '\n'; p-- {
		switch c := data[p]; {
		case open != 0:
			if c == open {
				open = 0
			}
		case literalQuote[c]:
			open = c
		case c == ',':
			marks++
		case c == '(' || c == '[' || c == '{':
			return marks%2 == 0
		case c != ' ':
			return false
		}
	}
	return false
}
