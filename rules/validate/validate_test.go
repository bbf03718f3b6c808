package validate

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"maps"
	"math/big"
	mathrand "math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"dregs/report"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func random(rng *mathrand.Rand, alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[rng.IntN(len(alphabet))]
	}
	return string(out)
}

// base62Long is base 62 by long division of decimal digits: another way than the one under test.
func base62Long(n uint32, width int) string {
	s := ""
	for v := uint64(n); v > 0; v /= 62 {
		s = string(alphanumeric[v%62]) + s
	}
	return strings.Repeat("0", width-len(s)) + s
}

// checked are kinds of token with a checksum: how a provider makes one, and from where on it is no longer prefix.
var checked = map[string]struct {
	prefix int
	mint   func(rng *mathrand.Rand) string
}{
	"github": {4, func(rng *mathrand.Rand) string {
		body := random(rng, alphanumeric, 30)
		return []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}[rng.IntN(5)] + body + base62Long(crc32.ChecksumIEEE([]byte(body)), 6)
	}},
	"npm": {4, func(rng *mathrand.Rand) string {
		body := random(rng, alphanumeric, 30)
		return "npm_" + body + base62Long(crc32.ChecksumIEEE([]byte(body)), 6)
	}},
	"confluent": {4, func(rng *mathrand.Rand) string {
		body := random(rng, alphanumeric+"+/", 54)
		sum := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body)))
		return "cflt" + body + base64.StdEncoding.EncodeToString(sum)[:6]
	}},
	"zuplo": {5, func(rng *mathrand.Rand) string {
		body := random(rng, "0123456789abcdef", 32)
		return "zpka_" + body + "_" + fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body)))
	}},
	"packagist": {14, func(rng *mathrand.Rand) string {
		head := "packagist_uut_" + random(rng, "0123456789abcdef", 60)
		return head + fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(head)))
	}},
	"grafana": {5, func(rng *mathrand.Rand) string {
		head := "gls" + "a_" + random(rng, alphanumeric, 32)
		return head + "_" + hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(head))))
	}},
	"gitlab": {6, func(rng *mathrand.Rand) string { return routable(rng, "glp"+"at-") }},
	"nostr":  {5, func(rng *mathrand.Rand) string { return encodeBech32("nsec", randomBytes(rng, 32)) }},
	"bip32": {4, func(rng *mathrand.Rand) string {
		data := append([]byte{0x04, 0x88, 0xad, 0xe4, 3}, randomBytes(rng, 40)...)
		data = append(append(data, 0), randomBytes(rng, 32)...)
		first := sha256.Sum256(data)
		second := sha256.Sum256(first[:])
		n := new(big.Int).SetBytes(append(data, second[:4]...))
		out := ""
		for digit := new(big.Int); n.Sign() > 0; {
			n.DivMod(n, big.NewInt(58), digit)
			out = string(base58Digits[digit.Int64()]) + out
		}
		return out
	}},
	"matrix": {4, func(rng *mathrand.Rand) string {
		head, digits := "mat_"+random(rng, alphanumeric, 30), ""
		for n := crc32.ChecksumIEEE([]byte(head)); n > 0; n /= 62 {
			digits += string("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[n%62])
		}
		return head + "_" + strings.Repeat("0", 6-len(digits)) + digits
	}},
	"age": {16, func(rng *mathrand.Rand) string {
		seed := make([]byte, 32)
		for i := range seed {
			seed[i] = byte(rng.Uint32())
		}
		return strings.ToUpper(encodeBech32("age-secret-key-", seed))
	}},
}

func randomBytes(rng *mathrand.Rand, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.Uint32())
	}
	return out
}

// routable makes a routable token as GitLab does.
func routable(rng *mathrand.Rand, prefix string) string {
	payload := "c:1\no:" + strconv.FormatInt(2000, 36) + "\nu:" + strconv.FormatInt(98765, 36)
	tail := make([]byte, 16)
	for i := range tail {
		tail[i] = byte(rng.Uint32())
	}
	text := base64.RawURLEncoding.EncodeToString(append(append([]byte(payload), tail...), 16))
	head := prefix + text + "." + fmt.Sprintf("%02s", strconv.FormatInt(int64(len(text)), 36))
	return head + fmt.Sprintf("%07s", strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(head))), 36))
}

