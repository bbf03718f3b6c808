package unpack

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	keystore "github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// makeKey returns a new key, in PKCS #8 too, and a certificate of it.
func makeKey(t testing.TB) (*ecdsa.PrivateKey, []byte, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return key, der, cert
}

// holdsKey reports whether text is a private key that equals key.
func holdsKey(text string, key *ecdsa.PrivateKey) bool {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "PRIVATE KEY" {
		return false
	}
	got, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	return err == nil && got.(interface{ Equal(crypto.PrivateKey) bool }).Equal(key)
}

func makeJKS(t testing.TB, password string, der, cert []byte) []byte {
	t.Helper()
	store := keystore.New(keystore.WithOrderedAliases())
	entry := keystore.PrivateKeyEntry{
		CreationTime: time.Unix(1, 0), PrivateKey: der,
		CertificateChain: []keystore.Certificate{{Type: "X509", Content: cert}},
	}
	if err := store.SetPrivateKeyEntry("server", entry, []byte(password)); err != nil {
		t.Fatal(err)
	}
	trusted := keystore.TrustedCertificateEntry{CreationTime: time.Unix(1, 0), Certificate: keystore.Certificate{Type: "X509", Content: cert}}
	if err := store.SetTrustedCertificateEntry("ca", trusted); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := store.Store(&file, []byte(password)); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestJavaStores(t *testing.T) {
	key, der, cert := makeKey(t)
	texts, err := unpackTexts(t, makeJKS(t, "changeit", der, cert.Raw), "java key store")
	if err != nil {
		t.Error(err)
	}
	if !holdsKey(texts["key server"], key) || !strings.Contains(texts["certificate ca"], "BEGIN CERTIFICATE") {
		t.Errorf("members %q", texts)
	}
	file := makeJKS(t, "not one that "+"everybody knows", der, cert.Raw)
	if texts, err = unpackTexts(t, file, "java key store"); err != nil {
		t.Error(err)
	}
	if texts["key server"] != "" || !strings.Contains(texts["entries"], "server: private key, encrypted") {
		t.Errorf("members %q", texts)
	}
	for n := 12; n < len(file)-20; n++ { // the last 20 bytes are a digest
		if _, err := unpackTexts(t, file[:n], "java key store"); err == nil {
			t.Errorf("%d bytes of %d: no fault", n, len(file))
		}
	}
}

func TestPKCS12Stores(t *testing.T) {
	key, _, cert := makeKey(t)
	for name, encoder := range map[string]*pkcs12.Encoder{
		"without passwords": pkcs12.Passwordless, "DES": pkcs12.LegacyDES, "RC2": pkcs12.LegacyRC2, "modern": pkcs12.Modern2023,
	} {
		t.Run(name, func(t *testing.T) {
			password := "changeme"
			if name == "without passwords" {
				password = ""
			}
			file, err := encoder.Encode(key, cert, nil, password)
			if err != nil {
				t.Fatal(err)
			}
			texts, err := unpackTexts(t, file, "pkcs12")
			if err != nil {
				t.Error(err)
			}
			found := false
			for step, text := range texts {
				found = found || strings.HasPrefix(step, "key ") && holdsKey(text, key)
			}
			if !found {
				t.Errorf("the key is not among %q", texts)
			}
			if name == "without passwords" {
				return
			}
			if file, err = encoder.Encode(key, cert, nil, "not one that "+"everybody knows"); err != nil {
				t.Fatal(err)
			}
			if texts, err = unpackTexts(t, file, "pkcs12"); err != nil {
				t.Error(err)
			}
			if !strings.Contains(texts["entries"], "encrypted, no default password") || strings.Contains(texts["entries"], "opens with") {
				t.Errorf("entries %q", texts["entries"])
			}
		})
	}
}

// TestKeytoolStores lets Java itself write the stores.
func TestKeytoolStores(t *testing.T) {
	keytool, err := exec.LookPath("keytool")
	if err != nil {
		t.Skip("no keytool here")
	}
	for kind, format := range map[string]string{"JKS": "java key store", "JCEKS": "java key store", "PKCS12": "pkcs12"} {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store")
			cmd := exec.CommandContext(t.Context(), keytool, "-genkeypair", "-alias", "web", "-keyalg", "EC", "-dname", "CN=test", "-storetype", kind,
				"-keystore", path, "-storepass", "changeit", "-keypass", "changeit")
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("keytool: %v: %s", err, text)
			}
			texts, err := unpackTexts(t, readFile(t, path), format)
			if err != nil {
				t.Error(err)
			}
			if block, _ := pem.Decode([]byte(texts["key web"])); block == nil {
				t.Errorf("members %q", texts)
			} else if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
				t.Error(err)
			}
		})
	}
}

func FuzzKeyStore(f *testing.F) {
	key, der, cert := makeKey(f)
	f.Add(makeJKS(f, "changeit", der, cert.Raw))
	file, err := pkcs12.LegacyDES.WithIterations(2).Encode(key, cert, nil, "changeit")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "java key store", unpack: unpackJavaStore}, data)
		fuzzUnpack(t, Format{Name: "pkcs12", unpack: unpackPKCS12}, data)
	})
}
