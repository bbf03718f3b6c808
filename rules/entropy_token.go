package rules

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"dregs/report"
)

// entropyRule is the rule of tokens that look random where secrets are given, with nothing that names them.
const entropyRule = "dregs-entropy"

// entropyDefinitions returns that rule.
func entropyDefinitions() []*definition {
	return []*definition{{detector: contextual{}, rule: &Rule{
		ID:          entropyRule,
		Description: "A random token of no known shape, in a place where settings and credentials are given.",
		Severity:    report.Medium, Confidence: report.Low, Generic: true, Origin: "dregs",
		Advice:     "Find out what the token opens; if anything, change it there.",
		References: []string{"https://docs.docker.com/build/building/secrets/"},
	}}}
}

// Bounds of a random token: shorter ones are too often names, longer ones data.
const (
	minRandom     = 20
	maxRandom     = 160
	randomEntropy = 3.6 // bits a byte
)

// tokens finds the random tokens that begin in b, where the fragment is telling.
func (s *scratch) tokens(b block) {
	if s.plan.entropic == nil || s.look.setting != inMetadata || !s.runs(s.plan.entropic) {
		return
	}
	data := b.data
	for at := b.lo; at < b.hi; at++ {
		if !randomByte[data[at]] || at > 0 && randomByte[data[at-1]] {
			continue
		}
		end := at
		for end < len(data) && randomByte[data[end]] && end-at <= maxRandom {
			end++
		}
		if n := end - at; n >= minRandom && n <= maxRandom {
			s.token(data, at, end)
		}
		at = end
	}
}

// token judges the token data[lo:hi], after the sign that assigns it if one is in it.
func (s *scratch) token(data []byte, lo, hi int) {
	if i := bytes.IndexByte(data[lo:hi], '='); i >= 0 && hi-lo-i-1 >= minRandom {
		lo += i + 1
	}
	value := string(data[lo:hi])
	digits, letters := countKinds(value)
	if len(value) < minRandom || digits < 2 || letters < 4 || hexadecimal(value) || entropy(value) < randomEntropy || !rare(value) {
		return
	}
	switch {
	case identifies(value), strings.HasSuffix(string(data[max(0, lo-7):lo]), "base64,"), hashNear(data, lo):
		s.dropped[reasonPublic]++
	case locator(value), strings.Contains(value, "/") && !rareParts(value):
		s.dropped[reasonPath]++
	default:
		if reason := placeholder(value, true); reason != "" {
			s.dropped[reason]++
			return
		}
		s.led = append(s.led, found{s.plan.entropic, span{lo, hi}, span{lo, hi}})
	}
}

// rareParts tells whether what stands between the slashes of a token is rare, as it is of base64 and not of a path.
func rareParts(value string) bool {
	for part := range strings.SplitSeq(value, "/") {
		if len(part) >= 6 && len(part) >= minRare && !rare(part) {
			return false
		}
	}
	return true
}

// hashWords stand before values that identify and do not open.
var hashWords = []string{"sha", "md5", "hash", "digest", "checksum", "integrity", "commit", "revision", "fingerprint", "keyid", "gpg", "public", "pubkey", "ssh-", "cert", "nonce", "etag", "uuid", "build_id", "buildid", "@", "zone", "arn:"}

// hashNear tells whether the text before data[at] says that a hash or public key follows.
func hashNear(data []byte, at int) bool {
	before := data[max(0, at-40):at]
	before = bytes.ToLower(before[bytes.LastIndexByte(before, '\n')+1:])
	for _, w := range hashWords {
		if bytes.Contains(before, []byte(w)) {
			return true
		}
	}
	return false
}

// randomByte are the bytes of tokens.
var randomByte = func() (t [256]bool) {
	for c := range 256 {
		_, kind := raritySymbol(byte(c))
		t[c] = kind != 0
	}
	for _, c := range []byte("+/=_-.~") {
		t[c] = true
	}
	return t
}()

// unnamed drops random tokens, and those that stand beside a vendor's name, that another rule hit too: what has a name or
// a shape needs no second one. Of two names that lead one rule to one token the first is kept.
func unnamed(found []candidate) []candidate {
	var taken []span
	for _, c := range found {
		if !c.givesWay() {
			taken = append(taken, span{int(c.offset), int(c.offset) + len(c.value)})
		}
	}
	taken = merge(taken)
	type place struct {
		offset int64
		id     string
		weak   bool
	}
	seen := map[place]bool{}
	return slices.DeleteFunc(found, func(c candidate) bool {
		weak := c.givesWay()
		if _, named := c.rule.detector.(contextual); !weak && !named {
			return false
		}
		at := place{c.offset, c.rule.rule.ID, weak}
		if seen[at] {
			return true
		}
		if seen[at] = true; !weak {
			return false
		}
		i, _ := slices.BinarySearchFunc(taken, int(c.offset), func(s span, at int) int { return cmp.Compare(s.hi, at+1) })
		return i < len(taken) && taken[i].lo < int(c.offset)+len(c.value)
	})
}

// givesWay tells whether a candidate is of interest only where no other rule hit.
func (c *candidate) givesWay() bool {
	_, weak := c.rule.detector.(besides)
	return weak || c.rule.rule.ID == entropyRule
}
