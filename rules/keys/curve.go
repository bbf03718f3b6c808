package keys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"dregs/report"
)

// curve is a named curve. One that Go does not compute on has its name and size alone.
type curve struct {
	id   asn1.ObjectIdentifier
	name string
	bits int
	impl elliptic.Curve
}

var curves = []curve{
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 7}, "P-256", 256, elliptic.P256()},
	{asn1.ObjectIdentifier{1, 3, 132, 0, 34}, "P-384", 384, elliptic.P384()},
	{asn1.ObjectIdentifier{1, 3, 132, 0, 35}, "P-521", 521, elliptic.P521()},
	{asn1.ObjectIdentifier{1, 3, 132, 0, 33}, "P-224", 224, elliptic.P224()},
	{asn1.ObjectIdentifier{1, 3, 132, 0, 10}, "secp256k1", 256, nil},
	{asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 1}, "P-192", 192, nil},
	{asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 7}, "brainpoolP256r1", 256, nil},
	{asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 11}, "brainpoolP384r1", 384, nil},
	{asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 13}, "brainpoolP512r1", 512, nil},
	{asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 301}, "SM2", 256, nil},
}

// readSEC1 reads an ECPrivateKey that names its curve.
func readSEC1(k *key, der cryptobyte.String) bool { return readEC(k, der, nil) }

// readEC reads an ECPrivateKey of RFC 5915. id is the curve where something outside of it tells it.
func readEC(k *key, der cryptobyte.String, id asn1.ObjectIdentifier) bool {
	var seq, parameters, point cryptobyte.String
	var version int
	var scalar, public []byte
	var hasParameters, hasPublic bool
	if !der.ReadASN1(&seq, cbasn1.SEQUENCE) || !seq.ReadASN1Integer(&version) || version != 1 || !seq.ReadASN1Bytes(&scalar, cbasn1.OCTET_STRING) ||
		!seq.ReadOptionalASN1(&parameters, &hasParameters, tag0) || !seq.ReadOptionalASN1(&point, &hasPublic, tag1) {
		return false
	}
	if hasParameters {
		parameters.ReadASN1ObjectIdentifier(&id) // explicit parameters name no curve
	}
	if hasPublic && !point.ReadASN1BitStringAsBytes(&public) {
		return false
	}
	if len(scalar) == 0 || len(scalar) > 128 {
		return false
	}
	k.setCurve(id, scalar, public)
	return true
}

// setCurve takes a key on a curve; public is its point as far as it is told.
func (k *key) setCurve(id asn1.ObjectIdentifier, scalar, public []byte) {
	k.kind, k.state = "EC", report.WellFormed
	for i := range curves {
		c := &curves[i]
		if !c.id.Equal(id) {
			continue
		}
		k.kind, k.bits = "EC "+c.name, c.bits
		if c.impl == nil {
			break
		}
		private, err := ecdsa.ParseRawPrivateKey(c.impl, padded(scalar, (c.bits+7)/8))
		if err != nil {
			k.state = report.Malformed
			return
		}
		k.setPublic(&private.PublicKey)
		computed, err := private.PublicKey.Bytes()
		if err == nil && len(public) == len(computed) && !bytes.Equal(public, computed) {
			k.state = report.Malformed
		}
		return
	}
	if len(public) > 0 && len(id) > 0 {
		k.spki = subject(oidEC, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(id) }, public)
	}
}

// setCurvePoint takes a public key on a curve, an uncompressed point.
func (k *key) setCurvePoint(c curve, point []byte) {
	if len(point) == 0 {
		return
	}
	k.kind, k.bits = "EC "+c.name, c.bits
	if c.impl == nil {
		k.spki = subject(oidEC, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(c.id) }, point)
	} else if public, err := ecdsa.ParseUncompressedPublicKey(c.impl, point); err == nil {
		k.setPublic(public)
	}
}

// padded returns a scalar in size bytes: some programs leave its leading zeros out, or add some.
func padded(scalar []byte, size int) []byte {
	scalar = bytes.TrimLeft(scalar, "\x00")
	if len(scalar) >= size {
		return scalar
	}
	return append(make([]byte, size-len(scalar), size), scalar...)
}
