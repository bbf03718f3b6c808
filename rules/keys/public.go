package keys

import (
	"crypto/dsa" //nolint:staticcheck // keys of old are still found
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ssh"
)

var (
	oidRSA     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidRSAPSS  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}
	oidDSA     = asn1.ObjectIdentifier{1, 2, 840, 10040, 4, 1}
	oidEC      = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidX25519  = asn1.ObjectIdentifier{1, 3, 101, 110}
	oidX448    = asn1.ObjectIdentifier{1, 3, 101, 111}
	oidEd25519 = asn1.ObjectIdentifier{1, 3, 101, 112}
	oidEd448   = asn1.ObjectIdentifier{1, 3, 101, 113}
)

// setPublic takes what a public key tells: its kind, its size and both of its fingerprints.
func (k *key) setPublic(public any) {
	switch p := public.(type) {
	case *rsa.PublicKey:
		k.kind, k.bits, k.spki = "RSA", p.N.BitLen(), rsaInfo(p.N, big.NewInt(int64(p.E)))
	case *dsa.PublicKey:
		k.kind, k.bits, k.spki = "DSA", p.P.BitLen(), dsaInfo(p)
	case *ecdsa.PublicKey:
		k.kind, k.bits, k.spki = "EC "+p.Curve.Params().Name, p.Curve.Params().BitSize, info(p)
	case ed25519.PublicKey:
		k.kind, k.bits, k.spki = "Ed25519", 256, info(p)
	case *ecdh.PublicKey:
		k.kind, k.bits, k.spki = "X25519", 256, info(p)
	}
	if converted, err := ssh.NewPublicKey(public); err == nil {
		k.ssh = converted
	}
}

// setSSH takes what a public key of SSH tells.
func (k *key) setSSH(public ssh.PublicKey) {
	if c, ok := public.(ssh.CryptoPublicKey); ok {
		k.setPublic(c.CryptoPublicKey())
	}
	if strings.HasPrefix(public.Type(), "sk-") {
		k.kind += " on a security key"
	}
	k.ssh = public
}

// setRSA takes a public key of RSA whose exponent may have any size.
func (k *key) setRSA(n, e *big.Int) {
	if n.Sign() <= 0 || e.Sign() <= 0 {
		return
	}
	if e.IsInt64() && e.Int64() < 1<<31 {
		k.setPublic(&rsa.PublicKey{N: n, E: int(e.Int64())})
		return
	}
	k.kind, k.bits, k.spki = "RSA", n.BitLen(), rsaInfo(n, e)
}

// info returns the SubjectPublicKeyInfo of a key that crypto/x509 writes, nil for another.
func info(public any) []byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil
	}
	return der
}

// rsaInfo returns the SubjectPublicKeyInfo of RFC 3279, whatever the size of the numbers.
func rsaInfo(n, e *big.Int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(n)
		b.AddASN1BigInt(e)
	})
	return subject(oidRSA, func(b *cryptobyte.Builder) { b.AddASN1NULL() }, b.BytesOrPanic())
}

func dsaInfo(p *dsa.PublicKey) []byte {
	var b cryptobyte.Builder
	b.AddASN1BigInt(p.Y)
	return subject(oidDSA, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1BigInt(p.P)
			b.AddASN1BigInt(p.Q)
			b.AddASN1BigInt(p.G)
		})
	}, b.BytesOrPanic())
}

// subject returns a SubjectPublicKeyInfo of RFC 5280.
func subject(algorithm asn1.ObjectIdentifier, parameters func(*cryptobyte.Builder), public []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(algorithm)
			parameters(b)
		})
		b.AddASN1BitString(public)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil
	}
	return der
}
