package keys

import (
	"bytes"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/ssh"

	"dregs/report"
)

// opensshMagic begins a key of OpenSSH's own form: PROTOCOL.key in its source.
const opensshMagic = "openssh-key-v1\x00"

// wire reads the fields of SSH's wire format (RFC 4251); they are empty once it has failed.
type wire struct {
	cryptobyte.String
	failed bool
}

// text reads a string behind its length.
func (w *wire) text() []byte {
	var n uint32
	var b []byte
	if !w.ReadUint32(&n) || uint64(n) > uint64(len(w.String)) || !w.ReadBytes(&b, int(n)) {
		w.failed, w.String = true, nil
	}
	return b
}

func (w *wire) number() uint32 {
	var n uint32
	if !w.ReadUint32(&n) {
		w.failed, w.String = true, nil
	}
	return n
}

// readOpenSSH reads a key of OpenSSH, whose public half stands in the clear beside the private one.
func readOpenSSH(body []byte) *key {
	k := &key{body: body, state: report.Malformed}
	rest, ok := bytes.CutPrefix(body, []byte(opensshMagic))
	if !ok {
		return k
	}
	w := wire{String: rest}
	cipher, _, _ := w.text(), w.text(), w.text() // and the derivation of its key
	if w.number() < 1 || w.failed {
		return k
	}
	blob := w.text()
	public, err := ssh.ParsePublicKey(blob)
	if err != nil {
		return k
	}
	k.setSSH(public)
	private := w.text()
	switch {
	case w.failed || len(private) == 0:
	case string(cipher) != "none":
		k.state = report.Encrypted
	default:
		k.open = true
		if k.openPrivate(private, blob) {
			k.state = report.WellFormed
		}
	}
	return k
}

// privateFields tells, by the type of a key, how many fields of the private part hold what its public half is made of.
var privateFields = map[string]int{
	ssh.KeyAlgoRSA: 6, "ssh-dss": 5, ssh.KeyAlgoED25519: 2, ssh.KeyAlgoECDSA256: 3, ssh.KeyAlgoECDSA384: 3,
	ssh.KeyAlgoECDSA521: 3,
}

// openPrivate reads the private part of a key that is not encrypted, and tells whether it goes with the public half.
func (k *key) openPrivate(private, public []byte) bool {
	w := wire{String: private}
	a, b := w.number(), w.number()
	kind := string(w.text())
	fields, known := privateFields[kind]
	if w.failed || a != b || !strings.HasPrefix(k.ssh.Type(), kind) {
		return false
	}
	if !known {
		return true // a security key's, that holds no secret
	}
	numbers := make([][]byte, fields)
	for i := range numbers {
		numbers[i] = w.text()
	}
	comment := w.text()
	if w.failed {
		return false
	}
	k.comment = string(comment)
	return goesWith(kind, numbers, public)
}

// goesWith tells whether the public numbers of a private key are those of the public half.
func goesWith(kind string, numbers [][]byte, public []byte) bool {
	w := wire{String: public}
	w.text() // the type
	switch kind {
	case ssh.KeyAlgoRSA: // the modulus comes before the exponent here, and after it there
		e, n := w.text(), w.text()
		return bytes.Equal(n, numbers[0]) && bytes.Equal(e, numbers[1])
	case ssh.KeyAlgoED25519:
		point := w.text()
		return len(numbers[1]) == 64 && bytes.Equal(point, numbers[0]) && bytes.Equal(point, numbers[1][32:])
	}
	for i := range len(numbers) - 1 {
		if !bytes.Equal(w.text(), numbers[i]) {
			return false
		}
	}
	return true
}
