package rules

import (
	"time"

	"dregs/report"
	"dregs/rules/validate"
)

// verdict returns what can be told offline of the value text[lo:hi] that r found. It depends on the value and the
// validate.Reach bytes to either side of it, never on where a text is cut into blocks.
func verdict(r *Rule, text []byte, lo, hi int, now time.Time) report.Verdict {
	return validate.Judge(validate.Input{
		Rule:   r.ID,
		Vendor: r.Vendor,
		Value:  string(text[lo:hi]),
		Before: string(text[max(0, lo-validate.Reach):lo]),
		After:  string(text[hi:min(len(text), hi+validate.Reach)]),
		Now:    now,
	})
}
