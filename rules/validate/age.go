package validate

import (
	"crypto/ecdh"
	"strings"
)

// judgeAge checks an X25519 identity of age: Bech32 (BIP 173) of 32 bytes. The recipient, which is public, is told. See
// https://age-encryption.org/v1.
func judgeAge(in *Input, facts facts) string {
	prefix, data, ok := decodeBech32(in.Value)
	if !ok || prefix != "age-secret-key-" || len(data) != 32 {
		return wellFormed(false)
	}
	key, err := ecdh.X25519().NewPrivateKey(data)
	if err != nil {
		return wellFormed(false)
	}
	facts.add("recipient", encodeBech32("age", key.PublicKey().Bytes()))
	return wellFormed(true)
}

// bech32Digits are the digits of Bech32, each of five bits.
const bech32Digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

const bech32Sum = 6 // digits of its checksum

// maxBech32 bounds a text in Bech32. BIP 173 says 90; age, whose texts are longer, has no such bound.
const maxBech32 = 1 << 10

// decodeBech32 decodes text, that must be all of one case, and returns its prefix in lower case.
func decodeBech32(text string) (prefix string, data []byte, ok bool) {
	lower := strings.ToLower(text)
	if len(text) > maxBech32 || lower != text && strings.ToUpper(text) != text {
		return "", nil, false
	}
	one := strings.LastIndexByte(lower, '1')
	if one < 1 || len(lower)-one-1 < bech32Sum {
		return "", nil, false
	}
	var digits []byte
	for i := one + 1; i < len(lower); i++ {
		d := strings.IndexByte(bech32Digits, lower[i])
		if d < 0 {
			return "", nil, false
		}
		digits = append(digits, byte(d))
	}
	if bech32Checksum(lower[:one], digits) != 1 {
		return "", nil, false
	}
	data, ok = regroup(digits[:len(digits)-bech32Sum], 5, 8, false)
	return lower[:one], data, ok
}

// encodeBech32 encodes data in lower case.
func encodeBech32(prefix string, data []byte) string {
	digits, _ := regroup(data, 8, 5, true)
	sum := bech32Checksum(prefix, append(digits[:len(digits):len(digits)], make([]byte, bech32Sum)...)) ^ 1
	for i := range bech32Sum {
		digits = append(digits, byte(sum>>(5*(bech32Sum-1-i)))&31)
	}
	out := []byte(prefix + "1")
	for _, d := range digits {
		out = append(out, bech32Digits[d])
	}
	return string(out)
}

// bech32Checksum is the BCH code of BIP 173 over the prefix and the digits; it is 1 where they end in their checksum.
func bech32Checksum(prefix string, digits []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	sum := uint32(1)
	step := func(v byte) {
		top := sum >> 25
		sum = (sum&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	for i := range len(prefix) {
		step(prefix[i] >> 5)
	}
	step(0)
	for i := range len(prefix) {
		step(prefix[i] & 31)
	}
	for _, d := range digits {
		step(d)
	}
	return sum
}

// regroup turns groups of from bits into groups of to bits. What is left over is filled with zeros, or without fill must
// be fewer than from bits, all zero.
func regroup(in []byte, from, to uint, fill bool) ([]byte, bool) {
	var out []byte
	held, bits := uint32(0), uint(0)
	for _, b := range in {
		held = held<<from | uint32(b)
		bits += from
		for bits >= to {
			bits -= to
			out = append(out, byte(held>>bits&(1<<to-1)))
		}
		held &= 1<<bits - 1
	}
	switch {
	case fill && bits > 0:
		out = append(out, byte(held<<(to-bits)))
	case !fill && (bits >= from || held != 0):
		return nil, false
	}
	return out, true
}
