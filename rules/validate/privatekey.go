package validate

import (
	"strings"

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

// judgeJWK tells of a private JSON Web Key, whose secret number is the value, what judgePrivateKey does: the object around it tells
// the rest.
func judgeJWK(in *Input, facts facts) string {
	lo, hi := strings.LastIndexByte(in.Before, '{'), strings.IndexByte(in.After, '}')
	if lo < 0 || hi < 0 {
		return ""
	}
	key, found := keys.PrivateJWK(in.Before[lo:] + in.Value + in.After[:hi+1])
	if !found {
		return ""
	}
	for name, text := range key.Facts {
		facts.add(name, text)
	}
	return key.State
}
