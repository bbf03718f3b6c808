package rules

import "bytes"

const (
	maxName = 64 // bytes of a name that are kept
	maxGap  = 32 // bytes between a name and its value
)

// nameBefore returns the name that the value which begins at data[at] is given, as in name: value, name = "value",
// "name" => "value", {"name": "value"}, <name>value</name> or Name: Basic value; nil if it is given none.
func nameBefore(data []byte, at int) []byte {
	i := backOver(data, at, gap)
	basic := i >= 5 && i < at && bytes.EqualFold(data[i-5:i], []byte("basic")) && (i == 5 || !inName(data[i-6]))
	if basic {
		i = backOver(data, i-5, gap)
	}
	switch {
	case i > 0 && (data[i-1] == ':' || data[i-1] == '='):
		i = backOver(data, i-1, beforeOperator)
	case i > 1 && data[i-2] == '=' && data[i-1] == '>':
		i = backOver(data, i-2, beforeOperator)
	case i > 0 && data[i-1] == '>':
		i--
	default:
		i = 0
	}
	lo := i
	for lo > 0 && inName(data[lo-1]) {
		if lo--; i-lo > maxName {
			return nil // no name, but one long token
		}
	}
	switch {
	case lo < i:
		return data[lo:i]
	case basic:
		return []byte("basic")
	}
	return nil
}

// byteTable is a set of bytes.
type byteTable [256]bool

func tableOf(bytes string) *byteTable {
	t := new(byteTable)
	for i := range len(bytes) {
		t[bytes[i]] = true
	}
	return t
}

var (
	gap            = tableOf(" \t\"'`\\\r\n|") // may stand between an operator and the value
	beforeOperator = tableOf(" \t\"'`\\:")
	marks          = tableOf("/-_+") // characters of a run that may also stand beside a value
)

// backOver returns where the bytes of set that end at data[i] begin, of at most maxGap.
func backOver(data []byte, i int, set *byteTable) int {
	for stop := max(0, i-maxGap); i > stop && set[data[i-1]]; {
		i--
	}
	return i
}

// inName tells whether c stands in names.
func inName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// assigned tells cheaply whether data[at] may begin the value of an assignment.
func assigned(data []byte, at int) bool {
	i := backOver(data, at, gap)
	return i > 0 && (data[i-1] == ':' || data[i-1] == '=' || data[i-1] == '>' || i < at && data[i-1]|0x20 == 'c')
}