// TestChecksums makes tokens of each kind: they are well-formed, and with any one character after the prefix changed they
// are malformed.
func TestChecksums(t *testing.T) {
	for kind, c := range checked {
		t.Run(kind, func(t *testing.T) {
			rng := mathrand.New(mathrand.NewPCG(1, uint64(len(kind))))
			for range 30 {
				token := c.mint(rng)
				if got := Judge(Input{Value: token, Now: now}).State; got != report.WellFormed {
					t.Fatalf("a token of %d bytes is %s", len(token), got)
				}
				for at := c.prefix; at < len(token); at++ {
					if strings.IndexByte("_.-", token[at]) >= 0 && kind != "gitlab" {
						continue // another shape, not a wrong checksum
					}
					changed := swap(token, at)
					if got := Judge(Input{Value: changed, Now: now}).State; got != report.Malformed && !reshaped(kind, token, at) {
						t.Fatalf("with character %d changed it is %s", at, got)
					}
				}
			}
		})
	}
}

// swap changes the character at i for another of its class.
func swap(s string, i int) string {
	c := s[i] + 1
	switch s[i] {
	case '9':
		c = '8'
	case 'z', 'Z', 'f':
		c = s[i] - 1
	case '+', '/', '-', '_', '.':
		c = 'A'
	}
	return s[:i] + string(c) + s[i+1:]
}

// reshaped tells whether a change at i makes a token of another shape.
func reshaped(kind, token string, i int) bool { return kind == "gitlab" && token[i] == '.' }

// TestChecksumSamples holds the algorithms to tokens that were published, cut up as a scanner would not see them.
func TestChecksumSamples(t *testing.T) {
	for name, test := range map[string]struct{ prefix, body, sum string }{
		"GitHub's post":          {"ghp_", "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17"},
		"npm's format":           {"npm_", "qkJaB6MffYVzZXWqmcoF49yrUxP3wf", "0LsakP"},
		"BIP 32's first vector":  {"xprv", "9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNN", "U3TGtRBeJgk33yuGBxrMPHi"},
		"NIP-19's key":           {"nsec1", "vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af893", "5ke9laqsnlfe5"},
		"Confluent's API secret": {"cflt", "T8d8RzkNseTMEDKcjNM1BZTFPHqRn/dQm9q7w6SjzZ12wZfwjaJdip", "HZtDjw"},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Value: test.prefix + test.body + test.sum}
			judge := map[string]func(*Input, facts) string{"cflt": judgeConfluent, "xprv": judgeExtendedKey, "nsec1": judgeNostr}[test.prefix]
			if judge == nil {
				judge = judgeGitHub
			}
			if got := judge(&in, facts{}); got != report.WellFormed {
				t.Errorf("it is %s", got)
			}
			if got := Judge(in); got.State != report.Test {
				t.Errorf("as a published value it is %s", got.State)
			}
		})
	}
}

// TestDocumentedPasswords checks that passwords of manuals and standards have their verdict, and are told: only what a program
// makes is suppressed where it is an example.
func TestDocumentedPasswords(t *testing.T) {
	for _, test := range []struct {
		value      string
		documented bool
	}{
		{"D1fficult" + "P%40ssw0rd", false},
		{"open " + "sesame", false},
		{"QWxhZGRpbjpv" + "cGVuIHNlc2FtZQ==", false},
		{"mF_9.B5f-" + "4.1JqM", true},
		{"repo" + "pwd", false},
		{"QWadhgWERgh" + "ghWERfdfQ==", false},
		{"CLOJARS_677eb77a08974e2797bbd17a402464e5" + "cd0f987689487633895e649b312e", false},
		{"quartz" + "2123", false},
	} {
		if got := Judge(Input{Value: test.value}); got.State != report.Test || got.Facts["known as"] == "" {
			t.Errorf("%q is %+v", test.value, got)
		}
		if got := Documented(test.value); got != test.documented {
			t.Errorf("%q is documented: %t", test.value, got)
		}
	}
	if got := Judge(Input{Value: "open " + "sesami"}); got.State == report.Test {
		t.Errorf("another password is %+v", got)
	}
}

func TestRoutableFacts(t *testing.T) {
	rng := mathrand.New(mathrand.NewPCG(3, 4))
	got := Judge(Input{Value: routable(rng, "glr"+"t-")}).Facts
	if d := cmp.Diff(map[string]string{"cell": "1", "organization": "2000", "user": "98765"}, got); d != "" {
		t.Error(d)
	}
}

