package keys

import (
	"crypto/hmac"
	"crypto/sha1" // version 2's choice
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/ssh"

	"dregs/report"
)

// puttyMark begins a key file of PuTTY: https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html.
const puttyMark = "PuTTY-User-Key-File-"

// maxPuTTYLines bounds the lines of 64 digits that one half of a key has.
const maxPuTTYLines = 512

// puttyFile is a key file of PuTTY while it is read.
type puttyFile struct {
	lines                       []string
	version, kind, sealed, note string
	public, private             []byte
	mac                         string
}

// readPuTTY reads a key file of PuTTY, version 1 to 3. One that ends early is malformed.
func readPuTTY(text string) (*key, bool) {
	at := strings.Index(text, puttyMark)
	if at < 0 {
		return nil, false
	}
	text = escapes.Replace(text[at:])
	f := puttyFile{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.Trim(line, " \t\"'"); line != "" {
			f.lines = append(f.lines, line)
		}
	}
	k := &key{state: report.Malformed}
	complete := f.read()
	k.body = f.private
	if f.kind == "" {
		return nil, false
	}
	k.kind, k.comment = f.kind, f.note
	if public, err := ssh.ParsePublicKey(f.public); err == nil && public.Type() == f.kind {
		k.setSSH(public)
	} else {
		complete = false
	}
	switch {
	case f.sealed != "none":
		k.state = report.Encrypted
	case complete && f.holds():
		k.open, k.state = true, report.WellFormed
	default:
		k.open = true
	}
	return k, true
}

// read reads the fields of the file in their order, and tells whether it has all of them.
func (f *puttyFile) read() bool {
	first, ok := f.field(puttyMark)
	if !ok {
		return false
	}
	f.version, f.kind, _ = strings.Cut(first, ": ")
	if f.sealed, ok = f.field("Encryption: "); !ok {
		f.kind = ""
		return false
	}
	f.note, _ = f.field("Comment: ")
	if f.public, ok = f.half("Public-Lines: "); !ok {
		return false
	}
	for _, name := range []string{"Key-Derivation: ", "Argon2-Memory: ", "Argon2-Passes: ", "Argon2-Parallelism: ", "Argon2-Salt: "} {
		f.field(name)
	}
	if f.private, ok = f.half("Private-Lines: "); !ok {
		return false
	}
	f.mac, ok = f.field("Private-MAC: ")
	return ok
}

// field takes the next line if it is the field of that name.
func (f *puttyFile) field(name string) (string, bool) {
	if len(f.lines) == 0 || !strings.HasPrefix(f.lines[0], name) {
		return "", false
	}
	text := f.lines[0][len(name):]
	f.lines = f.lines[1:]
	return text, true
}

// half takes the lines of one half of the key.
func (f *puttyFile) half(name string) ([]byte, bool) {
	count, _ := f.field(name)
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 || n > maxPuTTYLines || n > len(f.lines) {
		return nil, false
	}
	text := strings.Join(f.lines[:n], "")
	f.lines = f.lines[n:]
	data, err := base64.StdEncoding.DecodeString(text)
	return data, err == nil
}

// holds tells whether the code of a file without passphrase authenticates it.
func (f *puttyFile) holds() bool {
	var code hash.Hash
	switch f.version {
	case "2":
		seed := sha1.Sum([]byte("putty-private-key-file-mac-key")) // the format's choice
		code = hmac.New(sha1.New, seed[:])
	case "3":
		code = hmac.New(sha256.New, nil)
	default:
		return true // version 1 has none that could be computed
	}
	for _, field := range [][]byte{[]byte(f.kind), []byte(f.sealed), []byte(f.note), f.public, f.private} {
		code.Write(binary.BigEndian.AppendUint32(nil, uint32(len(field))))
		code.Write(field)
	}
	return hex.EncodeToString(code.Sum(nil)) == strings.ToLower(f.mac)
}
