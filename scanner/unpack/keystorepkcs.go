package unpack

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" // the format's choice
	"crypto/pbkdf2"
	"crypto/sha1" // the format's choice
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"hash"
	"math/big"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidBag           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1} // and the number of its kind
	oidX509          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidFriendlyName  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidPBE3DES       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}
	oidPBE2DES       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 4}
	oidPBERC2        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 5}
	oidPBERC2Short   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}
	oidPBES2         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidDES3          = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
	oidAES128        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256        = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
	oidHMACSHA1      = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256    = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidHMACSHA384    = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 10}
	oidHMACSHA512    = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
)

// Kinds of bag.
const (
	bagKey      = 1
	bagShrouded = 2
	bagCert     = 3
	bagSecret   = 5
	bagSafe     = 6
)

// matchPKCS12 tells a PFX of RFC 7292 in DER: version 3, and what is authenticated is plain data.
func matchPKCS12(head []byte) bool {
	at := bytes.Index(head[:min(len(head), 64)], []byte{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01})
	return at > 0 && head[0] == 0x30 && bytes.Contains(head[:at], []byte{0x02, 0x01, 0x03, 0x30})
}

// unpackPKCS12 yields the private keys of a PKCS #12 file that are not encrypted or that a default password opens, its
// certificates, and a list of its entries.
func unpackPKCS12(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	k := &keyStore{out: out, work: storeWork}
	safe, ok := authenticatedSafe(data)
	if !ok {
		return corrupt("reading key store: no content in DER")
	}
	for !safe.Empty() {
		var info, content cryptobyte.String
		var kind asn1.ObjectIdentifier
		if !safe.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&kind) ||
			!info.ReadASN1(&content, explicit0) {
			out.fault(corrupt("reading key store: damaged content"))
			break
		}
		var bags []byte
		switch {
		case kind.Equal(oidData):
			var octets cryptobyte.String
			if content.ReadASN1(&octets, cbasn1.OCTET_STRING) {
				bags = octets
			}
		case kind.Equal(oidEncryptedData):
			bags = k.decryptData(content)
		}
		if err := k.bags(ctx, bags, 0); err != nil {
			return err
		}
	}
	return k.finish(ctx)
}

// explicit0 is the tag [0] round another value.
const explicit0 = cbasn1.Tag(0xa0)

// authenticatedSafe returns the contents of a PFX.
func authenticatedSafe(data []byte) (cryptobyte.String, bool) {
	s := cryptobyte.String(data)
	var pfx, info, content, octets, safe cryptobyte.String
	var version int
	var kind asn1.ObjectIdentifier
	ok := s.ReadASN1(&pfx, cbasn1.SEQUENCE) && pfx.ReadASN1Integer(&version) && pfx.ReadASN1(&info, cbasn1.SEQUENCE) &&
		info.ReadASN1ObjectIdentifier(&kind) && kind.Equal(oidData) && info.ReadASN1(&content, explicit0) &&
		content.ReadASN1(&octets, cbasn1.OCTET_STRING) && octets.ReadASN1(&safe, cbasn1.SEQUENCE)
	return safe, ok
}

// decryptData opens bags that are encrypted as a whole, nil where no default password does.
func (k *keyStore) decryptData(content cryptobyte.String) []byte {
	var data, info, id cryptobyte.String
	var version int
	var kind, algorithm asn1.ObjectIdentifier
	var sealed cryptobyte.String
	if !content.ReadASN1(&data, cbasn1.SEQUENCE) || !data.ReadASN1Integer(&version) || !data.ReadASN1(&info, cbasn1.SEQUENCE) ||
		!info.ReadASN1ObjectIdentifier(&kind) || !info.ReadASN1(&id, cbasn1.SEQUENCE) ||
		!id.ReadASN1ObjectIdentifier(&algorithm) || !info.ReadASN1(&sealed, cbasn1.Tag(0).ContextSpecific()) {
		k.out.fault(corrupt("reading key store: damaged encrypted content"))
		return nil
	}
	if !knownPBE(algorithm) {
		k.out.fault(unsupported("reading key store: content encrypted by algorithm %v", algorithm))
		return nil
	}
	for _, password := range k.passwords() {
		if bags, ok := k.openPKCS(password, algorithm, id, sealed); ok {
			k.opened = password
			return bags
		}
	}
	k.note("content", "encrypted, no default password opens it")
	return nil
}

