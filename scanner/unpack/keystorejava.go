package unpack

import (
	"bytes"
	"context"
	"crypto/cipher"
	"crypto/des"  // the format's choice
	"crypto/md5"  // the format's choice
	"crypto/sha1" // the format's choice
	"crypto/subtle"
	"encoding/asn1"
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	jksMagic   = 0xfeedfeed
	jceksMagic = 0xcececece
)

// Tags of the entries of a Java key store.
const (
	javaKey         = 1
	javaCertificate = 2
	javaSecret      = 3
)

func matchJavaStore(head []byte) bool {
	if len(head) < 12 {
		return false
	}
	magic, version := binary.BigEndian.Uint32(head), binary.BigEndian.Uint32(head[4:])
	return (magic == jksMagic || magic == jceksMagic) && (version == 1 || version == 2)
}

// unpackJavaStore yields the private keys of a JKS or JCEKS key store that a default password opens, its certificates, and
// a list of its entries.
func unpackJavaStore(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	k := &keyStore{out: out, work: storeWork}
	if err := k.java(ctx, data); err != nil {
		if out.stopped != nil {
			return err
		}
		out.fault(err)
	}
	return k.finish(ctx)
}

// javaReader reads the fields of a Java key store; they are empty once it has failed.
type javaReader struct{ cryptobyte.String }

func (r *javaReader) number() uint32 {
	var n uint32
	if !r.ReadUint32(&n) {
		r.String = nil
	}
	return n
}

// bytes reads a run of bytes behind its length.
func (r *javaReader) bytes() []byte {
	var b []byte
	if n := r.number(); uint64(n) > uint64(len(r.String)) || !r.ReadBytes(&b, int(n)) {
		r.String = nil
	}
	return b
}

func (r *javaReader) text() string {
	var b cryptobyte.String
	if !r.ReadUint16LengthPrefixed(&b) {
		r.String = nil
	}
	return string(modifiedUTF8(b))
}

// java reads the entries of a store.
func (k *keyStore) java(ctx context.Context, data []byte) error {
	r := javaReader{data}
	r.number()
	version := r.number()
	for range r.number() {
		tag, alias := r.number(), r.text()
		r.number()
		r.number() // the date
		switch {
		case r.String == nil:
			return corrupt("reading key store: it ends within an entry")
		case tag == javaKey:
			if err := k.javaKey(ctx, alias, r.bytes()); err != nil {
				return err
			}
			for range r.number() {
				if err := k.javaCertificate(ctx, alias, &r, version); err != nil {
					return err
				}
			}
			if r.String == nil {
				return corrupt("reading key store: it ends within a chain")
			}
		case tag == javaCertificate:
			if err := k.javaCertificate(ctx, alias, &r, version); err != nil {
				return err
			}
		case tag == javaSecret:
			k.note(alias, "secret key")
			return unsupported("reading key store: a secret key, and what follows it")
		default:
			return corrupt("reading key store: entry of unknown kind %d", tag)
		}
	}
	return nil
}

func (k *keyStore) javaCertificate(ctx context.Context, alias string, r *javaReader, version uint32) error {
	if version == 2 {
		r.text() // its kind
	}
	der := r.bytes()
	if r.String == nil {
		return corrupt("reading key store: it ends within a certificate")
	}
	return k.certificate(ctx, alias, der)
}

// Algorithms by which Java protects private keys.
var (
	oidJavaKey  = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 42, 2, 17, 1, 1}
	oidJavaDES3 = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 42, 2, 19, 1}
)

// javaKey yields a protected private key, if a default password opens it.
func (k *keyStore) javaKey(ctx context.Context, alias string, der []byte) error {
	algorithm, params, sealed, ok := encryptedKey(der)
	if !ok {
		return corrupt("reading key store: damaged private key")
	}
	for _, password := range k.passwords() {
		var key []byte
		var opened bool
		switch {
		case algorithm.Equal(oidJavaKey):
			key, opened = openJavaKey(password, sealed)
		case algorithm.Equal(oidJavaDES3):
			key, opened = k.openJavaDES(password, params, sealed)
		default:
			key, opened = k.openPKCS(password, algorithm, params, sealed)
		}
		if opened {
			return k.key(ctx, alias, password, key)
		}
	}
	k.locked(alias)
	return nil
}

