package mnemonic

import (
	"crypto/sha256"
	"strings"
	"sync"

	"github.com/tyler-smith/go-bip39/wordlists"
	"golang.org/x/text/unicode/norm"
)

// languages are those of the word lists of BIP 39. Of lists that share all words of a phrase, the first whose checksum holds,
// or else the first, is told.
var languages = [...]struct {
	name  string
	words *[]string
}{
	{"English", &wordlists.English},
	{"Spanish", &wordlists.Spanish},
	{"French", &wordlists.French},
	{"Italian", &wordlists.Italian},
	{"Czech", &wordlists.Czech},
	{"Japanese", &wordlists.Japanese},
	{"Korean", &wordlists.Korean},
	{"Chinese (simplified)", &wordlists.ChineseSimplified},
	{"Chinese (traditional)", &wordlists.ChineseTraditional},
}

// entry is a word: in which lists it is, a bit for each, and where in them.
type entry struct {
	lists uint16
	at    [len(languages)]uint16
}

// entries finds words, normalized. They are 16,000, and made at the first text that looks like a phrase: few scans have one.
var entries = sync.OnceValue(func() map[string]*entry {
	all := make(map[string]*entry, 1<<14)
	for l := range languages {
		for i, w := range *languages[l].words {
			w = norm.NFKD.String(w)
			e := all[w]
			if e == nil {
				e = &entry{}
				all[w] = e
			}
			e.lists |= 1 << l
			e.at[l] = uint16(i)
		}
	}
	return all
})

// normalized returns a word as lists have it.
func normalized(word []byte) string { return norm.NFKD.String(strings.ToLower(string(word))) }

// wordBits are the bits that one word says, and bitsPerCheck those of entropy for which the checksum has one.
const (
	wordBits     = 11
	bitsPerCheck = 32
)

// checks tells whether the checksum in the last bits of words of a list, by their places in it, holds: the first of the
// SHA-256 of all before it, one for every 32 of those.
func checks(at []uint16) bool {
	sum := len(at) * wordBits / (bitsPerCheck + 1)
	bits := make([]byte, 0, len(at)*wordBits/8+1)
	held, n := uint32(0), 0
	for _, i := range at {
		held, n = held<<wordBits|uint32(i), n+wordBits
		for ; n >= 8; n -= 8 {
			bits = append(bits, byte(held>>(n-8)))
		}
	}
	bits = append(bits, byte(held<<(8-n)))
	want := sha256.Sum256(bits[:len(at)*wordBits*bitsPerCheck/(bitsPerCheck+1)/8])
	got := bits[len(at)*wordBits*bitsPerCheck/(bitsPerCheck+1)/8]
	return (got^want[0])>>(8-sum) == 0
}
