package rules

import (
	"dregs/report"
	"dregs/rules/mnemonic"
)

// mnemonicRule is the rule of mnemonics.
const mnemonicRule = "bip39-mnemonic"

// mnemonics finds the mnemonics of wallets. A regex of 16,000 words would be slow.
type mnemonics struct{}

// words implements detector.
func (mnemonics) words() []string { return mnemonic.Words() }

// find implements detector.
func (mnemonics) find(data []byte, word, at int, emit func(span)) {
	mnemonic.Find(data, at, len(mnemonic.Words()[word]), func(lo, hi int) { emit(span{lo, hi}) })
}

func mnemonicDefinitions() []*definition {
	return []*definition{{detector: mnemonics{}, covert: true, rule: &Rule{
		ID:          mnemonicRule,
		Description: "The mnemonic of a wallet, its seed or recovery phrase: whoever has it has all keys of the wallet.",
		Vendor:      "Wallet",
		Severity:    report.Critical,
		Confidence:  report.High,
		Advice:      "Make a new wallet and move all that the old one holds to it, at once: a mnemonic cannot be changed or revoked.",
		References:  []string{"https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki"},
		Origin:      "dregs",
	}}}
}
