package validate

import (
	"dregs/rules/keys"
)

// judgePrivateKey tells what a private key is: its kind and size, whether it is encrypted, the fingerprints of its public
// half, and whether it is published for tests or no key at all.
func judgePrivateKey(in *Input, facts facts) string {
	if !keys.Holds(in.Value) {
		return ""
	}
	key, found := keys.Private(in.Value)
	if !found {
		return ""
	}
	for name, text := range key.Facts {
		facts.add(name, text)
	}
	return key.State
}
