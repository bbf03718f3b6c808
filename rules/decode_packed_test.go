package rules

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
)

// pack returns what the writer that open gives makes of text.
func pack[W io.WriteCloser](text string, open func(out io.Writer) (W, error)) string {
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		panic(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.String()
}

func gzipOf(text string) string {
	return pack(text, func(out io.Writer) (*gzip.Writer, error) { return gzip.NewWriter(out), nil })
}

func zlibOf(text string, level int) string {
	return pack(text, func(out io.Writer) (*zlib.Writer, error) { return zlib.NewWriterLevel(out, level) })
}

func utf16Of(text string, order binary.AppendByteOrder) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return string(out)
}

// packers are ways to encode a packed text.
var packers = []struct {
	step, name string
	encode     func(string) string
}{
	{"base64,gzip", "gzip", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(gzipOf(s))) }},
	{"base64,zlib", "zlib", func(s string) string { return wrap(base64.StdEncoding.EncodeToString([]byte(zlibOf(s, 6))), 76, "\n") }},
	{"base64,utf-16", "little end first", func(s string) string {
		return base64.StdEncoding.EncodeToString([]byte(utf16Of(s, binary.LittleEndian)))
	}},
	{"hex,utf-16", "big end first", func(s string) string { return hex.EncodeToString([]byte(utf16Of(s, binary.BigEndian))) }},
}

func TestDecodePacked(t *testing.T) {
	p := pat()
	std := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	raw := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	wrapped := func(s string) string { return wrap(std(s), 64, "\n    ") }
	secret := "data:\n  token: " + std(p) + "\n"
	script := fmt.Sprintf("$h = @{Authorization = \"token %s\"}\r\nGet-Süß 'é\U0001F511' $h", p)
	e := load(t, LoadOptions{Enable: []string{"github-pat"}}).Searcher()
	for _, test := range []struct {
		name, text string
		want       string
		offset     int64
		line, col  int
	}{
		{"gzip", "x: " + std(gzipOf("a\nb "+p)), "base64,gzip", 3, 2, 3},
		{"gzip, unpadded URL", "x=" + raw(gzipOf("a\nb "+p)), "base64,gzip", 2, 2, 3},
		{"gzip, wrapped", "data: |\n    " + wrapped(gzipOf(randomText(3000)+"\nb "+p)), "base64,gzip", 12, 2, 3},
		{"gzip of two members", std(gzipOf("first ") + gzipOf("second "+p)), "base64,gzip", 0, 1, 14},
		{"gzip, cut", std(gzipOf(p + " " + randomText(3000))[:600]), "base64,gzip", 0, 1, 1},
		{"gzip behind a path", "/a/bc/" + std(gzipOf(p)), "base64,gzip", 6, 1, 1},
		{"gzip in hexadecimal", "x: " + hex.EncodeToString([]byte(gzipOf(p))), "hex,gzip", 3, 1, 1},
		{"zlib, fastest", std(zlibOf("a "+p, 1)), "base64,zlib", 0, 1, 3},
		{"zlib, default", std(zlibOf("a "+p, 6)), "base64,zlib", 0, 1, 3},
		{"zlib, best", std(zlibOf("a "+p, 9)), "base64,zlib", 0, 1, 3},
		{"zlib in hexadecimal", hex.EncodeToString([]byte(zlibOf("a "+p, 6))), "hex,zlib", 0, 1, 3},
		{"PowerShell", "powershell -NoProfile -EncodedCommand " + std(utf16Of(script, binary.LittleEndian)), "base64,utf-16", 38, 1, 31},
		{"UTF-16 with its mark", "c: " + std("\xff\xfe"+utf16Of("\n"+p, binary.LittleEndian)), "base64,utf-16", 3, 2, 1},
		{"UTF-16, big end first", "c: " + std(utf16Of("x "+p, binary.BigEndian)), "base64,utf-16", 3, 1, 3},
		{"UTF-16 in hexadecimal", "c: " + hex.EncodeToString([]byte(utf16Of("x "+p, binary.BigEndian))), "hex,utf-16", 3, 1, 3},
		{"Helm release", "data:\n  release: " + std(std(gzipOf(`{"name":"app","manifest":"token: `+p+`"}`))) + "\ntype: helm.sh/release.v1\n", "base64,base64,gzip", 17, 1, 34},
		{"secret in a Helm release", std(std(gzipOf(secret))), "base64,base64,gzip,base64", 0, 1, 1},
		{"percent in gzip", std(gzipOf("a\nb?c=" + strings.Replace(p, "_", "%5F", 1))), "base64,gzip,percent", 0, 2, 5},
		{"UTF-16 in gzip", std(gzipOf(utf16Of("x "+p, binary.LittleEndian))), "base64,gzip,utf-16", 0, 1, 3},
		{"gzip in gzip in gzip in gzip", std(gzipOf(gzipOf(gzipOf(gzipOf(p))))), "base64,gzip,gzip,gzip,gzip", 0, 1, 1},
		{"gzip in gzip, too deep", std(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(gzipOf(strings.Repeat(p+" ", 20)))))))), "-", 0, 0, 0},
		{"gzip of nothing", "H4sI" + strings.Repeat("A", 60), "-", 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := findBothWays(t, e, test.text)
			checkDecoded(t, got, test.want, test.offset, test.line, test.col, p)
		})
	}
}

