package rules

import (
	"bytes"
	"slices"
	"strings"
)

// Bounds of the text above a name that may tell its vendor.
const (
	sectionReach = 512
	sectionDepth = 3
)

// vendorAround returns the vendor that the text around the name at data[lo] and its value, which ends at data[hi], tells, if
// value can be its token: by the section, the address that it is sent to, or a note. None has no rule.
func (a *assigner) vendorAround(data []byte, lo, hi int, value string) indexed {
	v := a.vendorEnclosing(data, lo, value)
	if v.rule == nil {
		v = a.vendorAbove(data, lo, value)
	}
	if v.rule == nil {
		v = a.vendorOfHost(data, lo, hi, value)
	}
	if v.rule == nil {
		v = a.vendorNoted(data, lo, hi, value)
	}
	return v
}

// vendorEnclosing returns the vendor whose block on the same line the name at data[at] is in, if value can be its token; none has
// no rule: {acme: {url: …, key: …}}.
func (a *assigner) vendorEnclosing(data []byte, at int, value string) indexed {
	for depth := 0; depth < sectionDepth; depth++ {
		brace := inFlow(data, at)
		if brace < 0 {
			break
		}
		lo := max(0, brace-vendorReach)
		if i := bytes.LastIndexAny(data[lo:brace], "{},;[\n"); i >= 0 {
			lo += i + 1
		}
		words := sectionWords(data[lo:brace])
		if v, ok := a.index.find(words, len(words) == 1); ok {
			return v.ofToken(value)
		}
		at = brace
	}
	return indexed{}
}

// vendorAbove returns the vendor whose section of a file of settings the name at data[at] is in, if value can be its token;
// none has no rule. A section is told by the nearest line above that is indented less and opens one, those around it,
// or a line in brackets.
func (a *assigner) vendorAbove(data []byte, at int, value string) indexed {
	line := bytes.LastIndexByte(data[:at], '\n') + 1
	indent, floor := indentation(data[line:at]), max(0, at-sectionReach)
	for depth := 0; line > floor && depth < sectionDepth; {
		end := line - 1
		line = bytes.LastIndexByte(data[floor:end], '\n') + 1 + floor
		text := bytes.TrimSpace(data[line:end])
		if len(text) == 0 || text[0] == '#' || text[0] == ';' || text[0] == '/' {
			continue
		}
		bracketed := text[0] == '[' && bytes.IndexByte(text, ']') > 0
		if n := indentation(data[line:end]); !bracketed && n >= indent {
			continue // beside the name, or in a section of its own
		} else if !bracketed {
			indent = n
		}
		depth++
		if !bracketed && !opensSection(text) {
			return indexed{}
		}
		words := sectionWords(text)
		if v, ok := a.index.find(words, len(words) == 1); ok {
			return v.ofToken(value)
		}
		if bracketed {
			return indexed{}
		}
	}
	return indexed{}
}

// opensSection tells whether a line opens what the lines below it, which are indented more, are of: a section, a block, a
// call, an element.
func opensSection(line []byte) bool {
	switch line[len(line)-1] {
	case ':', '{', '(', '[', ',', '|':
		return true
	case '>':
		return line[0] == '<' && len(line) > 1 && line[1] != '/'
	}
	return bytes.HasSuffix(line, []byte(" do"))
}

// ofToken returns v if value can be a token of its vendor, else none.
func (v indexed) ofToken(value string) indexed {
	if v.rule != nil && len(value) >= minVendorToken && slices.ContainsFunc(v.vendor.shapes, func(s shape) bool { return s.fits(value) }) {
		return v
	}
	return indexed{}
}

// Bounds of the text around a name and its value in which an address may tell to whom the value is sent.
const (
	hostReach = 256
	hostLines = 2
	maxHost   = 100
)

// vendorOfHost returns the vendor whose host an address names that stands in the lines before data[lo], or behind data[hi]
// on its line, or the header Host of a request beside it, if value can be its token; none has no rule. What is nearest before counts first.
func (a *assigner) vendorOfHost(data []byte, lo, hi int, value string) indexed {
	from := max(0, lo-hostReach)
	for at, lines := lo, 0; at > from; at-- {
		if data[at-1] != '\n' {
			continue
		}
		if lines++; lines > hostLines {
			from = at
			break
		}
	}
	for before := data[from:lo]; ; {
		i, host := lastHost(before)
		if i < 0 {
			break
		}
		if v := a.hostVendor(data[from+host:]); v.rule != nil {
			return v.ofToken(value)
		}
		before = before[:i]
	}
	after := data[hi:min(len(data), hi+hostReach)]
	if next := bytes.IndexByte(after, '\n'); next >= 0 {
		if header := after[next+1:]; bytes.HasPrefix(header, hostHeader) {
			return a.hostVendor(header[len(hostHeader):]).ofToken(value)
		}
		after = after[:next]
	}
	if i := bytes.Index(after, addressMark); i >= 0 {
		return a.hostVendor(after[i+len(addressMark):]).ofToken(value)
	}
	return indexed{}
}

// addressMark stands before the host of an address, hostHeader before that of a request.
var addressMark, hostHeader = []byte("://"), []byte("Host: ")

// lastHost returns where the last mark of an address in text stands, and where the host begins behind it; -1 for none.
func lastHost(text []byte) (mark, host int) {
	if i := bytes.LastIndex(text, hostHeader); i > bytes.LastIndex(text, addressMark) {
		return i, i + len(hostHeader)
	}
	i := bytes.LastIndex(text, addressMark)
	return i, i + len(addressMark)
}

// hostVendor returns the vendor that a part of the host names with which an address goes on, but for its last.
func (a *assigner) hostVendor(address []byte) indexed {
	end := 0
	for end < len(address) && end < maxHost && nameByte[address[end]] {
		end++
	}
	labels := bytes.Split(address[:end], []byte("."))
	for i := len(labels) - 2; i >= 0; i-- {
		if v, ok := a.index[strings.ReplaceAll(asciiLower(string(labels[i])), "-", "")]; ok {
			return v
		}
	}
	return indexed{}
}

// sectionWords returns the words of a line that opens a section: stripe, "stripe": {, provider "stripe" {, [stripe.live].
func sectionWords(text []byte) []string {
	return splitName(string(bytes.Map(func(r rune) rune {
		if r > 0x7f || !nameByte[byte(r)] {
			return '_'
		}
		return r
	}, bytes.Trim(text, "[]{}: \t\"'"))))
}

// indentation counts the blanks that text begins with.
func indentation(text []byte) int {
	return len(text) - len(bytes.TrimLeft(text, " \t"))
}

// terse are names that by themselves say little of what they are given.
var terse = words("key authorization auth access private")

// surrounded returns the rule of the vendor that the text around a terse name tells, if what it is given can be the vendor's
// token.
func (a *assigner) surrounded(l look, name span, lit literal) *ruleRun {
	own := asciiLower(string(l.data[name.lo:name.hi]))
	if !terse[own] || len(a.index) == 0 || lit.glue != glueAssign || lit.value.hi-lit.value.lo < minAlone {
		return nil
	}
	value := string(l.data[lit.value.lo:lit.value.hi])
	if !rare(value) && !uuid(value) || unlikely(value, own, gradeToken, l.setting, lit) != "" {
		return nil
	}
	if before, ok := bytes.CutSuffix(l.data[max(0, name.lo-maxNameBefore):name.lo], []byte(" ")); ok && innocent[asciiLower(string(before[bytes.LastIndexAny(before, " {[(")+1:]))] {
		return nil // the public key, the GPG key
	}
	return a.vendorAround(l.data, name.lo, lit.value.hi, value).low
}
