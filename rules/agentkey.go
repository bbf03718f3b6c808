package rules

import (
	"dregs/report"
	"dregs/rules/keys"
)

// agentKeyRule is the rule of agentKeys.
const agentKeyRule = "gnupg-private-key"

// agentKeys finds what gpg-agent keeps of private keys. A regex of lists in lists of that length would be slow.
type agentKeys struct{}

// words implements detector.
func (agentKeys) words() []string { return keys.GnuPGWords() }

// find implements detector.
func (agentKeys) find(data []byte, _, at int, emit func(span)) {
	if lo, hi, ok := keys.GnuPGAt(data, at); ok {
		emit(span{lo, hi})
	}
}

func agentKeyDefinitions() []*definition {
	return []*definition{{detector: agentKeys{}, rule: &Rule{
		ID:          agentKeyRule,
		Description: "A private key as gpg-agent keeps it in private-keys-v1.d, encrypted or not.",
		Vendor:      "Private key",
		Severity:    report.Critical,
		Confidence:  report.High,
		Advice:      "Revoke the key with its revocation certificate, publish that, make a new one, and treat what was encrypted to it as read.",
		References:  []string{"https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;a=blob_plain;f=agent/keyformat.txt"},
		Origin:      "dregs",
	}}}
}