// TestAgeVectors checks Bech32 against BIP 173, and the recipient against an identity of one's own.
func TestAgeVectors(t *testing.T) {
	for _, valid := range []string{"A12UEL5L", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w"} {
		lower := strings.ToLower(valid)
		one := strings.LastIndexByte(lower, '1')
		var digits []byte
		for _, c := range []byte(lower[one+1:]) {
			digits = append(digits, byte(strings.IndexByte(bech32Digits, c)))
		}
		if got := bech32Checksum(lower[:one], digits); got != 1 {
			t.Errorf("the checksum of %q is %d", valid, got)
		}
	}
	for _, invalid := range []string{"pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8", "1qzzfhee", "a12UEL5L"} {
		if _, _, ok := decodeBech32(invalid); ok {
			t.Errorf("%q is accepted", invalid)
		}
	}
	seed := strings.Repeat("\x01", 32)
	got := Judge(Input{Value: strings.ToUpper(encodeBech32("age-secret-key-", []byte(seed)))})
	if got.State != report.WellFormed || !strings.HasPrefix(got.Facts["recipient"], "age1") || len(got.Facts["recipient"]) != 62 {
		t.Errorf("%+v", got)
	}
}

// TestAWSAccount builds key IDs of known accounts, and reads them back.
func TestAWSAccount(t *testing.T) {
	rng := mathrand.New(mathrand.NewPCG(5, 6))
	for range 200 {
		account := rng.Uint64N(1_000_000_000_000)
		bits := uint64(1)<<47 | account<<7 | rng.Uint64N(1<<7)
		raw := append(binary.BigEndian.AppendUint64(nil, bits)[2:], byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()), byte(rng.Uint32()))
		id := "AK" + "IA" + base32.StdEncoding.EncodeToString(raw)
		want := map[string]string{"account": fmt.Sprintf("%012d", account)}
		if d := cmp.Diff(want, Judge(Input{Value: id}).Facts); d != "" {
			t.Fatal(d)
		}
		secret := random(rng, alphanumeric+"/+", 40)
		got := Judge(Input{Rule: "aws-secret-key", Value: secret, Before: "aws_access_key_id = " + id + "\naws_secret_access_key = "})
		if d := cmp.Diff(want, got.Facts); d != "" {
			t.Fatal(d)
		}
	}
	for name, id := range map[string]string{
		"an old one": "AKIAI" + "ABCDEFGHIJKLMNO", "no base 32": "AKIA0000000000000000", "too short": "AKIAQ",
	} {
		if got := Judge(Input{Value: id}); got.Facts != nil {
			t.Errorf("%s tells %v", name, got.Facts)
		}
	}
}

// token makes a JSON web token of header and claims.
func token(header, claims any) string {
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	return part(header) + "." + part(claims) + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("s", 32)))
}

type object = map[string]any

