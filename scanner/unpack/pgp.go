package unpack

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"io"
	"strconv"

	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Packets of a transferable secret key (RFC 9580, section 10.2) that tell what it is.
const (
	pgpSecretKey    = 5
	pgpSecretSubkey = 7
	pgpUserID       = 13
)

// pgpAlgorithms are the public-key algorithms of RFC 9580, section 9.1, and of RFC 4880.
const pgpAlgorithms = "\x01\x02\x03\x10\x11\x12\x13\x14\x16\x19\x1a\x1b\x1c"

// matchPGP tells what may be a binary secret key of version 4 to 6, as gpg --export-secret-keys writes it and secring.gpg
// holds several.
func matchPGP(head []byte) bool {
	if len(head) < 16 {
		return false
	}
	at := 0
	switch first := head[0]; {
	case first>>2 == 0x80>>2|pgpSecretKey && first&3 != 3:
		at = 1 + 1<<(first&3)
	case first != 0xc0|pgpSecretKey:
		return false
	case head[1] < 192:
		at = 2
	case head[1] < 224:
		at = 3
	case head[1] == 255:
		at = 6
	default:
		return false
	}
	version, algorithm := head[at], head[at+5] // behind the time
	return version >= 4 && version <= 6 && bytes.IndexByte([]byte(pgpAlgorithms), algorithm) >= 0
}

// pgpKey tells whether p is a secret key, although perhaps of a kind that is not read.
func pgpKey(p *packet.OpaquePacket) bool {
	if p.Tag != pgpSecretKey {
		return false
	}
	var unsupported pgperrors.UnsupportedError
	_, err := p.Parse()
	return err == nil || errors.As(err, &unsupported)
}

// unpackPGP yields each secret key of a binary key ring as ASCII armour, which is what is looked for and read, without the
// signatures on it. What begins like a key and is none yields nothing.
func unpackPGP(ctx context.Context, in Input, out *sink) error {
	data, err := wholeInput(in)
	if err != nil {
		out.fault(err)
	}
	packets := packet.NewOpaqueReader(bytes.NewReader(data))
	p, err := packets.Next()
	if err != nil || !pgpKey(p) {
		return nil // its bytes are searched as they are
	}
	for keys := 1; p != nil; keys++ {
		var key bytes.Buffer
		p, err = nextPGP(packets, p, &key)
		text := pem.EncodeToMemory(&pem.Block{Type: "PGP PRIVATE" + " KEY BLOCK", Bytes: key.Bytes()})
		if err := out.put(ctx, memoryMember(Content, text, "OpenPGP key "+strconv.Itoa(keys))); err != nil {
			return err
		}
	}
	if !errors.Is(err, io.EOF) {
		return corrupt("reading an OpenPGP key: %w", err)
	}
	return nil
}

// nextPGP writes the secret key that p begins to key, with its user IDs and subkeys, and returns the packet that begins the
// next one, or none and the error that ended the packets.
func nextPGP(packets *packet.OpaqueReader, p *packet.OpaquePacket, key *bytes.Buffer) (*packet.OpaquePacket, error) {
	for {
		if p.Tag == pgpSecretKey || p.Tag == pgpSecretSubkey || p.Tag == pgpUserID {
			if err := p.Serialize(key); err != nil {
				return nil, err
			}
		}
		var err error
		if p, err = packets.Next(); err != nil {
			return nil, err
		}
		if p.Tag == pgpSecretKey {
			return p, nil
		}
	}
}
