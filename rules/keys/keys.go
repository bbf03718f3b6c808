// Package keys reads key material: private keys in the forms that programs keep them in, and the public halves that lie
// about in certificates, authorized_keys and known_hosts. It tells what a key is, how its public half is known, and
// whether it is one that is published for tests. It decrypts nothing, opens no file, and a key's secret numbers never
// leave it.
package keys

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"dregs/report"
)

// maxText bounds the text of a key: an RSA key of 16384 bits has some 13,000 bytes in PEM.
const maxText = 128 << 10

// Names of facts. Two encodings of one key have equal FactPublic.
const (
	FactType      = "type"            // RSA, DSA, EC P-256, Ed25519, …
	FactBits      = "bits"            // of the modulus or the curve
	FactEncrypted = "encrypted"       // "true" or "false"
	FactPublic    = "public_key"      // "sha256:" and the hex SHA-256 of the SubjectPublicKeyInfo
	FactSSH       = "ssh_fingerprint" // "SHA256:" as ssh-keygen -l shows it
	FactPGP       = "pgp_fingerprint" // of the primary key, in hex
	FactComment   = "comment"
	FactUserID    = "user_id"      // of a PGP key
	FactPublished = "published_in" // whose test suite or documentation prints the key
	FactKnownAs   = "known_as"     // why a block is no key
)

// Key is what can be told of a private key.
type Key struct {
	// State is a state of report.Verdict: Encrypted; WellFormed, its numbers fit each other; Malformed, they do not, or
	// there is no key in the armour; Test, a published key or a placeholder; Unknown, a key of a kind that is not read.
	State string
	Facts map[string]string
}

// Why a block is no key.
const (
	nonePlaceholder = "placeholder: no key is in it"
	noneStub        = "stub: its secret half is kept elsewhere"
)

// key is a private key while it is read.
type key struct {
	state           string
	kind            string
	bits            int
	spki            []byte // SubjectPublicKeyInfo
	ssh             ssh.PublicKey
	pgp             string
	comment, userID string
	open            bool   // it is known not to be encrypted
	body            []byte // what identifies a key whose public half cannot be read
	none            string // why there is no key in it, empty where there is one
}

// Private reads the private key in text, which may stand around it: PEM, OpenSSH, PGP armour, PuTTY's file or what
// gpg-agent keeps, with line breaks of any kind, escaped, indented or quoted line by line. found is false where text holds no beginning of a key
// together with its end.
func Private(text string) (k Key, found bool) {
	read, found := read(text)
	if !found {
		return Key{}, false
	}
	return read.tell(), true
}

// read reads the private key in text.
func read(text string) (*key, bool) {
	if len(text) > maxText {
		return nil, false
	}
	if k, found := readPuTTY(text); found {
		return k, true
	}
	if k, found := readGnuPG(text); found {
		return k, true
	}
	return readArmour(text)
}

// readArmour reads a key between a BEGIN and an END line.
func readArmour(text string) (*key, bool) {
	b, ok := findBlock(text)
	switch {
	case !ok:
		return nil, false
	case len(b.body) < minBody:
		return &key{state: report.Malformed, none: nonePlaceholder}, true
	case b.kind == pgpKind:
		return readPGP(b), true
	case b.kind == "OPENSSH PRIVATE KEY":
		return readOpenSSH(b.body), true
	}
	return readDER(b), true
}

// tell turns what was read into what is told.
func (k *key) tell() Key {
	out := Key{State: k.state, Facts: map[string]string{}}
	add := func(name, text string) {
		if text != "" {
			out.Facts[name] = text
		}
	}
	add(FactType, k.kind)
	if k.bits > 0 {
		add(FactBits, strconv.Itoa(k.bits))
	}
	switch {
	case k.state == report.Encrypted:
		add(FactEncrypted, "true")
	case k.open && k.kind != "":
		add(FactEncrypted, "false")
	}
	add(FactPublic, fingerprint(k.spki))
	if k.ssh != nil {
		add(FactSSH, ssh.FingerprintSHA256(k.ssh))
	}
	add(FactPGP, k.pgp)
	add(FactComment, k.comment)
	add(FactUserID, k.userID)
	if k.none != "" {
		add(FactKnownAs, k.none)
		out.State = report.Test
	}
	if source := published(k); source != "" {
		add(FactPublished, source)
		out.State = report.Test
	}
	return out
}

// fingerprint returns "sha256:" and the hex SHA-256 of a SubjectPublicKeyInfo, empty for none.
func fingerprint(spki []byte) string {
	if len(spki) == 0 {
		return ""
	}
	sum := sha256.Sum256(spki)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Holds tells whether text may hold a key that Private reads.
func Holds(text string) bool {
	return strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, puttyMark) || gnupgAt(text) >= 0
}
