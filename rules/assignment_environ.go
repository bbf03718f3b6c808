package rules

import "bytes"

// maxVariable bounds a variable of an environment that is looked at beside another.
const maxVariable = 4 << 10

// variable widens l, the look at a name and what it is given, where the two are a variable of an environment as Linux keeps one
// (proc(5), and so dumps of a process): NAME=value strings, a zero byte behind each. Its neighbors tell: of text before and behind
// it each must be one, and there must be one. The value is what stands up to the zero byte then.
func (l look) variable(name span, lit literal) (look, literal) {
	data := l.data
	if name.lo > 0 && data[name.lo-1] != 0 || data[name.hi] != '=' || lit.value.lo != name.hi+1 {
		return l, lit
	}
	behind := data[name.hi:min(len(data), name.hi+maxVariable)]
	end := bytes.IndexByte(behind, 0)
	if end < 0 {
		return l, lit
	}
	after := behind[end+1:]
	before := data[max(0, name.lo-maxVariable):max(0, name.lo-1)]
	before = before[bytes.LastIndexByte(before, 0)+1:]
	first, last := len(before) == 0, len(after) == 0 || after[0] == 0
	if first && last || !first && !isVariable(before) || !last && !isVariable(after) {
		return l, lit
	}
	l.setting, lit.value.hi = inMetadata, name.hi+end
	return l, lit
}

// isVariable tells whether text begins as a variable of an environment does, with the name and the sign.
func isVariable(text []byte) bool {
	i := 0
	for i < len(text) && i < maxNameBefore && (nameByte[text[i]] && text[i] != '-' && text[i] != '.') {
		i++
	}
	return i > 0 && i < len(text) && text[i] == '=' && (text[0] < '0' || text[0] > '9')
}
