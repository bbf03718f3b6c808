package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// finding is what an alert of another system stands for: the occurrences of one secret that have one identity.
type finding struct {
	secret   *Secret
	all      []*Occurrence // at least one, in report order
	identity string
	number   int // counts from 1 the findings of equal identity: two tokens in one file
}

func (f *finding) first() *Occurrence { return f.all[0] }

// key tells the finding from all others of the report.
func (f *finding) key() string { return f.identity + ":" + strconv.Itoa(f.number) }

// findings returns the findings of r in report order.
func findings(r *Report) []finding {
	var out []finding
	numbers := make(map[string]int)
	for i := range r.Secrets {
		s := &r.Secrets[i]
		index := make(map[string]int)
		for j := range s.Occurrences {
			o := &s.Occurrences[j]
			id := identity(s.Rule, o)
			n, ok := index[id]
			if !ok {
				n = len(out)
				index[id] = n
				numbers[id]++
				out = append(out, finding{secret: s, identity: id, number: numbers[id]})
			}
			out[n].all = append(out[n].all, o)
		}
	}
	return out
}

// bySeverity returns the positions of findings, most severe first, and of equal ones in report order.
func bySeverity(all []finding) []int {
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		return Rank(all[order[i]].secret.Severity) > Rank(all[order[j]].secret.Severity)
	})
	return order
}

// identity returns a hash of rule, place, path, trail and key of an occurrence. It holds nothing of the value, and nothing
// that a rebuild changes.
func identity(rule string, o *Occurrence) string {
	parts := append([]string{"secret", rule, string(o.Place), stablePath(o), o.Key}, o.Via...)
	return hashOf(parts)
}

// hashOf hashes parts so that no two lists of them are alike.
func hashOf(parts []string) string {
	var b []byte
	for _, p := range parts {
		b = strconv.AppendInt(b, int64(len(p)), 10)
		b = append(append(append(b, ':'), p...), ',')
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

var counters = regexp.MustCompile(`[0-9a-f]{12,}|[0-9]+`)

// stablePath returns the path of an occurrence. In metadata it is a position, whose numbers and digests a rebuild changes.
func stablePath(o *Occurrence) string {
	switch o.Place {
	case LayerFile, FileName, LinkTarget, TarHeader, DirFile, Dockerfile, Log:
		return o.Path
	}
	return counters.ReplaceAllString(o.Path, "")
}

// where returns the one line that names where an occurrence lies: a file's trail, or for metadata the place with it.
func (o *Occurrence) where() string {
	switch o.Place {
	case LayerFile, DirFile, Dockerfile, Log:
		return o.Trail()
	}
	trail := o.Trail()
	if strings.HasPrefix(trail, string(o.Place)) {
		return trail
	}
	return strings.TrimSpace(string(o.Place) + " " + trail)
}

// sentence says in one sentence what a finding is, for systems that show one. It is not escaped.
func (f *finding) sentence() string {
	s, o := f.secret, f.first()
	text := s.Rule + " " + s.Redacted + " in " + shorten(o.where(), 400) + o.Position()
	if in := o.CameIn(); in != "" {
		text += ", came in by " + in
	}
	text += ": " + o.Fate()
	if n := len(f.all); n > 1 {
		text += fmt.Sprintf(" (and %s like it)", count(n-1, "more place"))
	}
	text += "."
	if known := s.known(); known != "" {
		text += " Known of it: " + known + "."
	}
	return text
}

// knownRunes bounds what is said of a value in one line.
const knownRunes = 400

// known tells in one line the verdict on a secret and what its value says by itself. It is not escaped.
func (s *Secret) known() string {
	state := s.Verdict.State
	if state == Unknown {
		state = ""
	}
	return shorten(list(state, factList(s.Verdict.Facts)), knownRunes)
}
