package rules

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"testing"
)

// TestPrelude holds that every match begins in a run that is told, and that no other runs are.
func TestPrelude(t *testing.T) {
	for pattern, least := range map[string]int{
		`(?i)\b(\d{15,16}(\||%)[0-9a-z\-_]{27,40})`: 15,
		`(?:^|\b)([a-f0-9]{6}[a-c]{2}-x)`:           8,
		`[0-9]{9}?[a-z]`:                            9,
		`\b[0-9]+[0-9]{7}-`:                         8,
		`[0-9]{7}-`:                                 0,
		`(?i)[0-9k]{20}`:                            0,
		`-?[0-9]{20}`:                               0,
		`(?:[0-9]{20}|x)y`:                          0,
		`[0-9]{3}x?[0-9]{20}`:                       0,
	} {
		re, err := syntax.Parse(pattern, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		o := preludeOf(re)
		if o == nil {
			if least != 0 {
				t.Errorf("%s: no prelude, want one of %d bytes", pattern, least)
			}
			continue
		}
		if o.least != least {
			t.Errorf("%s: a prelude of %d bytes, want %d", pattern, o.least, least)
		}
		random, compiled, begun := rand.New(rand.NewPCG(3, 4)), regexp.MustCompile(pattern), 0
		for range 300 {
			var text []byte
			for len(text) < 200 {
				for range random.IntN(20) {
					text = append(text, "0123456789abc"[random.IntN(13-3*random.IntN(2))])
				}
				text = append(text, pick(random, "-", "-x", "|", " ", "z", "0123456789abcdefghijklmnopqrst")...)
			}
			lo := random.IntN(10)
			in := make([]bool, len(text))
			o.each(text, lo, len(text), func(from, to int) {
				if to-from < o.least || from < lo {
					t.Fatalf("%s: a run from %d to %d", pattern, from, to)
				}
				for i := from; i+o.least <= to; i++ {
					in[i] = true
				}
			})
			for at := range text[lo:] {
				if m := compiled.FindIndex(text[lo+at:]); m != nil {
					if begun++; !in[lo+at+m[0]] {
						t.Fatalf("%s: no run in %q at %d, where a match begins", pattern, text, lo+at+m[0])
					}
				}
			}
		}
		if begun == 0 {
			t.Errorf("%s: no text matched", pattern)
		}
	}
}
