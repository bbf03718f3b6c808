// Package mnemonic finds the mnemonics of wallets, which are known as seed or recovery phrases, as BIP 39 has them: 12, 15,
// 18, 21 or 24 words of one of its lists, the last of which holds a checksum. See
// https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki. It derives no key, and knows no list but the nine of BIP 39.
package mnemonic

import (
	"slices"
	"strings"
)

// leads are what stands before a phrase, in lower case. What may be words of one ends in a mark that parts none, so that no
// phrase is full of leads.
var leads = []string{
	"mnemonic", "bip39", "bip-39", "bip 39",
	"seed phrase", "seed_phrase", "seed-phrase", "seedphrase", "seed words", "seed_words", "seed-words", "seedwords",
	"recovery phrase", "recovery_phrase", "recovery-phrase", "recoveryphrase",
	"secret phrase", "secret_phrase", "secret-phrase", "secretphrase",
	"backup phrase", "backup_phrase", "backup-phrase", "backupphrase",
	"wallet seed", "wallet_seed", "wallet-seed", "walletseed",
	"--seed", "12 words", "12-word", "24 words", "24-word", "hdwalletprovider", "fromphrase",
	"phrase:", "phrase=", "phrase =", `phrase":`, "seed:", "seed=", "seed =", `seed":`,
}

// Words returns what leads to a phrase, in lower case.
func Words() []string { return leads }

// Bounds of what is looked at.
const (
	reach    = 80  // bytes between a lead and its phrase
	maxWords = 240 // of a list of phrases
	fewest   = 12
	most     = 24
	frayed   = 6 // words that may stand beside a phrase with nothing that parts them
)

// Find calls emit with the bounds of the phrases behind the lead data[at:at+size]. Those behind another lead are left to that.
func Find(data []byte, at, size int, emit func(lo, hi int)) {
	var room [fewest]word
	end := min(len(data), at+size+reach)
	for i := at + size; i < end; {
		if n := between(data, i); n > 0 {
			i += n
			continue
		}
		words := sequenceAt(data, i, fewest, room[:0])
		if len(words) == fewest {
			if !led(data[at+1 : lastEnd(words)]) {
				found := phrases(data, sequenceAt(data, i, maxWords, nil), end)
				for _, p := range found {
					emit(p[0].lo, lastEnd(p))
				}
			}
			return
		}
		i = max(i+1, lastEnd(words))
	}
}

// between returns how many bytes at data[i] are none that a word could begin with: 0 where one could.
func between(data []byte, i int) int {
	switch {
	case data[i] == '\\':
		return escapeAt(data, i)
	case !isLetter(data[i]):
		return 1
	case sign(data, i) > 0:
		return sign(data, i)
	}
	return 0
}

// lastEnd returns where words end, 0 for none.
func lastEnd(words []word) int {
	if len(words) == 0 {
		return 0
	}
	return words[len(words)-1].hi
}

// led tells whether a lead is in text.
func led(text []byte) bool {
	lower := strings.ToLower(string(text))
	return slices.ContainsFunc(leads, func(l string) bool { return strings.Contains(lower, l) })
}

// Phrase is what can be told of a phrase.
type Phrase struct {
	Words    int
	Language string // of the list that has them all
	Holds    bool   // its checksum does
	Text     string // its words in lower case, a space between them
}

// Read reads value, a phrase as Find bounds it; ok is false where it is none.
func Read(value string) (p Phrase, ok bool) {
	words := sequenceAt([]byte(value), 0, most+1, nil)
	if lastEnd(words) != len(value) || !allowed(len(words)) {
		return p, false
	}
	s := newSpelling([]byte(value), words)
	lists := s.lists(0, len(words))
	if lists == 0 {
		return p, false
	}
	p = Phrase{Words: len(words), Text: strings.Join(s.text, " ")}
	for l := range languages {
		if lists>>l&1 == 0 {
			continue
		}
		if holds := s.holds(l, 0, len(words)); holds || p.Language == "" {
			p.Language, p.Holds = languages[l].name, holds
		}
		if p.Holds {
			break
		}
	}
	return p, true
}

// allowed tells whether a phrase may have so many words.
func allowed(n int) bool { return n >= fewest && n <= most && n%3 == 0 }
