package validate

import (
	"hash/crc32"
	"strconv"
	"strings"
)

// gitlabPrefixes are those of tokens that GitLab makes routable: https://docs.gitlab.com/security/tokens/#token-prefixes.
var gitlabPrefixes = []string{
	"glpat-", "glrt-", "glrtr-", "gldt-", "gloas-", "glptt-", "glcbt-", "glft-", "glimt-", "glagent-", "glsoat-", "glffct-", "glwt-", "GR1348941",
}

// judgeRoutable checks a routable token of GitLab, PREFIX PAYLOAD "." LENGTH CRC: the length of the payload in two digits of
// base 36, the CRC-32 of all before it in seven. The payload is base 64 of lines "c:", "g:", "o:", "p:", "u:", random
// bytes and their number. A token may name the version of its format before the length; then a CRC that does not hold
// tells nothing. See https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/.
func judgeRoutable(in *Input, facts facts) string {
	const length, crc = 2, 7
	head, tail, ok := cutLast(in.Value, ".")
	if !ok || len(tail) != length+crc {
		return ""
	}
	sum, err := strconv.ParseUint(tail[length:], 36, 64)
	holds := err == nil && sum == uint64(crc32.ChecksumIEEE([]byte(in.Value[:len(in.Value)-crc]))) && strings.ToLower(tail) == tail
	body, _, versioned := cutLast(head, ".")
	if !versioned {
		body = head
	}
	if !holds {
		if versioned {
			return ""
		}
		return wellFormed(false)
	}
	n, err := strconv.ParseUint(tail[:length], 36, 16)
	if err != nil || int(n) > len(body) {
		return wellFormed(false)
	}
	routing(decodeBase64(body[len(body)-int(n):]), facts)
	return wellFormed(true)
}

// routing tells what a payload says of the owner of its token.
func routing(payload []byte, facts facts) {
	if len(payload) == 0 {
		return
	}
	random := int(payload[len(payload)-1])
	if random+1 > len(payload) {
		return
	}
	names := map[string]string{"c": "cell", "g": "group", "o": "organization", "p": "project", "u": "user"}
	for line := range strings.SplitSeq(string(payload[:len(payload)-1-random]), "\n") {
		key, value, _ := strings.Cut(line, ":")
		id, err := strconv.ParseUint(value, 36, 63)
		if name := names[key]; name != "" && err == nil {
			facts.add(name, strconv.FormatUint(id, 10))
		}
	}
}

// cutLast slices s around the last sep.
func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
