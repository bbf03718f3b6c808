package rules

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dregs/report"
)

// vendorTable names the services whose credentials have no shape of their own, one a line:
//
//	id [alias…] [| class length [class length…]]
//
// An alias is a word, or words joined by _, of the names that its credentials are given; the id is one. One that begins
// with ~ is an ordinary word too, and counts in the name of a token alone.
//
//go:embed vendors.txt
var vendorTable string

// vendor is a line of the table.
type vendor struct {
	id      string
	aliases map[string]bool // by alias without _: whether it counts in the text before a name too
	// spellings are, by alias, the ways to write it: mindbody, mind_body, mind-body.
	spellings map[string][]string
	shapes    []shape
	listed    bool // the table has the shapes
}

// shape is a class of characters and lengths.
type shape struct {
	class    string
	min, max int
}

// minVendorToken is the shortest token that a name beside it can make a vendor's.
const minVendorToken = 10

// readVendors parses the table. Every alias is of one vendor.
func readVendors(table string) ([]vendor, error) {
	var out []vendor
	seen := map[string]bool{}
	for number, line := range strings.Split(table, "\n") {
		line, _, _ = strings.Cut(line, "#")
		names, shapes, _ := strings.Cut(line, "|")
		fields := strings.Fields(names)
		if len(fields) == 0 {
			continue
		}
		v := vendor{id: strings.TrimPrefix(fields[0], "~"), aliases: map[string]bool{}, spellings: map[string][]string{}}
		for _, a := range fields {
			alias := strings.ReplaceAll(strings.TrimPrefix(a, "~"), "_", "")
			if seen[alias] {
				return nil, fmt.Errorf("reading vendors: line %d: %q is named twice", number+1, a)
			}
			seen[alias] = true
			v.aliases[alias] = a[0] != '~'
			v.spellings[alias] = unique([]string{alias, a, strings.ReplaceAll(a, "_", "-")})
		}
		var err error
		v.listed = strings.TrimSpace(shapes) != ""
		if v.shapes, err = readShapes(strings.Fields(shapes)); err != nil {
			return nil, fmt.Errorf("reading vendors: line %d: %w", number+1, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// readShapes parses pairs of a class and a length, or of a class and the least and greatest length.
func readShapes(fields []string) ([]shape, error) {
	if len(fields) == 0 {
		return []shape{{"token", 14, 1000}, {"uuid", 36, 36}}, nil
	}
	if len(fields)%2 != 0 {
		return nil, errors.New("a class has no length")
	}
	var out []shape
	for i := 0; i < len(fields); i += 2 {
		from, to, ranged := strings.Cut(fields[i+1], "-")
		if !ranged {
			to = from
		}
		lo, err := strconv.Atoi(from)
		if err != nil {
			return nil, err
		}
		hi, err := strconv.Atoi(to)
		if err != nil {
			return nil, err
		}
		if lo < minVendorToken || hi < lo || hi > maxValue || !slices.Contains(shapeClasses, fields[i]) {
			return nil, fmt.Errorf("there is no class %s of length %s", fields[i], fields[i+1])
		}
		out = append(out, shape{fields[i], lo, hi})
	}
	return out, nil
}

// shapeClasses are the classes that fits knows.
var shapeClasses = []string{"hex", "lower", "upper", "alnum", "token", "uuid"}

// fits tells whether a value is of the shape.
func (s shape) fits(value string) bool {
	if len(value) < s.min || len(value) > s.max {
		return false
	}
	if s.class == "uuid" {
		return uuid(value)
	}
	for i := range len(value) {
		c := value[i]
		_, kind := raritySymbol(c)
		ok := false
		switch s.class {
		case "hex":
			ok = kind == 3 || 'a' <= c|0x20 && c|0x20 <= 'f'
		case "lower":
			ok = kind == 1 || kind == 3
		case "upper":
			ok = kind == 2 || kind == 3
		case "alnum":
			ok = kind != 0
		case "token":
			ok = kind != 0 || strings.IndexByte("_-.+/=:~%!|", c) >= 0
		}
		if !ok {
			return false
		}
	}
	return true
}

// spans tells whether a value that somebody made up has about the shape's length: such values keep that, and seldom the
// class.
func (s shape) spans(value string) bool { return s.class != "uuid" && s.near(len(value)) }

// near tells whether n is about the shape's length.
func (s shape) near(n int) bool { return n >= s.min-2 && n <= s.max+2 }

// plainShapes are those of the bare tokens of a vendor whose other tokens are told by their shape.
var plainShapes = []shape{{"hex", 32, 32}, {"hex", 40, 40}, {"hex", 64, 64}}

// vendorDefinitions returns a rule for every vendor of the table. Where the vendor's tokens are told by their shape and the
// table names no other, its rule takes plainShapes alone.
func vendorDefinitions(shaped map[string]bool) ([]*definition, error) {
	all, err := readVendors(vendorTable)
	if err != nil {
		return nil, err
	}
	var out []*definition
	for _, v := range all {
		if shaped[v.id] && !v.listed {
			v.shapes = plainShapes
		}
		out = append(out, &definition{detector: contextual{&v}, rule: &Rule{
			ID: v.id + "-context", Vendor: v.id,
			Description: "A token beside the name of " + v.id + ", of a length and characters that its credentials have.",
			Severity:    report.Medium, Confidence: report.Medium, Generic: true, Origin: "dregs",
			Keywords: slices.Sorted(maps.Keys(v.aliases)),
			Advice:   "Revoke the token in the account at " + v.id + " and make a new one.",
		}})
	}
	return out, nil
}

// vendorIndex finds a vendor by the words of a name.
type vendorIndex map[string]indexed

// indexed is what an alias leads to.
type indexed struct {
	vendor *vendor
	rule   *ruleRun
	low    *ruleRun // the rule with the least severity
	afar   bool     // the alias counts in the text before a name too
}

// newVendorIndex returns the index of the vendors whose rules were chosen.
func newVendorIndex(chosen []*ruleRun) vendorIndex {
	index := vendorIndex{}
	for _, r := range chosen {
		v := r.detector.(contextual).vendor
		low := lowered(r, r.detector)
		for alias, afar := range v.aliases {
			index[alias] = indexed{v, r, low, afar}
		}
	}
	return index
}

// Bounds of where a vendor's name may stand.
const (
	vendorReach   = 48 // before the name of the token
	maxAliasWords = 4
	minAliasStem  = 5 // of a word that an alias begins and another word ends
)

// find returns the vendor that words name: the first of them that does, or the longest run of them. near tells that they
// are those of a token's own name.
func (index vendorIndex) find(words []string, near bool) (indexed, bool) {
	for i := range words {
		if v, ok := index.exact(words[i:], near); ok {
			return v, true
		}
		w := words[i]
		for n := min(len(w)-1, 24); n >= minAliasStem; n-- {
			if v, ok := index[w[:n]]; ok && (near || v.afar) {
				return v, true
			}
		}
	}
	return indexed{}, false
}

// exact returns the vendor whose name is the longest run of words that the first of them begins.
func (index vendorIndex) exact(words []string, near bool) (best indexed, ok bool) {
	joined := ""
	for _, w := range words[:min(len(words), maxAliasWords)] {
		joined += w
		if v, ok := index[joined]; ok && (near || v.afar) {
			best = v
		}
	}
	return best, best.rule != nil
}

// vendor returns the rule of the vendor that a name, or the text before it, is of, if the value can be its token. example
// tells that it reads like one of a document.
func (a *assigner) vendor(l look, name span, value string) (r *ruleRun, example bool) {
	if len(value) < minVendorToken || len(value) > maxValue || len(a.index) == 0 {
		return nil, false
	}
	if !uuid(value) && !rare(value) || placeholder(value, false) != "" {
		if !drawn(value) || waits(value) {
			return nil, false
		}
		example = true
	}
	if locator(value) || refers(value) || identifies(value) && !uuid(value) {
		return nil, false
	}
	if hexadecimal(value) && name.hi < len(l.data) && (l.data[name.hi] == ' ' || l.data[name.hi] == '\t') && inPath(l.data, name.lo) {
		return nil, false // the sum of a file
	}
	own := splitName(string(l.data[name.lo:name.hi]))
	v, ok := a.index.find(own, true)
	if !ok {
		if v, ok = a.vendorBefore(l.data[max(0, name.lo-vendorReach):name.lo]); !ok {
			return nil, false
		}
	}
	for _, w := range own {
		if _, alias := v.vendor.aliases[w]; innocent[w] && !alias {
			return nil, false
		}
	}
	if slices.ContainsFunc(v.vendor.shapes, func(s shape) bool { return s.fits(value) || example && s.spans(value) }) {
		return v.rule, example
	}
	return nil, false
}

// vendorBefore returns the vendor that the text before a name tells: in the word beside it, or in one further off that
// means nothing else.
func (a *assigner) vendorBefore(text []byte) (indexed, bool) {
	text = text[bytes.LastIndexByte(text, '\n')+1:]
	for rest := text; ; {
		n := len(rest)
		if n < 2 || rest[n-1] != ' ' || !nameByte[rest[n-2]] {
			break
		}
		rest = rest[:bytes.LastIndexByte(rest[:n-1], ' ')+1]
		beside := asciiLower(string(bytes.TrimLeft(text[len(rest):n-1], "{[(")))
		if aside[beside] {
			return indexed{}, false
		}
		if v, ok := a.index.find(splitName(string(text[len(rest):n-1])), true); ok {
			return v, true
		}
		if !fillers[beside] {
			break
		}
	}
	return a.index.find(splitName(string(text)), false)
}

// aside are words that, before the name of a token, say that it opens nothing: it is public, or names a row of a table.
var aside = words("public pub publishable gpg primary foreign partition sort cache unique")

// fillers may stand between a vendor's name and that of its token.
var fillers = words("api access secret auth private client app application account service personal rest live test production developer sdk")

// waits tells whether a value says in so many words that another is to take its place.
func waits(value string) bool {
	lower := asciiLower(value)
	return slices.ContainsFunc([]string{"placeholder", "your_", "your-", "changeme", "change_me", "change-me", "replace_", "replace-", "insert_", "insert-"},
		func(w string) bool { return strings.Contains(lower, w) })
}

// drawn tells whether a value looks like a token that somebody made up: of its length and characters, but counting up or
// repeating.
func drawn[T string | []byte](value T) bool {
	if len(value) < 20 {
		return false
	}
	for i := range len(value) {
		if !randomByte[value[i]] {
			return false
		}
	}
	digits, letters := countKinds(value)
	return (digits >= 4 && letters >= 4 || counts(value)) && distinctBytes(value) >= 4 && !stutters(value)
}

// stutters tells whether a value repeats one character, as what stands for a token does.
func stutters[T string | []byte](value T) bool {
	run := 1
	for i := 1; i < len(value); i++ {
		if value[i] != value[i-1] {
			run = 0
		}
		if run++; run == 8 {
			return true
		}
	}
	return false
}
