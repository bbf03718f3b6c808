//go:build unix

package rules

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// hostile are texts of nothing but what the matcher looks for.
var hostile = map[string]string{
	"one keyword":       "key",
	"assignments":       "key=",
	"almost matches":    "api_key = 'aaaaaaaaaaaaaaaa ",
	"tokens":            "ey",
	"endless token":     "eyAAAAAAAAAAAAAAAAAAAAAAA",
	"PEM headers":       "-----BEGIN PRIVATE KEY-----",
	"kinds of keyword":  "tokensecretpasswordapikeyauth",
	"curl":              "curl -u ",
	"spaces":            "key                    ",
	"invalid":           "\xffkey\xff",
	"kelvin":            "to\u212aen",
	"fixed-size tokens": "glpat-aaaaaaaaaaaaaaaaaaaa",
	"agent keys":        "(private-" + "key",
	"open lists":        "(private-" + "key (rsa (n #00#",
	"heads of tables":   "user,password,token\n",
	"rows of SQL":       "(password, token) values ('a', 'b'), ",
	"logins":            ".login(\"a\", \"",
	"continued lines":   "curl \\\n -u a:b ",
	"web keys":          "\"kty\"",
	"open web keys":     "{\"kty\":\"RSA\",",
	"blocks":            "{acme: {token: {value: ",
	"lists of bytes":    "byte{103,",
	"open lists of one": "[u8 [u8 ",
	"long lists":        "byte{103, 104, 112, 95, 103, 104, 112, 95, 103, 104, 112, 95, ",
	"dumps":             "00000000: 6768 705f 6768 705f 6768 705f 6768 705f  ghp_ghp_ghp_ghp_\n",
	"patches":           "GIT binary patch\nliteral 9\n",
	"colours":           "a\x1b[1m",
	"rows of colours":   "\x1b[1m",
	"leads of phrases":  "mnemonic ",
	"words that lead":   "seed phrase ",
	"phrases":           "mnemonic legal winner thank year wave sausage worth useful legal winner thank yellow ",
	"words of a list":   "phrase: " + strings.Repeat("legal winner thank year wave\n", 60),
	"leads in a row":    "seed:seed:seed:seed:seed:seed:seed:seed: " + strings.Repeat("zoo\n", 250),
	"conversions":       "printf '" + strings.Repeat("k_password=%s ", 30) + "'" + strings.Repeat(" a", 40) + "\n",
	"endless printf":    "printf password=%s ",
	"preludes":          "facebook 123456789012345 ",
	"names behind":      "value=\"a\" name=\"password\" ",
}

// TestHostileTextIsLinear checks that n times the text costs no more than some n times the time, on a machine that may be
// busy. Were the cost the square of the length, 8 times the text would take 64 times as long.
func TestHostileTextIsLinear(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	for name, unit := range hostile {
		t.Run(name, func(t *testing.T) {
			var base time.Duration
			for _, times := range []int{1, 2, 4, 8} {
				text := []byte(strings.Repeat(unit, 16<<10*times/len(unit)))
				best := time.Hour
				for range 3 {
					start := cpuTime(t)
					if _, err := e.Search(context.Background(), Fragment{Path: "a.yaml", Data: text}); err != nil {
						t.Fatal(err)
					}
					best = min(best, cpuTime(t)-start)
				}
				if times == 1 {
					base = max(best, 5*time.Millisecond)
				} else if best > base*time.Duration(times)*3 {
					t.Errorf("%d times the text takes %v, and once %v", times, best, base)
				}
			}
		})
	}
}

// BenchmarkHostile shows the same for larger texts: MB/s must not fall as the text grows.
func BenchmarkHostile(b *testing.B) {
	e := load(b, LoadOptions{}).Searcher()
	for name, unit := range hostile {
		for _, times := range []int{1, 2, 4, 8} {
			b.Run(fmt.Sprintf("%s/%d", name, times), func(b *testing.B) {
				text := []byte(strings.Repeat(unit, 1<<20*times/len(unit)))
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					if _, err := e.Search(context.Background(), Fragment{Path: "a.yaml", Data: text}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// TestOneLine searches one line of 100 MB, or with DREGS_FULL=1 of 1 GB, that ends in a secret.
func TestOneLine(t *testing.T) {
	size := 100 << 20
	if full() {
		size = 1 << 30
	}
	e := load(t, LoadOptions{}).Searcher()
	unit := []byte(strings.Repeat("é{\"a\":1},", 1000))
	line := io.LimitReader(&repeat{unit: unit}, int64(size/len(unit)*len(unit)))
	got, n, err := e.SearchReader(context.Background(), Fragment{}, io.MultiReader(line, strings.NewReader(pat())))
	if err != nil || len(got) != 1 {
		t.Fatalf("%v %v", spots(got), err)
	}
	before := int(n) - len(pat())
	if want := (spot{"github-pat", int64(before), 1, before/len(unit)*(len(unit)-1000) + 1}); spots(got)[0] != want {
		t.Errorf("got %v, want %v", spots(got)[0], want)
	}
}

// repeat yields unit for ever.
type repeat struct {
	unit []byte
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, r.unit[r.at:])
	r.at = (r.at + n) % len(r.unit)
	if n == 0 {
		return bytes.NewReader(r.unit).Read(p)
	}
	return n, nil
}