// encryptedKey reads an EncryptedPrivateKeyInfo (RFC 5208).
func encryptedKey(der []byte) (algorithm asn1.ObjectIdentifier, params cryptobyte.String, sealed []byte, ok bool) {
	s := cryptobyte.String(der)
	var info, id cryptobyte.String
	ok = s.ReadASN1(&info, cbasn1.SEQUENCE) && info.ReadASN1(&id, cbasn1.SEQUENCE) &&
		id.ReadASN1ObjectIdentifier(&algorithm) && info.ReadASN1Bytes(&sealed, cbasn1.OCTET_STRING)
	return algorithm, id, sealed, ok
}

// openJavaKey opens a key as JKS protects it: by a stream of SHA-1 hashes, with a check at the end.
func openJavaKey(password string, sealed []byte) ([]byte, bool) {
	if len(sealed) < 2*sha1.Size {
		return nil, false
	}
	pass := bigEndianText(password)
	mask := sealed[:sha1.Size]
	body, check := sealed[sha1.Size:len(sealed)-sha1.Size], sealed[len(sealed)-sha1.Size:]
	plain := bytes.Clone(body)
	for at := 0; at < len(plain); at += sha1.Size {
		sum := sha1.Sum(slices.Concat(pass, mask)) // the format's choice
		mask = sum[:]
		part := plain[at:min(len(plain), at+sha1.Size)]
		subtle.XORBytes(part, part, mask)
	}
	sum := sha1.Sum(slices.Concat(pass, plain)) // the format's choice
	return plain, bytes.Equal(sum[:], check)
}

// openJavaDES opens a key as JCEKS protects it: PBEWithMD5AndTripleDES, where each half of the salt makes a half of key
// and vector.
func (k *keyStore) openJavaDES(password string, params cryptobyte.String, sealed []byte) ([]byte, bool) {
	salt, rounds, ok := saltAndRounds(params)
	if !ok || len(salt) != 8 || strings.ContainsFunc(password, func(r rune) bool { return r > 0x7e }) || !k.spend(rounds) {
		return nil, false
	}
	salt = bytes.Clone(salt)
	if bytes.Equal(salt[:4], salt[4:]) {
		salt[0], salt[1], salt[2] = salt[3], salt[0], salt[1] // Java means to reverse them, and does this
	}
	var material []byte
	for _, half := range [][]byte{salt[:4], salt[4:]} {
		for range rounds {
			sum := md5.Sum(append(bytes.Clone(half), password...)) // the format's choice
			half = sum[:]
		}
		material = append(material, half...)
	}
	block, err := des.NewTripleDESCipher(material[:24]) // the format's choice
	if err != nil {
		return nil, false
	}
	return openCBC(block, material[24:], sealed)
}

// saltAndRounds reads the parameters of the older ways of encryption by a password.
func saltAndRounds(params cryptobyte.String) (salt []byte, rounds int, ok bool) {
	var s cryptobyte.String
	ok = params.ReadASN1(&s, cbasn1.SEQUENCE) && s.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) && s.ReadASN1Integer(&rounds)
	return salt, rounds, ok
}

// openCBC decrypts and takes off the padding of PKCS #7. A wrong key is told by it, or by what comes out: all that is
// encrypted here is a DER sequence.
func openCBC(block cipher.Block, iv, sealed []byte) ([]byte, bool) {
	size := block.BlockSize()
	if len(sealed) == 0 || len(sealed)%size != 0 || len(iv) != size {
		return nil, false
	}
	plain := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, sealed)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > size {
		return nil, false
	}
	body, padding := plain[:len(plain)-pad], plain[len(plain)-pad:]
	for _, c := range padding {
		if int(c) != pad {
			return nil, false
		}
	}
	s := cryptobyte.String(body)
	var inner cryptobyte.String
	return body, s.ReadASN1(&inner, cbasn1.SEQUENCE) && s.Empty()
}