func TestJWT(t *testing.T) {
	hs := object{"alg": "HS256", "typ": "JWT"}
	for name, test := range map[string]struct {
		value string
		want  report.Verdict
	}{
		"lasting": {token(hs, object{"iss": "https://id.example", "sub": "svc", "aud": []string{"a", "b"}}),
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"algorithm": "HS256", "issuer": "https://id.example", "subject": "svc", "audience": "a, b"}}},
		"expired": {token(hs, object{"sub": 7, "exp": now.Unix()}),
			report.Verdict{State: report.Expired, Facts: map[string]string{"algorithm": "HS256", "subject": "7", "expires": "2026-01-02T03:04:05Z"}}},
		"not yet expired": {token(hs, object{"exp": float64(now.Unix()) + 1.5}),
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"algorithm": "HS256", "expires": "2026-01-02T03:04:06Z"}}},
		"jwt.io's": {token(hs, object{"sub": "1234567890", "name": "John Doe", "iat": 1516239022}),
			report.Verdict{State: report.Test, Facts: map[string]string{"algorithm": "HS256"}}},
		"of a legacy service account": {token(object{"alg": "RS256"}, object{"kubernetes.io/serviceaccount/namespace": "shop", "kubernetes.io/serviceaccount/service-account.name": "till"}),
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"algorithm": "RS256", "namespace": "shop", "service account": "till"}}},
		"of a bound service account": {token(object{"alg": "RS256"}, object{"kubernetes.io": object{"namespace": "shop", "serviceaccount": object{"name": "till"}, "pod": object{"name": "till-0"}}}),
			report.Verdict{State: report.WellFormed, Facts: map[string]string{"algorithm": "RS256", "namespace": "shop", "service account": "till", "pod": "till-0"}}},
		"encrypted": {token(object{"alg": "RSA-OAEP"}, "x") + ".AAAA.AAAA",
			report.Verdict{State: report.Encrypted, Facts: map[string]string{"algorithm": "RSA-OAEP"}}},
		"no header": {"eyJ" + "hIjoxfQ.e30.AAAA", report.Verdict{State: report.Malformed}},
		"no claims": {strings.Replace(token(hs, "x"), ".", ".e", 1),
			report.Verdict{State: report.Malformed, Facts: map[string]string{"algorithm": "HS256"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(test.want, Judge(Input{Rule: "jwt", Value: test.value, Now: now})); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPrivateKeys(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(edKey)
	check(t, err)
	sec1, err := x509.MarshalECPrivateKey(ecKey)
	check(t, err)
	open, err := ssh.MarshalPrivateKey(edKey, "")
	check(t, err)
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(edKey, "", []byte("pass"))
	check(t, err)
	fingerprint := func(public any) string {
		k, err := ssh.NewPublicKey(public)
		check(t, err)
		return ssh.FingerprintSHA256(k)
	}
	armour := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	rsaPEM := armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey))
	facts := func(kind, bits string, public any) map[string]string {
		der, err := x509.MarshalPKIXPublicKey(public)
		check(t, err)
		return map[string]string{
			"type": kind, "bits": bits, "encrypted": "false", "ssh_fingerprint": fingerprint(public), "public_key": fmt.Sprintf("sha256:%x", sha256.Sum256(der)),
		}
	}
	rsaFacts, edFacts := facts("RSA", "2048", &rsaKey.PublicKey), facts("Ed25519", "256", edKey.Public())
	sealedFacts := maps.Clone(edFacts)
	sealedFacts["encrypted"] = "true"
	placeholder := report.Verdict{State: report.Test, Facts: map[string]string{"known_as": "placeholder: no key is in it"}}
	old := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n" + strings.Repeat("A", 64) + "\n-----END RSA PRIVATE KEY-----\n"
	for name, test := range map[string]struct {
		value string
		want  report.Verdict
	}{
		"PKCS #1":            {rsaPEM, report.Verdict{State: report.WellFormed, Facts: rsaFacts}},
		"PKCS #1 in JSON":    {strings.ReplaceAll(rsaPEM, "\n", `\n`), report.Verdict{State: report.WellFormed, Facts: rsaFacts}},
		"indented":           {strings.ReplaceAll(rsaPEM, "\n", "\n    "), report.Verdict{State: report.WellFormed, Facts: rsaFacts}},
		"PKCS #8":            {armour("PRIVATE KEY", pkcs8), report.Verdict{State: report.WellFormed, Facts: edFacts}},
		"SEC 1":              {armour("EC PRIVATE KEY", sec1), report.Verdict{State: report.WellFormed, Facts: facts("EC P-256", "256", &ecKey.PublicKey)}},
		"OpenSSH":            {string(pem.EncodeToMemory(open)), report.Verdict{State: report.WellFormed, Facts: edFacts}},
		"OpenSSH, encrypted": {string(pem.EncodeToMemory(locked)), report.Verdict{State: report.Encrypted, Facts: sealedFacts}},
		"PKCS #8, encrypted": {armour("ENCRYPTED PRIVATE KEY", make([]byte, 64)), report.Verdict{State: report.Encrypted, Facts: map[string]string{"encrypted": "true"}}},
		"old PEM, encrypted": {old, report.Verdict{State: report.Encrypted, Facts: map[string]string{"encrypted": "true", "type": "RSA"}}},
		"PuTTY, encrypted":   {"PuTTY-User-Key-File-2: ssh-rsa\r\nEncryption: aes256-cbc\r\nComment: x\r\n", report.Verdict{State: report.Encrypted, Facts: map[string]string{"type": "ssh-rsa", "encrypted": "true", "comment": "x"}}},
		"cut":                {rsaPEM[:400], report.Verdict{State: report.Unknown}},
		"of a PGP key":       {"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n", placeholder},
		"a document's":       {"-----BEGIN RSA PRIVATE KEY-----\n...\nKh9NV...\n...\n-----END RSA PRIVATE KEY-----", placeholder},
		"broken":             {armour("RSA PRIVATE KEY", make([]byte, 40)), report.Verdict{State: report.Malformed, Facts: map[string]string{"type": "RSA"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Judge(Input{Rule: "private-key", Value: test.value, Now: now})
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
		})
	}
	for name, value := range map[string]string{
		"broken base 64": strings.Replace(rsaPEM, "M", "*", 1), "broken in the middle": rsaPEM[:300] + swap(rsaPEM[300:], 7),
	} {
		if got := Judge(Input{Rule: "private-key", Value: value, Now: now}); got.State != report.Malformed {
			t.Errorf("%s: state %q, want malformed", name, got.State)
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestBedrockHead proves that what every short-lived key of Amazon Bedrock begins with is one only where it goes on.
func TestBedrockHead(t *testing.T) {
	for after, want := range map[string]string{"": report.Test, "\"`": report.Test, "Lz9BY3Rpb249": report.Unknown} {
		got := Judge(Input{Rule: "aws-amazon-bedrock-api-key-short-lived", Vendor: "AWS", Value: bedrockHead, After: after, Now: now})
		if got.State != want {
			t.Errorf("followed by %q: %s, want %s", after, got.State, want)
		}
	}
}

func TestSharedAccess(t *testing.T) {
	tests := map[string]struct {
		before, after, want, expires string
	}{
		"expired":         {before: "https://a/b?sp=r&se=2023-12-20T22:54:52Z&sig=", want: report.Expired, expires: "2023-12-20T22:54:00Z"},
		"encoded":         {before: "?se=2023-12-20T22%3A54%3A52Z&sig=", want: report.Expired, expires: "2023-12-20T22:54:00Z"},
		"HTML":            {before: "?sp=r&amp;se=2023-12-20&amp;sig=", want: report.Expired, expires: "2023-12-20T23:59:00Z"},
		"behind":          {before: "?sig=", after: "&se=2023-12-20", want: report.Expired, expires: "2023-12-20T23:59:00Z"},
		"good":            {before: "?se=2030-12-20T22:54:52Z&sig=", want: report.Unknown, expires: "2030-12-20T22:54:00Z"},
		"good today":      {before: "?se=2026-01-02&sig=", want: report.Unknown, expires: "2026-01-02T23:59:00Z"},
		"none":            {before: "?sv=2020-01-01&sig=", want: report.Unknown},
		"no date":         {before: "?se=2023-99-99&sig=", want: report.Unknown},
		"another address": {before: "?se=2023-12-20 and ?sv=1&sig=", after: " ?se=2023-12-20", want: report.Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Judge(Input{Rule: "azure-sas-signature", Vendor: "Azure", Value: strings.Repeat("Ab1+", 11), Before: test.before, After: test.after, Now: now})
			if got.State != test.want || got.Facts["expires"] != test.expires {
				t.Errorf("%s, expires %q; want %s, %q", got.State, got.Facts["expires"], test.want, test.expires)
			}
		})
	}
}

// TestWritten tells values that somebody wrote in the place of what a program draws.
func TestWritten(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString
	for name, test := range map[string]struct {
		rule, value, want string
	}{
		"a key of text":             {"wireguard-private-key", b64([]byte("DontUseThisKeyItIsOnlyForTheBook")), report.Test},
		"a key":                     {"wireguard-private-key", b64([]byte("\x01ontUseThisKeyItIsOnlyForTheBook")), report.Unknown},
		"a client":                  {"http-basic-authorization", b64([]byte("openshift-challenging-client:")), report.Test},
		"a token without password":  {"http-basic-authorization", b64([]byte("a1B2c3D4e5F6g7H8i9:")), report.Unknown},
		"a login of a document":     {"http-basic-authorization", b64([]byte("login:pass")), report.Test},
		"a weak login":              {"http-basic-authorization", b64([]byte("admin:pass")), report.Unknown},
		"another rule's login":      {"other", b64([]byte("login:pass")), report.Unknown},
		"a login in another coding": {"http-basic-authorization", "bG9naW46c*Fzcw==", report.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Judge(Input{Rule: test.rule, Value: test.value, Now: now}).State; got != test.want {
				t.Errorf("state %s, want %s", got, test.want)
			}
		})
	}
}
