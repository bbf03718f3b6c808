package scanner_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"dregs/report"
	"dregs/scanner"
	"dregs/scanner/imagetest"
)

// keyMaterial is one key and its public halves in the forms that files hold them.
type keyMaterial struct {
	public                    *rsa.PublicKey
	pkcs1, pkcs8, openssh     string
	pkcs8DER, certDER         []byte
	cert, expired, authorized string
}

func newKeyMaterial(t *testing.T) keyMaterial {
	t.Helper()
	fail := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	fail(err)
	armour := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	m := keyMaterial{public: &k.PublicKey, pkcs1: armour("RSA PRIVATE"+" KEY", x509.MarshalPKCS1PrivateKey(k))}
	m.pkcs8DER, err = x509.MarshalPKCS8PrivateKey(k)
	fail(err)
	m.pkcs8 = armour("PRIVATE"+" KEY", m.pkcs8DER)
	block, err := ssh.MarshalPrivateKey(k, "")
	fail(err)
	m.openssh = string(pem.EncodeToMemory(block))
	public, err := ssh.NewPublicKey(k.Public())
	fail(err)
	m.authorized = strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))
	for until, to := range map[time.Time]*string{imagetest.Epoch.AddDate(1, 0, 0): &m.cert, imagetest.Epoch.AddDate(-1, 0, 0): &m.expired} {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "web.internal"}, NotAfter: until}
		m.certDER, err = x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
		fail(err)
		*to = armour("CERTIFICATE", m.certDER)
	}
	return m
}

// want returns the facts that every encoding of the key tells.
func (m *keyMaterial) want(t *testing.T, more map[string]string) map[string]string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(m.public)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(m.public)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{
		"type": "RSA", "bits": "2048", "encrypted": "false", "public_key": fmt.Sprintf("sha256:%x", sha256.Sum256(der)), "ssh_fingerprint": ssh.FingerprintSHA256(public),
	}
	for name, text := range more {
		out[name] = text
	}
	return out
}

func TestKeyPairs(t *testing.T) {
	m, other := newKeyMaterial(t), newKeyMaterial(t)
	end := imagetest.Epoch.AddDate(1, 0, 0).UTC().Format(time.RFC3339)
	past := imagetest.Epoch.AddDate(-1, 0, 0).UTC().Format(time.RFC3339)
	paired := map[string]string{
		"certificate": "CN=web.internal", "issuer": "CN=web.internal", "not_after": end, "certificate_path": "etc/ssl/web.crt",
		"authorized_keys": "root/.ssh/authorized_keys", "known_hosts": "home/a/.ssh/known_hosts", "known_host": "web.internal", "comment": "root@web",
		"public_key_path": "root/.ssh/id_rsa.pub",
	}
	image := imagetest.Image{Layers: []imagetest.Layer{
		{CreatedBy: "COPY keys /", Entries: []imagetest.Entry{
			imagetest.File("etc/web.key", m.pkcs1), imagetest.File("etc/web.pem", "key: |\n  "+strings.ReplaceAll(m.pkcs8, "\n", "\n  ")),
			imagetest.File("root/.ssh/id_rsa", m.openssh), imagetest.File("etc/ssh/ssh_host_rsa_key", other.openssh),
			imagetest.File("etc/old.crt", other.expired), imagetest.File("etc/web.pk8", string(m.pkcs8DER)),
		}},
		{CreatedBy: "COPY public /", Entries: []imagetest.Entry{
			imagetest.File("etc/ssl/web.crt", m.cert), imagetest.File("etc/ssl/old.crt", m.expired),
			imagetest.File("root/.ssh/authorized_keys", "no-pty "+m.authorized+" root@web\n"), imagetest.File("root/.ssh/id_rsa.pub", m.authorized+" root@web\n"),
			imagetest.File("home/a/.ssh/known_hosts", "web.internal "+m.authorized+"\n"),
			imagetest.File("etc/secret.yaml", "data:\n  tls.crt: "+base64.StdEncoding.EncodeToString([]byte(other.expired))+"\n"),
		}},
	}}
	file := imagetest.WriteFile(t, "keys.tar", imagetest.DockerArchive(image.Build()))
	var first string
	for _, jobs := range []int{1, 4} {
		r := scanFile(t, file, scanner.Options{Jobs: jobs})
		if first == "" {
			first = asJSON(t, r)
		} else if d := cmp.Diff(first, asJSON(t, r)); d != "" {
			t.Errorf("with %d jobs: %s", jobs, d)
		}
		got := map[string]map[string]string{}
		for _, s := range r.Secrets {
			if s.Rule != "private-key" {
				t.Errorf("a secret of rule %s", s.Rule)
			}
			if s.Verdict.State != report.WellFormed {
				t.Errorf("%s: state %s", s.Occurrences[0].Path, s.Verdict.State)
			}
			got[s.Occurrences[0].Path] = s.Verdict.Facts
		}
		want := map[string]map[string]string{
			"etc/web.key": m.want(t, paired), "etc/web.pem": m.want(t, paired), "root/.ssh/id_rsa": m.want(t, paired), "etc/web.pk8": m.want(t, paired),
			"etc/ssh/ssh_host_rsa_key": other.want(t, map[string]string{
				"certificate": "CN=web.internal", "issuer": "CN=web.internal", "not_after": past, "certificate_path": "etc/old.crt", "certificate_expired": "true",
				"made_on_installation": "every container of the image shares it",
			}),
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

// TestJWKPairs holds that a private JSON Web Key is joined with its certificate, and a key in PEM with the key set that has its
// public half.
func TestJWKPairs(t *testing.T) {
	m := newKeyMaterial(t)
	k, err := x509.ParsePKCS8PrivateKey(m.pkcs8DER)
	if err != nil {
		t.Fatal(err)
	}
	private := k.(*rsa.PrivateKey)
	text := base64.RawURLEncoding.EncodeToString
	public := `{"kty":"RSA","kid":"1","e":"AQAB","n":"` + text(private.N.Bytes()) + `"`
	image := imagetest.Image{Layers: []imagetest.Layer{{CreatedBy: "COPY . /", Entries: []imagetest.Entry{
		imagetest.File("etc/web.crt", m.cert), imagetest.File("etc/web.key", m.pkcs1), imagetest.File("srv/jwks.json", `{"keys":[`+public+`}]}`),
		imagetest.File("srv/signing.json", public+`,"d":"`+text(private.D.Bytes())+`"}`),
	}}}}
	r := scanFile(t, imagetest.WriteFile(t, "jwk.tar", imagetest.OCIArchive(image.Build())), scanner.Options{})
	got := map[string]map[string]string{}
	for _, s := range r.Secrets {
		if s.Verdict.State != report.WellFormed {
			t.Errorf("%s: state %s", s.Occurrences[0].Path, s.Verdict.State)
		}
		got[s.Occurrences[0].Path] = s.Verdict.Facts
	}
	facts := m.want(t, map[string]string{
		"certificate": "CN=web.internal", "issuer": "CN=web.internal", "not_after": imagetest.Epoch.AddDate(1, 0, 0).UTC().Format(time.RFC3339), "certificate_path": "etc/web.crt",
		"public_key_path": "srv/jwks.json",
	})
	want := map[string]map[string]string{"etc/web.key": facts, "srv/signing.json": facts}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}
