//go:build unix

package rules

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// numbered returns a fake credential that tells its number.
func numbered(i int) string {
	return "gh" + "p_" + fmt.Sprintf("%06d", i) + "42F292c6912E7710c838347Ae178B4"
}

// document returns some size bytes of text with a numbered credential every step bytes, and how many it holds.
func document(size, step int) (string, int) {
	random := rand.New(rand.NewPCG(7, 8))
	var b strings.Builder
	n := 0
	for b.Len() < size {
		if b.Len() >= n*step {
			fmt.Fprintf(&b, "token: %s\n", numbered(n))
			n++
		}
		fmt.Fprintf(&b, "line %d of text\n", random.IntN(1e6))
	}
	return b.String(), n
}

// TestDecodeLong decodes values that are far longer than a block and its margin, wherever in a block they begin, and does so
// alike however the text is read.
func TestDecodeLong(t *testing.T) {
	const step = 40_001
	unit, block := 1<<18, blockSize/4 // as many blocks of less text
	if full() {
		unit, block = 1<<20, blockSize
	}
	befores := []int{0, block - 1000, margin + 12_345}
	if testing.Short() {
		befores = befores[1:2] // wherever a value begins, the same goroutines decode it
	}
	text, secrets := document(5*unit, step)
	std := base64.StdEncoding.EncodeToString([]byte(text))
	for _, test := range []struct{ name, text string }{
		{"base64", std},
		{"base64, wrapped at 76", wrap(std, 76, "\n")},
		{"base64, wrapped at 64, indented", wrap(std, 64, "\r\n  ")},
		{"hex", hex.EncodeToString([]byte(text))},
		{"hex, wrapped at 60", wrap(hex.EncodeToString([]byte(text)), 60, "\n")},
		{"percent", each("%%%02x")(text[:unit])},
		{"unicode-escape", each(`\u%04x`)(text[:unit])},
		{"quoted-printable", encoders[len(encoders)-1].encode(text[:2*unit])},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := cutInto(newEngine(load(t, LoadOptions{Enable: []string{"github-pat"}})), block, runtime.GOMAXPROCS(0))
			for _, before := range befores {
				f := Fragment{Data: []byte(strings.Repeat("some text\n", before/10) + "data: " + test.text + "\nend\n")}
				got, err := e.Search(context.Background(), f)
				if err != nil {
					t.Fatal(err)
				}
				found := map[string]int{}
				for _, m := range got {
					found[m.Value.Reveal()]++
					if len(m.Via) != 1 {
						t.Errorf("via %q", m.Via)
					}
				}
				want := secrets
				switch test.name {
				case "percent", "unicode-escape":
					want = unit/step + 1
				case "quoted-printable":
					want = 2*unit/step + 1
				}
				for i := range want {
					if n := found[numbered(i)]; n != 1 {
						t.Errorf("%d bytes before: secret %d is found %d times", before, i, n)
					}
				}
				shown := decodedShown(got)
				read, _, err := e.SearchReader(context.Background(), f, iotest.HalfReader(bytes.NewReader(f.Data)))
				if diff := cmp.Diff(shown, decodedShown(read)); diff != "" || err != nil {
					t.Errorf("read: %v %.2000s", err, diff)
				}
			}
		})
	}
}

// TestDecodeHostileIsLinear checks that n times the text costs no more than some n times the time.
func TestDecodeHostileIsLinear(t *testing.T) {
	e := load(t, LoadOptions{}).Searcher()
	deep := "key=x9Qz7Lw2Kp4Vt8Rb3 "
	for range 5 {
		deep = base64.StdEncoding.EncodeToString([]byte(deep))
	}
	for name, unit := range map[string]string{
		"percent":               "%41",
		"escaped percent":       "%2525252541",
		"every escape":          "%41 \\u0041 &#x41; =3D=41 ",
		"escapes of escapes":    "%5Cu0026#x3D;41 &#37;26%23x3d;5C &#92;u003D3D \\u0025=3D25 ",
		"rare escapes":          strings.Repeat("a", 600) + "%41",
		"soft breaks":           strings.Repeat("a", 70) + "=\n",
		"backslashes":           `\`,
		"backslash u":           `\\\\\\u0041`,
		"ampersands":            "&",
		"open entities":         "&amp",
		"base64 text":           "dGV4dCBhbmQgdGV4dA",
		"base64 tries":          "dGV4dCBhbmQgdGV4dA/dGV4dCBhbmQgdGV4dA-\x01",
		"marks":                 "/",
		"base64 of base64":      deep + " ",
		"lines":                 strings.Repeat("dGV4", 16) + "\n",
		"lines that do not fit": strings.Repeat("dGV4", 16) + "\nd",
		"values":                "key: dGV4dHRleHQ=\n",
		"gaps":                  "                                ",
	} {
		t.Run(name, func(t *testing.T) {
			var base time.Duration
			for _, times := range []int{1, 2, 4, 8} {
				text := []byte(strings.Repeat(unit, 1+32<<10*times/len(unit)))
				best := time.Hour
				for range 3 {
					start := cpuTime(t)
					_, err := e.Search(context.Background(), Fragment{Data: text})
					var fault *report.Fault
					if err != nil && !(errors.As(err, &fault) && fault.Kind == report.Limit) {
						t.Fatal(err)
					}
					best = min(best, cpuTime(t)-start)
				}
				if times == 1 {
					base = max(best, 5*time.Millisecond)
				}
				if best > 3*time.Duration(times)*base {
					t.Errorf("%d times the text takes %v, once %v", times, best, base)
				}
			}
		})
	}
}

// TestDecodeIsBounded checks that what would take too much decoding is told. The text has every way to escape a letter five
// times over in two dialects.
func TestDecodeIsBounded(t *testing.T) {
	var unit strings.Builder
	for chain := range 1 << maxDepth {
		text := "AB"
		for i := range maxDepth {
			text = each([]string{"%%%02X", "=%02X"}[chain>>i&1])(text[:2]) + text[2:]
		}
		unit.WriteString(text + " ")
	}
	text := strings.Repeat(unit.String(), 1<<20/unit.Len())
	ms, err := load(t, LoadOptions{}).Searcher().Search(context.Background(), Fragment{Data: []byte(pat() + " " + text)})
	var fault *report.Fault
	if !errors.As(err, &fault) || fault.Kind != report.Limit || len(ms) != 1 {
		t.Errorf("%d matches, %v", len(ms), err)
	}
}
