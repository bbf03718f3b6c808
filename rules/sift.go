package rules

import (
	"slices"
	"strings"

	"dregs/rules/validate"
)

// reasonBroken is that of a value which begins as a provider's tokens or a JSON Web Token do and goes on otherwise, or is
// short, and shorter than any credential of the vendor that its name names.
const reasonBroken = "cut off, or not of its provider's form"

// sieve tells what the name and the value of an assignment say against it. It is immutable.
type sieve struct {
	worn  map[string]form   // by what providers' tokens begin with, in lower case
	least map[string]int    // by a vendor's alias: the length of its shortest credential
	named map[string]string // by alias: the vendor
}

// form tells the lengths of the tokens with one beginning, and whose they are; most is unbounded for any.
type form struct {
	least, most int
	vendors     []string // in lower case
	rules       []*definition
}

// Bounds of the beginnings that are looked at: a shorter one does not tell a provider by itself.
const (
	minWorn = 4
	maxWorn = 32
)

// ordinaryPrefixes are words that stand before values of anybody's.
var ordinaryPrefixes = words(`api app key keys secret live test prod production dev development preview project access token tokens auth
 web pub public private priv sk pk pat dataset client server user admin service data password pass salt base64 hex default sandbox
 login org`)

// newSieve returns the sieve of a rule set.
func newSieve(rules []*definition) *sieve {
	s := &sieve{worn: map[string]form{}, least: map[string]int{}, named: map[string]string{}}
	for _, d := range rules {
		if c, ok := d.detector.(contextual); ok && c.vendor != nil {
			s.addVendor(c.vendor)
		}
		if d.regex != nil && !d.rule.Generic {
			s.addRule(d)
		}
	}
	return s
}

// addVendor notes the names of a vendor, and how long its credentials are at least if that is known.
func (s *sieve) addVendor(v *vendor) {
	for alias := range v.aliases {
		s.named[alias] = v.id
	}
	if !v.listed {
		return
	}
	least := maxValue
	for _, sh := range v.shapes {
		least = min(least, sh.min)
	}
	for alias := range v.aliases {
		s.least[alias] = least
	}
}

// addRule notes what the secrets of a rule that knows a provider's shape begin with.
func (s *sieve) addRule(d *definition) {
	if d.begins == nil || !slices.ContainsFunc(d.begins(), tellsProvider) {
		return
	}
	tree := d.tree
	if c := capture(tree, d.group); c != nil {
		tree = c
	}
	own := form{shortest(tree), longest(tree), []string{squeezed(d.rule.Vendor)}, []*definition{d}}
	for _, p := range d.begins() {
		if !tellsProvider(p) {
			continue
		}
		f, ok := s.worn[p]
		if !ok {
			f = own
		}
		f.least = min(f.least, own.least)
		f.vendors = unique(append(slices.Clone(f.vendors), own.vendors...))
		if ok {
			f.rules = append(slices.Clone(f.rules), d)
		}
		if f.most != unbounded && (own.most == unbounded || own.most > f.most) {
			f.most = own.most
		}
		s.worn[p] = f
	}
}

// wornMarks end what tells a provider.
const wornMarks = "_-.+/~"

// tellsProvider tells whether a beginning stands before the tokens of one provider alone: it is marked off from what
// follows, and one of its words is none that anybody would choose.
func tellsProvider(prefix string) bool {
	if len(prefix) < minWorn || len(prefix) > maxWorn || strings.IndexByte(wornMarks, prefix[len(prefix)-1]) < 0 {
		return false
	}
	for _, w := range splitName(prefix) {
		if len(w) > 1 && !ordinaryPrefixes[w] {
			return true
		}
	}
	return false
}

// broken tells whether a value is only the beginning of a token, or has its beginning and not its form. A longer one may
// be of a form that the provider made since. It is asked in texts alone: where settings are given, what a program takes
// opens something, however it looks.
func (s *sieve) broken(name, value string) bool {
	if f, ok := s.formOf(value); ok {
		return (f.most == unbounded || len(value) <= f.most) && !s.another(name, f.vendors)
	}
	return validate.HollowJWT(value) || len(value) < ownForm && len(value) < s.leastOf(name)
}

// ownForm is the length from which on a value opens something, although the documented credentials of the vendor that its
// name names are longer: vendors have older kinds and make new ones.
const ownForm = 24

// formOf returns the form of the tokens that begin as a value does.
func (s *sieve) formOf(value string) (form, bool) {
	head := asciiLower(value[:min(len(value), maxWorn)])
	for n := len(head); n >= minWorn; n-- {
		if strings.IndexByte(wornMarks, head[n-1]) < 0 {
			continue
		}
		if f, ok := s.worn[head[:n]]; ok {
			return f, true
		}
	}
	return form{}, false
}

