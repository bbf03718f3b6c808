package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"math/big"

	"dregs/report"
)

// Bounds of a JSON Web Key: what is looked at before and behind the name of its kind, and the numbers that are computed with. A
// key with a chain of certificates has some 8,000 bytes.
const (
	maxJWKBefore = 2 << 10
	maxJWKAfter  = 16 << 10
	maxJWKBits   = 8192
)

// jwkWord leads to a JSON Web Key.
const jwkWord = `"kty"`

// jwkAt returns the bounds of the object around the name at data[at], one without others in it. ok is false for none, and for
// a private key.
func jwkAt(data []byte, at int) (lo, hi int, ok bool) {
	from := max(0, at-maxJWKBefore)
	open := bytes.LastIndexByte(data[from:at], '{')
	end := bytes.IndexByte(data[at:min(len(data), at+maxJWKAfter)], '}')
	if open < 0 || end < 0 {
		return 0, 0, false
	}
	lo, hi = from+open, at+end+1
	object := data[lo:hi]
	flat := bytes.IndexByte(object[1:], '{') < 0 && bytes.IndexByte(object[:at-lo], '}') < 0
	has := func(member string) bool { return bytes.Contains(object, []byte(member)) }
	return lo, hi, flat && !has(`"d"`) && (has(`"n"`) || has(`"x"`))
}

// jwk is a JSON Web Key of RFC 7517, as far as RFC 7518 section 6 and RFC 8037 give it numbers.
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	N   number `json:"n"`
	E   number `json:"e"`
	X   number `json:"x"`
	Y   number `json:"y"`
	D   number `json:"d"`
}

// number is one in base64url.
type number []byte

// UnmarshalJSON implements json.Unmarshaler. What is no number is empty.
func (n *number) UnmarshalJSON(text []byte) error {
	*n = nil
	if raw, err := base64.RawURLEncoding.DecodeString(string(bytes.Trim(text, `"=`))); err == nil {
		*n = raw
	}
	return nil
}

func (n number) int() *big.Int { return new(big.Int).SetBytes(n) }

// PrivateJWK reads the private JSON Web Key that text, an object, is. found is false where it is none or has no public half.
func PrivateJWK(text string) (k Key, found bool) {
	j, ok := parseJWK(text)
	if !ok || len(j.D) == 0 {
		return Key{}, false
	}
	read := &key{open: true}
	switch j.Kty {
	case "RSA":
		read.setRSA(j.N.int(), j.E.int())
		read.state = report.Malformed
		if j.fitsRSA() {
			read.state = report.WellFormed
		}
	case "EC":
		read.setCurve(j.curve().id, j.D, j.point())
	case "OKP":
		read.setOKP(j)
	}
	return read.tell(), read.kind != ""
}

// parseJWK reads a key.
func parseJWK(text string) (j jwk, ok bool) {
	if len(text) > maxJWKBefore+maxJWKAfter {
		return j, false
	}
	return j, json.Unmarshal([]byte(text), &j) == nil
}

// fitsRSA tells whether d undoes e.
func (j *jwk) fitsRSA() bool {
	n, two := j.N.int(), big.NewInt(2)
	if n.BitLen() < 256 || n.BitLen() > maxJWKBits || n.Bit(0) == 0 || len(j.D) > len(j.N) || len(j.E) > len(j.N) {
		return false
	}
	sealed := new(big.Int).Exp(two, j.E.int(), n)
	return sealed.Exp(sealed, j.D.int(), n).Cmp(two) == 0
}

// curve returns the curve that a key names, the zero curve for another.
func (j *jwk) curve() curve {
	for _, c := range curves {
		if c.name == j.Crv {
			return c
		}
	}
	return curve{}
}

// point returns the uncompressed point of a key on a curve, nil where it has none.
func (j *jwk) point() []byte {
	size := (j.curve().bits + 7) / 8
	if len(j.X) != size || len(j.Y) != size || size == 0 {
		return nil
	}
	return append(append([]byte{4}, j.X...), j.Y...)
}

// setOKP takes a private key of RFC 8037.
func (k *key) setOKP(j jwk) {
	if len(j.D) != ed25519.SeedSize {
		return
	}
	k.state = report.WellFormed
	var public []byte
	switch j.Crv {
	case "Ed25519":
		computed, _ := ed25519.NewKeyFromSeed(j.D).Public().(ed25519.PublicKey) // it has no other
		k.setPublic(computed)
		public = computed
	case "X25519":
		private, err := ecdh.X25519().NewPrivateKey(j.D)
		if err != nil {
			return
		}
		k.setPublic(private.PublicKey())
		public = private.PublicKey().Bytes()
	}
	if len(j.X) > 0 && !bytes.Equal(public, j.X) {
		k.state = report.Malformed
	}
}

// publicJWK reads a public JSON Web Key.
func publicJWK(text string) map[string]string {
	j, ok := parseJWK(text)
	if !ok || len(j.D) > 0 {
		return nil
	}
	k := &key{}
	switch {
	case j.Kty == "RSA" && len(j.N)*8 <= maxJWKBits:
		k.setRSA(j.N.int(), j.E.int())
	case j.Kty == "EC":
		k.setCurvePoint(j.curve(), j.point())
	case j.Kty == "OKP" && j.Crv == "Ed25519" && len(j.X) == ed25519.PublicKeySize:
		k.setPublic(ed25519.PublicKey(j.X))
	case j.Kty == "OKP" && j.Crv == "X25519":
		if public, err := ecdh.X25519().NewPublicKey(j.X); err == nil {
			k.setPublic(public)
		}
	}
	return k.public(KindPublic)
}
