package report

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha512" // for SHA-384 with P-384
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
)

const makeKey = "make a pair with: openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub"

// Errors of keys. Each has a hint.
var (
	errNoPEM        error = hinted{"it holds no key in PEM form", makeKey}
	errEncryptedKey error = hinted{"the private key is encrypted", "take the passphrase off for this use: openssl pkey -in KEY -out PLAIN, and delete PLAIN after it"}
	errOpenSSHKey   error = hinted{"it is a key in OpenSSH's own form", "write it as PKCS#8: ssh-keygen -p -m PKCS8 -f COPY"}
	errPublicKey    error = hinted{"it is a public key or a certificate, which cannot sign", "give the private key that belongs to it"}
	errPrivateKey   error = hinted{"it is a private key", "give the public key of it: openssl pkey -in KEY -pubout"}
	errBrokenKey    error = hinted{"the key cannot be read", makeKey}
)

// errKeyKind tells a kind of key that is not taken.
func errKeyKind(kind string) error {
	return hinted{"it is a key of the wrong kind, " + kind, "take ECDSA on P-256 or P-384, or Ed25519; " + makeKey}
}

// Signer signs attestations with an ECDSA or Ed25519 key. Its signatures depend on key and text alone: ECDSA is RFC 6979's.
type Signer struct{ key crypto.Signer }

// Verifier checks the signatures of a Signer by its public key.
type Verifier struct{ key crypto.PublicKey }

// NewSigner takes a private key in PEM: ECDSA on P-256 or P-384 as PKCS#8 or SEC 1, or Ed25519 as PKCS#8. An error tells
// nothing of the key but its kind, and has a method Hint() string.
func NewSigner(text []byte) (*Signer, error) {
	block, err := keyBlock(text)
	if err != nil {
		return nil, err
	}
	var key any
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PUBLIC KEY", "CERTIFICATE":
		return nil, errPublicKey
	default:
		return nil, errKeyKind(block.Type)
	}
	if err != nil {
		return nil, errBrokenKey
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errKeyKind("one for key agreement")
	}
	if err := checkKind(signer.Public()); err != nil {
		return nil, err
	}
	return &Signer{signer}, nil
}

// NewVerifier takes a public key in PEM: a PKIX key or a certificate, whose term and issuer are not looked at.
func NewVerifier(text []byte) (*Verifier, error) {
	block, err := keyBlock(text)
	if err != nil {
		if errors.Is(err, errEncryptedKey) || errors.Is(err, errOpenSSHKey) {
			return nil, errPrivateKey
		}
		return nil, err
	}
	var key any
	switch block.Type {
	case "PUBLIC KEY":
		key, err = x509.ParsePKIXPublicKey(block.Bytes)
	case "CERTIFICATE":
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(block.Bytes); err == nil {
			key = certificate.PublicKey
		}
	default:
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			return nil, errPrivateKey
		}
		return nil, errKeyKind(block.Type)
	}
	if err != nil {
		return nil, errBrokenKey
	}
	if err := checkKind(key); err != nil {
		return nil, err
	}
	return &Verifier{key}, nil
}

// keyBlock returns the first block of text that holds a key: openssl writes parameters before one.
func keyBlock(text []byte) (*pem.Block, error) {
	for {
		block, rest := pem.Decode(text)
		switch {
		case block == nil:
			return nil, errNoPEM
		case strings.Contains(block.Type, "ENCRYPTED"), strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, errEncryptedKey
		case block.Type == "OPENSSH PRIVATE KEY":
			return nil, errOpenSSHKey
		case block.Type != "EC PARAMETERS":
			block.Type = Escape(shorten(block.Type, 40))
			return block, nil
		}
		text = rest
	}
}

// checkKind refuses keys of other kinds than those that NewSigner names.
func checkKind(key crypto.PublicKey) error {
	switch k := key.(type) {
	case ed25519.PublicKey:
		return nil
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() || k.Curve == elliptic.P384() {
			return nil
		}
		return errKeyKind("ECDSA on " + k.Curve.Params().Name)
	case *rsa.PublicKey:
		return errKeyKind("RSA")
	}
	return errKeyKind(fmt.Sprintf("%T", key))
}

// hashFor returns the hash that goes with key: SHA-256 with P-256, SHA-384 with P-384, none with Ed25519.
func hashFor(key crypto.PublicKey) crypto.Hash {
	k, ok := key.(*ecdsa.PublicKey)
	switch {
	case !ok:
		return 0
	case k.Curve == elliptic.P384():
		return crypto.SHA384
	}
	return crypto.SHA256
}

// digestFor returns what of data a key signs.
func digestFor(key crypto.PublicKey, data []byte) []byte {
	hash := hashFor(key)
	if hash == 0 {
		return data
	}
	h := hash.New()
	h.Write(data)
	return h.Sum(nil)
}

// Sign implements dsse.Signer.
func (s *Signer) Sign(_ context.Context, data []byte) ([]byte, error) {
	public := s.key.Public()
	return s.key.Sign(nil, digestFor(public, data), hashFor(public))
}

// KeyID implements dsse.Signer: the fingerprint of the public key as ssh-keygen -l tells it.
func (s *Signer) KeyID() (string, error) { return dsse.SHA256KeyID(s.key.Public()) }

// KeyID implements dsse.Verifier.
func (v *Verifier) KeyID() (string, error) { return dsse.SHA256KeyID(v.key) }

// Public implements dsse.Verifier.
func (v *Verifier) Public() crypto.PublicKey { return v.key }

// errSignature says that a signature is not of the key.
var errSignature = errors.New("the signature is not of this key and content")

// Verify implements dsse.Verifier.
func (v *Verifier) Verify(_ context.Context, data, signature []byte) error {
	digest, ok := digestFor(v.key, data), false
	switch k := v.key.(type) {
	case ed25519.PublicKey:
		ok = ed25519.Verify(k, digest, signature)
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(k, digest, signature)
	}
	if !ok {
		return errSignature
	}
	return nil
}