// TestPackedStarts holds the table of first characters against what they stand for.
func TestPackedStarts(t *testing.T) {
	for bytes := range 1 << 16 {
		first, second := byte(bytes>>8), byte(bytes)
		if !packs(first, second) {
			continue
		}
		for _, third := range []byte{0, 0x3f, 0x80, 0xff} {
			b := []byte{first, second, third}
			for _, run := range []string{base64.StdEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b), hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b))} {
				if !maybePacked([]byte(run)) {
					t.Errorf("%s, which begins with %02x %02x, is passed over", run, first, second)
				}
			}
		}
	}
}

// TestDecodePackedName holds that a short value keeps the name it was given: without, it is no secret.
func TestDecodePackedName(t *testing.T) {
	e := load(t, LoadOptions{Enable: []string{"generic-api-key"}}).Searcher()
	value := "x9Qz7Lw2Kp4" + "Vt8Rb3Mn6Hs5"
	text := "api_key: " + base64.StdEncoding.EncodeToString([]byte(utf16Of(value, binary.LittleEndian))) + "\n"
	got := trails(find(t, e, Fragment{Data: []byte(text)}))
	if diff := cmp.Diff(got, []string{"generic-api-key " + value + " base64,utf-16"}); diff != "" {
		t.Error("got -, want +: ", diff)
	}
}

// TestDecodePackedBounds holds that what does not fit is told, and what fits is found.
func TestDecodePackedBounds(t *testing.T) {
	e := load(t, LoadOptions{Enable: []string{"github-pat"}}).Searcher()
	std := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for _, test := range []struct {
		name, text string
		limit      bool
	}{
		{"as much as fits", std(gzipOf(pat() + strings.Repeat("\n", maxInflated-len(pat())))), false},
		{"one byte more", std(gzipOf(pat() + strings.Repeat("\n", maxInflated-len(pat())+1))), true},
		{"a bomb", std(gzipOf(pat() + strings.Repeat("\n", 4*maxInflated))), true},
		{"many", strings.Repeat(std(gzipOf(pat()+strings.Repeat("\n", maxInflated/10)))+"\n", 11), true},
		{"many in each other", std(gzipOf(pat() + "\n" + strings.Repeat(std(gzipOf(strings.Repeat(" ", maxInflated/10)))+"\n", 11))), true},
		{"a run that is all in sight", std(gzipOf(pat() + randomText(1<<20))), false},
		{"a run that is not", std(gzipOf(pat() + randomText(3<<20))), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, way := range []string{"whole", "read"} {
				var got []Match
				var err error
				if way == "whole" {
					got, err = e.Search(context.Background(), Fragment{Data: []byte(test.text)})
				} else {
					got, _, err = e.SearchReader(context.Background(), Fragment{}, strings.NewReader(test.text))
				}
				if len(got) == 0 || got[0].Value.Reveal() != pat() {
					t.Errorf("%s: found %q", way, trails(got))
				}
				var fault *report.Fault
				if limit := errors.As(err, &fault) && fault.Kind == report.Limit; limit != test.limit {
					t.Errorf("%s: error %v, want a limit: %v", way, err, test.limit)
				}
			}
		})
	}
}

// randomText returns n letters that no compressor makes much smaller.
func randomText(n int) string {
	random := rand.New(rand.NewPCG(7, 8))
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+- "[random.IntN(65)]
	}
	return string(b)
}
