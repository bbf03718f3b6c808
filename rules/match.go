package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"time"

	"dregs/report"
)

// withKey returns the text that is searched for a fragment, and where its Data begins in it: a value whose name is known
// is searched as name=value, so that rules which look for a name see it.
func withKey(f Fragment) (text []byte, shift int) {
	if f.Key == "" {
		return f.Data, 0
	}
	text = make([]byte, 0, len(f.Key)+1+len(f.Data))
	text = append(append(append(text, f.Key...), '='), f.Data...)
	return text, len(f.Key) + 1
}

// inlinePlace tells whether a comment in the text may suppress a match there.
func inlinePlace(p report.Place) bool { return p == report.Dockerfile || p == report.DirFile }

// allowedInline tells whether the line that holds the n bytes at start of text has a comment that suppresses matches.
func allowedInline(text []byte, start, n int) bool {
	lo, hi := lineAround(text, start, min(len(text), start+n), maxLine)
	line := text[lo:hi]
	return bytes.Contains(line, []byte("gitleaks:allow")) || bytes.Contains(line, []byte("dregs:allow"))
}

// maxLine bounds how far to either side of a match its line is looked at.
const maxLine = 64 << 10

// newMatch builds the match of text[lo:hi], where text is withKey of f and shift its second result; now is the set's. A value
// that begins in the key is told at the beginning of the data.
func newMatch(r *Rule, f Fragment, text []byte, shift, lo, hi int, prefixes []string, now time.Time) Match {
	value := string(text[lo:hi])
	at := max(lo, shift)
	where := measure(text[shift:nextRune(text, at)])
	return Match{
		Rule:    r,
		Value:   report.NewValue(value),
		Prefix:  prefixOf(value, prefixes),
		Offset:  int64(at - shift),
		Line:    where.lines + 1,
		Column:  where.runes + 1,
		Via:     slices.Clone(f.Via),
		Context: report.NewValue(contextOf(text, lo, hi)),
		Entropy: entropy(value),
		Verdict: verdict(r, text, span{lo, hi}, now),
	}
}

// wholeFile builds the match of a rule that looks at the path alone. Its value is the identity of the content, so that
// the same file is one secret wherever it lies.
func wholeFile(r *Rule, via []string, data []byte) Match {
	sum := sha256.Sum256(data)
	return wholeFileSum(r, via, sum[:])
}

// wholeFileSum is wholeFile for content of that SHA-256.
func wholeFileSum(r *Rule, via []string, sum []byte) Match {
	value := "sha256:" + hex.EncodeToString(sum)
	return Match{
		Rule: r, Value: report.NewValue(value), Prefix: len("sha256:"), Line: 1, Column: 1, Via: slices.Clone(via),
		Entropy: entropy(value), Verdict: report.Verdict{State: report.Unknown},
	}
}

// secretIn returns the bounds of the secret in a match of a pattern, by gitleaks' rule: the pattern is applied to the match alone,
// which groups is the result of, and the wanted group, or for 0 the first that is not empty, is the secret; else the match is.
func secretIn(groups []int, group int, match string) (lo, hi int) {
	if groups == nil {
		return 0, len(match)
	}
	if group > 0 {
		return max(0, groups[2*group]), max(0, groups[2*group+1])
	}
	for g := 2; g < len(groups); g += 2 {
		if groups[g] < groups[g+1] {
			return groups[g], groups[g+1]
		}
	}
	return 0, len(match)
}

// entropy returns the Shannon entropy of s as gitleaks computes it: of its code points, in shares of its bytes.
func entropy(s string) float64 {
	var ascii [128]int
	var others []rune
	for _, r := range s {
		if r < 128 {
			ascii[r]++
		} else {
			others = append(others, r)
		}
	}
	inverse := 1 / float64(len(s))
	bits := 0.0
	add := func(n int) {
		share := float64(n) * inverse
		bits -= share * math.Log2(share)
	}
	for _, n := range ascii {
		if n > 0 {
			add(n)
		}
	}
	slices.Sort(others)
	for i := 0; i < len(others); {
		j := i
		for j < len(others) && others[j] == others[i] {
			j++
		}
		add(j - i)
		i = j
	}
	return bits
}
