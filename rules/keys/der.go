package keys

import (
	"crypto/dsa" //nolint:staticcheck // keys of old are still found
	"crypto/ecdh"
	"crypto/ed25519"
	"encoding/asn1"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"dregs/report"
)

// Tags of optional fields.
var (
	tag0 = cbasn1.Tag(0).Constructed().ContextSpecific()
	tag1 = cbasn1.Tag(1).Constructed().ContextSpecific()
)

// readDER reads a key in DER by what its BEGIN line calls it, or by what it is.
func readDER(b *block) *key {
	k := &key{body: b.body}
	if strings.Contains(b.headers, "ENCRYPTED") {
		k.state, k.kind = report.Encrypted, kindOf(b.kind)
		return k
	}
	if b.kind == "ENCRYPTED PRIVATE KEY" || sealed(b.body) {
		k.state = report.Encrypted
		return k
	}
	k.open = true
	readers := []func(*key, cryptobyte.String) bool{readPKCS8, readDSA, readPKCS1, readSEC1}
	for _, read := range readers {
		if read(k, b.body) {
			return k
		}
	}
	*k = key{body: b.body, kind: kindOf(b.kind), state: report.Malformed}
	return k
}

// kindOf returns the kind that a BEGIN line names, empty for none.
func kindOf(label string) string {
	switch kind, _, _ := strings.Cut(label, " "); kind {
	case "RSA", "DSA", "EC":
		return kind
	}
	return ""
}

// sealed tells whether der is an EncryptedPrivateKeyInfo of RFC 5958: an algorithm and what it encrypted.
func sealed(der cryptobyte.String) bool {
	var seq, algorithm, data cryptobyte.String
	var id asn1.ObjectIdentifier
	return der.ReadASN1(&seq, cbasn1.SEQUENCE) && seq.ReadASN1(&algorithm, cbasn1.SEQUENCE) && seq.ReadASN1(&data, cbasn1.OCTET_STRING) &&
		seq.Empty() && algorithm.ReadASN1ObjectIdentifier(&id) && len(data) >= 16
}

// readPKCS8 reads a PrivateKeyInfo of RFC 5958.
func readPKCS8(k *key, der cryptobyte.String) bool {
	var seq, algorithm, data cryptobyte.String
	var version int
	var id asn1.ObjectIdentifier
	if !der.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(&version) || !seq.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&id) || !seq.ReadASN1(&data, cbasn1.OCTET_STRING) {
		return false
	}
	switch {
	case id.Equal(oidRSA), id.Equal(oidRSAPSS):
		return readPKCS1(k, data)
	case id.Equal(oidEC):
		var curve asn1.ObjectIdentifier
		algorithm.ReadASN1ObjectIdentifier(&curve) // else the key itself tells it
		return readEC(k, data, curve)
	case id.Equal(oidDSA):
		return readDSANumbers(k, algorithm, data)
	case id.Equal(oidEd25519), id.Equal(oidX25519):
		return read25519(k, id, data)
	case id.Equal(oidEd448):
		k.kind, k.bits, k.state = "Ed448", 448, report.WellFormed
	case id.Equal(oidX448):
		k.kind, k.bits, k.state = "X448", 448, report.WellFormed
	default:
		k.kind, k.state = algorithmName(id), report.Unknown
	}
	return true
}

// algorithmName names an algorithm that is not read.
func algorithmName(id asn1.ObjectIdentifier) string {
	s := id.String()
	switch {
	case strings.HasPrefix(s, "1.2.643."):
		return "GOST"
	case s == "1.2.840.113549.1.3.1":
		return "DH"
	case s == "1.2.840.10046.2.1":
		return "DH X9.42"
	case strings.HasPrefix(s, "2.16.840.1.101.3.4.3.") || strings.HasPrefix(s, "2.16.840.1.101.3.4.4."):
		return "post-quantum " + s
	}
	return "algorithm " + s
}

