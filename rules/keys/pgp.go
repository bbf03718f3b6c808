package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/hex"

	"github.com/ProtonMail/go-crypto/openpgp/ecdsa"
	"github.com/ProtonMail/go-crypto/openpgp/eddsa"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"dregs/report"
)

// maxPackets bounds the packets of one block that are looked at.
const maxPackets = 256

// readPGP reads an OpenPGP transferable secret key (RFC 9580): its primary key and first user ID. GnuPG writes a stub in the
// place of a secret key that is on a smart card or kept offline; the state is then that of a subkey which is there.
func readPGP(b *block) *key {
	k := &key{body: b.body, state: report.Malformed}
	packets := packet.NewReader(bytes.NewReader(b.body))
	held := false
	for range maxPackets {
		p, err := packets.Next()
		if err != nil {
			break
		}
		switch p := p.(type) {
		case *packet.PrivateKey:
			if k.pgp == "" {
				k.setPGP(p)
			}
			if !held && !p.Dummy() {
				held = true
				k.setSealed(p)
			}
		case *packet.UserId:
			if k.userID == "" {
				k.userID = p.Id
			}
		}
	}
	if k.pgp != "" && !held {
		k.none = noneStub
	}
	return k
}

// setSealed takes whether the secret half is encrypted.
func (k *key) setSealed(p *packet.PrivateKey) {
	k.state, k.open = report.WellFormed, true
	if p.Encrypted {
		k.state, k.open = report.Encrypted, false
	}
}

// pgpKinds names the algorithms of OpenPGP.
var pgpKinds = map[packet.PublicKeyAlgorithm]string{
	packet.PubKeyAlgoRSA: "RSA", packet.PubKeyAlgoRSAEncryptOnly: "RSA", packet.PubKeyAlgoRSASignOnly: "RSA",
	packet.PubKeyAlgoElGamal: "ElGamal", packet.PubKeyAlgoDSA: "DSA", packet.PubKeyAlgoECDH: "ECDH", packet.PubKeyAlgoECDSA: "EC",
	packet.PubKeyAlgoEdDSA: "Ed25519", packet.PubKeyAlgoX25519: "X25519", packet.PubKeyAlgoX448: "X448",
	packet.PubKeyAlgoEd25519: "Ed25519", packet.PubKeyAlgoEd448: "Ed448",
}

// setPGP takes what a private key packet tells of its public half.
func (k *key) setPGP(p *packet.PrivateKey) {
	k.pgp, k.kind = hex.EncodeToString(p.Fingerprint), pgpKinds[p.PubKeyAlgo]
	if bits, err := p.BitLength(); err == nil {
		k.bits = int(bits)
	}
	switch public := p.PublicKey.PublicKey.(type) {
	case *rsa.PublicKey:
		k.setPublic(public)
	case *eddsa.PublicKey:
		if public.GetCurve().GetCurveName() == "ed25519" && len(public.X) == ed25519.PublicKeySize {
			k.setPublic(ed25519.PublicKey(public.X))
		}
	case *ecdsa.PublicKey:
		if c := public.GetCurve(); c != nil {
			k.kind = "EC " + c.GetCurveName()
		}
	}
}
