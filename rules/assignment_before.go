package rules

import "bytes"

// maxBefore bounds what stands from the beginning of a value to its name where that comes after it.
const maxBefore = 320

// nameKeys, in lower case, are what a name is the value of where its own value may come before it.
var nameKeys = [][]byte{[]byte("name"), []byte("key"), []byte("forhttpheaderfield")}

// valueLeads stand before such a value, with a sign or an open bracket behind them.
var valueLeads = [][]byte{[]byte("value"), []byte("Value")}

// elementBefore reads the value in the element before the one that a name is the whole text of: <value>…</value> <name>…</name>.
func elementBefore(data []byte, name span) (span, bool) {
	if !bytes.HasPrefix(data[name.hi:], []byte("</")) {
		return span{}, false
	}
	from := max(0, name.lo-maxBefore)
	before := data[from:name.lo]
	tag := bytes.LastIndexByte(before, '<')
	if tag < 0 || !holdsName(before[tag+1:len(before)-1]) {
		return span{}, false
	}
	before = bytes.TrimRight(before[:tag], " \t\r\n")
	closing := bytes.LastIndex(before, []byte("</"))
	if closing < 0 || tagEnd(before, closing) != len(before) || !holdsValue(before[closing+2:]) {
		return span{}, false
	}
	begin := bytes.LastIndexByte(before[:closing], '>') + 1
	opening := bytes.LastIndexByte(before[:begin], '<')
	if begin == 0 || opening < 0 || before[opening+1] == '/' || before[begin-2] == '/' || !holdsValue(before[opening+1:begin-1]) {
		return span{}, false
	}
	value := bytes.TrimSpace(before[begin:closing])
	lo := from + begin + bytes.Index(before[begin:closing], value)
	return span{lo, lo + len(value)}, len(value) > 0
}

// literalBefore reads the value that stands before its name, where the two have keys of their own: value="…" name="…",
// {"value": "…", "key": "…"}, setValue("…", forHTTPHeaderField: "…").
func literalBefore(data []byte, name span) (span, bool) {
	if name.lo > 0 && data[name.lo-1] == '>' {
		return elementBefore(data, name)
	}
	end := name.lo
	if end > 0 && literalQuote[data[end-1]] {
		end--
	}
	key := bytes.TrimRight(data[max(0, end-maxGlue):end], " \t")
	if len(key) == 0 || key[len(key)-1] != ':' && key[len(key)-1] != '=' {
		return span{}, false
	}
	key = bytes.TrimRight(key[:len(key)-1], " \t\"'")
	n := 0
	for _, k := range nameKeys {
		if len(key) > len(k) && equalFolded(key[len(key)-len(k):], string(k)) && !nameByte[key[len(key)-len(k)-1]] {
			n = len(k)
		}
	}
	if n == 0 {
		return span{}, false
	}
	from := max(0, name.lo-maxBefore)
	before := data[from : end-(len(data[max(0, end-maxGlue):end])-len(key))-n]
	lead := max(bytes.LastIndex(before, valueLeads[0]), bytes.LastIndex(before, valueLeads[1]))
	if lead < 0 {
		return span{}, false
	}
	p := from + lead + len(valueLeads[0])
	if p < len(data) && literalQuote[data[p]] {
		p++
	}
	p = blanks(data, p, false)
	if data[p] != ':' && data[p] != '=' && data[p] != '(' {
		return span{}, false
	}
	l, ok := literal{glue: glueAssign}.read(data, blanks(data, p+1, false))
	if !ok || l.value.hi > from+len(before) {
		return span{}, false
	}
	between := data[l.value.hi : from+len(before)]
	return l.value, len(bytes.Trim(between, " \t\r\n\"',")) == 0 && len(between) > 0
}
