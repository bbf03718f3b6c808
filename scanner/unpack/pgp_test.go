package unpack

import (
	"bytes"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// pgpSample returns a new key as gpg --export-secret-keys writes it.
func pgpSample(t testing.TB, name string, algorithm packet.PublicKeyAlgorithm) []byte {
	t.Helper()
	entity, err := openpgp.NewEntity(name, "", name+"@example.org", &packet.Config{Algorithm: algorithm, RSABits: 1024})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := entity.SerializePrivate(&out, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPGP(t *testing.T) {
	for name, algorithm := range map[string]packet.PublicKeyAlgorithm{"RSA": packet.PubKeyAlgoRSA, "EdDSA": packet.PubKeyAlgoEdDSA} {
		t.Run(name, func(t *testing.T) {
			first, second := pgpSample(t, "first", algorithm), pgpSample(t, "second", algorithm)
			texts, err := unpackTexts(t, append(first, second...), "openpgp key")
			if err != nil || len(texts) != 2 {
				t.Fatalf("%d keys, %v", len(texts), err)
			}
			for step, who := range map[string]string{"OpenPGP key 1": "first", "OpenPGP key 2": "second"} {
				block, _ := pem.Decode([]byte(texts[step]))
				if block == nil || block.Type != "PGP PRIVATE"+" KEY BLOCK" {
					t.Fatalf("%s is %q", step, texts[step])
				}
				packets := packet.NewReader(bytes.NewReader(block.Bytes))
				p, err := packets.Next()
				if key, ok := p.(*packet.PrivateKey); !ok || key.Encrypted {
					t.Errorf("%s begins with %T, %v", step, p, err)
				}
				if p, err = packets.Next(); err != nil || !strings.HasPrefix(p.(*packet.UserId).Name, who) {
					t.Errorf("%s is of %v, %v", step, p, err)
				}
			}
			if _, err := unpackTexts(t, append(first, second[:len(second)-9]...), "openpgp key"); err == nil {
				t.Error("a key that is cut: no error")
			}
		})
	}
	for name, data := range map[string]string{
		"text": "\x95 begins this text, which is long enough", "a public key": "\x98\x33\x04\x00\x00\x00\x00\x16" + strings.Repeat("x", 60),
	} {
		if matchPGP([]byte(data)) {
			t.Errorf("%s is told as a key", name)
		}
	}
	texts, err := unpackTexts(t, []byte("\x94\x3c\x04\x00\x00\x00\x00\x01"+strings.Repeat("x", 60)), "openpgp key")
	if err != nil || len(texts) > 0 {
		t.Errorf("what is no key: %q, %v", texts, err)
	}
}

func FuzzPGP(f *testing.F) {
	f.Add(append(pgpSample(f, "one", packet.PubKeyAlgoRSA), pgpSample(f, "two", packet.PubKeyAlgoEdDSA)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzUnpack(t, Format{Name: "openpgp key", unpack: unpackPGP}, data)
	})
}
