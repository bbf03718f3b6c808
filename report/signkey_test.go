package report

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// testKey is a pair of keys of one kind, as files.
type testKey struct {
	private, public []byte
	verify          func(message, signature []byte) bool // the standard library's own check
}

func pemOf(t testing.TB, kind string, der []byte, err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func pairOf(t testing.TB, key crypto.Signer) (private, public []byte) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	private = pemOf(t, "PRIVATE "+"KEY", der, err)
	der, err = x509.MarshalPKIXPublicKey(key.Public())
	return private, pemOf(t, "PUBLIC KEY", der, err)
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ecdsaKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	return must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(curve, rand.Reader))
}

// testKeys returns a pair of every kind that is taken.
func testKeys(t testing.TB) map[string]testKey {
	p256, p384 := ecdsaKey(t, elliptic.P256()), ecdsaKey(t, elliptic.P384())
	ed := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	of := func(key crypto.Signer, verify func(message, signature []byte) bool) testKey {
		private, public := pairOf(t, key)
		return testKey{private, public, verify}
	}
	by256 := func(m, s []byte) bool { sum := sha256.Sum256(m); return ecdsa.VerifyASN1(&p256.PublicKey, sum[:], s) }
	keys := map[string]testKey{
		"p256": of(p256, by256),
		"p384": of(p384, func(m, s []byte) bool { sum := sha512.Sum384(m); return ecdsa.VerifyASN1(&p384.PublicKey, sum[:], s) }),
		"ed25519": of(ed, func(m, s []byte) bool {
			return ed25519.Verify(ed.Public().(ed25519.PublicKey), m, s)
		}),
	}
	der, err := x509.MarshalECPrivateKey(p256)
	parameters := pemOf(t, "EC PARAMETERS", []byte{6, 0}, nil)
	keys["sec1 after parameters"] = testKey{append(parameters, pemOf(t, "EC PRIVATE "+"KEY", der, err)...), keys["p256"].public, by256}
	der, err = x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{}, &p256.PublicKey, p256)
	keys["certificate"] = testKey{keys["p256"].private, pemOf(t, "CERTIFICATE", der, err), by256}
	return keys
}

func TestKeysThatAreNotTaken(t *testing.T) {
	keys := testKeys(t)
	rsaKey := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	rsaPrivate, rsaPublic := pairOf(t, rsaKey)
	p521, p521Public := pairOf(t, ecdsaKey(t, elliptic.P521()))
	der, err := x509.MarshalPKCS8PrivateKey(must[*ecdh.PrivateKey](t)(ecdh.X25519().GenerateKey(rand.Reader)))
	x25519 := pemOf(t, "PRIVATE "+"KEY", der, err)
	tests := []struct {
		name            string
		private, public []byte
		want            string // of the private one
		wantPublic      string
	}{
		{"nothing", nil, nil, "it holds no key in PEM form", "it holds no key in PEM form"},
		{"text", []byte("hello"), []byte("hello"), "it holds no key in PEM form", "it holds no key in PEM form"},
		{"RSA", rsaPrivate, rsaPublic, "it is a key of the wrong kind, RSA", "it is a key of the wrong kind, RSA"},
		{"RSA as PKCS#1", pemOf(t, "RSA PRIVATE "+"KEY", x509.MarshalPKCS1PrivateKey(rsaKey), nil), pemOf(t, "RSA PUBLIC KEY", []byte{1}, nil), "it is a key of the wrong kind, RSA PRIVATE KEY", "it is a key of the wrong kind, RSA PUBLIC KEY"},
		{"P-521", p521, p521Public, "it is a key of the wrong kind, ECDSA on P-521", "it is a key of the wrong kind, ECDSA on P-521"},
		{"X25519", x25519, x25519, "it is a key of the wrong kind, one for key agreement", "it is a private key"},
		{"the other half", keys["p256"].public, keys["p256"].private, "it is a public key or a certificate, which cannot sign", "it is a private key"},
		{"encrypted", pemOf(t, "ENCRYPTED PRIVATE "+"KEY", []byte{1}, nil), pemOf(t, "ENCRYPTED PRIVATE "+"KEY", []byte{1}, nil), "the private key is encrypted", "it is a private key"},
		{"OpenSSH", pemOf(t, "OPENSSH PRIVATE "+"KEY", []byte{1}, nil), pemOf(t, "OPENSSH PRIVATE "+"KEY", []byte{1}, nil), "it is a key in OpenSSH's own form", "it is a private key"},
		{"broken", pemOf(t, "PRIVATE "+"KEY", []byte{1, 2, 3}, nil), pemOf(t, "PUBLIC KEY", []byte{1, 2, 3}, nil), "the key cannot be read", "the key cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := NewSigner(tt.private)
			checkHinted(t, err, tt.want)
			_, err = NewVerifier(tt.public)
			checkHinted(t, err, tt.wantPublic)
		})
	}
}

func checkHinted(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Fatalf("error %v, want %s", err, want)
	}
	var hinter interface{ Hint() string }
	if !errors.As(err, &hinter) || hinter.Hint() == "" {
		t.Errorf("error %v has no hint", err)
	}
}

// FuzzKey holds that no file makes a signer or verifier fail in another way than by an error with a hint, whose text is
// printable, and that what was taken can sign.
func FuzzKey(f *testing.F) {
	private, public := pairOf(f, ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	f.Add(private)
	f.Add(public)
	f.Add([]byte("-----BEGIN X-----\nAA==\n-----END X-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := NewSigner(text)
		if err == nil {
			if _, err := s.envelope([]byte("{}")); err != nil {
				t.Errorf("a key that was taken does not sign: %v", err)
			}
		} else if m := fmt.Sprint(err); strings.IndexFunc(m, obeyed) >= 0 {
			t.Errorf("error %q", m)
		}
		if _, err := NewVerifier(text); err != nil && strings.IndexFunc(err.Error(), obeyed) >= 0 {
			t.Errorf("error %q", err)
		}
	})
}
