package rules

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dregs/report"
	"testing/iotest"
)

// encoders are the ways to encode a text, by the step that undoes them.
var encoders = []struct {
	step, name string
	encode     func(string) string
}{
	{"base64", "standard", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64", "unpadded", func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }},
	{"base64", "URL", func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }},
	{"base64", "wrapped at 76", func(s string) string { return wrap(base64.StdEncoding.EncodeToString([]byte(s)), 76, "\r\n") }},
	{"base64", "wrapped at 64, indented", func(s string) string {
		return wrap(base64.StdEncoding.EncodeToString([]byte(s)), 64, "\n    ")
	}},
	{"hex", "lower", func(s string) string { return hex.EncodeToString([]byte(s)) }},
	{"hex", "upper", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
	{"hex", "wrapped at 60", func(s string) string { return wrap(hex.EncodeToString([]byte(s)), 60, "\n") }},
	{"percent", "all", each("%%%02X")},
	{"unicode-escape", "all", each(`\u%04x`)},
	{"unicode-escape", "bytes", each(`\x%02x`)},
	{"html-entity", "decimal", each("&#%d;")},
	{"html-entity", "hexadecimal", each("&#x%x;")},
	{"quoted-printable", "all", each("=%02X")},
	{"quoted-printable", "lines", func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			if b.Len()%77 > 72 {
				b.WriteString("=\r\n")
			}
			if c := s[i]; i%4 < 2 || c < '!' || c == '=' || c > '~' {
				fmt.Fprintf(&b, "=%02X", c)
			} else {
				b.WriteByte(c)
			}
		}
		return b.String()
	}},
}

func each(format string) func(string) string {
	return func(s string) string {
		var b strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&b, format, s[i])
		}
		return b.String()
	}
}

func wrap(s string, width int, end string) string {
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + end)
		s = s[width:]
	}
	return b.String() + s
}

// trails returns the rule, value and steps of matches.
func trails(ms []Match) []string {
	var out []string
	for _, m := range ms {
		out = append(out, m.Rule.ID+" "+m.Value.Reveal()+" "+strings.Join(m.Via, ","))
	}
	return out
}