// bags reads safe bags.
func (k *keyStore) bags(ctx context.Context, der []byte, depth int) error {
	s := cryptobyte.String(der)
	if len(s) == 0 {
		return nil
	}
	var list cryptobyte.String
	if depth > 8 || !s.ReadASN1(&list, cbasn1.SEQUENCE) {
		k.out.fault(corrupt("reading key store: damaged bags"))
		return nil
	}
	for n := 1; !list.Empty(); n++ {
		var bag, value cryptobyte.String
		var kind asn1.ObjectIdentifier
		if !list.ReadASN1(&bag, cbasn1.SEQUENCE) || !bag.ReadASN1ObjectIdentifier(&kind) || !bag.ReadASN1(&value, explicit0) ||
			len(kind) != len(oidBag)+1 || !kind[:len(oidBag)].Equal(oidBag) {
			k.out.fault(corrupt("reading key store: damaged bag"))
			return nil
		}
		alias := friendlyName(bag)
		if alias == "" {
			alias = strconv.Itoa(n)
		}
		if err := k.bag(ctx, kind[len(oidBag)], alias, value, depth); err != nil {
			return err
		}
	}
	return nil
}

// bag yields what is in one bag.
func (k *keyStore) bag(ctx context.Context, kind int, alias string, value cryptobyte.String, depth int) error {
	switch kind {
	case bagKey:
		k.note(alias, "private key, not encrypted")
		return k.pem(ctx, "PRIVATE KEY", "key "+alias, alias, value, map[string]string{FactAlias: alias})
	case bagShrouded:
		return k.javaKey(ctx, alias, value)
	case bagCert:
		var cert, content cryptobyte.String
		var form asn1.ObjectIdentifier
		var der []byte
		if !value.ReadASN1(&cert, cbasn1.SEQUENCE) || !cert.ReadASN1ObjectIdentifier(&form) || !cert.ReadASN1(&content, explicit0) ||
			!content.ReadASN1Bytes(&der, cbasn1.OCTET_STRING) {
			k.out.fault(corrupt("reading key store: damaged certificate"))
			return nil
		}
		if form.Equal(oidX509) {
			return k.certificate(ctx, alias, der)
		}
		k.note(alias, "certificate of another form")
	case bagSafe:
		return k.bags(ctx, value, depth+1)
	case bagSecret:
		k.note(alias, "secret")
		return k.out.put(ctx, Member{
			Name: alias, Steps: []string{"secret " + alias}, Size: int64(len(value)), Kind: Content, Body: bytes.NewReader(value),
		})
	}
	return nil
}

// friendlyName returns the name that the attributes of a bag tell.
func friendlyName(bag cryptobyte.String) string {
	var attributes cryptobyte.String
	if !bag.ReadASN1(&attributes, cbasn1.SET) {
		return ""
	}
	for !attributes.Empty() {
		var attribute, values, name cryptobyte.String
		var kind asn1.ObjectIdentifier
		if !attributes.ReadASN1(&attribute, cbasn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&kind) {
			return ""
		}
		if kind.Equal(oidFriendlyName) && attribute.ReadASN1(&values, cbasn1.SET) && values.ReadASN1(&name, cbasn1.Tag(30)) {
			return string(sqliteUTF16BE.utf8(name))
		}
	}
	return ""
}

// knownPBE reports whether openPKCS knows an algorithm.
func knownPBE(algorithm asn1.ObjectIdentifier) bool {
	for _, known := range []asn1.ObjectIdentifier{oidPBE3DES, oidPBE2DES, oidPBERC2, oidPBERC2Short, oidPBES2} {
		if algorithm.Equal(known) {
			return true
		}
	}
	return false
}

// openPKCS decrypts what is encrypted by a password as in PKCS #12 or PKCS #5.
func (k *keyStore) openPKCS(password string, algorithm asn1.ObjectIdentifier, params cryptobyte.String, sealed []byte) ([]byte, bool) {
	switch {
	case algorithm.Equal(oidPBE3DES):
		return k.openPBE(password, params, sealed, 24, des.NewTripleDESCipher) // the format's choice, as the others
	case algorithm.Equal(oidPBE2DES):
		return k.openPBE(password, params, sealed, 16, func(key []byte) (cipher.Block, error) {
			return des.NewTripleDESCipher(append(key, key[:8]...))
		})
	case algorithm.Equal(oidPBERC2):
		return k.openPBE(password, params, sealed, 16, rc2Cipher)
	case algorithm.Equal(oidPBERC2Short):
		return k.openPBE(password, params, sealed, 5, rc2Cipher)
	case algorithm.Equal(oidPBES2):
		return k.openPBES2(password, params, sealed)
	}
	return nil, false
}

func rc2Cipher(key []byte) (cipher.Block, error) { return newRC2(key), nil }

