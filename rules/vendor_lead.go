package rules

import (
	"bytes"
	"slices"
	"strings"

	"dregs/report"
)

// besides is the detector of a vendor's weak rule: a token that stands beside the vendor's name, and that nothing says
// more of. It marks candidates that give way to any other of the same bytes.
type besides struct{ contextual }

// vendorLead is a name of a vendor that leads to a token behind it.
type vendorLead struct {
	indexed
	word string
	weak *ruleRun // the vendor's rule, with the least severity
}

// minLead is the shortest alias of letters alone that leads by itself: shorter ones are parts of too many words.
const minLead = 4

// Bounds of what stands between a vendor's name and its token.
const (
	leadGap   = 48
	leadLines = 3
	leadTries = 6 // parts of a run that a vendor's name begins
	minNamed  = 14
	minGiven  = 16
	minAlone  = 20
	minMixed  = 32
)

// newVendorLeads returns the names that lead by themselves, in order.
func newVendorLeads(index vendorIndex) []vendorLead {
	var out []vendorLead
	for alias, v := range index {
		if !v.afar || len(alias) < minLead && !strings.ContainsAny(alias, "0123456789") {
			continue
		}
		for _, w := range v.vendor.spellings[alias] {
			out = append(out, vendorLead{indexed: v, word: w, weak: weakened(v.rule)})
		}
	}
	slices.SortFunc(out, func(x, y vendorLead) int { return strings.Compare(x.word, y.word) })
	return out
}

// weakened returns r with the least severity and confidence, for hits that give way to others.
func weakened(r *ruleRun) *ruleRun { return lowered(r, besides{}) }

// lowered returns r with the least severity and confidence, as a rule of detector d.
func lowered(r *ruleRun, d detector) *ruleRun {
	rule := *r.rule
	rule.Severity, rule.Confidence = report.Low, report.Low
	low := *r
	low.definition = &definition{detector: d, rule: &rule}
	return &low
}

// led judges the name number n of a vendor at l.data[at], and the tokens around it.
func (a *assigner) led(l look, n, at int) (f found, ok bool) {
	lead, data := &a.leads[n], l.data
	from := at + len(lead.word)
	if at > 0 && within(data[at-1], data[at]) || goesOn(data[from-1], data[from:]) {
		return f, false
	}
	if f, ok = a.follows(l, lead, at); !ok {
		f, ok = a.ahead(l, lead, at)
	}
	if !ok {
		f, ok = a.addressed(l, lead, at)
	}
	return f, ok
}

// follows judges what comes behind the vendor's name at l.data[at]: a token is the vendor's where the two are assigned to
// each other, or where what stands between them says so.
func (a *assigner) follows(l look, lead *vendorLead, at int) (f found, ok bool) {
	data := l.data
	from := at + len(lead.word)
	lines := 0
	for p := from; p < min(len(data), from+leadGap); {
		if !leadByte[data[p]] {
			if data[p] == '\n' {
				lines++
			}
			if lines > leadLines {
				return f, false
			}
			p++
			continue
		}
		end := p
		for end < len(data) && leadByte[data[end]] && end-p <= maxValue {
			end++
		}
		for try := 0; end-p >= minVendorToken && end-p <= maxValue && try < leadTries; try++ {
			if f, ok = a.tokenOf(l, lead, at, span{p, end}); ok {
				return f, true
			}
			i := bytes.IndexAny(data[p:end], "-_./")
			if p != from && try == 0 || i < 0 {
				break
			}
			p += i + 1
		}
		p = end
	}
	return f, false
}

// goesOn tells whether the word that a vendor's name begins, and rest goes on, is another: canvas and not canvaToken.
func goesOn(last byte, rest []byte) bool {
	_, kind := raritySymbol(last)
	if len(rest) == 0 || kind == 3 {
		return false
	}
	if _, next := raritySymbol(rest[0]); next != kind {
		return false
	}
	return !slices.ContainsFunc(suffixes, func(w string) bool { return len(rest) >= len(w) && equalFolded(rest[:len(w)], w) })
}

// suffixes are words that go with a vendor's name into one.
var suffixes = []string{"key", "token", "secret", "api", "access", "auth", "app", "pass", "pwd", "cred", "client", "private", "bearer", "pat", "account",
	"service", "user", "sdk", "id", "crm", "com", "io", "dev", "prod", "live", "test", "host", "url", "config"}

// within tells whether b goes on the word that a is of.
func within(a, b byte) bool {
	_, before := raritySymbol(a)
	_, first := raritySymbol(b)
	return before == 1 && first == 1 || before == 2 || before == 3
}

