package keys

import (
	"bytes"
	"crypto"
	"crypto/dsa" //nolint:staticcheck // keys of old are still found
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"golang.org/x/crypto/ssh"

	"dregs/report"
)

// sample is a key made at run time.
type sample struct {
	private crypto.PrivateKey
	public  crypto.PublicKey
	kind    string
	bits    int
}

// samples returns a new key of every kind that Go makes.
func samples(t testing.TB) map[string]sample {
	t.Helper()
	out := map[string]sample{}
	for _, bits := range []int{1024, 2048} {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		check(t, err)
		out[fmt.Sprintf("RSA %d", bits)] = sample{k, &k.PublicKey, "RSA", bits}
	}
	for _, c := range []elliptic.Curve{elliptic.P224(), elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		check(t, err)
		out[c.Params().Name] = sample{k, &k.PublicKey, "EC " + c.Params().Name, c.Params().BitSize}
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	check(t, err)
	out["Ed25519"] = sample{private, public, "Ed25519", 256}
	x, err := ecdh.X25519().GenerateKey(rand.Reader)
	check(t, err)
	out["X25519"] = sample{x, x.PublicKey(), "X25519", 256}
	d := &dsa.PrivateKey{}
	check(t, dsa.GenerateParameters(&d.Parameters, rand.Reader, dsa.L1024N160))
	check(t, dsa.GenerateKey(d, rand.Reader))
	out["DSA"] = sample{d, &d.PublicKey, "DSA", 1024}
	return out
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func armour(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// encodings returns the key in every form that it has, by the name of the form; encrypted tells those that are.
func encodings(t testing.TB, s sample) (open, encrypted map[string]string) {
	t.Helper()
	open, encrypted = map[string]string{}, map[string]string{}
	if s.kind != "EC P-224" { // which GnuPG does not know
		open["GnuPG"], encrypted["GnuPG"] = gnupgText(s, false), gnupgText(s, true)
	}
	switch k := s.private.(type) {
	case *rsa.PrivateKey:
		open["PKCS #1"] = armour("RSA PRIVATE"+" KEY", x509.MarshalPKCS1PrivateKey(k))
		open["PuTTY 2"], open["PuTTY 3"] = puttyText(t, s, "2"), puttyText(t, s, "3")
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(k)
		check(t, err)
		open["SEC 1"] = armour("EC PRIVATE"+" KEY", der)
	case *dsa.PrivateKey:
		der, err := asn1.Marshal(struct {
			Version       int
			P, Q, G, Y, X *big.Int
		}{0, k.P, k.Q, k.G, k.Y, k.X})
		check(t, err)
		open["OpenSSL"] = armour("DSA PRIVATE"+" KEY", der)
		return open, encrypted // Go writes no other form
	}
	if der, err := x509.MarshalPKCS8PrivateKey(s.private); err == nil {
		open["PKCS #8"] = armour("PRIVATE"+" KEY", der)
	}
	if _, ok := s.private.(*ecdh.PrivateKey); ok {
		return open, encrypted
	}
	if b, err := ssh.MarshalPrivateKey(s.private, "who@host"); err == nil {
		open["OpenSSH"] = string(pem.EncodeToMemory(b))
	}
	if b, err := ssh.MarshalPrivateKeyWithPassphrase(s.private, "who@host", []byte("a passphrase")); err == nil {
		encrypted["OpenSSH"] = string(pem.EncodeToMemory(b))
	}
	return open, encrypted
}

// gnupgText writes a key as gpg-agent does.
func gnupgText(s sample, sealed bool) string {
	kind, public, secret := gnupgNumbers(s)
	text := "Created: 20260102T030405\nKey: (private-" + "key (" + kind
	if sealed {
		text = "Created: 20260102T030405\nKey: (protected-private-" + "key (" + kind
		secret = `(protected openpgp-s2k3-ocb-aes ((sha1 #5A3C5DC3715615A7#` + "\n  " + `"198840320")#6CE94DE02C641D1571CC9BCA#)#` +
			strings.Repeat("DACAE1C9", 20) + `#)(protected-at "20260102T030405")`
	}
	return text + public + secret + "\n ))\n"
}

// gnupgNumbers returns the algorithm and the numbers of a key as libgcrypt writes them.
func gnupgNumbers(s sample) (kind, public, secret string) {
	number := func(name string, b []byte) string {
		digits := strings.ToUpper(hex.EncodeToString(b))
		if len(b) > 0 && b[0] >= 0x80 {
			digits = "00" + digits
		}
		return "(" + name + " #" + digits[:len(digits)/4*2] + "\n  " + digits[len(digits)/4*2:] + "#)"
	}
	point := func(curve, flags string, q, d []byte) (kind, public, secret string) {
		return "ecc", ` (curve ` + curve + `)` + flags + number("q", q), number("d", d)
	}
	switch k := s.private.(type) {
	case *rsa.PrivateKey:
		return "rsa", number("n", k.N.Bytes()) + number("e", big.NewInt(int64(k.E)).Bytes()),
			number("d", k.D.Bytes()) + number("p", k.Primes[1].Bytes()) + number("q", k.Primes[0].Bytes()) + number("u", k.Primes[0].Bytes())
	case *dsa.PrivateKey:
		return "dsa", number("p", k.P.Bytes()) + number("q", k.Q.Bytes()) + number("g", k.G.Bytes()) + number("y", k.Y.Bytes()), number("x", k.X.Bytes())
	case ed25519.PrivateKey:
		return point("Ed25519", "(flags eddsa)", append([]byte{0x40}, k[32:]...), k.Seed())
	case *ecdh.PrivateKey:
		scalar := k.Bytes()
		slices.Reverse(scalar)
		return point("Curve25519", "(flags djb-tweak)", append([]byte{0x40}, k.PublicKey().Bytes()...), scalar)
	case *ecdsa.PrivateKey:
		q, _ := k.PublicKey.Bytes()
		d, _ := k.Bytes()
		return point(`"NIST `+k.Curve.Params().Name+`"`, "", q, d)
	}
	return "", "", ""
}

// puttyText writes an RSA key as PuTTY does.
func puttyText(t testing.TB, s sample, version string) string {
	t.Helper()
	public, err := ssh.NewPublicKey(s.public)
	check(t, err)
	k := s.private.(*rsa.PrivateKey)
	private := ssh.Marshal(struct{ D, P, Q, Inverse *big.Int }{k.D, k.Primes[0], k.Primes[1], k.Precomputed.Qinv})
	seed := sha1.Sum([]byte("putty-private-key-file-mac-key"))
	code := hmac.New(sha1.New, seed[:])
	if version == "3" {
		code = hmac.New(sha256.New, nil)
	}
	for _, field := range [][]byte{[]byte("ssh-rsa"), []byte("none"), []byte("a comment"), public.Marshal(), private} {
		code.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(field))), field...))
	}
	half := func(name string, data []byte) string {
		var lines []string
		text := base64.StdEncoding.EncodeToString(data)
		for len(text) > 0 {
			n := min(64, len(text))
			lines, text = append(lines, text[:n]), text[n:]
		}
		return fmt.Sprintf("%s-Lines: %d\n%s\n", name, len(lines), strings.Join(lines, "\n"))
	}
	return "PuTTY-User-Key-" + "File-" + version + ": ssh-rsa\nEncryption: none\nComment: a comment\n" +
		half("Public", public.Marshal()) + half("Private", private) + "Private-MAC: " + hex.EncodeToString(code.Sum(nil)) + "\n"
}

