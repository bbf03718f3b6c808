package keys

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"sort"
)

//go:generate go run published_make.go

// publishedTable lists the private keys of published.txt's packages by what identifies them: a head, the names of the
// packages, and the entries in order, each a truncated SHA-256 and the number of a package.
//
//go:embed published.bin
var publishedTable []byte

const (
	publishedMagic = "dregs published keys 1\n"
	identityBytes  = 10
	entryBytes     = identityBytes + 2
)

// identity returns what a published key is known by: its public half, else the bytes of its body. ok is false for a key
// that has neither.
func (k *key) identity() (id [identityBytes]byte, ok bool) {
	var sum [sha256.Size]byte
	of := func(kind string, data []byte) { sum = sha256.Sum256(append([]byte(kind+"\x00"), data...)) }
	switch {
	case len(k.spki) > 0:
		of("spki", k.spki)
	case k.ssh != nil:
		of("ssh", k.ssh.Marshal())
	case k.pgp != "":
		of("pgp", []byte(k.pgp))
	case len(k.body) >= minBody:
		of("body", k.body)
	default:
		return id, false
	}
	copy(id[:], sum[:])
	return id, true
}

// Identity returns what the list of published keys knows the private key in text by; ok is false where there is none.
func Identity(text string) (id []byte, ok bool) {
	k, ok := read(text)
	if !ok {
		return nil, false
	}
	sum, ok := k.identity()
	return sum[:], ok
}

// published returns the name of the package that publishes a key, empty for none.
func published(k *key) string {
	id, ok := k.identity()
	if !ok {
		return ""
	}
	names, entries := splitPublished(publishedTable)
	n := len(entries) / entryBytes
	i := sort.Search(n, func(i int) bool { return bytes.Compare(entries[i*entryBytes:][:identityBytes], id[:]) >= 0 })
	if i == n || !bytes.Equal(entries[i*entryBytes:][:identityBytes], id[:]) {
		return ""
	}
	if number := int(binary.BigEndian.Uint16(entries[i*entryBytes+identityBytes:])); number < len(names) {
		return string(names[number])
	}
	return ""
}

// splitPublished returns the names and the entries of a table; both are empty for what is no table.
func splitPublished(table []byte) (names [][]byte, entries []byte) {
	rest, ok := bytes.CutPrefix(table, []byte(publishedMagic))
	if !ok {
		return nil, nil
	}
	head, entries, ok := bytes.Cut(rest, []byte("\n\n"))
	if !ok || len(entries)%entryBytes != 0 {
		return nil, nil
	}
	return bytes.Split(head, []byte("\n")), entries
}