// openPBE decrypts with a cipher of PKCS #12, whose key has size bytes.
func (k *keyStore) openPBE(password string, params cryptobyte.String, sealed []byte, size int, newCipher func(key []byte) (cipher.Block, error)) ([]byte, bool) {
	salt, rounds, ok := saltAndRounds(params)
	if !ok || len(salt) > 1024 {
		return nil, false
	}
	texts := [][]byte{append(bigEndianText(password), 0, 0)}
	if password == "" {
		texts = append(texts, nil) // some programs leave out the terminator of an empty password
	}
	for _, text := range texts {
		if rounds > storeWork || !k.spend(3*rounds) {
			return nil, false
		}
		key := pkcs12KDF(text, salt, rounds, 1, size)
		block, err := newCipher(key)
		if err != nil {
			return nil, false
		}
		if plain, ok := openCBC(block, pkcs12KDF(text, salt, rounds, 2, block.BlockSize()), sealed); ok {
			return plain, true
		}
	}
	return nil, false
}

// pkcs12KDF derives size bytes from a password (RFC 7292, appendix B, with SHA-1). id tells what they are for.
func pkcs12KDF(password, salt []byte, rounds int, id byte, size int) []byte {
	const u, v = sha1.Size, 64
	fill := func(p []byte) []byte {
		out := make([]byte, (len(p)+v-1)/v*v)
		for i := range out {
			out[i] = p[i%len(p)]
		}
		return out
	}
	input := append(fill(salt), fill(password)...)
	var out []byte
	for {
		sum := sha1.Sum(append(bytes.Repeat([]byte{id}, v), input...)) // the format's choice
		for range rounds - 1 {
			sum = sha1.Sum(sum[:]) // the format's choice
		}
		out = append(out, sum[:]...)
		if len(out) >= size {
			return out[:size]
		}
		b := new(big.Int).SetBytes(fill(sum[:u])[:v])
		b.Add(b, big.NewInt(1))
		for at := 0; at < len(input); at += v {
			n := new(big.Int).SetBytes(input[at : at+v])
			n.Add(n, b)
			bytes := n.Bytes()
			bytes = bytes[max(0, len(bytes)-v):]
			clear(input[at : at+v])
			copy(input[at+v-len(bytes):at+v], bytes)
		}
	}
}

// openPBES2 decrypts with PBKDF2 and a block cipher (RFC 8018).
func (k *keyStore) openPBES2(password string, params cryptobyte.String, sealed []byte) ([]byte, bool) {
	var s, kdf, kdfParams, scheme, prf cryptobyte.String
	var kdfID, cipherID asn1.ObjectIdentifier
	prfID := oidHMACSHA1
	var salt, iv []byte
	var rounds, length int
	if !params.ReadASN1(&s, cbasn1.SEQUENCE) || !s.ReadASN1(&kdf, cbasn1.SEQUENCE) || !s.ReadASN1(&scheme, cbasn1.SEQUENCE) ||
		!kdf.ReadASN1ObjectIdentifier(&kdfID) || !kdfID.Equal(oidPBKDF2) || !kdf.ReadASN1(&kdfParams, cbasn1.SEQUENCE) ||
		!kdfParams.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) || !kdfParams.ReadASN1Integer(&rounds) ||
		!scheme.ReadASN1ObjectIdentifier(&cipherID) || !scheme.ReadASN1Bytes(&iv, cbasn1.OCTET_STRING) {
		return nil, false
	}
	if kdfParams.PeekASN1Tag(cbasn1.INTEGER) && !kdfParams.ReadASN1Integer(&length) {
		return nil, false
	}
	if kdfParams.ReadASN1(&prf, cbasn1.SEQUENCE) && !prf.ReadASN1ObjectIdentifier(&prfID) {
		return nil, false
	}
	newHash, size, newCipher := pbeHash(prfID), 0, aes.NewCipher
	switch {
	case cipherID.Equal(oidAES128):
		size = 16
	case cipherID.Equal(oidAES192):
		size = 24
	case cipherID.Equal(oidAES256):
		size = 32
	case cipherID.Equal(oidDES3):
		size, newCipher = 24, des.NewTripleDESCipher
	}
	if newHash == nil || size == 0 {
		k.out.fault(unsupported("reading key store: encrypted by algorithm %v with %v", cipherID, prfID))
		return nil, false
	}
	if rounds > storeWork || !k.spend(4*rounds) {
		return nil, false
	}
	key, err := pbkdf2.Key(newHash, password, salt, rounds, size)
	if err != nil {
		return nil, false
	}
	block, err := newCipher(key)
	if err != nil {
		return nil, false
	}
	return openCBC(block, iv, sealed)
}

// pbeHash returns the hash of a pseudo-random function, nil for one that is not known.
func pbeHash(id asn1.ObjectIdentifier) func() hash.Hash {
	switch {
	case id.Equal(oidHMACSHA1):
		return sha1.New
	case id.Equal(oidHMACSHA256):
		return sha256.New
	case id.Equal(oidHMACSHA384):
		return sha512.New384
	case id.Equal(oidHMACSHA512):
		return sha512.New
	}
	return nil
}
