package rules

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/crypto/argon2"

	"dregs/report"
)

// detector finds the secrets of a rule that no regex describes. It is safe for concurrent use. A definition has either a
// regex or a detector; what the detector finds passes through the same entropy test, allowlists and composition.
type detector interface {
	// words returns the texts, lower-cased in ASCII, that lead to a secret: the one pass over the text looks for them
	// beside the rules' keywords.
	words() []string
	// find calls emit with the bounds of each secret that words()[word] at data[at] leads to. It may look at maxMatch bytes
	// to either side of at; what it emits depends on nothing else.
	find(data []byte, word, at int, emit func(secret span))
}

// minKnown is the shortest known value that is looked for: a shorter one would be found everywhere.
const minKnown = 4

// knownValues looks for values that the user knows to have leaked. They are in no error, log or digest.
type knownValues struct {
	values []string
	folded []string // by value, as the keyword pass wants them
}

// knownRule is the rule that known values are reported under.
const knownRule = report.KnownRule

// newKnownValues returns the definition of the rule for values; nil for none.
func newKnownValues(values []report.Value) (*definition, error) {
	k := &knownValues{}
	for i, v := range values {
		if v.Len() < minKnown || v.Len() > maxMatch {
			return nil, fmt.Errorf("reading known values: number %d has %d bytes, and must have %d to %d", i+1, v.Len(), minKnown, maxMatch)
		}
		k.values = append(k.values, v.Reveal())
	}
	if len(k.values) == 0 {
		return nil, nil
	}
	slices.Sort(k.values)
	k.values = slices.Compact(k.values)
	for _, v := range k.values {
		k.folded = append(k.folded, asciiLower(v))
	}
	return &definition{detector: k, rule: &Rule{
		ID:          knownRule,
		Description: "A value that was given as known to have leaked.",
		Severity:    report.Critical,
		Confidence:  report.High,
		Advice:      "Revoke or change it where it is used, and remove every copy listed here.",
		Origin:      "given",
	}}, nil
}

// words implements detector.
func (k *knownValues) words() []string { return k.folded }

// find implements detector: the word is the value but for its case.
func (k *knownValues) find(data []byte, word, at int, emit func(span)) {
	if v := k.values[word]; string(data[at:at+len(v)]) == v {
		emit(span{at, at + len(v)})
	}
}

// seal returns what stands for the values in the set's digest: equal values give equal seals, and to guess a value from
// it is slow.
func (k *knownValues) seal() []byte {
	return argon2.IDKey([]byte(strings.Join(k.values, "\x00")), []byte("dregs known values"), 2, 19<<10, 1, 32)
}

// asciiLower returns s with its ASCII letters in lower case.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
