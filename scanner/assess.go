package scanner

import (
	"dregs/report"
	"dregs/rules"
)

// assess gives the severity and the confidence of a secret: the rule's, moved by what the verdict says.
//
//	verdict       severity      confidence
//	test, public  low           the rule's
//	malformed     the rule's    low
//	expired       one lower     the rule's
//	encrypted     one lower     the rule's
//	well-formed   the rule's    high
//	unknown       the rule's    the rule's
func assess(r *rules.Rule, v report.Verdict, _ []report.Occurrence) (severity, confidence string) {
	severity, confidence = r.Severity, r.Confidence
	if severity == "" {
		severity = report.Medium
	}
	if confidence == "" {
		confidence = report.Medium
	}
	switch v.State {
	case report.Test, report.Public:
		severity = report.Low
	case report.Malformed:
		confidence = report.Low
	case report.Expired, report.Encrypted:
		severity = lower(severity)
	case report.WellFormed:
		confidence = report.High
	}
	return severity, confidence
}

// lower is the severity below s; low has none.
func lower(s string) string {
	switch s {
	case report.Critical:
		return report.High
	case report.High:
		return report.Medium
	}
	return report.Low
}