// spellings returns the ways in which files hold the lines of a key.
func spellings(text string) map[string]string {
	quoted, _ := json.Marshal(text)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return map[string]string{
		"as it is":      text,
		"without end":   strings.TrimSpace(text),
		"CRLF":          strings.ReplaceAll(text, "\n", "\r\n"),
		"CR":            strings.ReplaceAll(text, "\n", "\r"),
		"JSON":          `{"key": ` + string(quoted) + `}`,
		"escaped twice": strings.ReplaceAll(text, "\n", `\\n`),
		"YAML":          "key: |\n    " + strings.Join(lines, "\n    ") + "\nnext: 1\n",
		"one line":      strings.Join(lines, " "),
		"NUL":           strings.Join(lines, "\x00"),
		"comment":       "# " + strings.Join(lines, "\n# "),
		"block comment": "/*\n * " + strings.Join(lines, "\n * ") + "\n */",
		"C strings":     `"` + strings.Join(lines, "\\n\"\n    \"") + `\n";`,
		"concatenation": `"` + strings.Join(lines, "\\n\" +\n    \"") + `\n"`,
		"list":          `['` + strings.Join(lines, "',\n  '") + `']`,
		"HTML":          strings.Join(lines, "&#10;"),
		"difference":    "+" + strings.Join(lines, "\n+") + "\n",
	}
}

