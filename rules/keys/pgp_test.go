package keys

import (
	"bytes"
	"encoding/pem"
	"io"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"dregs/report"
)

// pgpStubs writes the transferable secret key of entity as GnuPG does where the secret half of some keys is elsewhere.
func pgpStubs(t *testing.T, entity *openpgp.Entity, stub func(tag uint8) bool) string {
	t.Helper()
	var whole, out bytes.Buffer
	check(t, entity.SerializePrivateWithoutSigning(&whole, nil))
	publics := map[uint8]*packet.PublicKey{5: entity.PrimaryKey, 7: entity.Subkeys[0].PublicKey}
	for packets := packet.NewOpaqueReader(&whole); ; {
		p, err := packets.Next()
		if err == io.EOF {
			break
		}
		check(t, err)
		if public := publics[p.Tag]; public != nil && stub(p.Tag) {
			var half bytes.Buffer
			check(t, public.Serialize(&half))
			first, err := packet.NewOpaqueReader(&half).Next()
			check(t, err)
			p.Contents = append(first.Contents, 0xff, 0, 101, 0, 'G', 'N', 'U', 1)
		}
		check(t, p.Serialize(&out))
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PGP PRIVATE" + " KEY BLOCK", Bytes: out.Bytes()}))
}

// TestPGPStubs holds that a block with stubs alone is no key, and that one with a subkey is what the subkey is.
func TestPGPStubs(t *testing.T) {
	entity, err := openpgp.NewEntity("A Person", "", "a@example.org", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
	check(t, err)
	for _, test := range []struct {
		name  string
		stub  func(tag uint8) bool
		state string
	}{
		{"none", func(uint8) bool { return false }, report.WellFormed},
		{"the primary key", func(tag uint8) bool { return tag == 5 }, report.WellFormed},
		{"all", func(uint8) bool { return true }, report.Test},
	} {
		k, found := Private(pgpStubs(t, entity, test.stub))
		if !found || k.State != test.state || k.Facts[FactPGP] == "" || (k.Facts[FactKnownAs] != "") != (test.state == report.Test) {
			t.Errorf("%s: %v, %+v", test.name, found, k)
		}
	}
}
