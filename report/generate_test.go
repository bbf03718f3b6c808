package report

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"
)

// spelling is one way in which a text may hold a value.
type spelling struct {
	name   string
	encode func(string) string
}

// testSpellings lists the spellings that clearing promises to find.
var testSpellings = []spelling{
	{"plain", func(v string) string { return v }},
	{"base64", func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) }},
	{"base64 shifted by 1", func(v string) string { return base64.StdEncoding.EncodeToString([]byte("u" + v + ":")) }},
	{"base64 shifted by 2", func(v string) string { return base64.StdEncoding.EncodeToString([]byte("u:" + v + "x")) }},
	{"base64 url", func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) }},
	{"base64 url shifted by 1", func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte("@" + v)) }},
	{"hex", func(v string) string { return hex.EncodeToString([]byte(v)) }},
	{"HEX", func(v string) string { return strings.ToUpper(hex.EncodeToString([]byte(v))) }},
	{"percent", url.QueryEscape},
	{"percent path", url.PathEscape},
	{"percent all", func(v string) string {
		var b strings.Builder
		for i := range len(v) {
			fmt.Fprintf(&b, "%%%02x", v[i])
		}
		return b.String()
	}},
	{"json", func(v string) string { b, _ := json.Marshal(v); return string(b) }},
	{"html", html.EscapeString},
	{"u escapes", func(v string) string {
		var b strings.Builder
		for _, r := range v {
			if r < 0x10000 {
				fmt.Fprintf(&b, `\u%04X`, r)
			} else {
				b.WriteRune(r)
			}
		}
		return b.String()
	}},
	{"x escapes", func(v string) string {
		var b strings.Builder
		for i := range len(v) {
			fmt.Fprintf(&b, `\x%02x`, v[i])
		}
		return b.String()
	}},
	{"base64 of json", func(v string) string {
		b, _ := json.Marshal(map[string]string{"k": v})
		return base64.StdEncoding.EncodeToString(b)
	}},
	{"json of percent", func(v string) string { b, _ := json.Marshal(url.QueryEscape(v)); return string(b) }},
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

// randomToken returns n characters of alphabet.
func randomToken(rng *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(b)
}

// hostileParts are bits of text that a format or terminal might take for its own.
var hostileParts = []string{
	"]]>", "</script>", "<b onclick=x>", "=cmd()", "+1", "@SUM(A1)", "::set-output name=x::y", "::error::", "%0A", "\x1b[31m",
	"\x1b]0;t\x07", "\u009b31m", "\u202e", "\u2066", "\r\n", "\n", "|", "`", "```", "[x](http://h)", "<!--", "\x00", "\xff\xfe", "é",
	"日本", "…", "\"", "'", "&amp;", "\\", "\t", "a\u0301", "😀", "##[error]", "@user", "%", "{{", "$(id)",
}

// randomValue returns a value as a scan may find: a token, one with hostile text within, a multi-line key, a short or
// common word, a URL, or one that overlaps an earlier value.
func randomValue(rng *rand.Rand, earlier []string) string {
	switch rng.IntN(9) {
	case 0:
		return "ghp" + "_" + randomToken(rng, 36)
	case 1:
		return randomToken(rng, 8+rng.IntN(20))
	case 2:
		return randomToken(rng, 6) + hostileParts[rng.IntN(len(hostileParts))] + randomToken(rng, 6+rng.IntN(20))
	case 3:
		lines := []string{"-----BEGIN " + "PRIVATE KEY-----"}
		for range 3 + rng.IntN(5) {
			lines = append(lines, randomToken(rng, 64))
		}
		return strings.Join(append(lines, "-----END "+"PRIVATE KEY-----"), "\n")
	case 4:
		return []string{"root", "admin", "hunter2", "password", "postgres", "changeme", "x", "00000000"}[rng.IntN(8)]
	case 5:
		return "postgres://app:" + randomToken(rng, 12) + "@db:5432/app?a=1&b=2"
	case 6:
		if len(earlier) > 0 {
			e := earlier[rng.IntN(len(earlier))]
			return e[len(e)/2:] + randomToken(rng, 9)
		}
	case 7:
		if len(earlier) > 0 {
			e := earlier[rng.IntN(len(earlier))]
			if len(e) > 12 {
				return e[2:]
			}
		}
	}
	return randomToken(rng, 40)
}

// testText returns text that holds value in some spelling, among other text.
func testText(rng *rand.Rand, value string) string {
	s := testSpellings[rng.IntN(len(testSpellings))]
	around := []string{"RUN echo ", "export A=", " && ", "\"", ": ", "", " ", "ENV B=", hostileParts[rng.IntN(len(hostileParts))]}
	return around[rng.IntN(len(around))] + s.encode(value) + around[rng.IntN(len(around))]
}