// TestEncodings makes keys of every kind and writes them in every form and spelling: all tell the fingerprints that
// crypto/x509 and x/crypto/ssh give.
func TestEncodings(t *testing.T) {
	for name, s := range samples(t) {
		var want struct{ public, ssh string }
		if der, err := x509.MarshalPKIXPublicKey(s.public); err == nil {
			want.public = fmt.Sprintf("sha256:%x", sha256.Sum256(der))
		}
		if k, err := ssh.NewPublicKey(s.public); err == nil {
			want.ssh = ssh.FingerprintSHA256(k)
		}
		open, encrypted := encodings(t, s)
		for state, texts := range map[string]map[string]string{report.WellFormed: open, report.Encrypted: encrypted} {
			for form, text := range texts {
				for spelling, spelled := range spellings(text) {
					if (strings.HasPrefix(form, "PuTTY") || form == "GnuPG") && !strings.Contains("as it is, without end, CRLF, CR, JSON, YAML", spelling) {
						continue
					}
					t.Run(name+"/"+form+"/"+state+"/"+spelling, func(t *testing.T) {
						k, found := Private(spelled)
						if !found {
							t.Fatal("no key found")
						}
						f := k.Facts
						if k.State != state || f[FactType] != s.kind || f[FactBits] != fmt.Sprint(s.bits) || f[FactSSH] != want.ssh {
							t.Errorf("got %s %q, want %s, %s %d, %s", k.State, f, state, s.kind, s.bits, want.ssh)
						}
						if want.public != "" && f[FactPublic] != want.public {
							t.Errorf("public key %s, want %s", f[FactPublic], want.public)
						}
						if (f[FactEncrypted] == "true") != (state == report.Encrypted) {
							t.Errorf("encrypted is %s", f[FactEncrypted])
						}
						if form == "OpenSSH" && state == report.WellFormed && f[FactComment] != "who@host" {
							t.Errorf("comment %q", f[FactComment])
						}
					})
				}
			}
		}
	}
}

// TestDSAInfo holds the public half of DSA against crypto/x509, which reads it and does not write it.
func TestDSAInfo(t *testing.T) {
	want := samples(t)["DSA"].public.(*dsa.PublicKey)
	got, err := x509.ParsePKIXPublicKey(dsaInfo(want))
	check(t, err)
	if k := got.(*dsa.PublicKey); k.Y.Cmp(want.Y) != 0 || k.P.Cmp(want.P) != 0 || k.Q.Cmp(want.Q) != 0 || k.G.Cmp(want.G) != 0 {
		t.Error("another key")
	}
}

