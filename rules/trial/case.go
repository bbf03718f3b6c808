// Package trial runs a rule set on labelled texts and tells how much of what they hold it finds, and what it finds where
// nothing is. It is how a rule file is tuned. It does not open files, and knows nothing of images.
package trial

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Kinds of a case.
const (
	Positive = "positive" // a secret is there
	Negative = "negative" // the named rule of the case's source must not hit
)

// Case is a text, what is in it, and where that is known from.
type Case struct {
	ID        string   `json:"id"`
	Source    string   `json:"source"`
	Rule      string   `json:"rule"`   // of the source
	Vendor    string   `json:"vendor"` // whose secret it is about
	Kind      string   `json:"kind"`
	Text      string   `json:"text"`
	Path      string   `json:"path"`
	Secret    string   `json:"secret"`
	Secrets   []string `json:"secrets"`
	PeerMatch string   `json:"peer_match"` // what the source's own rule captures
	Aux       bool     `json:"aux"`        // an identifier rather than a secret: left out of recall
	Conflict  bool     `json:"conflict"`   // the text is positive elsewhere: left out of false positives
}

// Expected returns the values of which one is to be found; none where the case does not say.
func (c *Case) Expected() []string {
	all := slices.Clone(c.Secrets)
	if c.Secret != "" && !slices.Contains(all, c.Secret) {
		all = append(all, c.Secret)
	}
	if len(all) == 0 && c.PeerMatch != "" {
		all = append(all, c.PeerMatch)
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// maxLine bounds one line of a file of cases, maxCases their number.
const (
	maxLine  = 16 << 20
	maxCases = 1_000_000
)

// Read reads cases, one JSON object a line; empty lines are passed over, unknown keys ignored. A line that is no case is
// an error that tells its number.
func Read(r io.Reader) ([]Case, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	var all []Case
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		if len(all) == maxCases {
			return nil, fmt.Errorf("reading cases: there are more than %d", maxCases)
		}
		var c Case
		if err := json.Unmarshal(line, &c); err != nil {
			return nil, fmt.Errorf("reading cases: line %d: %w", n, plain(err))
		}
		if c.Kind != Positive && c.Kind != Negative {
			return nil, fmt.Errorf("reading cases: line %d: its kind is %q, not %s or %s", n, c.Kind, Positive, Negative)
		}
		if c.ID == "" {
			return nil, fmt.Errorf("reading cases: line %d has no id", n)
		}
		all = append(all, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading cases: line %d: %w", n+1, err)
	}
	if len(all) == 0 {
		return nil, errors.New("reading cases: there is none")
	}
	return all, nil
}

// plain returns an error of json without what it quotes of the text.
func plain(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("key %q has a value of the wrong kind", kind.Field)
	}
	return errors.New("it is no JSON object")
}