// tokenOf judges whether the token behind a vendor's name at l.data[at] is a credential of it.
func (a *assigner) tokenOf(l look, lead *vendorLead, at int, token span) (f found, ok bool) {
	if token.hi < len(l.data) && l.data[token.hi] == '{' {
		return f, false // a template goes on
	}
	for token.hi > token.lo && (l.data[token.hi-1] == '.' || l.data[token.hi-1] == '-') {
		token.hi--
	}
	if size := token.hi - token.lo; (lead.vendor.listed || size < minAlone) && !slices.ContainsFunc(lead.vendor.shapes, func(s shape) bool { return s.near(size) }) {
		return f, false // no shape of the vendor's, as is judged below
	}
	gap := l.data[at+len(lead.word) : token.lo]
	value := string(l.data[token.lo:token.hi])
	if cutOff(l.data[token.hi:]) || l.setting == inText && a.sieve.broken("", value) {
		return f, false
	}
	if broken(l.data[token.hi:]) {
		return f, false
	}
	bond := bondOf(lead.word, gap, l.data[token.hi:])
	if bond != bondNamed && at > 0 && leadByte[l.data[at-1]] && bytes.IndexByte(gap, '\n') >= 0 {
		return f, false // lines of encoded data, one of which ends in the name by chance
	}
	if n := len(gap); n > 0 && leadByte[gap[n-1]] && !wordRun(value) && !uuid(value) {
		return f, false // the rest of a name, as of a package and its version
	}
	least := minNamed
	if bond != bondNamed {
		least = minAlone
	}
	if bond == bondNone || len(value) < minVendorToken || bond != bondNamed && !plainRun(value, bond) {
		return f, false
	}
	if hexadecimal(value) && inPath(l.data, at) && len(bytes.Trim(gap, nameOnly)) > 0 && len(bytes.Trim(gap, nameOnly+" \t")) == 0 {
		return f, false // the sum of a file, behind its path: a package's database lists so what settings it brought
	}
	if bond == bondBeside && len(value) >= len(lead.word) && equalFolded(l.data[token.lo:], lead.word) {
		return f, false // a field and its type, whose names are alike
	}
	example := !uuid(value) && !rare(value) || placeholder(value, false) != ""
	fits := slices.ContainsFunc(lead.vendor.shapes, func(s shape) bool { return s.fits(value) || example && s.spans(value) })
	if !fits && (bond == bondBeside || lead.vendor.listed || len(value) < minAlone || !otherKind(value)) {
		return f, false
	}
	if endsInID(gap) || locator(value) || refers(value) || identifies(value) && !uuid(value) {
		return f, false
	}
	f.match, f.secret, f.rule = span{at, token.hi}, token, lead.weak
	if !fits {
		f.rule = a.example
		return f, f.rule != nil
	}
	if example {
		f.rule = a.example
		return f, f.rule != nil && madeUp(value, least) && !waits(value) && (wordRun(value) || bond == bondNamed && !strings.ContainsAny(value, "/+~.%"))
	}
	if l.setting != inText && bond != bondBeside {
		f.rule = lead.rule
	}
	return f, true
}

// nameOnly are bytes that go on the name of a file.
const nameOnly = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+~@:"

// maxPathBefore bounds how far before a word the path begins that it is of.
const maxPathBefore = 256

// inPath tells whether data[at] is within the path of a file that begins its line, or stands behind blanks.
func inPath(data []byte, at int) bool {
	lo := at
	for lo > 0 && at-lo < maxPathBefore && leadByte[data[lo-1]] {
		lo--
	}
	path := data[lo:at]
	return bytes.IndexByte(path, '/') >= 0 && !bytes.HasPrefix(path, []byte("//")) && lineStart(data, lo)
}

// endsInID tells whether the name before a token says that it identifies and does not open.
func endsInID(gap []byte) bool {
	name := bytes.TrimRight(gap, " \t=:>\"'`")
	lower := strings.ToLower(string(name))
	return strings.HasSuffix(lower, "_id") || strings.HasSuffix(lower, "-id") || strings.HasSuffix(lower, " id") || strings.HasSuffix(lower, "uuid") ||
		len(name) > 2 && string(name[len(name)-2:]) == "Id" && startsWord(string(name), len(name)-2)
}

// otherKind tells whether a value may be a token of a vendor's that is of another kind than those whose shape is known: one
// that is rare, or one made up which has no more than one mark in it.
func otherKind(value string) bool {
	switch placeholder(value, true) {
	case "":
		if uuid(value) || rare(value) {
			return true
		}
	case reasonRepeated:
	default:
		return false
	}
	digits, letters := countKinds(value)
	return drawn(value) && digits+letters >= len(value)-1
}

// wordRun tells whether a value has letters and digits alone.
func wordRun(value string) bool {
	digits, letters := countKinds(value)
	return digits+letters == len(value)
}

// plainRun tells whether a value is a plain run of letters and digits, one with marks where it is assigned, or one so long
// and mixed that no name or path is.
func plainRun(value string, b bond) bool {
	marks := "/+%~"
	if b == bondBeside {
		marks = "/+%~_-."
	}
	switch {
	case uuid(value) || strings.HasPrefix(value, "eyJ"):
		return true
	case strings.ContainsAny(value, "%~"):
		return false
	case strings.ContainsAny(value, marks):
		return len(value) >= minMixed && thrice(value) && rareParts(value)
	}
	return len(value) >= minAlone || b == bondGiven && len(value) >= minGiven && thrice(value) && rare(value)
}

// thrice tells whether a value has digits, small letters and capitals, two or more of each.
func thrice(value string) bool {
	var n [rarityKinds]int
	for i := range len(value) {
		_, kind := raritySymbol(value[i])
		n[kind]++
	}
	return min(n[1], n[2], n[3]) >= 2
}

// madeUp tells whether a value of at least so many bytes looks like a token that somebody made up, as drawn does.
func madeUp(value string, least int) bool {
	if len(value) < least {
		return false
	}
	digits, letters := countKinds(value)
	return drawn(value) || len(value) < minAlone && digits >= 4 && letters >= 4 && distinctBytes(value) >= 8 && !stutters(value)
}

// leadByte are the bytes of tokens behind a vendor's name.
var leadByte = func() (t [256]bool) {
	t = randomByte
	t['='] = false
	t['%'] = true
	return t
}()
