package keys

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

var expiry = time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)

// selfSigned returns a certificate of s in DER.
func selfSigned(t testing.TB, s sample) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "web.example", Organization: []string{"An Org"}}, NotAfter: expiry}
	der, err := x509.CreateCertificate(rand.Reader, template, template, s.public, s.private)
	check(t, err)
	return der
}

// publicSamples returns public halves of one RSA key in the forms that are looked for.
func publicSamples(t testing.TB) map[string]string {
	t.Helper()
	s := samples(t)["RSA 2048"]
	public, err := ssh.NewPublicKey(s.public)
	check(t, err)
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))
	spki, err := x509.MarshalPKIXPublicKey(s.public)
	check(t, err)
	return map[string]string{
		"certificate":     armour("CERTIFICATE", selfSigned(t, s)),
		"public key":      armour("PUBLIC KEY", spki),
		"RSA public key":  armour("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(s.public.(*rsa.PublicKey))),
		"pub file":        line + " who@host",
		"options":         `no-pty,command="echo ssh-rsa x" ` + line + " who@host",
		"one option":      "restrict " + line + " who@host",
		"known host":      "db.internal,10.0.0.5 " + line,
		"port":            "[db.internal]:2222 " + line,
		"hashed host":     "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= " + line,
		"marked":          "@cert-authority *.internal " + line,
		"escaped in JSON": strings.ReplaceAll(armour("CERTIFICATE", selfSigned(t, s)), "\n", `\n`),
	}
}

// found returns the facts of all public halves in text.
func found(text string) (all []map[string]string) {
	lower := strings.ToLower(text)
	for _, word := range PublicWords() {
		for at := 0; ; {
			i := strings.Index(lower[at:], word)
			if i < 0 {
				break
			}
			at += i
			if lo, hi, ok := PublicAt([]byte(text), at); ok {
				if facts := Public(text[lo:hi]); facts != nil {
					all = append(all, facts)
				}
			}
			at += len(word)
		}
	}
	return all
}

func TestPublic(t *testing.T) {
	all := publicSamples(t)
	want := found(all["pub file"])[0][FactSSH]
	for name, text := range all {
		t.Run(name, func(t *testing.T) {
			got := found("before\n" + text + "\nafter\n")
			if len(got) != 1 {
				t.Fatalf("found %v", got)
			}
			kinds := map[string]string{"certificate": KindCertificate, "escaped in JSON": KindCertificate, "known host": KindKnownHost, "port": KindKnownHost,
				"hashed host": KindKnownHost, "marked": KindKnownHost, "pub file": KindSSH, "options": KindSSH, "one option": KindSSH,
				"public key": KindPublic, "RSA public key": KindPublic}
			if told := got[0][FactSSH]; told != want && told != "" {
				t.Errorf("SSH fingerprint %q, want %q", told, want)
			}
			if got[0][FactKind] != kinds[name] {
				t.Errorf("kind %q, want %q", got[0][FactKind], kinds[name])
			}
			if kinds[name] == KindCertificate {
				if d := cmp.Diff(map[string]string{"certificate": "CN=web.example,O=An Org", "issuer": "CN=web.example,O=An Org", "not_after": "2031-02-03T04:05:06Z"},
					map[string]string{"certificate": got[0][FactCertificate], "issuer": got[0][FactIssuer], "not_after": got[0][FactNotAfter]}); d != "" {
					t.Error(d)
				}
			}
			hosts := map[string]string{"known host": "db.internal,10.0.0.5", "port": "[db.internal]:2222", "marked": "*.internal"}
			if got[0][FactHost] != hosts[name] {
				t.Errorf("host %q, want %q", got[0][FactHost], hosts[name])
			}
		})
	}
}

// TestPairs holds that a private key in each encoding and its certificate tell the same fingerprint.
func TestPairs(t *testing.T) {
	for _, name := range []string{"RSA 2048", "P-256", "P-521", "Ed25519"} {
		s := samples(t)[name]
		spki, err := x509.MarshalPKIXPublicKey(s.public)
		check(t, err)
		want := fmt.Sprintf("sha256:%x", sha256.Sum256(spki))
		if got := found(armour("CERTIFICATE", selfSigned(t, s))); len(got) != 1 || got[0][FactPublic] != want {
			t.Errorf("%s: certificate tells %v, want %s", name, got, want)
		}
		public, err := ssh.NewPublicKey(s.public)
		check(t, err)
		if got := found(string(ssh.MarshalAuthorizedKey(public))); len(got) != 1 || got[0][FactPublic] != want || got[0][FactSSH] != ssh.FingerprintSHA256(public) {
			t.Errorf("%s: authorized key tells %v, want %s", name, got, want)
		}
	}
}

func TestNoPublic(t *testing.T) {
	for name, text := range map[string]string{
		"cut certificate":     "-----BEGIN CERTIFICATE-----\nMIIB",
		"no certificate":      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
		"a word":              "use ssh-rsa AAAA",
		"damaged authorised":  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI who@host",
		"a certificate's end": "-----BEGIN CERTIFICATE-----\n\n-----END nothing",
	} {
		if got := found(text); len(got) != 0 {
			t.Errorf("%s: found %v", name, got)
		}
	}
}
