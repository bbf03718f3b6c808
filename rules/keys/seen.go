package keys

import (
	"bytes"
	"crypto/x509"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ssh"
)

// Names of facts of a public half.
const (
	FactCertificate = "certificate" // its subject
	FactIssuer      = "issuer"
	FactNotAfter    = "not_after" // RFC 3339
	FactHost        = "host"      // of a known_hosts entry that is not hashed
	FactKind        = "kind"      // one of the kinds of public half
)

// Kinds of public half.
const (
	KindCertificate = "certificate"
	KindPublic      = "public key"
	KindSSH         = "ssh public key"
	KindKnownHost   = "known host"
)

// maxLine bounds a line of authorized_keys: that of an RSA key of 16384 bits has some 2,800 bytes.
const maxLine = 16 << 10

// PublicWords are the texts, in lower case, that lead to a public half: Public reads one from there on.
func PublicWords() []string {
	return []string{
		"-----begin certificate-----", "-----begin trusted certificate-----", "-----begin x509 certificate-----",
		"-----begin public key-----", "-----begin rsa public key-----", "-----begin ec public key-----",
		"ssh-rsa aaaa", "ssh-ed25519 aaaa", "ssh-dss aaaa", "ecdsa-sha2-nistp256 aaaa", "ecdsa-sha2-nistp384 aaaa", "ecdsa-sha2-nistp521 aaaa", jwkWord,
	}
}

// PublicAt returns the bounds of the text of the public half that one of PublicWords at data[at] leads to: a block of PEM, a
// line of SSH or an object of JSON. ok is false where it has no end within reach.
func PublicAt(data []byte, at int) (lo, hi int, ok bool) {
	switch data[at] {
	case '-':
		return blockAt(data, at)
	case jwkWord[0]:
		return jwkAt(data, at)
	}
	return lineAt(data, at)
}

// maxBlock bounds a certificate.
const maxBlock = 64 << 10

func blockAt(data []byte, at int) (lo, hi int, ok bool) {
	text := data[at:min(len(data), at+maxBlock)]
	dashes, ending := []byte("-----"), []byte("-----END ")
	if !bytes.HasPrefix(text, dashes) {
		return 0, 0, false
	}
	label := bytes.Index(text[len(dashes):], dashes)
	if label < 0 {
		return 0, 0, false
	}
	body := label + 2*len(dashes)
	end := bytes.Index(text[body:], ending)
	if end < 0 {
		return 0, 0, false
	}
	end += body + len(dashes)
	last := bytes.Index(text[end:], dashes)
	if last < 0 || last > 64 {
		return 0, 0, false
	}
	return at, at + end + last + len(dashes), true
}

func lineAt(data []byte, at int) (lo, hi int, ok bool) {
	lo, hi = at, at
	for lo > 0 && at-lo < maxLine && data[lo-1] >= ' ' {
		lo--
	}
	for hi < len(data) && hi-at < maxLine && data[hi] >= ' ' {
		hi++
	}
	return lo, hi, hi > at && hi-at < maxLine
}

// Public returns the facts of the public half in text, which PublicAt found: its fingerprints, and what names it. It is nil
// for what is none.
func Public(text string) map[string]string {
	switch {
	case strings.HasPrefix(text, "-----"):
		return publicBlock(text)
	case strings.HasPrefix(text, "{"):
		return publicJWK(text)
	}
	return publicLine(text)
}

// publicBlock reads a certificate or a public key in PEM.
func publicBlock(text string) map[string]string {
	label, rest, ok := strings.Cut(text[5:], "-----")
	if !ok {
		return nil
	}
	label = strings.TrimPrefix(label, "BEGIN ")
	b := block{kind: label}
	body, _, _ := strings.Cut(rest, "-----END ")
	b.read(body)
	if len(b.body) == 0 {
		return nil
	}
	if strings.HasSuffix(label, "CERTIFICATE") {
		return certificate(b.body)
	}
	k := &key{}
	if public, err := x509.ParsePKIXPublicKey(b.body); err == nil {
		k.setPublic(public)
	} else if public, err := x509.ParsePKCS1PublicKey(b.body); err == nil {
		k.setPublic(public)
	}
	return k.public(KindPublic)
}

// certificate tells the key of a certificate, whose it is, who issued it and until when. A trusted certificate of OpenSSL has
// more behind it.
func certificate(der []byte) map[string]string {
	if n := outer(der); n > 0 && n < len(der) {
		der = der[:n]
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	k := &key{spki: c.RawSubjectPublicKeyInfo}
	facts := k.public(KindCertificate)
	subject := c.Subject.String()
	if subject == "" && len(c.DNSNames) > 0 {
		subject = c.DNSNames[0]
	}
	facts[FactCertificate], facts[FactIssuer] = subject, c.Issuer.String()
	facts[FactNotAfter] = c.NotAfter.UTC().Format(time.RFC3339)
	return facts
}

// outer returns the length of the first value in der, 0 where that cannot be told.
func outer(der []byte) int {
	value, rest := cryptobyte.String(der), cryptobyte.String(der)
	var element cryptobyte.String
	if !rest.ReadASN1Element(&element, cbasn1.SEQUENCE) {
		return 0
	}
	return len(value) - len(rest)
}

// publicLine reads a line of authorized_keys, known_hosts or a .pub file.
func publicLine(text string) map[string]string {
	text = strings.TrimSpace(text)
	if _, hosts, public, _, _, err := ssh.ParseKnownHosts([]byte(text)); err == nil && isHost(hosts) {
		k := &key{}
		k.setSSH(public)
		facts := k.public(KindKnownHost)
		if !strings.HasPrefix(hosts[0], "|") {
			facts[FactHost] = strings.Join(hosts, ",")
		}
		return facts
	}
	public, comment, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		return nil
	}
	k := &key{comment: comment}
	k.setSSH(public)
	return k.public(KindSSH)
}

// isHost tells whether what stands before a key is a list of hosts, and not options of authorized_keys.
func isHost(hosts []string) bool {
	if len(hosts) == 0 {
		return false
	}
	first := hosts[0]
	if strings.HasPrefix(first, "|") { // hashed
		return true
	}
	return !strings.ContainsAny(first, "\"=") && !strings.HasPrefix(first, "no-") && !strings.HasPrefix(first, "ssh-") &&
		first != "restrict" && first != "cert-authority" && first != "pty"
}

// public tells a public half, nil where it has no fingerprint.
func (k *key) public(kind string) map[string]string {
	facts := k.tell().Facts
	if facts[FactPublic] == "" && facts[FactSSH] == "" {
		return nil
	}
	facts[FactKind] = kind
	return facts
}
