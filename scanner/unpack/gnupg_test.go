package unpack

import (
	"fmt"
	"strings"
	"testing"

	"dregs/report"
)

// canonical writes an S-expression in libgcrypt's canonical format: strings are atoms.
func canonical(parts ...any) string {
	var b strings.Builder
	b.WriteByte('(')
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			fmt.Fprintf(&b, "%d:%s", len(p), p)
		case []any:
			b.WriteString(canonical(p...))
		}
	}
	b.WriteByte(')')
	return b.String()
}

func TestGnuPG(t *testing.T) {
	numbers := []any{"rsa", []any{"n", "\x00\xab(\xcd"}, []any{"e", "\x01\x00\x01"}, []any{"d", "\xff)"}}
	for want, data := range map[string]string{
		"(private-key(rsa(n #00ab28cd#)(e #010001#)(d #ff29#)))\n":            canonical("private-key", numbers),
		"(protected-private-key(rsa(protected openpgp-s2k3 #3132#(#80#))))\n": canonical("protected-private-key", []any{"rsa", []any{"protected", "openpgp-s2k3", "12", []any{"\x80"}}}),
	} {
		texts, err := unpackTexts(t, []byte(data+"more"), "gnupg key")
		if err != nil || texts["S-expression"] != want || texts["trailing bytes"] != "more" {
			t.Errorf("got %q, %v, want %q", texts, err, want)
		}
		texts, err = unpackTexts(t, []byte(data[:len(data)-4]), "gnupg key")
		if err == nil || !strings.HasPrefix(want, strings.TrimSpace(texts["S-expression"])) {
			t.Errorf("cut: %q, %v", texts, err)
		}
	}
	for name, data := range map[string]string{
		"a long number": canonical("private-key", []any{"rsa", []any{"n", strings.Repeat("\xff", 4<<20)}}),
		"many numbers":  strings.TrimSuffix(canonical("private-key"), ")") + strings.Repeat("(1:n)", 1<<20),
	} {
		texts, err := unpackTexts(t, []byte(data), "gnupg key")
		if kind(err) != report.Limit || len(texts["S-expression"]) > 2*maxExpression || len(texts["trailing bytes"]) < len(data)-2*maxExpression {
			t.Errorf("%s: %v, %d bytes of %d", name, err, len(texts["S-expression"]), len(data))
		}
	}
	if matchGnuPG([]byte("(10:public-key(3:rsa")) {
		t.Error("a public key is told as a private one")
	}
}

func FuzzGnuPG(f *testing.F) {
	f.Add([]byte(canonical("private-key", []any{"ecc", []any{"curve", "Ed25519"}, []any{"d", "\xff)"}})))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "gnupg key", unpack: unpackGnuPG}, data)
	})
}
