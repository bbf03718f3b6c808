package validate

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
)

// judgeGitHub checks the CRC-32 in the last six characters of a classic GitHub token, and of an npm one: that of the 30
// random characters, in base 62. See https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/ and
// https://github.blog/2021-09-23-announcing-npms-new-access-token-format/.
func judgeGitHub(in *Input, _ facts) string {
	const prefix, random, sum = 4, 30, 6
	if len(in.Value) != prefix+random+sum || !isAlphanumeric(in.Value[prefix:]) {
		return "" // a token of another generation
	}
	body, want := in.Value[prefix:prefix+random], in.Value[prefix+random:]
	return wellFormed(base62(crc32.ChecksumIEEE([]byte(body)), sum) == want)
}

// judgeConfluent checks the CRC-32 of an API secret of Confluent Cloud: of the 54 characters after the prefix, its bytes
// from the lowest on in base 64. See https://docs.confluent.io/cloud/current/security/authenticate/workload-identities/service-accounts/api-keys/overview.html.
func judgeConfluent(in *Input, _ facts) string {
	const prefix, body, sum = len("cflt"), 54, 6
	if len(in.Value) != prefix+body+sum {
		return ""
	}
	crc := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(in.Value[prefix:prefix+body])))
	return wellFormed(base64.RawStdEncoding.EncodeToString(crc) == in.Value[prefix+body:])
}

// judgeZuplo checks the CRC-32 of a key of Zuplo, that of its random part in hexadecimal. See
// https://zuplo.com/docs/articles/api-key-leak-detection.
func judgeZuplo(in *Input, _ facts) string {
	body, sum, ok := strings.Cut(strings.TrimPrefix(in.Value, "zpka_"), "_")
	if !ok || len(body) != 32 || len(sum) != 8 {
		return ""
	}
	return wellFormed(hexBig(crc32.ChecksumIEEE([]byte(body))) == sum)
}

// judgePackagist checks the CRC-32 of a token of Private Packagist, that of all before it in hexadecimal. See
// https://packagist.com/docs/composer-authentication.
func judgePackagist(in *Input, _ facts) string {
	const head, sum = len("packagist_ort_") + 60, 8
	if len(in.Value) != head+sum {
		return ""
	}
	return wellFormed(hexBig(crc32.ChecksumIEEE([]byte(in.Value[:head]))) == strings.ToLower(in.Value[head:]))
}

// judgeGrafana checks the CRC-32 of a service account token, that of all before it, its bytes from the lowest on in
// hexadecimal; and reads the access policy tokens of Grafana Cloud and the older API keys, which are JSON in base 64.
func judgeGrafana(in *Input, facts facts) string {
	if rest, ok := strings.CutPrefix(in.Value, "glc_"); ok {
		return grafanaJSON(rest, facts, map[string]string{"o": "organization", "n": "token name"})
	}
	if strings.HasPrefix(in.Value, "eyJ") {
		if strings.Contains(in.Value, ".") {
			return ""
		}
		return grafanaJSON(in.Value, facts, map[string]string{"id": "organization", "n": "token name"})
	}
	head, sum, ok := strings.Cut(strings.TrimPrefix(in.Value, "glsa_"), "_")
	if !ok || len(head) != 32 || len(sum) != 8 {
		return ""
	}
	crc := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte("glsa_"+head)))
	return wellFormed(hex.EncodeToString(crc) == strings.ToLower(sum))
}

// grafanaJSON reads the facts of a token that is JSON in base 64. It must hold the key "k".
func grafanaJSON(text string, facts facts, names map[string]string) string {
	object := parseObject(decodeBase64(text))
	if scalar(object["k"]) == "" {
		return ""
	}
	for key, name := range names {
		facts.add(name, scalar(object[key]))
	}
	return wellFormed(true)
}

// hexBig returns n as eight hexadecimal digits.
func hexBig(n uint32) string { return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, n)) }

// base62 returns n in the digits 0-9, A-Z, a-z, filled with zeros to width.
func base62(n uint32, width int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	out := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		out[i] = digits[n%62]
		n /= 62
	}
	return string(out)
}

func isAlphanumeric(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z':
		default:
			return false
		}
	}
	return true
}

// decodeBase64 decodes base 64 of either alphabet, padded or not; nil where text is none.
func decodeBase64(text string) []byte {
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	out, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return out
}
