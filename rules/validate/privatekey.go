package validate

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/crypto/ssh"

	"dregs/report"
)

// maxKey bounds the bytes of a key that is parsed: an RSA key of 16384 bits has some 9,300.
const maxKey = 12 << 10

// vagrantKey is the fingerprint of the public half of the key that every Vagrant box of old trusts, and that is published
// for it: https://github.com/hashicorp/vagrant/tree/main/keys.
const vagrantKey = "SHA256:1M4RzhMyWuFS/86uPY/ce2prh/dVTHW7iD2RhpquOZA"

var putty = regexp.MustCompile(`\APuTTY-User-Key-File-[0-9]: ([A-Za-z0-9-]{1,40})\r?\nEncryption: ([A-Za-z0-9-]{1,40})\r?\n`)

// judgePrivateKey reads a private key in PEM (PKCS #1, SEC 1, PKCS #8, OpenSSH) or PuTTY's form: its kind, whether it is
// encrypted, and the fingerprint of its public half, as ssh-keygen -l shows it.
func judgePrivateKey(in *Input, facts facts) string {
	if m := putty.FindStringSubmatch(in.Value); m != nil {
		facts.add("key", m[1])
		if m[2] != "none" {
			return report.Encrypted
		}
		return ""
	}
	block, complete := keyBlock(in.Value)
	if block == nil {
		if complete {
			return wellFormed(false)
		}
		return ""
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return report.Encrypted
	}
	if !strings.HasSuffix(block.Type, "PRIVATE KEY") || len(block.Bytes) > maxKey {
		return "" // a PGP key, or one that is not worth its time
	}
	key, err := parseKey(block)
	var locked *ssh.PassphraseMissingError
	switch {
	case errors.As(err, &locked):
		if locked.PublicKey != nil {
			facts.add("public half", ssh.FingerprintSHA256(locked.PublicKey))
		}
		return report.Encrypted
	case err != nil:
		return wellFormed(false)
	}
	return describeKey(key, facts)
}

// keyBlock returns the private key in text; complete tells whether there is armour from its begin to its end. Line breaks
// may be written as \n, as in JSON.
func keyBlock(text string) (block *pem.Block, complete bool) {
	start := strings.Index(text, "-----BEGIN ")
	if start < 0 || len(text)-start > 4*maxKey {
		return nil, false
	}
	text = text[start:]
	if !strings.Contains(text, "\n") {
		text = strings.NewReplacer(`\r`, "", `\n`, "\n").Replace(text)
	}
	_, rest, _ := strings.Cut(text, "PRIVATE KEY-----")
	_, _, complete = strings.Cut(rest, "PRIVATE KEY-----")
	if !complete || !strings.Contains(text, "\n") {
		return nil, false
	}
	var lines []string // less what an indented file has before and behind them
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Trim(line, " \t\r\n"))
	}
	block, _ = pem.Decode([]byte(strings.Join(lines, "\n") + "\n"))
	return block, true
}

// parseKey parses a key in the form that its type names, or that its content has.
func parseKey(block *pem.Block) (any, error) {
	switch block.Type {
	case "OPENSSH PRIVATE KEY":
		return ssh.ParseRawPrivateKey(pem.EncodeToMemory(block))
	case "RSA PRIVATE KEY":
		if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			return key, nil
		}
	case "EC PRIVATE KEY":
		if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
			return key, nil
		}
	case "DSA PRIVATE KEY":
		return ssh.ParseRawPrivateKey(pem.EncodeToMemory(block))
	}
	return x509.ParsePKCS8PrivateKey(block.Bytes)
}

// describeKey tells the kind of a key and the fingerprint of its public half.
func describeKey(key any, facts facts) string {
	if e, ok := key.(*ed25519.PrivateKey); ok {
		key = *e
	}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		facts.add("key", fmt.Sprintf("RSA %d", k.N.BitLen()))
	case *ecdsa.PrivateKey:
		facts.add("key", "ECDSA "+k.Curve.Params().Name)
	case ed25519.PrivateKey:
		facts.add("key", "Ed25519")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return wellFormed(true) // DSA or a key of an agreement
	}
	public, err := ssh.NewPublicKey(signer.Public())
	if err != nil {
		return wellFormed(true) // a curve that SSH does not have
	}
	fingerprint := ssh.FingerprintSHA256(public)
	facts.add("public half", fingerprint)
	if fingerprint == vagrantKey {
		facts.add("known as", "the insecure key of Vagrant")
		return report.Test
	}
	return wellFormed(true)
}