// TestDamaged changes and cuts keys: none is well-formed any more, and none is lost.
func TestDamaged(t *testing.T) {
	for name, s := range samples(t) {
		open, _ := encodings(t, s)
		for form, text := range open {
			if strings.HasPrefix(form, "PuTTY") || form == "GnuPG" {
				continue
			}
			t.Run(name+"/"+form, func(t *testing.T) {
				lines := strings.Split(strings.TrimSpace(text), "\n")
				if len(lines) < 5 {
					t.Skip("too short to be cut")
				}
				cut := strings.Join(append(lines[:1:1], lines[len(lines)/2:]...), "\n")
				if k, found := Private(cut); !found || k.State != report.Malformed {
					t.Errorf("cut: %q, found %v", k.State, found)
				}
			})
		}
	}
}

// TestDamagedNumbers changes a digit of a secret number in a key of gpg-agent.
func TestDamagedNumbers(t *testing.T) {
	for name, s := range samples(t) {
		if s.kind == "EC P-224" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			kind, public, secret := gnupgNumbers(s)
			at := strings.IndexByte(secret, '#') + 8
			other := "1"
			if secret[at] == '1' {
				other = "2"
			}
			k, found := Private("(private-" + "key (" + kind + public + secret[:at] + other + secret[at+1:] + "))")
			if !found || k.State != report.Malformed {
				t.Errorf("got %v, %q", found, k.State)
			}
		})
	}
	for text, want := range map[string]bool{
		"Key: (private-" + "key (ecc (curve Ed25519)(flags eddsa)(q\n  #40" + strings.Repeat("A1", 32) + "#)(d #" + strings.Repeat("B2", 32) + "#)\n ))\nmore": true,
		"(private-" + "key (rsa (n #...#)(e #...#)(d #...#)))":                         false,
		"(private-" + "key (ecc (curve Ed25519)(d #" + strings.Repeat("B2", 64) + "#)": false,
		"(private-" + "key (" + strings.Repeat("a sentence of words ", 9) + "))":       false,
	} {
		lo, hi, ok := GnuPGAt([]byte(text), strings.Index(text, "("))
		if ok != want || ok && text[lo:hi] != strings.TrimSuffix(strings.TrimPrefix(text, "Key: "), "\nmore") {
			t.Errorf("%q: %v, [%d,%d)", text, ok, lo, hi)
		}
	}
	if _, found := Private("(shadowed-private-" + "key (rsa (n #00AB#)(e #010001#)(shadowed t1-v1 (#D2#))))"); found {
		t.Error("a key on a card is taken for one")
	}
}