// testReport returns a report of hostile text, not yet cleared, and the values in it.
func testReport(rng *rand.Rand) (*Report, []string) {
	r := &Report{
		Schema: Schema, Tool: Tool{Name: "dregs", Version: "1.0", Rules: RuleSet{Count: 2, Digest: "sha256:" + strings.Repeat("ab", 32)}},
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Complete: rng.IntN(2) == 0,
		Fingerprints: Fingerprints{Salt: "AAAAAAAAAAAAAAAAAAAAAA==", Argon2id: Argon2Parameters},
	}
	var values []string
	for range 1 + rng.IntN(6) {
		v := randomValue(rng, values)
		known := false
		for _, e := range values {
			known = known || e == v
		}
		if !known {
			values = append(values, v)
		}
	}
	text := func() string {
		s := ""
		for range rng.IntN(3) {
			v := values[rng.IntN(len(values))]
			if localOnly(v, "") {
				v = hostileParts[rng.IntN(len(hostileParts))]
			}
			s += testText(rng, v)
		}
		return s
	}
	zero, one := 0, 1
	target := Target{
		Name: "app.tar" + text(), Kind: KindImage, Source: "docker-archive",
		Problems: []Problem{{Where: "layer 1, " + text(), Kind: Corrupt, Error: "reading " + text()}},
		Images: []Image{{
			Platform: "linux/amd64", Digest: "sha256:" + strings.Repeat("12", 32), ID: "sha256:" + strings.Repeat("34", 32), Tags: []string{"app:" + text()},
			Via:     []string{text()},
			Layers:  []Layer{{Index: 0, Digest: "sha256:" + strings.Repeat("56", 32), Instruction: "COPY " + text(), History: &zero}},
			History: []History{{Index: 0, Instruction: "COPY " + text(), Comment: text(), Layer: &zero}, {Index: 1, Instruction: "RUN " + text()}},
		}},
	}
	r.Targets = []Target{target}
	severities := []string{Critical, High, Medium, Low}
	for i, v := range values {
		s := NewSecret(NewValue(v), rng.IntN(5), 4.2)
		s.ID, s.Rule, s.Description = fmt.Sprintf("s%d", i+1), []string{"github-pat", "generic-api-key"}[rng.IntN(2)], "A token"
		s.Fingerprint = fmt.Sprintf("hm:%022d", i)
		s.Severity, s.Confidence, s.New = severities[rng.IntN(4)], High, rng.IntN(2) == 0
		s.Status, s.Advice = []string{Exposed, Buried}[rng.IntN(2)], "Revoke it."
		s.Verdict = Verdict{State: WellFormed, Facts: map[string]string{"account": text(), "k" + text(): "v"}}
		for range 1 + rng.IntN(7) {
			o := Occurrence{
				Image: &zero, Rule: s.Rule, Place: Places[rng.IntN(len(Places))], Path: "app/" + text(), Key: "K" + text(), Via: []string{"a.jar", text()},
				Line: 1 + rng.IntN(9), Column: 1 + rng.IntN(99), Offset: rng.Int64N(1000), Layer: &zero, History: &zero, Instruction: "COPY " + text(),
				Visibility: []string{Visible, Deleted, Overwritten, InHistory}[rng.IntN(4)],
				Origin:     text(), Snippet: text() + testSpellings[rng.IntN(3)].encode(v) + text(),
			}
			if localOnly(v, "") {
				o.Snippet = "password: " + v
			}
			if o.Visibility != Visible {
				o.RemovedBy = &Remover{Layer: &one, History: &one, Instruction: "RUN rm " + text()}
			}
			s.Occurrences = append(s.Occurrences, o)
		}
		r.Secrets = append(r.Secrets, s)
	}
	r.Exposures = []Exposure{{Kind: "image-id", Value: "sha256:" + strings.Repeat("34", 32), Path: text(), Line: 3, Column: 1, Source: "docker build", Severity: Low, Snippet: text(), New: true}}
	r.Practices = []Practice{{Rule: "copy-all", Path: text(), Line: 4, Why: "why " + text(), Instead: "instead " + text()}}
	r.Coverage = Coverage{Images: 1, Layers: 1, Files: 10, Bytes: 1 << 20, Skipped: []Skipped{{Reason: "encrypted " + text(), Count: 1, Bytes: 5, Paths: []string{text()}}}}
	r.Summarize()
	return r, values
}
