package trial

import (
	"maps"
	"slices"
)

// Score is how the cases of one source came out.
type Score struct {
	Source      string  `json:"source"`
	Positives   int     `json:"positives"`    // that say what is to be found and are not aux
	Found       int     `json:"found"`        // of them
	Recall      float64 `json:"recall"`       // Found / Positives, 0 where there is none
	MacroRecall float64 `json:"macro_recall"` // the mean of the recalls of the source's rules
	Negatives   int     `json:"negatives"`    // without conflict
	Hit         int     `json:"hit"`          // of them, by any rule
	HitVendor   int     `json:"hit_vendor"`   // of them, by a rule of the same vendor
}

// counted tells whether an outcome counts towards recall, or as a negative.
func (o *Outcome) counted() bool {
	if o.Case.Kind == Negative {
		return !o.Case.Conflict
	}
	return !o.Case.Aux && len(o.Case.Expected()) > 0
}

// Missed tells whether an outcome lowers the recall, False whether it is a false positive.
func (o *Outcome) Missed() bool { return o.Case.Kind == Positive && o.counted() && !o.Found }

// False tells whether any rule hit a negative.
func (o *Outcome) False() bool { return o.Case.Kind == Negative && o.counted() && len(o.Findings) > 0 }

// Scores returns the score of each source, by name.
func Scores(outcomes []Outcome) []Score {
	type rule struct{ positives, found int }
	scores := map[string]*Score{}
	byRule := map[string]map[string]*rule{}
	for i := range outcomes {
		o := &outcomes[i]
		s := scores[o.Case.Source]
		if s == nil {
			s = &Score{Source: o.Case.Source}
			scores[s.Source], byRule[s.Source] = s, map[string]*rule{}
		}
		switch {
		case !o.counted():
		case o.Case.Kind == Negative:
			s.Negatives++
			s.Hit += one(len(o.Findings) > 0)
			s.HitVendor += one(o.Same)
		default:
			r := byRule[s.Source][o.Case.Rule]
			if r == nil {
				r = &rule{}
				byRule[s.Source][o.Case.Rule] = r
			}
			s.Positives++
			r.positives++
			s.Found += one(o.Found)
			r.found += one(o.Found)
		}
	}
	var out []Score
	for _, name := range slices.Sorted(maps.Keys(scores)) {
		s := scores[name]
		s.Recall = share(s.Found, s.Positives)
		for _, id := range slices.Sorted(maps.Keys(byRule[name])) { // in order: sums of floats depend on it
			s.MacroRecall += share(byRule[name][id].found, byRule[name][id].positives) / float64(len(byRule[name]))
		}
		out = append(out, *s)
	}
	return out
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}
