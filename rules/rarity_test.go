package rules

import (
	"go/scanner"
	"go/token"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestRareTokens checks the test of rarity on what it must tell apart: random tokens, and the names of real code.
func TestRareTokens(t *testing.T) {
	if n := len(rarityModel); n > 64<<10 {
		t.Fatalf("the model has %d bytes", n)
	}
	const lower, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"
	rng := rand.New(rand.NewPCG(1, 1))
	for _, test := range []struct {
		name, alphabet string
		size           int
		least          float64
	}{
		{"hexadecimal", digits + "abcdef", 32, 0.99},
		{"small letters and digits", digits + lower, 20, 0.99},
		{"letters and digits", alphabets["alnum"], 16, 0.99},
		{"letters and digits, long", alphabets["alnum"], 40, 0.999},
		{"small letters", lower, 32, 0.97},
	} {
		const n = 4000
		hits := 0
		for range n {
			if rare(random(rng, test.alphabet, test.size)) {
				hits++
			}
		}
		if share := float64(hits) / n; share < test.least {
			t.Errorf("%s: %.3f of %d characters are rare, want %.3f", test.name, share, test.size, test.least)
		}
	}
	names := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(runtime.GOROOT(), "src", "*", "*.go"))
	if err != nil || len(files) == 0 {
		t.Skip("no Go source tree: ", err)
	}
	for _, f := range files[:min(len(files), 600)] {
		names[f] = true
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		var s scanner.Scanner
		s.Init(set.AddFile(f, set.Base(), len(text)), text, nil, 0)
		for tok, lit := token.ILLEGAL, ""; tok != token.EOF; _, tok, lit = s.Scan() {
			if tok == token.IDENT && len(lit) >= minRare {
				names[lit] = true
			}
		}
	}
	hits := 0
	for n := range names {
		if rare(n) {
			hits++
		}
	}
	if share := float64(hits) / float64(len(names)); share > 0.02 || len(names) < 1000 {
		t.Errorf("%.4f of %d names are rare", share, len(names))
	}
}

func TestPlaceholders(t *testing.T) {
	for _, test := range []struct {
		value  string
		strict bool
		want   string
	}{
		{"", false, ""},
		{"null", false, reasonOrdinary},
		{"${A:-b}", false, reasonReference},
		{"%DB%", false, reasonReference},
		{"vault:secret/a#b", false, reasonReference},
		{"your-api-key", false, reasonPlaceholder},
		{"AKIAIOSFODNN7" + "EXAMPLE", false, reasonPlaceholder},
		{"<password>", false, reasonPlaceholder},
		{"zzzzzzzz", false, reasonRepeated},
		{"abcdefghij1234567890", true, reasonRepeated},
		{"qwertyuiop", true, reasonRepeated},
		{"12345" + "678", false, ""},
		{"hunt" + "er2", false, ""},
		{"!Qw3" + "rty#9", false, ""},
		{"sup3r-s" + "3cret", true, ""},
	} {
		if got := placeholder(test.value, test.strict); got != test.want {
			t.Errorf("%q: %q, want %q", test.value, got, test.want)
		}
	}
}