// imitates tells whether a value was made up after the tokens of the vendor that a name names: it has their form, and
// counts. text holds both.
func (s *sieve) imitates(name, text, value string) bool {
	f, ok := s.formOf(value)
	digits, letters := countKinds(value)
	if !ok || len(value) < f.least || digits < 4 || letters < 4 || placeholder(value, false) != "" || validate.Documented(value) || !drawn(value) {
		return false
	}
	name = squeezed(name)
	return slices.ContainsFunc(f.rules, func(d *definition) bool {
		v := squeezed(d.rule.Vendor)
		if v == "" || !strings.Contains(name, v) {
			return false
		}
		re := d.regex.regexp()
		m := re.FindStringIndex(text)
		if m == nil {
			return false
		}
		match := text[m[0]:m[1]]
		from, to := secretIn(re.FindStringSubmatchIndex(match), d.group, match)
		return text[m[0]+from:m[0]+to] == value
	})
}

// another tells whether a name names a vendor, and none of these: its tokens may begin as theirs do.
func (s *sieve) another(name string, vendors []string) bool {
	own, found := splitName(name), false
	for i := range own {
		joined := ""
		for _, w := range own[i:min(len(own), i+maxAliasWords)] {
			joined += w
			v := s.named[joined]
			if slices.ContainsFunc(vendors, func(of string) bool {
				return strings.HasPrefix(of, joined) && len(joined) >= minAliasStem || v != "" && (strings.Contains(of, v) || strings.Contains(v, of))
			}) {
				return false
			}
			found = found || v != ""
		}
	}
	return found
}

// squeezed returns a name's letters and digits in lower case.
func squeezed(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(name))
}

// leastOf returns the length of the shortest credential of the vendor that a name names; 0 for none that is known, and
// for a password, which a person chose.
func (s *sieve) leastOf(name string) int {
	own := splitName(name)
	for _, w := range own {
		if strings.HasPrefix(w, "pass") || strings.HasPrefix(w, "pw") {
			return 0
		}
	}
	for i := range own {
		joined := ""
		for _, w := range own[i:min(len(own), i+maxAliasWords)] {
			joined += w
			if n := s.least[joined]; n > 0 {
				return n
			}
		}
	}
	return 0
}

// sift tells why a value that a generic rule of gitleaks hit is no secret, by the tests that assignments pass. match is
// what it hit, with the name before the value.
func (s *sieve) sift(match, value string, at setting) (reason string) {
	if reason = placeholder(value, true); reason != "" {
		return reason
	}
	switch {
	case validate.Documented(value):
		return reasonPlaceholder
	case identifies(value) && !uuid(value):
		return reasonPublic
	case at != inText:
		return ""
	}
	name := strings.TrimLeft(strings.TrimSuffix(match[:max(0, strings.LastIndex(match, value))], "\n"), " \t\n\r'\"")
	if i := strings.IndexAny(name, "=:>|,"); i > 0 && strings.IndexByte(name[:i], '\n') > 0 {
		return reasonOrdinary // the last words of a line, and a sign on the next
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return r > 0x7f || !nameByte[r] }); i >= 0 {
		name = name[:i]
	}
	switch {
	case disowned(splitName(name)):
		return reasonPlaceholder
	case names(match[:max(0, strings.LastIndex(match, value))]):
		return reasonPublic
	case s.broken(name, value):
		return reasonBroken
	}
	return ""
}

// naming are words of names whose values tell things apart, and open nothing: cache_key, apiRevision, "ETag".
var naming = words("cache partition primary foreign revision commit etag checksum fingerprint digest hash request trace")

// names tells whether a value tells something apart: the words before it say so, or the algorithm of a digest stands right
// before it.
func names(before string) bool {
	for _, algorithm := range []string{"h1:", "sha1:", "sha256:", "sha512:", "md5:"} {
		if strings.HasSuffix(before, algorithm) {
			return true
		}
	}
	var own []string
	for _, w := range splitName(before) {
		if w = strings.Trim(w, " \t\"'`:=>|,"); w != "" {
			own = append(own, w)
		}
	}
	if len(own) == 0 || opening[own[len(own)-1]] {
		return false
	}
	return slices.ContainsFunc(own, func(w string) bool { return naming[w] })
}

// opening are last words of names whose values open something, whatever stands before them: requestToken, HASH_SECRET.
var opening = words("token secret password passwd pwd passphrase salt credential")

// disowning are words of names whose values were made to fail: nonMatchingToken, invalid_key, DUMMY_SECRET.
var disowning = words("non nonmatching invalid wrong bogus fake faked dummy mock mocked bad malformed")

// disowned tells whether the words of a name say that its value opens nothing.
func disowned(name []string) bool {
	for _, w := range name {
		if disowning[w] {
			return true
		}
	}
	return false
}
