package rules

import (
	"time"

	"dregs/report"
	"dregs/rules/validate"
)

// verdict returns what can be told offline of the value in text that r found. It depends on the value and the
// validate.Reach bytes to either side of it, never on where a text is cut into blocks.
func verdict(r *Rule, text []byte, value span, now time.Time) report.Verdict {
	if r.Evidence {
		return report.Verdict{State: report.Unknown, Facts: validate.Public(string(text[value.lo:value.hi]))}
	}
	return validate.Judge(validate.Input{
		Rule:   r.ID,
		Vendor: r.Vendor,
		Value:  string(text[value.lo:value.hi]),
		Before: string(text[max(0, value.lo-validate.Reach):value.lo]),
		After:  string(text[value.hi:min(len(text), value.hi+validate.Reach)]),
		Now:    now,
	})
}
