package validate

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
)

// judgeAWS tells the account that an access key ID belongs to. IDs since 2019 hold it: base 32 after the four letters of
// the kind, the top bit set, then 40 bits of account. Older ones tell nothing.
func judgeAWS(in *Input, facts facts) string {
	account, ok := awsAccount(in.Value)
	if ok {
		facts.add("account", account)
	}
	return ""
}

func awsAccount(id string) (string, bool) {
	if len(id) != 20 {
		return "", false
	}
	raw, err := base32.StdEncoding.DecodeString(id[4:])
	if err != nil {
		return "", false
	}
	n := binary.BigEndian.Uint64(append([]byte{0, 0}, raw[:6]...)) // the top 48 bits
	account := n >> 7 & (1<<40 - 1)
	if n>>47 == 0 || account > 999_999_999_999 {
		return "", false
	}
	return fmt.Sprintf("%012d", account), true
}

var awsKeyID = late(`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`)

// judgeAWSSecret tells the account of the key ID that stands nearest to a secret key, before it or else behind it.
func judgeAWSSecret(in *Input, facts facts) string {
	if len(in.Value) < 40 || awsKeyID().MatchString(in.Value) {
		return ""
	}
	id := awsKeyID().FindString(in.After)
	if before := awsKeyID().FindAllString(in.Before, -1); len(before) > 0 {
		id = before[len(before)-1]
	}
	if account, ok := awsAccount(id); ok {
		facts.add("account", account)
	}
	return ""
}
