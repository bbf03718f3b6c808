package keys

import (
	"bytes"
	"crypto/dsa" //nolint:staticcheck // keys of old are still found
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"encoding/asn1"
	"math/big"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"

	"dregs/report"
)

// What gpg-agent keeps of a key in private-keys-v1.d begins so: one that is not encrypted, one that is, and one that was
// imported and not used since: https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;a=blob_plain;f=agent/keyformat.txt. A
// key whose secret half is on a smart card is no private key.
const (
	gnupgOpen     = "(private-key"
	gnupgSealed   = "(protected-private-key"
	gnupgImported = "(openpgp-private-key"
)

// gnupgKinds names libgcrypt's algorithms.
var gnupgKinds = map[string]string{"rsa": "RSA", "dsa": "DSA", "elg": "ElGamal", "ecc": "EC", "ecdsa": "EC", "ecdh": "ECDH"}

// gnupgMarks are what a key of gpg-agent begins with.
var gnupgMarks = [...]string{gnupgOpen, gnupgSealed, gnupgImported}

// gnupgAt returns where a key of gpg-agent begins in text, or -1.
func gnupgAt(text string) int {
	for _, mark := range gnupgMarks {
		if at := strings.Index(text, mark); at >= 0 {
			return at
		}
	}
	return -1
}

// beginsGnuPG tells whether a key of gpg-agent begins at data[at].
func beginsGnuPG(data []byte, at int) bool {
	for _, mark := range gnupgMarks {
		if len(data)-at >= len(mark) && string(data[at:at+len(mark)]) == mark {
			return true
		}
	}
	return false
}

// Bounds of a key of gpg-agent: one of RSA with 8192 bits has some 9,000 bytes.
const (
	minGnuPG = 80
	maxGnuPG = 16 << 10
)

// gnupgBytes are those that an expression consists of outside of quotes, and what JSON and code put between them.
var gnupgBytes = newByteSet("()#\"\\:.+/=_ \t\r\n-")

// newByteSet returns which bytes are ASCII letters, digits or of marks.
func newByteSet(marks string) (set [256]bool) {
	for b := range set {
		c := byte(b)
		set[b] = c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte(marks, c) >= 0
	}
	return set
}

// GnuPGWords returns what leads to a key of gpg-agent, in lower case.
func GnuPGWords() []string { return gnupgMarks[:] }

// GnuPGAt returns the bounds of the key of gpg-agent that begins with a word of GnuPGWords at data[at]. One that another begins
// in is none, so that text of such words alone is not read over and over.
func GnuPGAt(data []byte, at int) (lo, hi int, ok bool) {
	if !beginsGnuPG(data, at) {
		return 0, 0, false
	}
	depth, quoted := 0, false
	for i := at; i < min(len(data), at+maxGnuPG); i++ {
		switch c := data[i]; {
		case c == '"':
			quoted = !quoted
		case c == '(' && i > at && beginsGnuPG(data, i):
			return 0, 0, false
		case quoted: // a comment may have any character
		case !gnupgBytes[c]:
			return 0, 0, false
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				text := string(data[at : i+1])
				_, ok := parseGnuPG(text)
				return at, i + 1, ok && len(text) >= minGnuPG && strings.IndexByte(text, '#') >= 0
			}
		}
	}
	return 0, 0, false
}

// parseGnuPG reads the expression that begins with one of the words of a key, which has to have something in it.
func parseGnuPG(text string) (whole expression, ok bool) {
	whole = readExpression(strings.ReplaceAll(escapes.Replace(text), `\"`, `"`))
	return whole, whole.name() == gnupgImported[1:] || len(whole.list) > 1 && whole.list[1].name() != ""
}

// readGnuPG reads a key of gpg-agent.
func readGnuPG(text string) (*key, bool) {
	at := gnupgAt(text)
	if at < 0 {
		return nil, false
	}
	whole, ok := parseGnuPG(text[at:])
	if !ok {
		return nil, false
	}
	k := &key{state: report.Malformed, body: []byte(text[at:])}
	if whole.name() == gnupgImported[1:] {
		k.state, k.kind = report.Encrypted, gnupgKinds[string(whole.value("algo"))]
		return k, true
	}
	numbers := &whole.list[1]
	k.kind = gnupgKinds[numbers.name()]
	if whole.name() == gnupgSealed[1:] {
		k.setSealedNumbers(numbers)
		k.state = report.Encrypted
		return k, true
	}
	k.open = true
	k.setNumbers(numbers)
	return k, true
}

