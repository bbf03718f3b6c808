package rules

import (
	"bytes"
	"slices"
)

// behindReach bounds how far a vendor's name may stand behind its token.
const behindReach = 24

// behindMarks, in lower case, part a token from the name of its vendor behind it: TOKEN  # acme, TOKEN (the acme key).
var behindMarks = [][]byte{[]byte("#"), []byte("//"), []byte("--"), []byte("/*"), []byte("<!--"), []byte("<-"), []byte(";"), []byte("("), []byte("|"), []byte(","),
	[]byte("- "), []byte("– "), []byte("— "), []byte("is "), []byte("as "), []byte("for ")}

// behindWords may stand between such a mark and the name.
var behindWords = [][]byte{[]byte("for "), []byte("the "), []byte("my "), []byte("our "), []byte("your "), []byte("a "), []byte("an "), []byte("from ")}

// ahead judges the token that stands before the vendor's name at l.data[at], on its line: where nothing but a mark parts
// them, it is the vendor's. A run of hexadecimal digits is one where the words behind the name say so.
func (a *assigner) ahead(l look, lead *vendorLead, at int) (f found, ok bool) {
	data := l.data
	token := runBefore(data, at)
	lo, end := token.lo, token.hi
	if end-lo > maxRandom || lo == end || lo > 0 && bytes.IndexByte([]byte("@#$&{%\\"), data[lo-1]) >= 0 {
		return f, false
	}
	behind := data[at+len(lead.word) : min(len(data), at+len(lead.word)+behindReach)]
	value := string(data[lo:end])
	if !partedBy(data[end:at]) || hexadecimal(value) && !opens(behind) || !plainRun(value, bondBeside) || !rare(value) && !uuid(value) ||
		placeholder(value, false) != "" || identifies(value) && !uuid(value) || locator(value) || hashNear(data, lo) {
		return f, false
	}
	if uuid(value) && !opens(behind) || l.setting == inText && a.sieve.broken("", value) ||
		!slices.ContainsFunc(lead.vendor.shapes, func(s shape) bool { return s.fits(value) }) {
		return f, false
	}
	return found{lead.weak, span{lo, at + len(lead.word)}, span{lo, end}}, true
}

// runBefore returns the run of bytes of tokens, as long as one, that ends on its line within behindReach before data[at].
func runBefore(data []byte, at int) span {
	for end := at; end > 0 && at-end < behindReach && data[end-1] != '\n'; {
		lo := end
		for lo > 0 && end-lo <= maxRandom && leadByte[data[lo-1]] {
			lo--
		}
		if end-lo >= minAlone {
			return span{lo, end}
		}
		end = min(lo, end-1)
	}
	return span{}
}

// partedBy tells whether a mark of behindMarks, with blanks and quotes around it, is all that a gap has.
func partedBy(gap []byte) bool {
	gap = bytes.ToLower(bytes.TrimLeft(gap, "\"'`) \t"))
	marked := false
	for range 2 {
		for _, m := range behindMarks {
			if rest, ok := bytes.CutPrefix(gap, m); ok {
				gap, marked = bytes.TrimLeft(rest, " \t"), true
				break
			}
		}
	}
	gap = bytes.TrimLeft(gap, " \t\"'`[(")
	for _, w := range behindWords {
		gap = bytes.TrimPrefix(gap, w)
	}
	return marked && len(gap) == 0
}

// opens tells whether the words behind a vendor's name say that what stands before it opens something.
func opens(behind []byte) bool {
	if end := bytes.IndexByte(behind, '\n'); end >= 0 {
		behind = behind[:end]
	}
	lower := bytes.ToLower(behind)
	holds := func(w []byte) bool { return bytes.Contains(lower, w) }
	return slices.ContainsFunc(bondWords, holds) && !slices.ContainsFunc(strayWords, holds)
}
