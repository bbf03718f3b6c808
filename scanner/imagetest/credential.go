package imagetest

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"math/big"
)

// Fake credentials. Each seed gives another value; none was ever valid, and no text of this repository holds one.

const (
	alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base32Upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	hexadecimal  = "0123456789abcdef"
)

// GitHubToken returns a classic personal access token with its checksum.
func GitHubToken(seed string) string {
	body := letters("github"+seed, alphanumeric, 30)
	return "gh" + "p_" + body + checksum(body)
}

// NPMToken returns an npm access token with its checksum.
func NPMToken(seed string) string {
	body := letters("npm"+seed, alphanumeric, 30)
	return "np" + "m_" + body + checksum(body)
}

// StripeKey returns a live Stripe key.
func StripeKey(seed string) string { return "sk" + "_live_" + letters("stripe"+seed, alphanumeric, 24) }

// AWSKey returns the ID and the secret of an AWS access key.
func AWSKey(seed string) (id, secret string) {
	return "AK" + "IA" + letters("aws"+seed, base32Upper, 16), letters("awssecret"+seed, alphanumeric, 40)
}

// SlackToken returns a Slack bot token.
func SlackToken(seed string) string {
	return "xo" + "xb-" + letters("a"+seed, "123456789", 12) + "-" + letters("b"+seed, "123456789", 12) + "-" + letters("c"+seed, alphanumeric, 24)
}

// Password returns a value of no known shape.
func Password(seed string) string { return letters("password"+seed, alphanumeric, 20) }

// letters returns n letters of alphabet that follow from seed.
func letters(seed, alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		sum := sha256.Sum256(binary.BigEndian.AppendUint32([]byte(seed), uint32(i)))
		out[i] = alphabet[int(sum[0])%len(alphabet)]
	}
	return string(out)
}

// checksum is that of GitHub's and npm's tokens: CRC-32 in base 62, six digits.
func checksum(body string) string {
	digits := []byte("000000")
	n := new(big.Int).SetUint64(uint64(crc32.ChecksumIEEE([]byte(body))))
	base, digit := big.NewInt(int64(len(alphanumeric))), new(big.Int)
	for i := len(digits) - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		digits[i] = alphanumeric[digit.Int64()]
	}
	return string(digits)
}

// Hex returns n hexadecimal digits that follow from seed.
func Hex(seed string, n int) string { return letters("hex"+seed, hexadecimal, n) }
