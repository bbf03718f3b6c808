package keys

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"

	"dregs/report"
)

// asJWK returns the members of a key as RFC 7518 and RFC 8037 have them, nil for a kind that has none.
func asJWK(t *testing.T, s sample) map[string]string {
	t.Helper()
	text := base64.RawURLEncoding.EncodeToString
	switch k := s.private.(type) {
	case *rsa.PrivateKey:
		return map[string]string{"kty": "RSA", "n": text(k.N.Bytes()), "e": "AQAB", "d": text(k.D.Bytes())}
	case *ecdsa.PrivateKey:
		point, err := k.PublicKey.Bytes()
		check(t, err)
		scalar, err := k.Bytes()
		check(t, err)
		size := (len(point) - 1) / 2
		return map[string]string{"kty": "EC", "crv": k.Curve.Params().Name, "x": text(point[1 : 1+size]), "y": text(point[1+size:]), "d": text(scalar)}
	case ed25519.PrivateKey:
		return map[string]string{"kty": "OKP", "crv": "Ed25519", "x": text(k[32:]), "d": text(k.Seed())}
	case *ecdh.PrivateKey:
		return map[string]string{"kty": "OKP", "crv": "X25519", "x": text(k.PublicKey().Bytes()), "d": text(k.Bytes())}
	}
	return nil
}

func object(t *testing.T, members map[string]string) string {
	t.Helper()
	out, err := json.MarshalIndent(members, "", " ")
	check(t, err)
	return string(out)
}

// TestJWK holds that both halves of a JSON Web Key tell the fingerprint that every other encoding of it tells, and that a private
// one whose halves do not fit is malformed.
func TestJWK(t *testing.T) {
	for name, s := range samples(t) {
		members := asJWK(t, s)
		if members == nil {
			continue
		}
		spki, err := x509.MarshalPKIXPublicKey(s.public)
		check(t, err)
		want := fmt.Sprintf("sha256:%x", sha256.Sum256(spki))
		k, ok := PrivateJWK(object(t, members))
		if !ok || k.State != report.WellFormed || k.Facts[FactPublic] != want || k.Facts[FactType] != s.kind || k.Facts[FactBits] != fmt.Sprint(s.bits) {
			t.Errorf("%s: private half: %v, %v", name, ok, k)
		}
		if got := found(`{"keys": [` + object(t, members) + "]}"); len(got) != 0 {
			t.Errorf("%s: the private half tells %v as a public one", name, got)
		}
		private := members["d"]
		delete(members, "d")
		if got := found(`{"keys": [` + object(t, members) + `, {"kty": "oct"}]}`); len(got) != 1 || got[0][FactPublic] != want || got[0][FactKind] != KindPublic {
			t.Errorf("%s: public half: %v", name, got)
		}
		if _, ok := PrivateJWK(object(t, members)); ok {
			t.Errorf("%s: its public half is told as a private key", name)
		}
		members["d"] = private[1:2] + private[:1] + private[2:]
		if private[0] == private[1] {
			continue
		}
		if k, ok := PrivateJWK(object(t, members)); ok && k.State != report.Malformed {
			t.Errorf("%s: with another d it is %s", name, k.State)
		}
	}
}

// TestNoJWK holds that what is cut off, or has other objects in it, is no key.
func TestNoJWK(t *testing.T) {
	for _, text := range []string{
		`"kty": "RSA"}`, `{"kty": "RSA", "n": "AAAA"`, `{} "kty": "RSA"}`, `{"kty": {"a": "b"}}`, `{"kty": "RSA"}`, `{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}`,
		`{"kty": "OKP", "crv": "Ed25519", "x": "AA"}`, `{"kty": "oct", "k": "AAAA"}`, `{"kty": 5}`, `{"kty": "RSA", "n": 7, "e": "AQAB"}`,
	} {
		if got := found(text); len(got) != 0 {
			t.Errorf("%s: found %v", text, got)
		}
		if k, ok := PrivateJWK(text); ok {
			t.Errorf("%s: a private key %v", text, k)
		}
	}
}
