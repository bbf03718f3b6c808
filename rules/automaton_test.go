package rules

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// naive returns every occurrence of keywords in text that counts, by keyword and position.
func naive(text []byte, keywords []string, bounded []bool) []hit {
	var folded []byte
	for _, b := range text {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		folded = append(folded, b)
	}
	var out []hit
	inside := regexp.MustCompile(`\w$`)
	for id, k := range keywords {
		for i := range folded {
			counts := bounded == nil || !bounded[id] || !inside.Match(folded[max(0, i-1):i])
			if counts && bytes.HasPrefix(folded[i:], []byte(k)) {
				out = append(out, hit{i, uint16(id)})
			}
		}
	}
	return out
}

func sortHits(h []hit) []hit {
	out := slices.Clone(h)
	slices.SortFunc(out, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.keyword, b.keyword))
	})
	return out
}

// scanned returns the occurrences in text, found in pieces of so many bytes.
func scanned(a *automaton, text []byte, piece int) []hit {
	var l lanes
	var out []hit
	for lo := 0; lo < len(text); lo += piece {
		out = append(out, a.scan(text, lo, min(len(text), lo+piece), &l)...)
	}
	return sortHits(out)
}

// checkScan checks the pass over a text, in pieces as large as they may be and in smaller ones, against the naive search.
func checkScan(t *testing.T, a *automaton, text []byte, piece int) {
	t.Helper()
	same := gocmp.AllowUnexported(hit{})
	want := sortHits(naive(text, a.keywords, a.bounded))
	if d := gocmp.Diff(want, scanned(a, text, maxScan), same); d != "" && len(want) > 0 {
		t.Fatalf("%q: %s", text, d)
	}
	for id, k := range a.keywords {
		occurs := slices.ContainsFunc(want, func(h hit) bool { return int(h.keyword) == id })
		listed := false
		a.each(string(text), func(keyword int) { listed = listed || keyword == id })
		if listed != occurs {
			t.Fatalf("%q: each tells %v of %q", text, listed, k)
		}
		if len(a.keywords) > 100 {
			break
		}
	}
	if d := gocmp.Diff(want, scanned(a, text, piece), same); d != "" && len(want) > 0 {
		t.Fatalf("in pieces of %d: %q: %s", piece, text, d)
	}
}

func TestScanFindsEveryKeyword(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, keywords := range [][]string{
		{"a"},
		{"key", "apikey", "keyring", "ey", "k", "y"},
		{"aaaaaaaaaaaa", "aaaa", "aa"},
		{"-----begin", "--", "_", "secret\xc3\xa9", "\xff\xfe", "0x", "9"},
	} {
		var bounded []bool
		for i := range keywords {
			bounded = append(bounded, i%2 == 0)
		}
		a, small := newScanner(keywords, nil), newAutomaton(keywords)
		beginning, few := newScanner(keywords, bounded), newBounded(keywords, bounded)
		for round := range 300 {
			var text []byte
			for range random.IntN(200) {
				if random.IntN(3) == 0 {
					text = append(text, pick(random, keywords...)...)
				} else {
					text = append(text, "aAkKeEyY-_09 \xff\xc3\xa9\xfe\n"[random.IntN(18)])
				}
			}
			checkScan(t, a, text, 1+random.IntN(300))
			if round%20 == 0 {
				checkScan(t, a, bytes.Repeat(text, 20), 1+random.IntN(5000))
			}
			for _, a := range []*automaton{small, beginning, few} {
				checkScan(t, a, text, 1+random.IntN(300))
			}
		}
	}
}

// TestScanOfLongTexts reads parts of the greatest length, which are not copied, and with bytes at their edges that count.
func TestScanOfLongTexts(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	a := newScanner([]string{"key", "apikey", "-----begin", "s.", "authorization", "\x00\x00k", "ut", "begins"},
		[]bool{3: true, 4: true, 6: true, 7: true})
	for range 3 {
		var text []byte
		for len(text) < 5*maxScan/2 {
			text = append(text, pick(random, append(a.keywords, "aut", "----- ", "\x00", "e.K")...)...)
		}
		checkScan(t, a, text, maxScan)
	}
}

// TestManyKeywords fills the table until beginnings must be cut short.
func TestManyKeywords(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var keywords []string
	for range 40_000 {
		var k []byte
		for range 3 + random.IntN(10) {
			k = append(k, "abcdefghijklmnopqrstuvwxyz0123456789_-."[random.IntN(39)])
		}
		keywords = append(keywords, string(k))
	}
	keywords = unique(keywords)
	a := newScanner(keywords, nil)
	if a.depth >= maxPiece/2 {
		t.Errorf("%d keywords fit at depth %d: the test shows nothing", len(keywords), a.depth)
	}
	for range 2 {
		var text []byte
		for range 10 {
			text = append(text, strings.ToUpper(pick(random, keywords...))...)
		}
		checkScan(t, a, text, 64)
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("the apiKEY\nkeyey"), uint8(3))
	f.Add([]byte("\xe2\x84\xaaey -----BEGIN"), uint8(200))
	a := newScanner([]string{"key", "apikey", "ey", "-----begin", "s.", "\xe2\x84\xaaey", "e", "re_"}, []bool{2: true, 4: true, 7: true})
	f.Fuzz(func(t *testing.T, text []byte, piece uint8) { checkScan(t, a, text, 1+int(piece)) })
}
