package rules

// Detail is how a rule matches: what is not needed to understand its findings, but to tune it.
type Detail struct {
	Regex    string   // empty for a rule that looks at the path alone or is no pattern
	Path     string   // the paths it looks at; empty for all
	Entropy  float64  // what its secrets must exceed, in bits a byte; 0 for any
	Requires []string // rules that must hit near it
}

// Detail returns how the rule of that ID matches. An unknown ID has none.
func (s *Set) Detail(id string) Detail {
	d := s.byID[id]
	if d == nil {
		return Detail{}
	}
	out := Detail{Regex: d.regex.String(), Path: d.path.String(), Entropy: d.entropy}
	for _, r := range d.required {
		out.Requires = append(out.Requires, r.id)
	}
	return out
}
