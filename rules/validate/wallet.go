package validate

import (
	"bytes"
	"crypto/sha256"
	"hash/crc32"
	"strconv"
	"strings"
)

// judgeNostr checks a secret key of Nostr: Bech32 of 32 bytes. See NIP-19,
// https://github.com/nostr-protocol/nips/blob/master/19.md.
func judgeNostr(in *Input, _ facts) string {
	prefix, data, ok := decodeBech32(in.Value)
	return wellFormed(ok && prefix == "nsec" && len(data) == 32)
}

// extendedKey is the length of a serialized extended key of BIP 32, before its checksum.
const extendedKey = 78

// judgeExtendedKey checks an extended private key of BIP 32 in Base58Check, and tells how far it is from the master key. See
// https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#serialization-format.
func judgeExtendedKey(in *Input, facts facts) string {
	const sum, depth, key, digits = 4, 4, 45, 111
	if len(in.Value) != digits {
		return ""
	}
	data, ok := decodeBase58(in.Value, extendedKey+sum)
	if !ok || data[key] != 0 {
		return wellFormed(false)
	}
	first := sha256.Sum256(data[:extendedKey])
	second := sha256.Sum256(first[:])
	if !bytes.Equal(second[:sum], data[extendedKey:]) {
		return wellFormed(false)
	}
	facts.add("depth", strconv.Itoa(int(data[depth])))
	return wellFormed(true)
}

// base58Digits are the digits of Base58, as Bitcoin has them.
const base58Digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// decodeBase58 decodes text to exactly n bytes.
func decodeBase58(text string, n int) ([]byte, bool) {
	out := make([]byte, n)
	for i := range len(text) {
		carry := strings.IndexByte(base58Digits, text[i])
		if carry < 0 {
			return nil, false
		}
		for at := n - 1; at >= 0; at-- {
			carry += int(out[at]) * len(base58Digits)
			out[at] = byte(carry)
			carry >>= 8
		}
		if carry != 0 {
			return nil, false
		}
	}
	return out, true
}

// judgeMatrix checks the CRC-32 of a token of the Matrix Authentication Service: that of all before it, in base 62 with its
// lowest digit first, behind zeros to six digits. See
// https://github.com/element-hq/matrix-authentication-service/blob/main/crates/data-model/src/tokens.rs.
func judgeMatrix(in *Input, _ facts) string {
	const head, sum = len("mat_") + 30, 6
	if len(in.Value) != head+1+sum || in.Value[head] != '_' {
		return ""
	}
	digits := []byte(strings.TrimLeft(base62(crc32.ChecksumIEEE([]byte(in.Value[:head])), sum), "0"))
	zeros := strings.Repeat("0", sum-len(digits))
	for i, j := 0, len(digits)-1; i < j; i, j = i+1, j-1 {
		digits[i], digits[j] = digits[j], digits[i]
	}
	return wellFormed(in.Value[head+1:] == zeros+string(digits))
}