func TestRSANumbers(t *testing.T) {
	k := samples(t)["RSA 1024"].private.(*rsa.PrivateKey)
	fits := func(change func(n, e, d, p, q *big.Int)) bool {
		numbers := []*big.Int{new(big.Int).Set(k.N), big.NewInt(int64(k.E)), new(big.Int).Set(k.D), new(big.Int).Set(k.Primes[0]), new(big.Int).Set(k.Primes[1])}
		change(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
		return fitsRSA(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
	}
	two := big.NewInt(2)
	for name, test := range map[string]struct {
		change func(n, e, d, p, q *big.Int)
		want   bool
	}{
		"a key":             {func(_, _, _, _, _ *big.Int) {}, true},
		"another modulus":   {func(n, _, _, _, _ *big.Int) { n.Add(n, two) }, false},
		"another exponent":  {func(_, _, d, _, _ *big.Int) { d.Add(d, two) }, false},
		"a zero prime":      {func(_, _, _, p, _ *big.Int) { p.SetInt64(0) }, false},
		"a prime below 0":   {func(_, _, _, p, q *big.Int) { p.Neg(p); q.Neg(q) }, false},
		"the prime is one":  {func(n, _, _, p, q *big.Int) { p.SetInt64(1); q.Set(n) }, false},
		"other primes":      {func(_, _, _, p, _ *big.Int) { p.Add(p, two) }, false},
		"an exponent below": {func(_, e, _, _, _ *big.Int) { e.Neg(e) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fits(test.change); got != test.want {
				t.Errorf("fits: %v", got)
			}
		})
	}
}

func TestNoKeys(t *testing.T) {
	begin, end := "-----BEGIN RSA PRIVATE"+" KEY-----", "-----END RSA PRIVATE"+" KEY-----"
	placeholder := map[string]string{FactKnownAs: "placeholder: no key is in it"}
	for name, text := range map[string]string{
		"dots":           begin + "\n...\n" + end,
		"cut words":      begin + "\n...\nKh9NV...\n...\n" + end,
		"a hint":         begin + "\n  #  <your private key data>\n  # " + end,
		"code":           begin + `"] + [b64Data[i : i + 64] for i in range(0, len(b64Data), 64)] + ["` + end,
		"a table":        begin + "'], [0, '-----BEGIN PUBLIC" + " KEY-----'",
		"prose":          begin + " must stand at the beginning of the line that comes before the data and then there must be " + end,
		"a template":     begin + "\n{{ .Values.key }}\n" + end,
		"nothing at all": begin + "\n\n" + end,
	} {
		t.Run(name, func(t *testing.T) {
			k, found := Private(text)
			if !found || k.State != report.Test || len(k.Facts) != 1 || k.Facts[FactKnownAs] != placeholder[FactKnownAs] {
				t.Errorf("found %v: %+v", found, k)
			}
		})
	}
	for name, text := range map[string]string{
		"nothing": "", "only a begin": begin + "\nMII", "a public key": "-----BEGIN PUBLIC" + " KEY-----\nMII\n-----END", "too long": begin + strings.Repeat("A", maxText) + end,
	} {
		if k, found := Private(text); found {
			t.Errorf("%s: found %+v", name, k)
		}
	}
}

func TestPGP(t *testing.T) {
	entity, err := openpgp.NewEntity("A Person", "", "a@example.org", &packet.Config{RSABits: 1024, Algorithm: packet.PubKeyAlgoRSA})
	check(t, err)
	write := func(kind string) string {
		var text bytes.Buffer
		w, err := armor.Encode(&text, kind, map[string]string{"Version": "GnuPG v2", "Comment": "words"})
		check(t, err)
		check(t, entity.SerializePrivateWithoutSigning(w, nil))
		check(t, w.Close())
		return text.String()
	}
	kind := "PGP PRIVATE" + " KEY BLOCK"
	want := hex.EncodeToString(entity.PrimaryKey.Fingerprint)
	for state, prepare := range map[string]func() error{
		report.WellFormed: func() error { return nil },
		report.Encrypted:  func() error { return entity.EncryptPrivateKeys([]byte("a passphrase"), nil) },
	} {
		if state == report.Encrypted {
			check(t, prepare())
		}
		for spelling, text := range spellings(write(kind)) {
			if spelling == "difference" || spelling == "one line" {
				continue
			}
			k, found := Private(text)
			if !found || entity.PrivateKey.Encrypted && k.State != report.Encrypted || k.Facts[FactPGP] != want || k.Facts[FactType] != "RSA" ||
				k.Facts[FactUserID] != "A Person <a@example.org>" {
				t.Errorf("%s, %s: found %v, %+v", state, spelling, found, k)
			}
		}
	}
}

func TestPutty(t *testing.T) {
	text := puttyText(t, samples(t)["RSA 1024"], "3")
	for name, test := range map[string]struct{ text, want string }{
		"whole":     {text, report.WellFormed},
		"comment":   {strings.Replace(text, "a comment", "another", 1), report.Malformed},
		"cut":       {text[:len(text)-200], report.Malformed},
		"encrypted": {strings.Replace(text, "Encryption: none", "Encryption: aes256-cbc", 1), report.Encrypted},
	} {
		if k, found := Private(test.text); !found || k.State != test.want || k.Facts[FactSSH] == "" {
			t.Errorf("%s: found %v, %+v", name, found, k)
		}
	}
}