// read25519 reads the private keys of RFC 8410 whose public halves can be told.
func read25519(k *key, id asn1.ObjectIdentifier, data cryptobyte.String) bool {
	var seed cryptobyte.String
	if !data.ReadASN1(&seed, cbasn1.OCTET_STRING) || len(seed) != 32 {
		return false
	}
	k.state = report.WellFormed
	if id.Equal(oidEd25519) {
		k.setPublic(ed25519.NewKeyFromSeed(seed).Public())
		return true
	}
	private, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		return false
	}
	k.setPublic(private.PublicKey())
	return true
}

// readPKCS1 reads an RSAPrivateKey of RFC 8017: it is well-formed where the primes make the modulus.
func readPKCS1(k *key, der cryptobyte.String) bool {
	var seq cryptobyte.String
	var version int
	n, e, d, p, q := new(big.Int), new(big.Int), new(big.Int), new(big.Int), new(big.Int)
	if !der.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(&version) || !seq.ReadASN1Integer(n) || !seq.ReadASN1Integer(e) ||
		!seq.ReadASN1Integer(d) || !seq.ReadASN1Integer(p) || !seq.ReadASN1Integer(q) || n.Sign() <= 0 || n.BitLen() < 256 {
		return false
	}
	k.setRSA(n, e)
	k.state = report.Malformed
	if version == 1 || fitsRSA(n, e, d, p, q) { // version 1 has more than two primes
		k.state = report.WellFormed
	}
	return true
}

// fitsRSA tells whether the numbers of an RSA key fit each other.
func fitsRSA(n, e, d, p, q *big.Int) bool {
	one := big.NewInt(1)
	if p.Cmp(one) <= 0 || q.Cmp(one) <= 0 || new(big.Int).Mul(p, q).Cmp(n) != 0 {
		return false
	}
	ed := new(big.Int).Mul(e, d)
	for _, prime := range []*big.Int{p, q} {
		if new(big.Int).Mod(ed, new(big.Int).Sub(prime, one)).Cmp(one) != 0 {
			return false
		}
	}
	return true
}

// readDSA reads what OpenSSL writes for DSA: version, p, q, g, y, x.
func readDSA(k *key, der cryptobyte.String) bool {
	var seq cryptobyte.String
	var version int
	pub := dsa.PublicKey{Y: new(big.Int), Parameters: dsa.Parameters{P: new(big.Int), Q: new(big.Int), G: new(big.Int)}}
	x := new(big.Int)
	if !der.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(&version) || !seq.ReadASN1Integer(pub.P) || !seq.ReadASN1Integer(pub.Q) ||
		!seq.ReadASN1Integer(pub.G) || !seq.ReadASN1Integer(pub.Y) || !seq.ReadASN1Integer(x) || !seq.Empty() {
		return false
	}
	return k.setDSA(&pub, x)
}

// readDSANumbers reads a DSA key in PKCS #8, whose parameters stand with the algorithm.
func readDSANumbers(k *key, parameters, data cryptobyte.String) bool {
	var seq cryptobyte.String
	pub := dsa.PublicKey{Parameters: dsa.Parameters{P: new(big.Int), Q: new(big.Int), G: new(big.Int)}}
	x := new(big.Int)
	if !parameters.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(pub.P) || !seq.ReadASN1Integer(pub.Q) ||
		!seq.ReadASN1Integer(pub.G) || !data.ReadASN1Integer(x) {
		return false
	}
	return k.setDSA(&pub, x)
}

// maxDSA bounds the modulus that is computed with: FIPS 186-4 has 3072 bits.
const maxDSA = 4096

// setDSA takes a DSA key: it is well-formed where y is g to the x. A y that is not told is computed.
func (k *key) setDSA(pub *dsa.PublicKey, x *big.Int) bool {
	if pub.P.Sign() <= 0 || pub.P.BitLen() > maxDSA || pub.P.BitLen() < 256 || pub.G.Sign() <= 0 || x.Sign() <= 0 || x.BitLen() > maxDSA ||
		pub.P.Bit(0) == 0 {
		return false
	}
	y := new(big.Int).Exp(pub.G, x, pub.P)
	k.state = report.WellFormed
	if pub.Y == nil {
		pub.Y = y
	} else if y.Cmp(pub.Y) != 0 {
		k.state = report.Malformed
	}
	k.setPublic(pub)
	return true
}
