// Package rules holds the rule set and finds matches of it in fragments of bytes. It is the only package that imports
// gitleaks. It knows nothing of images: it does not open files, resolve the life of a secret or write reports.
package rules

import (
	"context"
	"io"
	"slices"

	"dregs/report"
)

// Fragment is a run of bytes to be searched, with the trail that led to it.
type Fragment struct {
	Place report.Place
	Path  string   // file path for path rules and allowlists; empty for metadata
	Key   string   // the name that a metadata value was given (variable, argument, label); empty for text
	Via   []string // inner steps that led from Path to Data
	Data  []byte   // must not change while it is searched
	Tally *Tally   // where to count what is judged to be no secret, for this search alone; nil for nowhere
	Trial bool     // count it nowhere else: what is found makes the caller search again
}

// PasswordHash is the Vendor of rules for hashes of passwords.
const PasswordHash = "Password hash"

// Rule describes what to look for, as a report shows it.
type Rule struct {
	ID          string
	Description string
	Vendor      string
	Severity    string   // critical, high, medium or low
	Confidence  string   // high, medium or low, before verdict and origin
	Keywords    []string // lower case
	Tags        []string
	Advice      string   // how to revoke or rotate
	References  []string // the provider's documentation
	Origin      string   // "gitleaks", "dregs" or the user's file
	Evidence    bool     // what it hits is no secret, and tells of others: never to be reported by itself
	Generic     bool     // matches by name or entropy, not by a provider's shape; a specific rule names the secret instead
	PathAlone   bool     // matches files by their path and looks at nothing in them
}

// Breadth ranks rules by how little they say of what a value is: 0 for a provider's shape, 1 for a kind of file that holds
// credentials, 2 for a generic rule.
func (r *Rule) Breadth() int {
	switch {
	case r.Generic:
		return 2
	case slices.Contains(r.Tags, credentialTag):
		return 1
	}
	return 0
}

// Match is one hit of a rule.
type Match struct {
	Rule   *Rule
	Value  report.Value // the secret
	Prefix int          // leading bytes of the value that redaction may show: a prefix that the provider documents; or report.ShowNothing
	// Offset is the byte offset of the value in the fragment's Data; of the encoded run for a value that was decoded.
	Offset int64
	// Line and Column count from 1 in the innermost text, Column in Unicode code points (an invalid byte counts one).
	Line, Column int
	Via          []string // the fragment's Via and the decoding steps after it
	// Context is the line around the value, raw, cut to at most 200 bytes. A value that does not fit is an ellipsis in it,
	// and where the line was cut no part of a token is left, so that no part of a secret escapes clearing.
	Context report.Value
	Entropy float64 // Shannon entropy of the value in bits a byte
	Verdict report.Verdict
}

// Searcher finds secrets. It is safe for concurrent use, and the same input gives the same matches in the same order:
// by offset, then rule ID.
type Searcher interface {
	// Search returns the matches in f.Data. It returns early with ctx's error.
	Search(ctx context.Context, f Fragment) ([]Match, error)
	// SearchReader is Search for content of any size: it reads r to its end in overlapping chunks (f.Data is ignored) and
	// returns the matches, that do not depend on the chunk size, and the bytes read. A read error is returned with the
	// matches found before it.
	SearchReader(ctx context.Context, f Fragment, r io.Reader) ([]Match, int64, error)
	// Class names all that the result depends on besides Data: two fragments of equal Data and Class have equal matches
	// but for Via.
	Class(f Fragment) string
}