func find(t testing.TB, e Searcher, f Fragment) []Match {
	t.Helper()
	ms, err := e.Search(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

// TestDecodeChains plants secrets behind every chain of two encodings, and random ones of up to five, between all sorts of
// neighbours.
func TestDecodeChains(t *testing.T) {
	e := load(t, LoadOptions{Enable: []string{"github-pat"}}).Searcher()
	random := rand.New(rand.NewPCG(5, 6))
	var chains [][]int
	for a := range encoders {
		chains = append(chains, []int{a})
		for b := range encoders {
			chains = append(chains, []int{a, b})
		}
	}
	for range 200 {
		chain := make([]int, 3+random.IntN(3))
		for i := range chain {
			chain[i] = random.IntN(len(encoders))
		}
		chains = append(chains, chain)
	}
	for _, chain := range chains {
		text := pick(random, "", "x ", "user: me\ntoken: ") + pat() + pick(random, "", " y", "\nend\n")
		var via, names []string
		for _, i := range chain {
			text = encoders[i].encode(text)
			via = append([]string{encoders[i].step}, via...)
			names = append(names, encoders[i].step+" "+encoders[i].name)
		}
		before := pick(random, "", "\n", "key: ", `{"a": "`, "data='", "a=1;b=", "über: ", "/path/", "(")
		if strings.Contains(strings.Join(names, " "), "wrapped") {
			before = strings.TrimPrefix(before, "/path/") // such a line would be longer than the next
		}
		after := pick(random, "", "\n", " tail", `", "b": 2}`, "'\n", "\nnext: line\n")
		got := trails(find(t, e, Fragment{Data: []byte(before + text + after)}))
		want := "github-pat " + pat() + " " + strings.Join(via, ",")
		if !slices.Contains(got, want) || len(got) != 1 {
			t.Errorf("%v between %q and %q: got %q\nin %.300q", names, before, after, got, text)
		}
	}
}

func TestDecodeForms(t *testing.T) {
	p := pat()
	b64 := base64.StdEncoding.EncodeToString
	e := load(t, LoadOptions{Enable: []string{"github-pat"}}).Searcher()
	for _, test := range []struct {
		name, text string
		want       string // steps; "-" for nothing
		offset     int64
		line, col  int
	}{
		{"plain is told once", "a\n" + p + "%20", "", 2, 2, 1},
		{"Kubernetes data", "data:\n  token: " + b64([]byte(p+"\n")) + "\n", "base64", 15, 1, 1},
		{"second line of the decoded text", "x: " + b64([]byte("first\n é "+p)), "base64", 3, 2, 4},
		{"docker auth", `{"auths":{"r":{"auth":"` + b64([]byte("user:"+p)) + `"}}}`, "base64", 23, 1, 6},
		{"basic header", "GET /\nAuthorization: Basic " + b64([]byte("u:"+p)) + "\r\n", "base64", 27, 1, 3},
		{"token in a path", "/a/bc/" + b64([]byte("token "+p)) + "/d", "base64", 6, 1, 7},
		{"token part", "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(`{"t":"`+p+`"}`)) + ".", "base64", 20, 1, 7},
		{"JSON line breaks", `"` + wrap(b64([]byte("-- "+p+" and more text to fill the lines up")), 60, `\n`) + `"`, "base64", 1, 1, 4},
		{"prefixed hex", "0x" + hex.EncodeToString([]byte(p)), "hex", 2, 1, 1},
		{"percent in place", "a\nb?c=" + strings.Replace(p, "_", "%5F", 1), "percent", 6, 2, 5},
		{"doubled backslash", `"{\\"t\\": ` + strings.Replace(p, "_", `\\u005f`, 1) + `"`, "unicode-escape", 11, 1, 12},
		{"braces", strings.Replace(p, "_", `\u{5f}`, 1), "unicode-escape", 0, 1, 1},
		{"named entity", strings.Replace(p, "_", `&lowbar;`, 1), "html-entity", 0, 1, 1},
		{"two kinds in one value", strings.NewReplacer("_", "&lowbar;", "C", "%43").Replace(p), "percent,html-entity", 0, 1, 1},
		{"soft line break", strings.Repeat("x ", 30) + p[:15] + "=\n" + p[15:], "quoted-printable", 60, 1, 61},
		{"base64 behind percent", strings.ReplaceAll(b64([]byte(p+" ")), "=", "%3D"), "base64", 0, 1, 1},
		{"no base64", strings.Repeat("camelCaseIdentifier", 3), "-", 0, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkDecoded(t, find(t, e, Fragment{Data: []byte(test.text)}), test.want, test.offset, test.line, test.col, p)
		})
	}
}

// TestEscapesOfAddresses holds that what an address escapes is one secret, as it is meant, and that what has such a form
// elsewhere stays as it is.
func TestEscapesOfAddresses(t *testing.T) {
	e := load(t, LoadOptions{Enable: []string{"postgres-url", "otpauth-secret", "dotenv-secret", "azure-sas-signature"}}).Searcher()
	word := strings.Repeat("Qx7", 3)
	sas, key := "sv=2023-11-03&se=2030-01-01&sig=", "x9Kd2mQ7vRt4Lp8sWz3Nf6Yh1Bc5Jg0Ta"+word
	for _, test := range []struct {
		path, text string
		want       []string
	}{
		{"a.txt", "postgres://app:" + word + "%40zz@db/x", []string{"postgres-url " + word + "@zz percent"}},
		{"a.txt", "otpauth-migration://offline?data=" + strings.Repeat(word, 5) + "%2B" + word + "%3D", []string{"otpauth-secret " + strings.Repeat(word, 5) + "+" + word + "= percent"}},
		{"a.txt", "postgres://app:" + word + "@db/x%41", []string{"postgres-url " + word + " "}},
		{".env", "DB_PASSWORD=" + word + "%40zz\n", []string{"dotenv-secret " + word + "%40zz "}},
		{"a.txt", sas + key + "%2F%3D", []string{"azure-sas-signature " + key + "/= percent"}},
		{"a.html", "<p>" + strings.ReplaceAll(sas, "&", "&amp;") + key + "%2F%3D</p>", []string{"azure-sas-signature " + key + "/= percent,html-entity"}},
	} {
		got := trails(find(t, e, Fragment{Path: test.path, Place: report.LayerFile, Data: []byte(test.text)}))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

// findBothWays returns the matches in a text, and holds that those are found too where it is read in pieces.
func findBothWays(t *testing.T, e Searcher, text string) []Match {
	t.Helper()
	got := find(t, e, Fragment{Data: []byte(text)})
	read, _, err := e.SearchReader(context.Background(), Fragment{}, iotest.HalfReader(strings.NewReader(text)))
	if diff := cmp.Diff(trails(read), trails(got)); diff != "" || err != nil {
		t.Errorf("read: %v %s", err, diff)
	}
	return got
}

// checkDecoded holds the one match, in whose context p stands, to its trail and place; want is - for no match.
func checkDecoded(t *testing.T, got []Match, want string, offset int64, line, col int, p string) {
	t.Helper()
	if want == "-" {
		if len(got) != 0 {
			t.Errorf("found %q", trails(got))
		}
		return
	}
	if len(got) != 1 {
		t.Fatalf("found %q", trails(got))
	}
	m := got[0]
	if diff := cmp.Diff([]any{strings.Join(m.Via, ","), m.Offset, m.Line, m.Column}, []any{want, offset, line, col}); diff != "" {
		t.Error("got -, want +: ", diff)
	}
	if !strings.Contains(m.Context.Reveal(), p) {
		t.Errorf("context %q", m.Context.Reveal())
	}
}

// decodedShown is what the tests compare of a decoded match.
func decodedShown(ms []Match) []string {
	var out []string
	for i, s := range show(ms) {
		out = append(out, fmt.Sprint(s, ms[i].Via))
	}
	return out
}