// number returns one of a key's numbers.
func (e *expression) number(name string) *big.Int { return new(big.Int).SetBytes(e.value(name)) }

// dsa returns the public half of a DSA key.
func (e *expression) dsa() *dsa.PublicKey {
	return &dsa.PublicKey{Y: e.number("y"), Parameters: dsa.Parameters{P: e.number("p"), Q: e.number("q"), G: e.number("g")}}
}

// point returns the point of a key on a curve, without what libgcrypt puts before one that has but one coordinate.
func (e *expression) point() []byte { return bytes.TrimPrefix(e.value("q"), []byte{0x40}) }

// curveName returns the curve as the specifications call it.
func (e *expression) curveName() string { return strings.TrimPrefix(string(e.value("curve")), "NIST ") }

// setNumbers takes a key that is not encrypted: it is well-formed where its numbers fit each other, as far as that can be
// computed.
func (k *key) setNumbers(numbers *expression) {
	fits := false
	switch numbers.name() {
	case "rsa":
		k.setRSA(numbers.number("n"), numbers.number("e"))
		fits = fitsRSA(numbers.number("n"), numbers.number("e"), numbers.number("d"), numbers.number("p"), numbers.number("q"))
	case "dsa":
		k.setDSA(numbers.dsa(), numbers.number("x")) // which judges
		return
	case "elg":
		k.bits = numbers.number("p").BitLen()
		fits = numbers.number("x").Sign() > 0
	case "ecc":
		k.setScalar(numbers)
		return
	}
	if fits {
		k.state = report.WellFormed
	}
}

// setScalar takes a key on a curve.
func (k *key) setScalar(numbers *expression) {
	scalar, name := numbers.value("d"), numbers.curveName()
	fits := false
	switch name {
	case "Ed25519":
		if seed := padded(scalar, ed25519.SeedSize); len(seed) == ed25519.SeedSize {
			public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
			k.setPublic(public)
			fits = bytes.Equal(public, numbers.point())
		}
	case "Curve25519":
		scalar = padded(scalar, 32)
		slices.Reverse(scalar) // libgcrypt writes a number with its highest byte first
		if private, err := ecdh.X25519().NewPrivateKey(scalar); err == nil {
			k.setPublic(private.PublicKey())
			fits = bytes.Equal(private.PublicKey().Bytes(), numbers.point())
		}
	case "Ed448", "X448":
		k.kind, k.bits = name, 448
		fits = len(scalar) > 0
	default:
		var id asn1.ObjectIdentifier // none for a curve that is not known
		if c := curveNamed(name); c != nil {
			id = c.id
		}
		k.setCurve(id, scalar, numbers.value("q")) // which judges
		return
	}
	if fits {
		k.state = report.WellFormed
	}
}

// setSealedNumbers takes the public half of a key that is encrypted.
func (k *key) setSealedNumbers(numbers *expression) {
	switch numbers.name() {
	case "rsa":
		k.setRSA(numbers.number("n"), numbers.number("e"))
	case "dsa":
		if public := numbers.dsa(); public.P.Sign() > 0 {
			k.setPublic(public)
		}
	case "elg":
		k.bits = numbers.number("p").BitLen()
	case "ecc":
		k.setPoint(numbers)
	}
}

// setPoint takes the public half of a key on a curve.
func (k *key) setPoint(numbers *expression) {
	name := numbers.curveName()
	switch name {
	case "Ed25519":
		if point := numbers.point(); len(point) == ed25519.PublicKeySize {
			k.setPublic(ed25519.PublicKey(point))
		}
		return
	case "Curve25519":
		if public, err := ecdh.X25519().NewPublicKey(numbers.point()); err == nil {
			k.setPublic(public)
		}
		return
	case "Ed448", "X448":
		k.kind, k.bits = name, 448
		return
	}
	c, point := curveNamed(name), numbers.value("q")
	if c == nil {
		return
	}
	k.kind, k.bits = "EC "+name, c.bits
	if c.impl == nil {
		k.spki = subject(oidEC, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(c.id) }, point)
	} else if public, err := ecdsa.ParseUncompressedPublicKey(c.impl, point); err == nil {
		k.setPublic(public)
	}
}

// curveNamed returns a curve, nil for one that is not known.
func curveNamed(name string) *curve {
	for i := range curves {
		if curves[i].name == name {
			return &curves[i]
		}
	}
	return nil
}
