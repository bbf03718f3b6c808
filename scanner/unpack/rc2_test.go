package unpack

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRC2 decrypts those test vectors of RFC 2268, section 5, in which all bits of the key count.
func TestRC2(t *testing.T) {
	for _, v := range [][3]string{
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2"},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"},
	} {
		key, _ := hex.DecodeString(v[0])
		sealed, _ := hex.DecodeString(v[2])
		newRC2(key).Decrypt(sealed, sealed)
		if got := hex.EncodeToString(sealed); got != v[1] {
			t.Errorf("key %s: %s decrypts to %s, want %s", v[0], v[2], got, v[1])
		}
	}
}

// TestOldPKCS12 opens what openssl seals by the ciphers of old programs.
func TestOldPKCS12(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl on this machine")
	}
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		cmd := exec.Command(openssl, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v: %s", strings.Join(args, " "), err, out)
		}
	}
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=old", "-days", "1")
	for _, cipher := range []string{"PBE-SHA1-RC2-40", "PBE-SHA1-RC2-128", "PBE-SHA1-2DES"} {
		t.Run(cipher, func(t *testing.T) {
			run("pkcs12", "-export", "-legacy", "-inkey", "key.pem", "-in", "cert.pem", "-out", "old.p12",
				"-keypbe", cipher, "-certpbe", cipher, "-passout", "pass:changeit", "-macalg", "sha1")
			data, err := os.ReadFile(filepath.Join(dir, "old.p12"))
			if err != nil {
				t.Fatal(err)
			}
			texts, err := unpackTexts(t, data, "pkcs12")
			if err != nil {
				t.Error(err)
			}
			var all strings.Builder
			for _, text := range texts {
				all.WriteString(text)
			}
			for _, want := range []string{"PRIVATE KEY-----", "CERTIFICATE-----"} {
				if !strings.Contains(all.String(), want) {
					t.Errorf("no %s in it", strings.Trim(want, "-"))
				}
			}
		})
	}
}
