package rules

import (
	"bytes"
	"slices"
)

// Bounds of the text above a name that may tell its vendor.
const (
	sectionReach = 512
	sectionDepth = 3
)

// vendorAbove returns the rule of the vendor whose section of a file of settings the name at data[at] is in, if value can be
// its token; nil for none. A section is told by the nearest line above that is indented less and opens one, those around it,
// or a line in brackets.
func (a *assigner) vendorAbove(data []byte, at int, value string) *ruleRun {
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
		if last := text[len(text)-1]; !bracketed && last != ':' && last != '{' {
			return nil
		}
		words := sectionWords(text)
		if v, ok := a.index.find(words, len(words) == 1); ok {
			if len(value) >= minVendorToken && slices.ContainsFunc(v.vendor.shapes, func(s shape) bool { return s.fits(value) }) {
				return v.rule
			}
			return nil
		}
		if bracketed {
			return nil
		}
	}
	return nil
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
