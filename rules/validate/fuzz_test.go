package validate

import (
	"bytes"
	"maps"
	mathrand "math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"dregs/report"
)

// checkVerdict holds what every verdict promises: a known state, and facts that can be shown and do not hold the value.
func checkVerdict(t *testing.T, in Input) {
	t.Helper()
	got := Judge(in)
	states := []string{report.WellFormed, report.Malformed, report.Expired, report.Encrypted, report.Test, report.Public, report.Unknown}
	if !slices.Contains(states, got.State) {
		t.Fatalf("state %q", got.State)
	}
	for name, text := range got.Facts {
		switch {
		case name == "" || text == "" || len(text) > maxFact || !utf8.ValidString(text):
			t.Errorf("fact %q is %q", name, text)
		case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
			t.Errorf("fact %q cannot be shown: %q", name, text)
		case strings.Contains(text, in.Value):
			t.Errorf("fact %q holds the value: %q", name, text)
		}
	}
	if again := Judge(in); again.State != got.State || len(again.Facts) != len(got.Facts) {
		t.Errorf("judged again it is %+v, not %+v", again, got)
	}
}

// FuzzJudge judges any value in any text, by rules that open every validator.
func FuzzJudge(f *testing.F) {
	rng := mathrand.New(mathrand.NewPCG(9, 9))
	for _, kind := range slices.Sorted(maps.Keys(checked)) {
		f.Add("", checked[kind].mint(rng), "")
	}
	f.Add("postgres://a:", "b", "@c:1/d")
	f.Add("mnemonic: '", strings.Repeat("zoo ", 11)+"wrong", "'")
	f.Add(`{"auths":{"r":{"auth":"`, "YTpi", `"}}}`)
	f.Add("AccountName=a;AccountKey=", "k", ";Server=b")
	f.Add(`"project_id":"a-b-c-d"`, "PRIVATE KEY", `"client_email":"a@b"`)
	f.Fuzz(func(t *testing.T, before, value, after string) {
		if len(before)+len(value)+len(after) > 32<<10 {
			return
		}
		checkVerdict(t, Input{
			Rule: "jwt aws sentry telegram discord easypost mnemonic", Value: value,
			Before: before[max(0, len(before)-Reach):], After: after[:min(len(after), Reach)], Now: now,
		})
	})
}

// FuzzJWT puts any header and claims into a token.
func FuzzJWT(f *testing.F) {
	f.Add([]byte(`{"alg":"none"}`), []byte(`{"exp":1e400,"aud":[1,"a"],"sub":null}`))
	f.Add([]byte(`{"alg":"RS256","kid":"\u0007"}`), []byte(`{"kubernetes.io":{"serviceaccount":[]}}`))
	f.Fuzz(func(t *testing.T, header, claims []byte) {
		value := rawBase64(header) + "." + rawBase64(claims) + ".c2ln"
		checkVerdict(t, Input{Rule: "jwt", Value: value, Now: now})
	})
}

// FuzzPrivateKey puts any bytes into armour of each kind.
func FuzzPrivateKey(f *testing.F) {
	f.Add(byte(0), []byte("openssh-key-v1\x00\x00\x00\x00\x04none"))
	f.Add(byte(1), []byte{0x30, 0x03, 0x02, 0x01, 0x00})
	f.Fuzz(func(t *testing.T, kind byte, der []byte) {
		kinds := []string{"OPENSSH", "RSA", "EC", "DSA", "ENCRYPTED", "PGP", ""}
		name := strings.TrimSpace(kinds[int(kind)%len(kinds)] + " PRIVATE KEY")
		var body bytes.Buffer
		for line := range slices.Chunk([]byte(rawBase64(der)), 64) {
			body.Write(line)
			body.WriteByte('\n')
		}
		checkVerdict(t, Input{Value: "-----BEGIN " + name + "-----\n" + body.String() + "-----END " + name + "-----\n", Now: now})
	})
}

// FuzzMacaroon reads any bytes as a macaroon.
func FuzzMacaroon(f *testing.F) {
	f.Add([]byte("\x02\x01\x08pypi.org\x02\x01x\x00"))
	f.Add([]byte("\x02\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		checkVerdict(t, Input{Value: "pypi-" + rawBase64(raw), Now: now})
	})
}

// FuzzBech32 holds decoding and encoding to be each other's inverse.
func FuzzBech32(f *testing.F) {
	f.Add("a12uel5l")
	f.Add(encodeBech32("age", make([]byte, 32)))
	f.Fuzz(func(t *testing.T, text string) {
		prefix, data, ok := decodeBech32(text)
		if !ok {
			return
		}
		if again := encodeBech32(prefix, data); again != strings.ToLower(text) {
			t.Errorf("%q decodes and encodes to %q", text, again)
		}
	})
}

// FuzzRoutable reads any payload of a GitLab token whose checksum holds.
func FuzzRoutable(f *testing.F) {
	f.Add([]byte("o:1\nu:zz\x10\x00"))
	f.Add([]byte("\xff"))
	f.Fuzz(func(_ *testing.T, payload []byte) { routing(payload, facts{}) })
}

func rawBase64(b []byte) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var out []byte
	for group := range slices.Chunk(b, 3) {
		padded := append(append([]byte{}, group...), 0, 0)[:3]
		n := uint(padded[0])<<16 | uint(padded[1])<<8 | uint(padded[2])
		for i := range len(group) + 1 {
			out = append(out, digits[n>>(18-6*i)&63])
		}
	}
	return string(out)
}
