// Package credfile reads files that exist to hold credentials: it tells them by their path, parses each by its own format
// and yields the secret, user and host of every entry. It does not judge whether a value is a placeholder, does not open
// files and knows nothing of rules.
package credfile

import (
	"bytes"
	"errors"

	"dregs/report"
)

// Bounds of one file. One that is larger than MaxBytes is not parsed.
const (
	MaxBytes       = 4 << 20
	maxNodes       = 500_000
	maxDepth       = 100
	maxCredentials = 10_000
)

// Kinds of credentials.
const (
	Password = "password"
	Token    = "token"
	Key      = "key"
	Hash     = "hash" // of a password, that can be guessed at
)

// Credential is one secret of a file.
type Credential struct {
	Secret string
	// Start and End bound the run of the file that carries the secret: the secret itself or, if there are Steps, what they
	// turn into a text that holds it.
	Start, End int
	// Steps name how the run is decoded, outermost first.
	Steps []string
	// Lead is the number of code points before the secret in what a decoded run says, such as a user name. It is 0 where
	// no Steps are and where they are quoting alone.
	Lead int
	// Kind is one of the kinds above.
	Kind string
	// User and Host are whose it is and where it is used, as the file says it; empty where it does not.
	User, Host string
	// Facts are what else the file says of it, by name. None is secret.
	Facts map[string]string
	// Encrypted tells that the secret is of no use without a key that is not in the file.
	Encrypted bool
}

// Family is a kind of credential file, of one format and one product.
type Family struct {
	ID          string // of the rule that its credentials come under
	Description string
	Vendor      string
	Severity    string // one of report's
	Advice      string
	Reference   string // the address of the format's documentation

	// paths are patterns of path.Match in lower case. One of n elements is compared with the last n of a path.
	paths []string
	// parse calls emit for each credential, in no order.
	parse func(data []byte, emit func(Credential)) error
}

// byteOrderMark begins what some editors write, and is no part of it.
var byteOrderMark = []byte("\xef\xbb\xbf")

// errTooMuch ends the parsing of a file that goes beyond a bound.
var errTooMuch = errors.New("too much")

// Parse calls emit for each credential in data, which is the whole of a file, in the order that they stand in the format's
// own terms. What is no text of the format yields nothing and is no error; a file that goes beyond a bound is a
// report.Fault of kind limit. Parse is safe for concurrent use and keeps nothing of data.
func (f *Family) Parse(data []byte, emit func(Credential)) error {
	if len(data) > MaxBytes {
		return nil
	}
	text := bytes.TrimPrefix(data, byteOrderMark)
	lo, n := len(data)-len(text), 0
	err := f.parse(text, func(c Credential) {
		if n++; c.Secret != "" && n <= maxCredentials {
			c.Start, c.End = c.Start+lo, c.End+lo
			emit(c)
		}
	})
	if errors.Is(err, errTooMuch) || n > maxCredentials {
		return report.Faultf(report.Limit, "parsing credential file: more than %d entries, or nested deeper than %d", maxCredentials, maxDepth)
	}
	return nil
}
