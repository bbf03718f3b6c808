package unpack

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"
)

// derSamples returns keys and a certificate in DER, by what PEM calls them.
func derSamples(t testing.TB) map[string][][]byte {
	t.Helper()
	_, pkcs8, cert := makeKey(t)
	out := map[string][][]byte{"PRIVATE KEY": {pkcs8}, "CERTIFICATE": {cert.Raw}}
	add := func(label string, der []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		out[label] = append(out[label], der)
	}
	for _, bits := range []int{1024, 2048} {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		add("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k), nil)
		der, err := x509.MarshalPKCS8PrivateKey(k)
		add("PRIVATE KEY", der, err)
	}
	for _, c := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		k, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalECPrivateKey(k)
		add("EC PRIVATE KEY", der, err)
		der, err = x509.MarshalPKCS8PrivateKey(k)
		add("PRIVATE KEY", der, err)
	}
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	add("PRIVATE KEY", der, err)
	return out
}

func TestDER(t *testing.T) {
	for label, all := range derSamples(t) {
		for i, der := range all {
			for behind, data := range map[string][]byte{"nothing": der, "a line break": append(bytes.Clone(der), '\n')} {
				texts, err := unpackTexts(t, data, "der")
				if err != nil {
					t.Errorf("%s %d before %s: %v", label, i, behind, err)
				}
				if block, _ := pem.Decode([]byte(texts["DER"])); block == nil || block.Type != label || !bytes.Equal(block.Bytes, der) {
					t.Errorf("%s %d before %s: %q", label, i, behind, texts)
				}
			}
			if _, err := unpackTexts(t, der[:len(der)-1], "der"); err == nil {
				t.Errorf("%s %d, cut: no error", label, i)
			}
		}
	}
	for name, head := range map[string]string{
		"text": "0 is where this text begins", "a short one": "\x30\x03\x02\x01\x00", "another SEQUENCE": "\x30\x20\x06\x03\x55\x04\x03" + string(make([]byte, 30)),
		"endless": "\x30\x80\x02\x01\x00\x02\x81" + string(make([]byte, 30)), "long": "\x30\x84\x00\x00\x00\x40\x02\x01\x00\x30\x0d\x06" + string(make([]byte, 30)),
	} {
		if matchDER([]byte(head)) {
			t.Errorf("%s is told as a key", name)
		}
	}
}

func FuzzDER(f *testing.F) {
	for _, all := range derSamples(f) {
		for _, der := range all {
			f.Add(der)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "der", unpack: unpackDER}, data)
	})
}
